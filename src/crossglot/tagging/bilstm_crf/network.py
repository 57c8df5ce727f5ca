"""The network: characters → BiLSTM, beside a vector of the word → BiLSTM → tanh → scores of tags, for a CRF.

Sentences of a batch stand side by side. A direction that reads backwards gets its words turned round within their own
sentence, so that both directions end in padding, which changes nothing: no sentence sees how long the others are.
Characters are read once for each form of a batch, whichever words have it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from crossglot.tagging.bilstm_crf.crf import Chain

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHARACTER_WIDTH, CHARACTER_STATES, WORD_STATES, HIDDEN = 25, 25, 100, 100
ROUND = 4
"""Lengths are rounded up to multiples of this, and forms in a batch to 16: oneDNN makes a kernel for every shape."""


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


@dataclass(frozen=True, slots=True)
class Batch:
    """Sentences as the network reads them.

    Attributes:
        words: (words,), rows of the word vectors.
        forms: (words,), which of the batch's forms each word has.
        characters: (characters,), of form after form.
        in_forms: where the characters stand.
        in_sentences: where the words stand.
        tags: (longest, sentences), numbers of tags; empty where they are not known.
    """

    words: torch.Tensor
    forms: torch.Tensor
    characters: torch.Tensor
    in_forms: Places
    in_sentences: Places
    tags: torch.Tensor


class Network(nn.Module):
    """Everything but the vectors of words, which are looked up outside: of a batch's words only those few rows change.

    Args:
        width: of a word's vector.
        characters: how many there are, the unknown one among them.
        tags: how many there are.
    """

    def __init__(self, width: int, characters: int, tags: int) -> None:
        super().__init__()
        self.characters = nn.Embedding(characters, CHARACTER_WIDTH)
        self.character_forwards = nn.LSTM(CHARACTER_WIDTH, CHARACTER_STATES)
        self.character_backwards = nn.LSTM(CHARACTER_WIDTH, CHARACTER_STATES)
        self.forwards = nn.LSTM(width + 2 * CHARACTER_STATES, WORD_STATES)
        self.backwards = nn.LSTM(width + 2 * CHARACTER_STATES, WORD_STATES)
        self.hidden = nn.Linear(2 * WORD_STATES, HIDDEN)
        self.scores = nn.Linear(HIDDEN, tags)
        self.transitions = nn.Parameter(torch.zeros(tags, tags))
        self.start, self.end = nn.Parameter(torch.zeros(tags)), nn.Parameter(torch.zeros(tags))

    @property
    def chain(self) -> Chain:
        """The CRF's own scores."""
        return Chain(self.transitions, self.start, self.end)

    def emissions(self, batch: Batch, vectors: torch.Tensor, kept: torch.Tensor | None = None) -> torch.Tensor:
        """Scores of tags, (longest, sentences, tags).

        Args:
            batch: the sentences.
            vectors: (words, width), of its words.
            kept: (words, width + characters' states), what dropout multiplies the words' vectors by.
        """
        spelled = self.spellings(batch.characters, batch.in_forms)
        read = torch.cat([vectors, spelled[batch.forms]], dim=1)
        return self.from_words(read if kept is None else read * kept, batch.in_sentences)

    def spellings(self, characters: torch.Tensor, places: Places) -> torch.Tensor:
        """The last state of both directions over each form's characters: (forms, 2 · CHARACTER_STATES)."""
        embedded = self.characters(characters)
        forms = torch.arange(len(places.lengths))
        last = (places.lengths - 1) * places.sequences + forms
        ways = ((self.character_forwards, places.forwards), (self.character_backwards, places.backwards))
        return torch.cat([run_lstm(lstm, places, embedded, at)[last] for lstm, at in ways], dim=1)

    def from_words(self, read: torch.Tensor, places: Places) -> torch.Tensor:
        """Scores of tags from (words, width + characters' states): (longest, sentences, tags)."""
        ways = ((self.forwards, places.forwards), (self.backwards, places.backwards))
        states = torch.cat([run_lstm(lstm, places, read, at)[at] for lstm, at in ways], dim=1)
        return places.spread(self.scores(torch.tanh(self.hidden(states))), places.forwards)

    @torch.no_grad()
    def draw(self, chance: torch.Generator) -> None:
        """Draws the weights as the released code does: uniform, a matrix's bounds by the sum of its sides."""
        for name, weight in self.named_parameters():
            if weight.dim() == 1:
                weight.zero_()
                if name.endswith("bias_ih_l0"):  # a forget gate that is open at the start
                    weight[len(weight) // 4 : len(weight) // 2] = 1.0
            else:  # an LSTM's four gates are four matrices
                parts = weight.chunk(4) if "_l0" in name else (weight,)
                for part in parts:
                    bound = math.sqrt(6 / sum(part.shape))
                    part.uniform_(-bound, bound, generator=chance)


@dataclass(frozen=True, eq=False)
class Weights:
    """A network and the vectors of words: float32, (rows, width)."""

    network: Network
    vectors: torch.Tensor

    def tensors(self) -> dict[str, torch.Tensor]:
        """All of them by name; the memory is shared."""
        state: dict[str, torch.Tensor] = self.network.state_dict()
        return {**state, "vectors": self.vectors}

    def copy(self) -> dict[str, torch.Tensor]:
        """All of them by name, in memory of their own."""
        return {name: tensor.clone() for name, tensor in self.tensors().items()}

    @torch.no_grad()
    def take(self, tensors: Mapping[str, torch.Tensor]) -> None:
        """Gives them the values of `tensors`, which has all of them."""
        for name, tensor in self.tensors().items():
            tensor.copy_(tensors[name])


def draw_weights(rows: int, width: int, characters: int, tags: int, *, seed: int = 0, device: str = "cpu") -> Weights:
    """Weights drawn at random, for so many words (the unknown one among them), characters and tags.

    On the device `meta` they take no memory and have nothing but names and shapes.
    """
    with torch.device(device), torch.random.fork_rng(devices=[]):  # layers draw weights of their own when made
        chance = torch.Generator("cpu").manual_seed(seed)
        network = Network(width, characters, tags)
        vectors = torch.empty(rows, width)
    if device != "meta":
        network.draw(chance)
        bound = math.sqrt(6 / (rows + width))
        vectors.uniform_(-bound, bound, generator=chance)
    return Weights(network, vectors)


def run_lstm(lstm: nn.LSTM, places: Places, items: torch.Tensor, at: torch.Tensor) -> torch.Tensor:
    """States of an LSTM over the items at these places, flattened: (longest · sequences, states)."""
    states: torch.Tensor = lstm(places.spread(items, at))[0]
    return states.flatten(0, 1)


def tags_at(places: Places, numbers: NDArray[np.int64]) -> torch.Tensor:
    """Numbers of tags, sentence after sentence, as (longest, sentences), 0 beyond a sentence's end."""
    tags = torch.zeros(places.longest * places.sequences, dtype=torch.int64)
    tags[places.forwards] = torch.from_numpy(numbers)
    return tags.view(places.longest, places.sequences)
