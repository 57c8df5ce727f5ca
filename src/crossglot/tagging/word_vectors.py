"""Pretrained word vectors from text files: word2vec's, fastText's and GloVe's, with a head line or without."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crossglot.corpora.plain import read_lines
from crossglot.errors import DataError
from crossglot.tagging.spelled import without_digits

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_REMEDY = "Every line holds a word and, divided by blanks, the numbers of its vector, as many as the first line has."


@dataclass(frozen=True, slots=True)
class WordVectors:
    """Words, each once, and their vectors: float32, (words, width)."""

    words: tuple[str, ...]
    vectors: NDArray[np.float32]


def forms(word: str) -> tuple[str, str, str]:
    """The spellings that a word is looked for among pretrained vectors by: as it is, in lower case, digits as 0."""
    return word, word.lower(), without_digits(word.lower())


def look_up(word: str, known: Mapping[str, int]) -> int | None:
    """The place of a word among pretrained vectors, by the first of its forms that is there."""
    return next((known[form] for form in forms(word) if form in known), None)


def read_word_vectors(path: Path | str, among: Collection[str] | None = None) -> WordVectors:
    """Reads vectors from a text file, plain, .gz or .xz; of a word that is there twice the first counts.

    A first line of two whole numbers (how many words, how wide) is passed over. Words may hold blanks, as some of
    GloVe's do: the last numbers of a line are its vector.

    Args:
        path: the file.
        among: the only words that are wanted, whose lines alone are read as numbers; the file may have none of them.

    Raises:
        DataError: naming the line, for one of another width than the first, or with something else than numbers; for a
            file without vectors.
    """
    import numpy as np

    words: dict[str, int] = {}
    rows: list[NDArray[np.float32]] = []
    width = 0
    for number, word, numbers in _lines(path):
        width = len(numbers)
        if word not in words and (among is None or word in among):
            words[word] = len(rows)
            rows.append(_vector(path, number, word, numbers))
    return WordVectors(tuple(words), np.array(rows, dtype=np.float32).reshape(len(rows), width))


def check_word_vectors(path: Path | str) -> None:
    """Makes sure that a file begins like one of word vectors, without reading it to its end.

    Raises:
        DataError: if it does not.
    """
    _vector(path, *next(_lines(path)))


def _lines(path: Path | str) -> Iterator[tuple[int, str, list[str]]]:
    """Of each vector the number of its line, its word, and its numbers, all equally many, as they are written."""
    width, found = 0, False
    for number, line in enumerate(read_lines(path), start=1):
        fields = line.strip().replace("\t", " ").split(" ")
        if number == 1 and len(fields) == 2 and all(field.isascii() and field.isdigit() for field in fields):
            width = int(fields[1])
            continue
        if fields == [""]:
            continue
        width = width or len(fields) - 1
        if len(fields) <= max(1, width) or (len(fields) > width + 1 and _is_number(fields[-width - 1])):
            what = f"{len(fields) - 1} numbers after '{fields[0][:40]}', where vectors of {width or 'some'} are wanted"
            raise DataError(what, path=path, line=number, remedy=_REMEDY)
        found = True
        yield number, " ".join(fields[:-width]), fields[-width:]
    if not found:
        raise DataError("has no word vectors", path=path, remedy=_REMEDY)


def _vector(path: Path | str, line: int, word: str, numbers: list[str]) -> NDArray[np.float32]:
    import numpy as np

    try:
        row = np.array(numbers, dtype=np.float32)
    except ValueError:
        what = f"something else than numbers after '{word[:40]}'"
        raise DataError(what, path=path, line=line, remedy=_REMEDY) from None
    if not np.isfinite(row).all():
        raise DataError(f"a number of '{word[:40]}' is not finite", path=path, line=line, remedy=_REMEDY)
    return row


def joined(parts: Sequence[WordVectors]) -> WordVectors:
    """The words of all, one's after another's; of a word that several have the first counts.

    Raises:
        DataError: if they are not of one width.
    """
    import numpy as np

    widths = [part.vectors.shape[1] for part in parts]
    if len(set(widths)) > 1:
        said = " and ".join(map(str, dict.fromkeys(widths)))
        raise DataError(
            f"word vectors of {said} numbers cannot be read by one tagger", remedy="Take files of one width."
        )
    rows: dict[str, NDArray[np.float32]] = {}
    for part in parts:
        for word, row in zip(part.words, part.vectors, strict=True):
            rows.setdefault(word, row)
    return WordVectors(tuple(rows), np.array(list(rows.values()), dtype=np.float32).reshape(len(rows), widths[0]))


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True
