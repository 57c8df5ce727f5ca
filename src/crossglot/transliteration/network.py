"""The encoder–decoder: a BiLSTM reads a spelling's characters, an LSTM with attention writes the word's.

Attention is Luong et al.'s (2015, "Effective approaches to attention-based neural machine translation", section 3.1,
general scores): the state after each character written looks at all characters read, and what it sees has a say in
which character comes next. It does not go back into the LSTM, so that a training runs over whole words at once.

Spellings of a batch are equally long, so that nothing of them is padding; words written may be padded at their ends,
which changes nothing before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import nn

from crossglot.transliteration.alphabet import END, Alphabet

WIDTH, READING, WRITING = 32, 64, 128
"""Numbers of a character's vector, of one direction's state in reading, and of the state in writing."""

State = tuple[torch.Tensor, torch.Tensor]
"""What the LSTM that writes remembers: two of (1, words, WRITING)."""


@dataclass(frozen=True, slots=True)
class Read:
    """Spellings that were read.

    Attributes:
        seen: (words, characters, WRITING), what attention gives of each character.
        keys: (words, characters, WRITING), what attention compares with.
        state: that writing begins with.
    """

    seen: torch.Tensor
    keys: torch.Tensor
    state: State

    def of(self, words: torch.Tensor) -> Read:
        """Those of these words, which may be named more than once."""
        return Read(self.seen[words], self.keys[words], (self.state[0][:, words], self.state[1][:, words]))


class EncoderDecoder(nn.Module):
    """See the module.

    Args:
        alphabet: its characters.
        dropout: share of numbers left out in training, of vectors and of what is seen.
    """

    def __init__(self, alphabet: Alphabet, dropout: float = 0.0) -> None:
        super().__init__()
        outputs = len(alphabet.written) + 1
        self.of_read = nn.Embedding(max(1, len(alphabet.read)), WIDTH)
        self.of_written = nn.Embedding(outputs, WIDTH)
        self.reading = nn.LSTM(WIDTH, READING, batch_first=True, bidirectional=True)
        self.beginning = nn.Linear(2 * READING, WRITING)
        self.seeing = nn.Linear(2 * READING, WRITING)
        self.keys = nn.Linear(2 * READING, WRITING, bias=False)
        self.writing = nn.LSTM(WIDTH, WRITING, batch_first=True)
        self.combining = nn.Linear(2 * WRITING, WRITING)
        self.scores = nn.Linear(WRITING, outputs)
        self.dropout = dropout

    def read(self, spellings: torch.Tensor, chance: torch.Generator | None = None) -> Read:
        """Reads spellings, (words, characters); with `chance`, numbers are left out."""
        states, (last, _) = self.reading(self._dropped(self.of_read(spellings), chance))
        begin = torch.tanh(self.beginning(last.transpose(0, 1).flatten(1)))[None]
        return Read(self.seeing(states), self.keys(states), (begin, torch.zeros_like(begin)))

    def next_scores(
        self, read: Read, before: torch.Tensor, state: State, chance: torch.Generator | None = None
    ) -> tuple[torch.Tensor, State]:
        """Scores of what comes after each of the characters `before`, (words, steps) → (words, steps, outputs)."""
        states, state = self.writing(self._dropped(self.of_written(before), chance), state)
        weights = torch.softmax(states @ read.keys.transpose(1, 2) / WRITING**0.5, dim=-1)
        combined = torch.tanh(self.combining(torch.cat([states, weights @ read.seen], dim=-1)))
        return self.scores(self._dropped(combined, chance)), state

    def log_likelihood(
        self, spellings: torch.Tensor, words: torch.Tensor, inside: torch.Tensor, chance: torch.Generator | None = None
    ) -> torch.Tensor:
        """The log probability of each word given its spelling, (words,).

        Args:
            spellings: (words, characters).
            words: (words, longest), numbers with their `END`; any beyond.
            inside: (words, longest), where a word is, its `END` included.
            chance: of dropout; none without it.
        """
        read = self.read(spellings, chance)
        before = torch.cat([torch.full_like(words[:, :1], END), words[:, :-1]], dim=1)
        scores, _ = self.next_scores(read, before, read.state, chance)
        found = torch.log_softmax(scores, dim=-1).gather(2, words[..., None])[..., 0]
        return torch.where(inside, found, 0.0).sum(dim=1)

    def _dropped(self, numbers: torch.Tensor, chance: torch.Generator | None) -> torch.Tensor:
        if chance is None or not self.dropout:
            return numbers
        return numbers * (torch.rand(numbers.shape, generator=chance) >= self.dropout) / (1 - self.dropout)


def draw_network(alphabet: Alphabet, *, seed: int = 0, dropout: float = 0.0, device: str = "cpu") -> EncoderDecoder:
    """A network drawn at random, as torch's layers draw theirs; on `meta` it has nothing but names and shapes."""
    with torch.device(device), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return EncoderDecoder(alphabet, dropout)


@torch.no_grad()
def take(network: EncoderDecoder, tensors: Mapping[str, torch.Tensor]) -> None:
    """Gives a network these weights, all of them."""
    for name, weight in network.state_dict().items():
        weight.copy_(tensors[name])
