"""Files that commands read and write: CoNLL-U, columns or plain text, known by their names."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from crossglot.corpora.columns import read_columns, write_columns
from crossglot.corpora.conllu import ConlluSentence, Row, parse_conllu, read_conllu, write_conllu
from crossglot.corpora.opening import plain_name, resolve
from crossglot.corpora.plain import read_plain, write_lines
from crossglot.corpora.sentences import Sentence, TaggedSentence
from crossglot.errors import DataError, UsageError

Format = Literal["auto", "plain", "conllu", "columns"]
STDIN = "-"
BY_NAME: dict[str, Format] = {".conllu": "conllu", ".conll": "columns", ".tsv": "columns", ".iob": "columns",
                              ".bio": "columns", ".iob2": "columns", ".txt": "plain"}  # fmt: skip


@dataclass(frozen=True)
class Untagged:
    """Sentences to be tagged; `rows` keeps everything that a CoNLL-U file says about them."""

    sentences: tuple[Sentence | TaggedSentence, ...]
    rows: tuple[ConlluSentence, ...] | None
    format: Format

    @property
    def words(self) -> tuple[tuple[str, ...], ...]:
        """The words of each sentence."""
        return tuple(sentence.words for sentence in self.sentences)


def format_of(path: str, given: str) -> Format:
    """The format of a file: as given, or by its name.

    Raises:
        UsageError: for an unknown format, or a name that tells none.
    """
    if given not in get_args(Format):
        raise UsageError(f"unknown format '{given}': use {', '.join(get_args(Format))}")
    if given != "auto":
        return given  # type: ignore[return-value]
    if path == STDIN:
        return "plain"
    suffix = Path(plain_name(path)).suffix.lower()
    if suffix not in BY_NAME:
        known = ", ".join(sorted(BY_NAME))
        raise UsageError(f"{path}: its name ({known}) does not tell the format; say it: plain, conllu or columns")
    return BY_NAME[suffix]


def read_tagged(
    path: str, task: str, given: str = "auto", *, column: str = "upos", tag_column: int = -1, lenient: bool = False
) -> list[TaggedSentence]:
    """Sentences with gold tags.

    Raises:
        UsageError: for a plain-text file, which has no tags, and for standard input.
        DataError: for a missing or malformed file.
    """
    if path == STDIN:
        raise UsageError("gold tags are read from files, not from standard input; save them first")
    found = format_of(path, given)
    if found == "conllu":
        if task == "ner":
            raise UsageError(f"{path}: CoNLL-U has no column for entities; give a column file for task ner")
        return read_conllu(Path(path), column=column, lenient=lenient)
    if found == "columns":
        scheme = "auto" if task == "ner" else "none"
        return read_columns(Path(path), tag_column=tag_column, scheme=scheme, lenient=lenient)
    raise UsageError(f"{path}: plain text has no tags; give a CoNLL-U or column file")


def read_untagged(path: str, given: str = "auto", *, lenient: bool = False) -> Untagged:
    """Sentences to tag; `-` reads plain text from standard input.

    Raises:
        UsageError: if the name does not tell the format.
        DataError: for a missing, empty or malformed file.
    """
    found = format_of(path, given)
    if path == STDIN:
        return _from_stdin(found)
    if found == "conllu":
        sentences = tuple(parse_conllu(Path(path), lenient=lenient))
        plain = (Sentence(tuple(row.form for row in s.words), s.id, s.unspaced) for s in sentences)
        return Untagged(tuple(plain), sentences, found)
    if found == "columns":
        tagged: Sequence[Sentence | TaggedSentence] = read_columns(Path(path), scheme="none", lenient=lenient)
    else:
        tagged = read_plain(Path(path))
    return Untagged(tuple(tagged), None, found)


def _from_stdin(found: Format) -> Untagged:
    if found != "plain":
        raise UsageError(
            "standard input is read as plain text, one tokenised sentence a line; save other formats first"
        )
    lines = (line.split() for line in sys.stdin)
    sentences = tuple(Sentence(tuple(line)) for line in lines if line)
    if not sentences:
        raise DataError("has no sentence", path="standard input", remedy="Write one tokenised sentence a line.")
    return Untagged(sentences, None, found)


def write_tagged(
    untagged: Untagged, tags: Sequence[Sequence[str]], path: Path | None, task: str, given: str = "auto"
) -> str | None:
    """Writes words with their predicted tags; without a path, returns the text.

    Plain text becomes columns, unless `given` says otherwise; CoNLL-U keeps everything it had, with UPOS replaced for
    task `pos` and `Tag=` added to MISC for any other.

    Raises:
        UsageError: for an unknown format.
        StorageError: if the file cannot be written.
    """
    wanted = format_of(str(path), given) if given != "auto" else untagged.format
    if wanted == "plain" and given == "auto":
        wanted = "columns"
    with tempfile.TemporaryDirectory() as scratch:
        target = path or Path(scratch) / "tagged"
        if wanted == "conllu":
            rows = untagged.rows or tuple(_bare(words) for words in untagged.words)
            write_conllu((_with_tags(s, t, task) for s, t in zip(rows, tags, strict=True)), target)
        elif wanted == "columns":
            write_columns(
                (TaggedSentence(words, tuple(t)) for words, t in zip(untagged.words, tags, strict=True)), target
            )
        else:
            pairs = zip(untagged.words, tags, strict=True)
            write_lines((" ".join(f"{w}/{t}" for w, t in zip(*pair, strict=True)) for pair in pairs), target)
        return None if path else resolve(target).read_text(encoding="utf-8")


def _bare(words: Sequence[str]) -> ConlluSentence:
    rows = tuple(Row(str(i), word, *["_"] * 8) for i, word in enumerate(words, start=1))
    return ConlluSentence((f"# text = {' '.join(words)}",), rows)


def _with_tags(sentence: ConlluSentence, tags: Sequence[str], task: str) -> ConlluSentence:
    left = iter(tags)
    rows = []
    for row in sentence.rows:
        if row.is_word and task == "pos":
            row = row._replace(upos=next(left))
        elif row.is_word:
            kept = [part for part in row.misc.split("|") if part != "_" and not part.startswith("Tag=")]
            row = row._replace(misc="|".join([*kept, f"Tag={next(left)}"]))
        rows.append(row)
    return ConlluSentence(sentence.comments, tuple(rows), sentence.line)
