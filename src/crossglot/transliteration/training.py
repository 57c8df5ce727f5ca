"""Training of the encoder–decoder on pairs that are spelled anew in every epoch."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from random import Random

import numpy as np
import torch

from crossglot.transliteration.alphabet import Alphabet
from crossglot.transliteration.network import EncoderDecoder
from crossglot.transliteration.settings import Settings

_log = logging.getLogger(__name__)


def train(
    network: EncoderDecoder,
    alphabet: Alphabet,
    words: Sequence[str],
    spell: Callable[[str, Random], str],
    settings: Settings,
    *,
    seed: int,
    progress: Callable[[float], None] | None = None,
) -> None:
    """Trains in place on words, each as often as it stands there, and spellings of them.

    Args:
        network: drawn at random.
        alphabet: its characters.
        words: with the alphabet's characters only.
        spell: a word and a source of chance → one spelling of it.
        settings: see there.
        seed: of spellings, order and dropout.
        progress: told how much is done.
    """
    spelling_chance, order = Random(seed), np.random.default_rng(seed)  # noqa: S311
    dropout = torch.Generator().manual_seed(seed)
    parameters = list(network.parameters())
    adam = torch.optim.Adam(parameters, lr=settings.rate, betas=(0.9, 0.98))
    for epoch in range(settings.epochs):
        drawn = order.permutation(len(words))[: settings.most_pairs].tolist()
        pairs = [(alphabet.spelling(spell(words[place], spelling_chance)), words[place]) for place in drawn]
        batches = _batches([pair for pair in pairs if pair[0]], settings.batch_size, order)
        total = 0.0
        for number, batch in enumerate(batches):
            share = (epoch + number / len(batches)) / settings.epochs
            adam.param_groups[0]["lr"] = settings.rate * (1 - share)
            loss = -network.log_likelihood(*_tensors(batch, alphabet), dropout).mean()
            adam.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(parameters, settings.clip)
            adam.step()
            total += float(loss.detach()) * len(batch)
            if progress is not None and number % 20 == 0:
                progress(share)
        _log.info("epoch %d of %d: loss per word %.3f", epoch + 1, settings.epochs, total / max(1, len(pairs)))


Pair = tuple[tuple[int, ...], str]


def _batches(pairs: Sequence[Pair], size: int, order: np.random.Generator) -> list[list[Pair]]:
    """Pairs whose spellings are equally long, in batches, in random order."""
    by_length: dict[int, list[Pair]] = {}
    for pair in pairs:
        by_length.setdefault(len(pair[0]), []).append(pair)
    batches = [
        same[start : start + size] for _, same in sorted(by_length.items()) for start in range(0, len(same), size)
    ]
    return [batches[place] for place in order.permutation(len(batches)).tolist()]


def _tensors(batch: Sequence[Pair], alphabet: Alphabet) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Spellings, words with their ends, and where these are."""
    numbers = [alphabet.word(word) for _, word in batch]
    words = torch.nn.utils.rnn.pad_sequence([torch.tensor(one) for one in numbers], batch_first=True)
    inside = torch.arange(words.shape[1]) < torch.tensor(list(map(len, numbers)))[:, None]
    return torch.tensor([spelling for spelling, _ in batch]), words, inside
