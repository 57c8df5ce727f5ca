"""The networks: a tagger of languages apart, and one of code-switched text that reads the first one's hidden layer.

Each reads vectors of words beside what a BiLSTM makes of their characters, both of the word's own language, by two
BiLSTMs one upon the other; a hidden layer gives scores of tags. In the second one, what is read has the hidden layer of
the first beside it (stack-propagation: Zhang and Weiss 2016), and its errors reach down into the first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import nn

from crossglot.tagging.bilstm import Places, last_states, states
from crossglot.tagging.spelled import UNKNOWN
from crossglot.tagging.stacking.batches import Batch, OfSide

WORD_WIDTH, CHARACTER_WIDTH, CHARACTER_STATES, WORD_STATES, HIDDEN = 64, 32, 64, 128, 64

Drop = Callable[[torch.Tensor], torch.Tensor]
"""Leaves numbers out in training; gives back what it is given otherwise."""


class SideReader(nn.Module):
    """One language's words: their vectors, and what a BiLSTM makes of their characters.

    Args:
        rows: of word vectors, the unknown one among them.
        characters: how many there are, the unknown one among them.
    """

    def __init__(self, rows: int, characters: int) -> None:
        super().__init__()
        self.words = nn.Embedding(rows, WORD_WIDTH)
        self.characters = nn.Embedding(characters, CHARACTER_WIDTH)
        self.forwards = nn.LSTM(CHARACTER_WIDTH, CHARACTER_STATES)
        self.backwards = nn.LSTM(CHARACTER_WIDTH, CHARACTER_STATES)

    def forward(self, found: OfSide, unknown: torch.Tensor | None) -> torch.Tensor:
        """(its words, WORD_WIDTH + 2 · CHARACTER_STATES).

        Args:
            found: see there.
            unknown: bool, (its words,), where a word is to be read as an unknown one.
        """
        rows = found.rows if unknown is None else torch.where(unknown, UNKNOWN, found.rows)
        embedded, places = self.characters(found.characters), found.in_forms
        spelled = last_states(self.forwards, self.backwards, embedded, places)
        return torch.cat([self.words(rows), spelled[found.forms]], dim=1)


class BothWays(nn.Module):
    """A BiLSTM over the words of sentences."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.forwards, self.backwards = nn.LSTM(width, WORD_STATES), nn.LSTM(width, WORD_STATES)

    def forward(self, read: torch.Tensor, places: Places) -> torch.Tensor:
        """(words, width) → (words, 2 · WORD_STATES)."""
        return states(self.forwards, self.backwards, read, places)


class Tower(nn.Module):
    """One of the two networks.

    Args:
        sizes: of each language, rows of word vectors and characters.
        tags: how many there are.
        beside: numbers of what is read beside each word.
    """

    def __init__(self, sizes: Sequence[tuple[int, int]], tags: int, beside: int = 0) -> None:
        super().__init__()
        self.sides = nn.ModuleList(SideReader(rows, characters) for rows, characters in sizes)
        self.width = WORD_WIDTH + 2 * CHARACTER_STATES
        self.lower, self.upper = BothWays(self.width + beside), BothWays(2 * WORD_STATES)
        self.hidden, self.scores = nn.Linear(2 * WORD_STATES, HIDDEN), nn.Linear(HIDDEN, tags)

    def read(
        self, batch: Batch, drop: Drop, unknown: torch.Tensor | None = None, beside: torch.Tensor | None = None
    ) -> torch.Tensor:
        """The hidden layer at each word, (words, HIDDEN)."""
        words = self.hidden.weight.new_zeros(len(batch.tags), self.width)
        for side, found in zip(self.sides, batch.sides, strict=True):
            if found is not None:
                words = words.index_copy(0, found.words, side(found, None if unknown is None else unknown[found.words]))
        read = words if beside is None else torch.cat([words, beside], dim=1)
        found = self.upper(drop(self.lower(drop(read), batch.in_sentences)), batch.in_sentences)
        return drop(torch.tanh(self.hidden(drop(found))))


class Network(nn.Module):
    """A network of the languages apart, and perhaps one of code-switched text upon it.

    Args:
        sizes: of each language, rows of word vectors and characters.
        tags: how many there are.
        stacked: whether there is the second one.
    """

    def __init__(self, sizes: Sequence[tuple[int, int]], tags: int, *, stacked: bool) -> None:
        super().__init__()
        self.base = Tower(sizes, tags)
        self.stacked = Tower(sizes, tags, HIDDEN) if stacked else None

    def forward(
        self, batch: Batch, drop: Drop, unknown: torch.Tensor | None = None, *, base: bool = False
    ) -> torch.Tensor:
        """Scores of tags, (words, tags), of the second network if there is one, or with `base` of the first."""
        hidden: torch.Tensor = self.base.read(batch, drop, unknown)
        if base or self.stacked is None:
            return self.base.scores(hidden)  # type: ignore[no-any-return]
        return self.stacked.scores(self.stacked.read(batch, drop, unknown, hidden))  # type: ignore[no-any-return]


def draw_network(
    sizes: Sequence[tuple[int, int]], tags: int, *, stacked: bool, seed: int = 0, device: str = "cpu"
) -> Network:
    """A network drawn at random, as torch's layers draw theirs; on `meta` it has nothing but names and shapes."""
    with torch.device(device), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Network(sizes, tags, stacked=stacked)
