"""Training: stochastic gradient descent on the likelihood of tags, the state with the best dev score kept.

Lample et al. step after every sentence. Here a step goes over a few sentences of about one length, on the *sum* of
their gradients at the same rate, clipped at as many times the same norm: as far as their single steps would have gone
together, had all of them been taken from one place.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import numpy as np
import torch

from crossglot.errors import CrossglotError
from crossglot.tagging.bilstm import training_batches
from crossglot.tagging.bilstm_crf.batches import Encoded
from crossglot.tagging.bilstm_crf.crf import log_likelihood
from crossglot.tagging.bilstm_crf.network import CHARACTER_STATES, Batch, Weights
from crossglot.tagging.bilstm_crf.settings import Settings
from crossglot.tagging.spelled import UNKNOWN
from crossglot.tagging.tagger import Progress

_log = logging.getLogger(__name__)


class Sgd:
    """One training's steps.

    Args:
        weights: trained in place.
        settings: see `Settings`.
        once: rows of words that occur once, which now and then are read as the unknown one.
        chance: what is drawn in steps: dropout and unknown words.
    """

    def __init__(self, weights: Weights, settings: Settings, once: list[int], chance: torch.Generator) -> None:
        self.weights, self.settings, self.chance = weights, settings, chance
        self.parameters: list[torch.Tensor] = list(weights.network.parameters())
        self.once = torch.zeros(len(weights.vectors), dtype=torch.bool)
        self.once[once] = True

    def step(self, batch: Batch) -> float:
        """Takes a step and gives the sentences' summed negative log-likelihood before it."""
        settings, vectors = self.settings, self.weights.vectors
        unknown = self.once[batch.words] & (self._draw(len(batch.words)) < settings.unknown)
        rows, which = torch.unique(torch.where(unknown, UNKNOWN, batch.words), return_inverse=True)
        in_use = vectors[rows].requires_grad_()
        width = vectors.shape[1] + 2 * CHARACTER_STATES
        kept = (self._draw(len(batch.words), width) >= settings.dropout) / (1 - settings.dropout)
        emissions = self.weights.network.emissions(batch, in_use[which], kept)
        lengths = batch.in_sentences.lengths
        loss = -log_likelihood(emissions, batch.tags, lengths, self.weights.network.chain).sum()
        gradients = torch.autograd.grad(loss, [*self.parameters, in_use])
        norm = float(torch.nn.utils.get_total_norm(gradients))
        rate = settings.rate * min(1.0, settings.clip * len(lengths) / max(norm, 1e-12))
        with torch.no_grad():
            torch._foreach_add_(self.parameters, list(gradients[:-1]), alpha=-rate)
            vectors[rows] = in_use.detach().add_(gradients[-1], alpha=-rate)
        return float(loss.detach())

    def _draw(self, *shape: int) -> torch.Tensor:
        return torch.rand(*shape, generator=self.chance)


def train(
    weights: Weights,
    sentences: Encoded,
    settings: Settings,
    *,
    once: list[int],
    seed: int,
    score: Callable[[], float],
    progress: Progress | None = None,
) -> tuple[int, float]:
    """Trains in place and leaves the state with the best score, of equal ones the last.

    Args:
        weights: drawn at random, but for pretrained vectors.
        sentences: with their tags.
        settings: see there.
        once: rows of words that occur once.
        seed: of the order of sentences, dropout and unknown words.
        score: of the weights as they are, on sentences that are not trained on.
        progress: told how much is done.

    Returns:
        The epoch whose state was kept, counted from 1, and its score.

    Raises:
        CrossglotError: if the loss is no longer a number.
    """
    order = np.random.default_rng(seed)
    sgd = Sgd(weights, settings, once, torch.Generator().manual_seed(seed))
    best, best_epoch, kept = -1.0, 0, weights.copy()
    lengths, words = sentences.lengths, max(1, len(sentences.rows))
    for epoch in range(1, settings.epochs + 1):
        loss, done = 0.0, 0
        for number, chosen in enumerate(training_batches(lengths, settings.batch_size, order)):
            loss += sgd.step(sentences.batch(chosen))
            done += int(lengths[chosen].sum())
            if progress is not None and number % 20 == 0:
                progress((epoch - 1 + done / words) / settings.epochs)
        if not np.isfinite(loss):
            raise CrossglotError(f"the loss of epoch {epoch} is not a number: take a lower rate than {settings.rate}")
        scored = score()
        _log.info("epoch %d of %d: loss per word %.4f, score %.4f", epoch, settings.epochs, loss / words, scored)
        if scored >= best:
            best, best_epoch, kept = scored, epoch, weights.copy()
    weights.take(kept)
    return best_epoch, best
