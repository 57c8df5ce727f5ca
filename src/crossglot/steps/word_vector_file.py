"""A file of pretrained word vectors as an argument of steps."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from crossglot.checksums import file_checksum
from crossglot.corpora.opening import resolve
from crossglot.errors import DataError
from crossglot.tagging.word_vectors import WordVectors, check_word_vectors, read_word_vectors


class WordVectorFile(BaseModel):
    """Vectors of a language's words, by what they are (`checksum`, of the file as it lies there) and where."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    SKIP_ID_ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"path"})

    language: str
    checksum: str
    path: Path

    def read(self, among: Collection[str]) -> WordVectors:
        """The vectors of these words, as far as the file has them.

        Raises:
            DataError: if the file is faulty, or is not what it was when the study was planned.
        """
        if file_checksum(self.path) != self.checksum:
            what = "the word vectors have changed since this was planned"
            raise DataError(what, path=self.path, remedy="Run the same again.")
        return read_word_vectors(self.path, among)


def describe_vectors(language: str, path: Path) -> WordVectorFile:
    """Says what a file is, whose beginning is looked at, so that a wrong one is found before any training.

    Raises:
        DataError: if it is not there, or has no vector to begin with.
    """
    path = resolve(path)
    check_word_vectors(path)
    return WordVectorFile(language=language, checksum=file_checksum(path), path=path)
