"""Pretrained word vectors from text files: word2vec's, fastText's and GloVe's, with a head line or without."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crossglot.corpora.plain import read_lines
from crossglot.errors import DataError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_REMEDY = "Every line holds a word and, divided by blanks, the numbers of its vector, as many as the first line has."


@dataclass(frozen=True, slots=True)
class WordVectors:
    """Words, each once, and their vectors: float32, (words, width)."""

    words: tuple[str, ...]
    vectors: NDArray[np.float32]


def read_word_vectors(path: Path | str) -> WordVectors:
    """Reads vectors from a text file, plain, .gz or .xz; of a word that is there twice the first counts.

    A first line of two whole numbers (how many words, how wide) is passed over. Words may hold blanks, as some of
    GloVe's do: the last numbers of a line are its vector.

    Raises:
        DataError: naming the line, for one of another width than the first, or with something else than numbers; for a
            file without vectors.
    """
    import numpy as np

    words: dict[str, int] = {}
    rows: list[NDArray[np.float32]] = []
    width = 0
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
        try:
            row = np.array(fields[-width:], dtype=np.float32)
        except ValueError:
            what = f"something else than numbers after '{fields[0][:40]}'"
            raise DataError(what, path=path, line=number, remedy=_REMEDY) from None
        if not np.isfinite(row).all():
            raise DataError(f"a number of '{fields[0][:40]}' is not finite", path=path, line=number, remedy=_REMEDY)
        word = " ".join(fields[:-width])
        if word not in words:
            words[word] = len(rows)
            rows.append(row)
    if not rows:
        raise DataError("has no word vectors", path=path, remedy=_REMEDY)
    return WordVectors(tuple(words), np.stack(rows))


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True
