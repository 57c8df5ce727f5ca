"""Plain text: one sentence (or any unit) a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from crossglot.corpora.opening import open_text, write_text
from crossglot.corpora.sentences import Sentence
from crossglot.errors import DataError

_BLANKS = re.compile(r"[ \t]+")


def read_lines(path: Path | str, encoding: str = "utf-8") -> Iterator[str]:
    r"""Every line of a text file of any size, without its line end; empty lines too (they may divide documents).

    Only \n and \r\n end a line: other separators that Unicode knows occur inside sentences.

    Raises:
        DataError: missing file, damaged archive, or bytes that are not `encoding`.
    """
    return open_text(path, encoding)


def read_plain(path: Path | str) -> list[Sentence]:
    """One tokenised sentence a line, its words divided by blanks or tabs; empty lines are passed over.

    Raises:
        DataError: missing, empty or damaged file.
    """
    sentences = [
        Sentence(tuple(_BLANKS.split(stripped))) for line in open_text(path) if (stripped := line.strip(" \t"))
    ]
    if not sentences:
        raise DataError("has no sentence", path=path, remedy="The file is empty: write one sentence a line.")
    return sentences


def write_lines(lines: Iterable[str], path: Path | str) -> Path:
    r"""Write lines as UTF-8, each ended by \n; compressed if the name ends in .gz or .xz.

    Raises:
        DataError: if a line holds a line end.
        StorageError: if the file cannot be written.
    """
    return write_text(path, (_one_line(line, number, path) for number, line in enumerate(lines, 1)))


def _one_line(line: str, number: int, path: Path | str) -> str:
    if "\n" in line or line.endswith("\r"):
        raise DataError("a line that holds a line end cannot be written", path=path, line=number)
    return f"{line}\n"
