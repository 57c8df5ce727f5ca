"""The network: each language reads characters and words of its own; their readings are weighed, added up and tagged.

A word stands for the sum over languages of its probability there times (vector of the word, BiLSTM over its
characters). One BiLSTM reads these words, a tanh layer its states, and a softmax gives each word a tag.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn

from crossglot.tagging.bilstm import Places, last_states, states

CHARACTER_WIDTH, CHARACTER_STATES, WORD_WIDTH, WORD_STATES, HIDDEN = 32, 32, 64, 64, 64
READ = WORD_WIDTH + 2 * CHARACTER_STATES


@dataclass(frozen=True, slots=True)
class SideBatch:
    """A batch's words as one language reads them.

    Attributes:
        rows: (words,), of the vectors of words.
        forms: (words,), which of the batch's forms each word has.
        characters: (characters,), of form after form.
        in_forms: where the characters stand.
    """

    rows: torch.Tensor
    forms: torch.Tensor
    characters: torch.Tensor
    in_forms: Places


@dataclass(frozen=True, slots=True)
class Batch:
    """Sentences as the network reads them.

    Attributes:
        sides: one per language.
        weights: (words, languages), what their readings are multiplied by.
        places: where the words stand.
        tags: (words,), numbers of tags; all 0 where they are not known.
    """

    sides: tuple[SideBatch, ...]
    weights: torch.Tensor
    places: Places
    tags: torch.Tensor


class Reader(nn.Module):
    """What one language knows: its words and its characters.

    Args:
        words: how many vectors of words there are, that of unknown ones among them.
        characters: how many there are, the unknown one among them.
    """

    def __init__(self, words: int, characters: int) -> None:
        super().__init__()
        self.words = nn.Embedding(words, WORD_WIDTH)
        self.characters = nn.Embedding(characters, CHARACTER_WIDTH)
        self.character_forwards = nn.LSTM(CHARACTER_WIDTH, CHARACTER_STATES)
        self.character_backwards = nn.LSTM(CHARACTER_WIDTH, CHARACTER_STATES)

    def spellings(self, characters: torch.Tensor, places: Places) -> torch.Tensor:
        """The last state of both directions over each form's characters: (forms, 2 · CHARACTER_STATES)."""
        embedded = self.characters(characters)
        return last_states(self.character_forwards, self.character_backwards, embedded, places)

    def forward(self, batch: SideBatch, rows: torch.Tensor) -> torch.Tensor:
        """The batch's words with these rows of vectors: (words, READ)."""
        spelled = self.spellings(batch.characters, batch.in_forms)
        return torch.cat([self.words(rows), spelled[batch.forms]], dim=1)


class Network(nn.Module):
    """All weights.

    Args:
        sizes: of each language, how many words and characters it has, unknown ones among them.
        tags: how many there are.
    """

    def __init__(self, sizes: Sequence[tuple[int, int]], tags: int) -> None:
        super().__init__()
        self.readers = nn.ModuleList(Reader(*size) for size in sizes)
        self.forwards = nn.LSTM(READ, WORD_STATES)
        self.backwards = nn.LSTM(READ, WORD_STATES)
        self.hidden = nn.Linear(2 * WORD_STATES, HIDDEN)
        self.scores = nn.Linear(HIDDEN, tags)

    def states(self, read: torch.Tensor, places: Places) -> torch.Tensor:
        """What the BiLSTM makes of words as they are read, (words, READ): (words, 2 · WORD_STATES)."""
        return states(self.forwards, self.backwards, read, places)

    def tag_scores(self, states: torch.Tensor, kept: torch.Tensor | None = None) -> torch.Tensor:
        """Scores of tags, (words, tags); `kept`, (words, HIDDEN), is what dropout multiplies the layer below by."""
        hidden = torch.tanh(self.hidden(states))
        scores: torch.Tensor = self.scores(hidden if kept is None else hidden * kept)
        return scores

    @torch.no_grad()
    def draw(self, chance: torch.Generator) -> None:
        """Draws the weights: uniform, a matrix's bounds by the sum of its sides, as DyNet does (Glorot 2010)."""
        for name, weight in self.named_parameters():
            if weight.dim() == 1:
                weight.zero_()
                if name.endswith("bias_ih_l0"):  # a forget gate that is open at the start
                    weight[len(weight) // 4 : len(weight) // 2] = 1.0
                continue
            table = name.endswith(("words.weight", "characters.weight"))
            for part in weight.chunk(4) if "_l0" in name else (weight,):  # an LSTM's four gates are four matrices
                bound = math.sqrt(3 / part.shape[1]) if table else math.sqrt(6 / sum(part.shape))
                part.uniform_(-bound, bound, generator=chance)


def weighed(read: Sequence[torch.Tensor], weights: torch.Tensor) -> torch.Tensor:
    """The sum over languages of (words, width) times their weights, (words, languages)."""
    return torch.stack([weights[:, side, None] * one for side, one in enumerate(read)]).sum(dim=0)


def draw_network(sizes: Sequence[tuple[int, int]], tags: int, *, seed: int = 0, device: str = "cpu") -> Network:
    """A network with weights drawn at random; on the device `meta` they take no memory and have only shapes."""
    with torch.device(device), torch.random.fork_rng(devices=[]):  # layers draw weights of their own when made
        network = Network(sizes, tags)
    if device != "meta":
        network.draw(torch.Generator("cpu").manual_seed(seed))
    return network
