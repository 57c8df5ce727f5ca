"""Sentences whose words are of several languages, as numbers, and the batches that networks read them in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from crossglot.tagging.bilstm import Places, spellings
from crossglot.tagging.stacking.sides import Side

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class OfSide:
    """What a batch has of one language.

    Attributes:
        words: (its words,), which of the batch's words they are.
        rows: (its words,), of its word vectors.
        forms: (its words,), which of its forms each of them has.
        characters: (characters,), of form after form.
        in_forms: where the characters stand.
    """

    words: torch.Tensor
    rows: torch.Tensor
    forms: torch.Tensor
    characters: torch.Tensor
    in_forms: Places


@dataclass(frozen=True, slots=True)
class Batch:
    """Sentences as networks read them.

    Attributes:
        sides: for each language what is its; None where nothing is.
        in_sentences: where the words stand.
        tags: (words,), numbers of tags, sentence after sentence.
    """

    sides: tuple[OfSide | None, ...]
    in_sentences: Places
    tags: torch.Tensor


@dataclass(frozen=True)
class Encoded:
    """Sentences as numbers; those of sentence i are `[starts[i] : starts[i + 1]]`.

    Attributes:
        starts: (sentences + 1,).
        sides: (words,), the language of each.
        rows: (words,), of its language's word vectors.
        forms: (words,), which of all forms each has.
        spelled: the numbers of each form's characters; one form in two languages is two.
        tags: (words,), numbers of tags; all 0 where they are not known.
        count: of languages.
    """

    starts: NDArray[np.int64]
    sides: NDArray[np.int64]
    rows: NDArray[np.int64]
    forms: NDArray[np.int64]
    spelled: Sequence[Sequence[int]]
    tags: NDArray[np.int64]
    count: int

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Words of each sentence."""
        return np.diff(self.starts)

    def batch(self, sentences: Sequence[int]) -> Batch:
        """These sentences, each with a word at least, side by side."""
        words = np.concatenate([np.arange(self.starts[i], self.starts[i + 1]) for i in sentences])
        sides = self.sides[words]
        own = (np.flatnonzero(sides == side) for side in range(self.count))
        return Batch(
            tuple(self._of_side(words, places) if len(places) else None for places in own),
            Places.of([int(self.starts[i + 1] - self.starts[i]) for i in sentences]),
            torch.from_numpy(self.tags[words]),
        )

    def _of_side(self, words: NDArray[np.int64], places: NDArray[np.int64]) -> OfSide:
        forms, which = np.unique(self.forms[words[places]], return_inverse=True)
        characters, in_forms = spellings([self.spelled[form] for form in forms.tolist()])
        rows = torch.from_numpy(self.rows[words[places]])
        return OfSide(torch.from_numpy(places), rows, torch.from_numpy(which), characters, in_forms)


def encode(
    sentences: Sequence[Sequence[str]],
    languages: Sequence[Sequence[str]],
    sides: Sequence[Side],
    tags: Iterable[int] | None = None,
) -> Encoded:
    """Sentences as numbers, with the numbers of their words' tags where they are known.

    Args:
        sentences: words as they are read.
        languages: of each word.
        sides: the languages that there are.
        tags: of all words, sentence after sentence.
    """
    number = {side.language: place for place, side in enumerate(sides)}
    forms: dict[tuple[int, str], int] = {}
    which = np.array(
        [
            forms.setdefault((number[language], word), len(forms))
            for words, own in zip(sentences, languages, strict=True)
            for word, language in zip(words, own, strict=True)
        ],
        dtype=np.int64,
    )
    rows = np.array([sides[side].row(word) for side, word in forms], dtype=np.int64)
    side_of = np.array([side for side, _ in forms], dtype=np.int64)
    known = np.zeros(len(which), np.int64) if tags is None else np.fromiter(tags, np.int64, len(which))
    return Encoded(
        np.cumsum([0, *map(len, sentences)]), side_of[which], rows[which], which,
        [sides[side].spell(word) for side, word in forms], known, len(sides),
    )  # fmt: skip
