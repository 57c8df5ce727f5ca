"""The network: characters → BiLSTM, beside a vector of the word → BiLSTM → tanh → scores of tags, for a CRF."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn

from crossglot.tagging.bilstm import Places, last_states, states
from crossglot.tagging.bilstm_crf.crf import Chain

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CHARACTER_WIDTH, CHARACTER_STATES, WORD_STATES, HIDDEN = 25, 25, 100, 100


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
        return last_states(self.character_forwards, self.character_backwards, embedded, places)

    def from_words(self, read: torch.Tensor, places: Places) -> torch.Tensor:
        """Scores of tags from (words, width + characters' states): (longest, sentences, tags)."""
        hidden = torch.tanh(self.hidden(states(self.forwards, self.backwards, read, places)))
        return places.spread(self.scores(hidden), places.forwards)

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


def tags_at(places: Places, numbers: NDArray[np.int64]) -> torch.Tensor:
    """Numbers of tags, sentence after sentence, as (longest, sentences), 0 beyond a sentence's end."""
    tags = torch.zeros(places.longest * places.sequences, dtype=torch.int64)
    tags[places.forwards] = torch.from_numpy(numbers)
    return tags.view(places.longest, places.sequences)
