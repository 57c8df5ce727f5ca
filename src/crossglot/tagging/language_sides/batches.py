"""Sentences as numbers, each word as every language reads it, and the batches that the network takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from crossglot.tagging.bilstm import Places, spellings
from crossglot.tagging.language_sides.network import Batch, SideBatch
from crossglot.tagging.language_sides.settings import Weighting
from crossglot.tagging.language_sides.sides import Side

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Read:
    """Words as one language reads them.

    Attributes:
        rows: (words,), of its vectors of words.
        forms: (words,), which form each word has.
        spelled: the numbers of each form's characters.
    """

    rows: NDArray[np.int64]
    forms: NDArray[np.int64]
    spelled: Sequence[Sequence[int]]


@dataclass(frozen=True)
class Encoded:
    """Sentences as numbers; those of sentence i are `[starts[i] : starts[i + 1]]`.

    Attributes:
        starts: (sentences + 1,).
        sides: the words as each language reads them.
        weights: float32, (words, languages).
        tags: (words,), numbers of tags; all 0 where they are not known.
    """

    starts: NDArray[np.int64]
    sides: tuple[Read, ...]
    weights: NDArray[np.float32]
    tags: NDArray[np.int64]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Words of each sentence."""
        return np.diff(self.starts)

    def words_of(self, sentences: Sequence[int]) -> NDArray[np.int64]:
        """Numbers of these sentences' words, sentence after sentence."""
        return np.concatenate([np.arange(self.starts[i], self.starts[i + 1]) for i in sentences])

    def batch(self, sentences: Sequence[int]) -> Batch:
        """These sentences, each with a word at least, side by side."""
        words = self.words_of(sentences)
        sides = []
        for side in self.sides:
            forms, which = np.unique(side.forms[words], return_inverse=True)
            characters, in_forms = spellings([side.spelled[form] for form in forms.tolist()])
            rows = torch.from_numpy(side.rows[words])
            sides.append(SideBatch(rows, torch.from_numpy(which), characters, in_forms))
        return Batch(
            tuple(sides),
            torch.from_numpy(self.weights[words]),
            Places.of(self.lengths[list(sentences)].tolist()),
            torch.from_numpy(self.tags[words]),
        )


def encode(
    sentences: Sequence[Sequence[str]],
    sides: Sequence[Side],
    weights: NDArray[np.float32],
    tags: Iterable[int] | None = None,
) -> Encoded:
    """Sentences as numbers, with the numbers of their words' tags where they are known."""
    words = [word for sentence in sentences for word in sentence]
    known = np.zeros(len(words), np.int64) if tags is None else np.fromiter(tags, np.int64, len(words))
    starts = np.cumsum([0, *map(len, sentences)])
    return Encoded(starts, tuple(_read(words, side) for side in sides), weights, known)


def _read(words: Sequence[str], side: Side) -> Read:
    reading = {word: side.reading(word) for word in dict.fromkeys(words)}
    forms: dict[str, int] = {}
    for form in reading.values():
        forms.setdefault(form, len(forms))
    numbers = np.array([forms[reading[word]] for word in words], dtype=np.int64)
    rows = np.array([side.row(form) for form in forms], dtype=np.int64)
    return Read(rows[numbers] if forms else numbers, numbers, [side.spell(form) for form in forms])


def as_weights(probabilities: NDArray[np.float64], weighting: Weighting) -> NDArray[np.float32]:
    """What each language's reading of a word is multiplied by, (words, languages); see `Settings`."""
    if weighting == "unweighted":
        return np.full(probabilities.shape, 1 / probabilities.shape[1], np.float32)
    if weighting == "one-best":
        best = np.zeros(probabilities.shape, np.float32)
        best[np.arange(len(best)), probabilities.argmax(axis=1)] = 1.0
        return best
    return probabilities.astype(np.float32)
