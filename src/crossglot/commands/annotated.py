"""Files and pipes of sentences that commands read: CoNLL-U, columns or plain text, told apart by their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from crossglot.commands.streams import STREAM, standard_input
from crossglot.corpora.columns import read_columns
from crossglot.corpora.conllu import ConlluSentence, parse_conllu, read_conllu
from crossglot.corpora.opening import Source, plain_name, resolve
from crossglot.corpora.plain import read_plain
from crossglot.corpora.sentences import Sentence, TaggedSentence
from crossglot.errors import UsageError

Format = Literal["auto", "plain", "conllu", "columns"]
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
    """The format of a file: the one given, or the one that its name tells.

    Raises:
        UsageError: for an unknown format, or a name that tells none.
        DataError: if the name tells none and there is no such file.
    """
    if given not in get_args(Format):
        raise UsageError(f"unknown format '{given}': use {', '.join(get_args(Format))}")
    if given != "auto":
        return given  # type: ignore[return-value]
    if path == STREAM:
        return "plain"
    suffix = Path(plain_name(path)).suffix.lower()
    if suffix not in BY_NAME:
        resolve(path)  # a folder, or nothing at all, has no format
        known = ", ".join(sorted(BY_NAME))
        raise UsageError(
            f"{path}: its name does not tell the format, as {known} do\n  give --format plain, conllu or columns"
        )
    return BY_NAME[suffix]


def require_gold(path: str, given: str = "auto") -> Format:
    """The format of a file with gold tags that is there.

    Raises:
        UsageError: for a plain-text file, which has no tags, and for standard input.
        DataError: for a missing file.
    """
    if path == STREAM:
        raise UsageError("gold tags are read from files, not from standard input; save them first")
    found = format_of(path, given)
    if found == "plain":
        raise UsageError(f"{path}: plain text has no tags; give a CoNLL-U or column file")
    resolve(path)
    return found


def read_tagged(
    path: str, task: str, given: str = "auto", *, column: str = "upos", tag_column: int = -1, lenient: bool = False
) -> list[TaggedSentence]:
    """Sentences with gold tags.

    Raises:
        UsageError: for a plain-text file, which has no tags, and for standard input.
        DataError: for a missing or malformed file.
    """
    found = require_gold(path, given)
    if found == "conllu":
        if task == "ner":
            raise UsageError(f"{path}: CoNLL-U has no column for entities; give a column file for task ner")
        return read_conllu(path, column=column, lenient=lenient)
    scheme = "auto" if task == "ner" else "none"
    return read_columns(path, tag_column=tag_column, scheme=scheme, lenient=lenient)


def read_untagged(path: str, given: str = "auto", *, lenient: bool = False) -> Untagged:
    """Sentences to tag; `-` is standard input, plain text unless another format is given.

    Raises:
        UsageError: if the name does not tell the format.
        DataError: for a missing, empty or malformed file.
    """
    found = format_of(path, given)
    source: Source = standard_input("sentences to tag") if path == STREAM else path
    if found == "conllu":
        sentences = tuple(parse_conllu(source, lenient=lenient))
        plain = (Sentence(tuple(row.form for row in s.words), s.id, s.unspaced) for s in sentences)
        return Untagged(tuple(plain), sentences, found)
    if found == "columns":
        tagged: Sequence[Sentence | TaggedSentence] = read_columns(source, tag_column=None, lenient=lenient)
    else:
        tagged = read_plain(source)
    return Untagged(tuple(tagged), None, found)
