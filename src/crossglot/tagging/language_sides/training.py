"""Training: Adam on the probability of tags, at a rate that falls to zero; the last state stays."""

from __future__ import annotations

import logging

import numpy as np
import torch
from torch.nn import functional

from crossglot.errors import CrossglotError
from crossglot.tagging.bilstm import training_batches
from crossglot.tagging.language_sides.batches import Encoded
from crossglot.tagging.language_sides.network import HIDDEN, READ, WORD_STATES, Batch, Network, weighed
from crossglot.tagging.language_sides.settings import Settings
from crossglot.tagging.spelled import UNKNOWN
from crossglot.tagging.tagger import Progress

_log = logging.getLogger(__name__)


def loss_of(network: Network, batch: Batch, settings: Settings, chance: torch.Generator) -> torch.Tensor:
    """The summed negative log-likelihood of a batch's tags, with what chance leaves out of its words."""
    words = len(batch.tags)

    def kept(width: int) -> torch.Tensor:
        return (torch.rand(words, width, generator=chance) >= settings.dropout) / (1 - settings.dropout)

    unknown = torch.rand(words, generator=chance) < settings.unknown
    sides = zip(network.readers, batch.sides, strict=True)
    read = weighed([reader(side, torch.where(unknown, UNKNOWN, side.rows)) for reader, side in sides], batch.weights)
    found = network.states(read * kept(READ), batch.places) * kept(2 * WORD_STATES)
    return functional.cross_entropy(network.tag_scores(found, kept(HIDDEN)), batch.tags, reduction="sum")


def train(
    network: Network, sentences: Encoded, settings: Settings, *, seed: int, progress: Progress | None = None
) -> None:
    """Trains in place.

    Args:
        network: drawn at random.
        sentences: with their tags.
        settings: see there.
        seed: of the order of sentences, dropout and unknown words.
        progress: told how much is done.

    Raises:
        CrossglotError: if the loss is no longer a number.
    """
    order, chance = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    parameters = list(network.parameters())
    optimiser = torch.optim.Adam(parameters, lr=settings.rate, foreach=True)
    lengths, words = sentences.lengths, max(1, int(sentences.starts[-1]))
    for epoch in range(1, settings.epochs + 1):
        loss, done = 0.0, 0
        for number, chosen in enumerate(training_batches(lengths, settings.batch_size, order)):
            share = (epoch - 1 + done / words) / settings.epochs
            optimiser.param_groups[0]["lr"] = settings.rate * (1 - share)
            batch = sentences.batch(chosen)
            of_batch = loss_of(network, batch, settings, chance)
            optimiser.zero_grad()
            (of_batch / len(batch.tags)).backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(parameters, settings.clip)
            optimiser.step()
            loss += float(of_batch.detach())
            done += len(batch.tags)
            if progress is not None and number % 20 == 0:
                progress((epoch - 1 + done / words) / settings.epochs)
        if not np.isfinite(loss):
            raise CrossglotError(f"the loss of epoch {epoch} is not a number: take a lower rate than {settings.rate}")
        _log.info("epoch %d of %d: loss per word %.4f", epoch, settings.epochs, loss / words)
