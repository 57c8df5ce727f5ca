"""CoNLL-U: a fast reader of words and one label column, and a reader and writer of all that a sentence holds."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from crossglot.corpora.conllu_faults import (
    blame_misc,
    blame_tag,
    check_fields,
    check_ids,
    layout_fault,
    require_words,
)
from crossglot.corpora.misc_tags import tag_in
from crossglot.corpora.opening import Source, decode, read_encoded, write_text
from crossglot.corpora.sentences import TaggedSentence
from crossglot.corpora.skipping import Faults
from crossglot.corpora.tasks import UPOS
from crossglot.errors import DataError, UsageError

_SENT_ID = re.compile(r"^#[^\S\n]*sent_id[^\S\n]*=[^\S\n]*(.*?)[^\S\n]*$", re.MULTILINE)
# what `\s` matches but for tab and line feed: a class of characters is found twice as fast as what a category leaves
_BLANK = re.compile("[ \v\f\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")
_NOT_TEXT = re.compile("[\udc80-\udcff]")
_NEXT = [f"\n{number}" for number in range(2, 1001)]  # how the second, third, … row of a sentence starts
_UPOS = {tag: tag for tag in UPOS}  # one string object per tag, however large the treebank


class Row(NamedTuple):
    """The ten fields of a line, as written: a word, a multiword range (id `3-4`) or an empty node (id `3.1`)."""

    id: str
    form: str
    lemma: str
    upos: str
    xpos: str
    feats: str
    head: str
    deprel: str
    deps: str
    misc: str

    @property
    def is_word(self) -> bool:
        """Whether the row is a syntactic word: neither a multiword range nor an empty node."""
        return self.id.isdigit()

    def attribute(self, key: str) -> str | None:
        """Value of `key=value` in FEATS or, failing that, in MISC; None where neither has it."""
        for pair in chain(self.feats.split("|"), self.misc.split("|")):
            name, equals, value = pair.partition("=")
            if equals and name == key:
                return value
        return None


IN_MISC = "tag"
"""What stands for the label in MISC where a column is named."""

_row = cast(Callable[[tuple[str, ...]], Row], partial(tuple.__new__, Row))  # Row._make without its Python frame


class _Unassembled:
    """A sentence as read: its fields are divided and checked, its rows are made of them when first asked for."""

    __slots__ = ("_divided",)
    _divided: list[str] | None

    if not TYPE_CHECKING:  # for a type checker, a sentence has the attributes that it declares and no others

        def __getattr__(self, name: str) -> tuple[Row, ...]:  # called only for what is not set
            if name != "rows":
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            divided = self._divided
            if divided is None:  # another thread has just made the rows
                return object.__getattribute__(self, "rows")
            rows = tuple(map(_row, zip(*(_column(divided, at) for at in range(10)), strict=True)))
            object.__setattr__(self, "rows", rows)
            object.__setattr__(self, "_divided", None)
            return rows


@dataclass(frozen=True, slots=True)
class ConlluSentence(_Unassembled):
    """A sentence with all that its file says about it.

    Attributes:
        comments: the comment lines above it, each with its `#`.
        rows: its lines, ranges and empty nodes among them.
        line: 1-based line of its first row in the file it was read from; 0 if it was not read from one.
    """

    comments: tuple[str, ...]
    rows: tuple[Row, ...]
    line: int = 0

    @property
    def id(self) -> str | None:
        """The value of the `sent_id` comment; None where it has none."""
        return self.comment("sent_id") or None

    @property
    def words(self) -> tuple[Row, ...]:
        """The syntactic words alone."""
        return tuple(row for row in self.rows if row.is_word)

    @property
    def unspaced(self) -> tuple[int, ...]:
        """Indices of the syntactic words that no blank follows."""
        _, forms, *_, misc = zip(*self.rows, strict=True)
        ids = [row.id for row in self.rows]
        return _unspaced(misc, forms, ids, [at for at, row in enumerate(self.rows) if row.is_word])

    def comment(self, key: str) -> str | None:
        """Value of the comment `# key = value`, or None."""
        for comment in self.comments:
            name, equals, value = comment[1:].partition("=")
            if equals and name.strip() == key:
                return value.strip()
        return None


def read_conllu(
    path: Source, *, column: str = "upos", lenient: bool = False, skipped: list[DataError] | None = None
) -> list[TaggedSentence]:
    """Words and one label column of a treebank: what a tagger needs, several times faster than everything.

    Syntactic words only: multiword ranges and empty nodes are checked and left out. Words are as written, and which of
    them no blank follows is kept (`SpaceAfter=No`).

    Args:
        path: a .conllu file; `path.gz` and `path.xz` are found too.
        column: the field that becomes the tags: `upos` (checked against the 17), `xpos`, `deprel`, `feats`, …; or
            `tag`, the label that `crossglot predict` puts into MISC (see `misc_tags`).
        lenient: skip bad sentences, counting them, instead of stopping at the first.
        skipped: gets the error of every skipped sentence; without it, a warning with the count is logged.

    Raises:
        DataError: missing, empty, damaged or malformed file, with the line; a treebank without its words.
        UsageError: no such column.
    """
    if column not in (*Row._fields, IN_MISC):
        raise UsageError(f"no CoNLL-U column {column!r}; the columns are {', '.join((*Row._fields, IN_MISC))}")
    path, data = read_encoded(path)
    faults = Faults(lenient=lenient, skipped=skipped)
    index = Row._fields.index("misc" if column == IN_MISC else column)
    sentences: list[TaggedSentence] = []
    masked = total = 0
    for line, comments, divided, keep in _checked(path, data, faults):
        words, tags = divided[1::9], _column(divided, index)
        if keep is not None:
            words, tags = [words[at] for at in keep], [tags[at] for at in keep]
        labels = _labels(tags, column)
        if None in labels:
            at = labels.index(None)
            blame = blame_misc if column == IN_MISC else blame_tag
            faults.add(blame(words[at], tags[at], path, line + (keep[at] if keep else at)))
            continue
        masked += words.count("_")
        total += len(words)
        found = _SENT_ID.search(comments) if comments else None
        unspaced = _unspaced(divided[9::9], divided[1::9], _column(divided, 0) if keep else (), keep)
        sentences.append(
            TaggedSentence(tuple(words), cast(tuple[str, ...], labels), (found[1] or None) if found else None, unspaced)
        )
    faults.finish(path, len(sentences))
    require_words(masked, total, path)
    return sentences


def _labels(fields: Sequence[str], column: str) -> tuple[str, ...] | tuple[str | None, ...]:
    """The tags that fields of a column hold; None for one that holds none."""
    if column == "upos":
        return tuple(map(_UPOS.get, fields))
    return tuple(map(tag_in, fields)) if column == IN_MISC else tuple(fields)


def parse_conllu(
    path: Source, *, lenient: bool = False, skipped: list[DataError] | None = None
) -> Iterator[ConlluSentence]:
    """Every sentence with its comments and all ten fields of every row, ranges and empty nodes too.

    Heads may be `_`, and a treebank without its text can be read. Takes `lenient` and `skipped` as `read_conllu` does.

    Raises:
        DataError: missing, empty, damaged or malformed file, with the line.
    """
    path, data = read_encoded(path)
    faults = Faults(lenient=lenient, skipped=skipped)
    return _sentences(path, data, faults)


def _sentences(path: Path, data: bytes, faults: Faults) -> Iterator[ConlluSentence]:
    read = 0
    new, put = object.__new__, object.__setattr__
    for line, comments, divided, _ in _checked(path, data, faults):
        sentence = new(ConlluSentence)
        put(sentence, "comments", tuple(comments[:-1].split("\n")) if comments else ())
        put(sentence, "line", line)
        put(sentence, "_divided", divided)
        read += 1
        yield sentence
    faults.finish(path, read)


def _checked(path: Path, data: bytes, faults: Faults) -> Iterator[tuple[int, str, list[str], list[int] | None]]:
    """Each sentence as (line of its first row, comments) and what `_divide` gives for its rows."""
    blocks, damaged = _blocks(path, data, lenient=faults.lenient)
    line = 1
    for block in blocks:
        start, at = line, 0
        line += block.count("\n") + 2
        if not block or block[0] == "\n" or block[-1] == "\n":  # more than one empty line, or the end of the file
            start += len(block) - len(block.lstrip("\n"))
            block = block.strip("\n")
            if not block:
                continue
        while block.startswith("#", at):
            at = block.find("\n", at) + 1 or len(block)
        comments, rows = block[:at], block[at:]
        start += comments.count("\n")
        try:
            if damaged and _NOT_TEXT.search(block):
                raise DataError("bytes that are not UTF-8", path=path, line=start, remedy="Save the file as UTF-8.")
            yield start, comments, *_divide(rows, path, start)
        except DataError as error:
            faults.add(error)


def _blocks(path: Path, data: bytes, *, lenient: bool) -> tuple[list[str], bool]:
    """What stands between empty lines, and whether bytes that are no text are in it (only ever so when lenient)."""
    if b"\r" not in data and not data.startswith(BOM_UTF8):
        try:
            return list(map(bytes.decode, data.split(b"\n\n"))), False  # faster than the whole file: much is ASCII
        except UnicodeDecodeError:
            pass
    text = decode(data, path, lenient=lenient)
    return text.split("\n\n"), lenient and _NOT_TEXT.search(text) is not None


def _divide(rows: str, path: Path, start: int) -> tuple[list[str], list[int] | None]:
    """The fields of a sentence's rows, and the indices of the rows that are words, or None for all of them.

    The fields are the text between two tabs, nine a row and one more, so that each row's MISC and the next row's id
    are one string, divided by the line end: `_column` parts them. Dividing a sentence at once and looking at how
    these strings end, to know that all ids and line ends are in their places, is several times faster than going line
    by line.
    """
    divided = rows.split("\t")
    count, rest = divmod(len(divided) - 1, 9)
    seams = divided[9:-1:9]
    if not count or rest or rows.count("\n") != count - 1:
        raise layout_fault(rows.split("\n") if rows else (), path, start)
    keep = None
    if not (divided[0] == "1" and len(seams) <= len(_NEXT) and all(map(str.endswith, seams, _NEXT))):
        if not all("\n" in seam for seam in seams):
            raise layout_fault(rows.split("\n"), path, start)
        keep = check_ids(_column(divided, 0), path, start)
    if _BLANK.search(rows) or "\t\n" in rows or not all(divided):
        check_fields([row.split("\t") for row in rows.split("\n")], path, start)
    return divided, keep


def _column(divided: list[str], index: int) -> list[str]:
    """The field at `index`, 0 to 9, of every row."""
    if index in (0, 9):
        return "\n".join(divided[::9]).split("\n")[index != 0 :: 2]  # first id, seams, last MISC: ids and MISC in turn
    return divided[index::9]


def _unspaced(
    misc: Sequence[str], forms: Sequence[str], ids: Sequence[str], keep: Sequence[int] | None
) -> tuple[int, ...]:
    """Indices of the words that no blank follows, from the fields of all rows and the indices of those that are words.

    Words of a multiword token that make up its form, one behind the other, have none between them (`do`, `n't`); where
    they do not (`in`, `dem` of `im`), each is written by itself. What follows the token is for its own line to say.
    Where all rows are words (`keep` is None), forms and ids are not looked at.
    """
    # the second test leaves out CorrectSpaceAfter=No; most fields end at the first, which is the fast one
    found = [row for row, field in enumerate(misc) if "SpaceAfter=No" in field and "|SpaceAfter=No" in f"|{field}"]
    if keep is None:
        return tuple(found)
    numbers, closed = {row: at for at, row in enumerate(keep)}, set(found)
    for row, token in enumerate(ids):
        first, dash, last = token.partition("-")
        if not dash:
            continue
        words = list(islice((at for at in keep if at > row), int(last) - int(first) + 1))
        closed.difference_update(words)
        if "".join(forms[at] for at in words) == forms[row]:
            closed.update(words[:-1])
        if row in found:
            closed.add(words[-1])
    return tuple(sorted(numbers[row] for row in closed if row in numbers))


def write_conllu(sentences: Iterable[ConlluSentence], path: Path | str) -> Path:
    r"""Write sentences as CoNLL-U (UTF-8, \n, an empty line after each), compressed if the name ends in .gz or .xz.

    What `parse_conllu` read from a clean file comes out byte for byte.

    Raises:
        DataError: if a field is empty, or holds a tab, a line end or a blank that CoNLL-U does not allow there.
        StorageError: if the file cannot be written.
    """
    return write_text(path, as_conllu(sentences, path))


def as_conllu(sentences: Iterable[ConlluSentence], name: Path | str) -> Iterator[str]:
    """The text of each sentence, as `write_conllu` writes it to a file of that name.

    Raises:
        DataError: as there.
    """
    for number, sentence in enumerate(sentences, 1):
        yield _written(sentence, number, Path(name))


def _written(sentence: ConlluSentence, number: int, path: Path) -> str:
    comments = "".join(f"{comment}\n" for comment in sentence.comments)
    rows = "".join("\t".join(row) + "\n" for row in sentence.rows)
    cannot = f"sentence {sentence.id or f'number {number}'} cannot be written: "
    try:
        _divide(rows[:-1], path, 1)
    except DataError as error:
        raise DataError(f"{cannot}{error.what}", path=path, remedy=error.remedy) from error
    for comment in sentence.comments:
        if comment[:1] != "#" or "\n" in comment or comment.endswith("\r"):
            raise DataError(f"{cannot}a comment is no line that starts with #", path=path)
    return f"{comments}{rows}\n"
