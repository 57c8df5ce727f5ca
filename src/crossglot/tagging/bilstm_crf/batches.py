"""Sentences as numbers, and the batches that the network reads them in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from crossglot.tagging.bilstm import Places, spellings
from crossglot.tagging.bilstm_crf.network import Batch, tags_at
from crossglot.tagging.bilstm_crf.vocabulary import Vocabulary

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Encoded:
    """Sentences as numbers; those of sentence i are `[starts[i] : starts[i + 1]]`.

    Attributes:
        starts: (sentences + 1,).
        rows: (words,), of the word vectors.
        forms: (words,), which form each word has.
        spelled: the numbers of each form's characters.
        tags: (words,), numbers of tags; all 0 where they are not known.
    """

    starts: NDArray[np.int64]
    rows: NDArray[np.int64]
    forms: NDArray[np.int64]
    spelled: Sequence[Sequence[int]]
    tags: NDArray[np.int64]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Words of each sentence."""
        return np.diff(self.starts)

    def batch(self, sentences: Sequence[int]) -> Batch:
        """These sentences, each with a word at least, side by side."""
        words = np.concatenate([np.arange(self.starts[i], self.starts[i + 1]) for i in sentences])
        forms, which = np.unique(self.forms[words], return_inverse=True)
        places = Places.of([int(self.starts[i + 1] - self.starts[i]) for i in sentences])
        return Batch(
            torch.from_numpy(self.rows[words]),
            torch.from_numpy(which),
            *spellings([self.spelled[form] for form in forms.tolist()]),
            places,
            tags_at(places, self.tags[words]),
        )


def encode(sentences: Sequence[Sequence[str]], vocabulary: Vocabulary, tags: Iterable[int] | None = None) -> Encoded:
    """Sentences as numbers, with the numbers of their words' tags where they are known."""
    forms: dict[str, int] = {}
    numbers = np.array([forms.setdefault(word, len(forms)) for words in sentences for word in words], dtype=np.int64)
    rows = np.array([vocabulary.row(form) for form in forms], dtype=np.int64)
    starts = np.cumsum([0, *map(len, sentences)])
    known = np.zeros(len(numbers), np.int64) if tags is None else np.fromiter(tags, np.int64, len(numbers))
    return Encoded(
        starts, rows[numbers] if forms else numbers, numbers, [vocabulary.spell(form) for form in forms], known
    )
