"""Plain text: one sentence (or any unit) per line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from crossglot.corpora.opening import Source, named, open_text, write_text
from crossglot.corpora.sentences import Sentence
from crossglot.errors import DataError

_BLANKS = re.compile(r"[ \t]+")


def read_lines(path: Source, encoding: str = "utf-8") -> Iterator[str]:
    r"""Every line of a text file of any size, without its line end; empty lines too (they may divide documents).

    Only \n and \r\n end a line: other separators that Unicode knows occur inside sentences.

    Raises:
        DataError: missing file, damaged archive, or bytes that are not `encoding`.
    """
    return open_text(path, encoding)


def read_plain(path: Source) -> list[Sentence]:
    """One tokenised sentence per line, its words divided by blanks or tabs; empty lines are passed over.

    Raises:
        DataError: missing, empty or damaged file.
    """
    sentences = [Sentence(words) for line in open_text(path) if (words := split_words(line))]
    if not sentences:
        raise DataError("has no sentence", path=named(path), remedy="The file is empty: write one sentence per line.")
    return sentences


def split_words(line: str) -> tuple[str, ...]:
    """The words of a tokenised line: only blanks and tabs divide them, whatever else Unicode calls a blank."""
    stripped = line.strip(" \t")
    return tuple(_BLANKS.split(stripped)) if stripped else ()


def write_lines(lines: Iterable[str], path: Path | str) -> Path:
    r"""Write lines as UTF-8, each ended by \n; compressed if the name ends in .gz or .xz.

    Raises:
        DataError: if a line holds a line end.
        StorageError: if the file cannot be written.
    """
    return write_text(path, as_lines(lines, path))


def as_lines(lines: Iterable[str], name: Path | str) -> Iterator[str]:
    """Each line with its end, as `write_lines` writes it to a file of that name.

    Raises:
        DataError: as there.
    """
    for number, line in enumerate(lines, 1):
        if "\n" in line or line.endswith("\r"):
            raise DataError("a line that holds a line end cannot be written", path=name, line=number)
        yield f"{line}\n"
