"""CoNLL-U: a fast reader of words and one label column, and a reader and writer of all that a sentence holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import NamedTuple, cast

from crossglot.corpora.conllu_faults import UPOS, blame_word, check_ids, layout_fault, require_words
from crossglot.corpora.opening import decode, read_bytes, resolve, write_text
from crossglot.corpora.sentences import TaggedSentence
from crossglot.corpora.skipping import Faults
from crossglot.errors import DataError, UsageError

_SENT_ID = re.compile(r"^#\s*sent_id\s*=\s*(.*?)\s*$", re.MULTILINE)
_NOT_TEXT = re.compile("[\udc80-\udcff]")
_IDS = [str(number) for number in range(1, 1001)]  # the ids of a sentence without ranges are a prefix of these
_UPOS = {tag: tag for tag in UPOS}  # one string object a tag, however large the treebank


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


_row = cast(Callable[[tuple[str, ...]], Row], partial(tuple.__new__, Row))  # Row._make without its Python frame


@dataclass(frozen=True, slots=True)
class ConlluSentence:
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
        """The value of the `sent_id` comment."""
        return self.comment("sent_id")

    @property
    def words(self) -> tuple[Row, ...]:
        """The syntactic words alone."""
        return tuple(row for row in self.rows if row.is_word)

    def comment(self, key: str) -> str | None:
        """Value of the comment `# key = value`, or None."""
        for comment in self.comments:
            name, equals, value = comment[1:].partition("=")
            if equals and name.strip() == key:
                return value.strip()
        return None


def read_conllu(
    path: Path | str, *, column: str = "upos", lenient: bool = False, skipped: list[DataError] | None = None
) -> list[TaggedSentence]:
    """Words and one label column of a treebank: what a tagger needs, several times faster than everything.

    Syntactic words only: multiword ranges and empty nodes are checked and left out. Words are as written.

    Args:
        path: a .conllu file; `path.gz` and `path.xz` are found too.
        column: the field that becomes the tags: `upos` (checked against the 17), `xpos`, `deprel`, `feats`, …
        lenient: skip bad sentences, counting them, instead of stopping at the first.
        skipped: gets the error of every skipped sentence; without it, a warning with the count is logged.

    Raises:
        DataError: missing, empty, damaged or malformed file, with the line; a treebank without its words.
        UsageError: no such column.
    """
    if column not in Row._fields:
        raise UsageError(f"no CoNLL-U column {column!r}; the columns are {', '.join(Row._fields)}")
    path = resolve(path)
    faults = Faults(lenient=lenient, skipped=skipped)
    index, is_upos = Row._fields.index(column), column == "upos"
    sentences: list[TaggedSentence] = []
    masked = total = 0
    for line, comments, flat, keep in _checked(path, faults):
        words, tags = flat[1::11], flat[index::11]
        if keep is not None:
            words, tags = [words[at] for at in keep], [tags[at] for at in keep]
        if "" in words or (is_upos and not _UPOS.keys() >= set(tags)):
            at = words.index("") if "" in words else next(at for at, tag in enumerate(tags) if tag not in _UPOS)
            faults.add(blame_word(words[at], tags[at], path, line + (keep[at] if keep else at)))
            continue
        labels = tuple(map(_UPOS.__getitem__, tags)) if is_upos else tuple(tags)
        masked += words.count("_")
        total += len(words)
        found = _SENT_ID.search(comments) if comments else None
        sentences.append(TaggedSentence(tuple(words), labels, found[1] if found else None))
    faults.finish(path, len(sentences))
    require_words(masked, total, path)
    return sentences


def parse_conllu(
    path: Path | str, *, lenient: bool = False, skipped: list[DataError] | None = None
) -> Iterator[ConlluSentence]:
    """Every sentence with its comments and all ten fields of every row, ranges and empty nodes too.

    Heads may be `_`, and a treebank without its text can be read. Takes `lenient` and `skipped` as `read_conllu` does.

    Raises:
        DataError: missing, empty, damaged or malformed file, with the line.
    """
    path = resolve(path)
    faults = Faults(lenient=lenient, skipped=skipped)
    return _sentences(path, faults)


def _sentences(path: Path, faults: Faults) -> Iterator[ConlluSentence]:
    read = 0
    for line, comments, flat, _ in _checked(path, faults):
        rows = tuple(map(_row, zip(*(flat[field::11] for field in range(10)), strict=True)))
        read += 1
        yield ConlluSentence(tuple(comments[:-1].split("\n")) if comments else (), rows, line)
    faults.finish(path, read)


def _checked(path: Path, faults: Faults) -> Iterator[tuple[int, str, list[str], list[int] | None]]:
    r"""Each sentence as (line of its first row, comments, fields, rows that are words or None for all of them).

    The fields lie flat, eleven a row, the eleventh a line end: splitting a whole sentence at once and comparing its
    ids and line ends with what they must be is several times faster than going line by line.
    """
    text = decode(read_bytes(path), path, lenient=faults.lenient)
    damaged = faults.lenient and _NOT_TEXT.search(text) is not None
    line = 1
    for block in text.split("\n\n"):
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
            yield start, comments, *_fields(rows, path, start)
        except DataError as error:
            faults.add(error)


def _fields(rows: str, path: Path, start: int) -> tuple[list[str], list[int] | None]:
    flat = rows.replace("\n", "\t\n\t").split("\t")
    count = (len(flat) + 1) // 11
    if len(flat) != 11 * count - 1 or flat[10::11].count("\n") != count - 1:
        raise layout_fault(rows.split("\n") if rows else (), path, start)
    ids = flat[0::11]
    if ids == _IDS[:count]:
        return flat, None
    return flat, check_ids(ids, path, start)


def write_conllu(sentences: Iterable[ConlluSentence], path: Path | str) -> Path:
    r"""Write sentences as CoNLL-U (UTF-8, \n, an empty line after each), compressed if the name ends in .gz or .xz.

    What `parse_conllu` read from a clean file comes out byte for byte.

    Raises:
        DataError: if a field is empty or holds a tab or a line end, which CoNLL-U cannot express.
        StorageError: if the file cannot be written.
    """
    return write_text(path, (_written(sentence, Path(path)) for sentence in sentences))


def _written(sentence: ConlluSentence, path: Path) -> str:
    comments = "".join(f"{comment}\n" for comment in sentence.comments)
    rows = "".join("\t".join(row) + "\n" for row in sentence.rows)
    try:
        flat, _ = _fields(rows[:-1], path, 1)
    except DataError as error:
        raise DataError(f"sentence {sentence.id or ''} cannot be written: {error.what}", path=path) from error
    bad_comment = any(comment[:1] != "#" or "\n" in comment for comment in sentence.comments)
    if "" in flat or bad_comment:
        what = "a comment is no line that starts with #" if bad_comment else "a field is empty"
        raise DataError(f"sentence {sentence.id or ''} cannot be written: {what}", path=path)
    return f"{comments}{rows}\n"
