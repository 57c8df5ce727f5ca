"""BiLSTMs over sequences side by side, for taggers that read words and their characters by them.

Sequences of a batch stand side by side. A direction that reads backwards gets its items turned round within their own
sequence, so that both directions end in padding, which changes nothing: no sequence sees how long the others are.
Characters are read once for each form of a batch, whichever words have it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import nn

ROUND, FORMS_ROUND = 4, 16
"""Lengths and numbers of forms are rounded up to multiples of these: oneDNN makes a kernel for every shape."""

MOST_PLACES = 2048
"""Words of a batch, padding counted, so that a batch of long sentences takes no more memory; one may be longer."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where items of sequences side by side stand in a flattened (longest · sequences) array, time after time.

    Attributes:
        longest: steps of time.
        sequences: how many stand side by side.
        lengths: (sequences,).
        forwards: (items,), sequence after sequence.
        backwards: (items,), the same items where each sequence is turned round.
    """

    longest: int
    sequences: int
    lengths: torch.Tensor
    forwards: torch.Tensor
    backwards: torch.Tensor

    @classmethod
    def of(cls, lengths: Sequence[int], *, multiple: int = 1) -> Places:
        """Of sequences with at least one item each, their number rounded up to a multiple."""
        counts = np.array(lengths, dtype=np.int64)
        side = -(-len(counts) // multiple) * multiple
        ends = np.cumsum(counts)
        within = np.arange(ends[-1]) - np.repeat(ends - counts, counts)
        sequence = np.repeat(np.arange(len(counts)), counts)
        turned = np.repeat(counts, counts) - 1 - within
        longest = -(-int(counts.max()) // ROUND) * ROUND
        places = (torch.from_numpy(time * side + sequence) for time in (within, turned))
        return cls(longest, side, torch.from_numpy(counts), *places)

    def spread(self, items: torch.Tensor, at: torch.Tensor) -> torch.Tensor:
        """(items, width) → (longest, sequences, width), with zeros in between."""
        width = items.shape[1]
        flat = items.new_zeros(self.longest * self.sequences, width).index_copy(0, at, items)
        return flat.view(self.longest, self.sequences, width)


def states(forwards: nn.LSTM, backwards: nn.LSTM, items: torch.Tensor, places: Places) -> torch.Tensor:
    """The states of both directions at every item, (items, width): (items, 2 · states)."""
    ways = ((forwards, places.forwards), (backwards, places.backwards))
    return torch.cat([_run(lstm, places, items, at)[at] for lstm, at in ways], dim=1)


def last_states(forwards: nn.LSTM, backwards: nn.LSTM, items: torch.Tensor, places: Places) -> torch.Tensor:
    """The last state of both directions over each sequence of items, (items, width): (sequences, 2 · states)."""
    last = (places.lengths - 1) * places.sequences + torch.arange(len(places.lengths))
    ways = ((forwards, places.forwards), (backwards, places.backwards))
    return torch.cat([_run(lstm, places, items, at)[last] for lstm, at in ways], dim=1)


def _run(lstm: nn.LSTM, places: Places, items: torch.Tensor, at: torch.Tensor) -> torch.Tensor:
    """States of an LSTM over the items at these places, flattened: (longest · sequences, states)."""
    found: torch.Tensor = lstm(places.spread(items, at))[0]
    return found.flatten(0, 1)


def spellings(spelled: Sequence[Sequence[int]]) -> tuple[torch.Tensor, Places]:
    """The characters of forms, form after form, and where they stand."""
    characters = torch.tensor([number for numbers in spelled for number in numbers], dtype=torch.int64)
    return characters, Places.of([len(numbers) for numbers in spelled], multiple=FORMS_ROUND)


def training_batches(lengths: NDArray[np.int64], size: int, chance: np.random.Generator) -> list[list[int]]:
    """Every sentence with words once, those of a batch about equally long, drawn anew each time, in random order."""
    drawn = chance.permutation(len(lengths))
    order = drawn[np.argsort(lengths[drawn], kind="stable")]
    batches: list[list[int]] = []
    for sentence in order[lengths[order] > 0].tolist():
        last = batches[-1] if batches else []
        if batches and len(last) < size and (len(last) + 1) * int(lengths[sentence]) <= MOST_PLACES:
            last.append(sentence)
        else:
            batches.append([sentence])
    return [batches[i] for i in chance.permutation(len(batches))]
