"""Training of both networks by Adam, and the tags that they give."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional

from crossglot.batching import length_groups
from crossglot.tagging.bilstm import MOST_PLACES, training_batches
from crossglot.tagging.stacking.batches import Encoded
from crossglot.tagging.stacking.network import Network
from crossglot.tagging.stacking.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

_log = logging.getLogger(__name__)


def train(
    network: Network,
    sentences: Encoded,
    settings: Settings,
    *,
    base: bool,
    seed: int,
    progress: Callable[[float], None],
) -> None:
    """Trains in place: with `base` the first network alone, otherwise both by what the second one says.

    Args:
        network: see there.
        sentences: with their tags.
        settings: see there.
        base: which network's tags are learned.
        seed: of the order of sentences, dropout and unknown words.
        progress: told how much of this training is done.
    """
    order, chance = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    parameters = list((network.base if base else network).parameters())
    adam = torch.optim.Adam(parameters, lr=settings.rate, foreach=True)
    kept = 1 - settings.dropout

    def drop(numbers: torch.Tensor) -> torch.Tensor:
        return numbers * (torch.rand(numbers.shape, generator=chance) < kept) / kept

    for epoch in range(settings.epochs):
        batches, total = training_batches(sentences.lengths, settings.batch_size, order), 0.0
        for number, chosen in enumerate(batches):
            share = (epoch + number / len(batches)) / settings.epochs
            adam.param_groups[0]["lr"] = settings.rate * (1 - share)
            batch = sentences.batch(chosen)
            unknown = torch.rand(len(batch.tags), generator=chance) < settings.unknown
            loss = functional.cross_entropy(network(batch, drop, unknown, base=base), batch.tags)
            adam.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(parameters, settings.clip)
            adam.step()
            total += float(loss.detach()) * len(batch.tags)
            if number % 20 == 0:
                progress(share)
        words = max(1, len(sentences.tags))
        _log.info("epoch %d of %d: loss per word %.4f", epoch + 1, settings.epochs, total / words)


@torch.no_grad()
def best_tags(network: Network, sentences: Encoded) -> list[list[int]]:
    """Numbers of the tags of every sentence, in order."""
    lengths = sentences.lengths.tolist()
    found: list[list[int]] = [[] for _ in lengths]
    with_words: Sequence[int] = [i for i, length in enumerate(lengths) if length]
    for group in length_groups([lengths[i] for i in with_words], MOST_PLACES):
        chosen = [with_words[i] for i in group]
        best = network(sentences.batch(chosen), lambda numbers: numbers).argmax(dim=1).tolist()
        for sentence in chosen:
            found[sentence], best = best[: lengths[sentence]], best[lengths[sentence] :]
    return found
