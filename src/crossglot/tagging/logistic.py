"""Multinomial logistic regression by L-BFGS, of vectors or of sparse features."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional

from crossglot.corpora.sentences import TaggedSentence

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_SCORES = 5_000_000
"""Most words times labels of a fit, so that a set of a thousand labels takes no longer than UPOS."""

_SAMPLE_SEED = 0


@torch.no_grad()
def fit_weights(
    size: int,
    labels: torch.Tensor,
    scores: Callable[[NDArray[np.float64]], torch.Tensor],
    slope: Callable[[torch.Tensor], torch.Tensor],
    *,
    penalty: float,
    iterations: int,
    tolerance: float,
    memory: int = 10,
) -> NDArray[np.float64]:
    """The weights of least mean cross entropy with an L2 penalty, from zero; nothing is random.

    Args:
        size: how many weights there are.
        labels: (words,), numbers of labels.
        scores: weights → (words, labels), linear in them.
        slope: its transpose: (words, labels) → as many numbers as there are weights, in their order.
        penalty: half of this times the squared weights is added to the mean cross entropy.
        iterations: at most.
        tolerance: it ends when an iteration lowers the loss by no more than this share.
        memory: how many iterations L-BFGS remembers, each with two copies of the weights.
    """
    from scipy.optimize import minimize

    words = torch.arange(len(labels), device=labels.device)

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        log_shares = functional.log_softmax(scores(flat), dim=-1)
        fit = -log_shares[words, labels].mean(dtype=torch.float64).item()
        excess = log_shares.exp_()
        excess[words, labels] -= 1.0
        gradient = (slope(excess) / len(labels)).double().cpu().numpy().ravel() + penalty * flat
        return fit + penalty / 2 * float(flat @ flat), gradient

    options = {"maxiter": iterations, "gtol": 1e-5, "ftol": tolerance, "maxcor": memory}
    found: NDArray[np.float64] = minimize(loss, np.zeros(size), jac=True, method="L-BFGS-B", options=options).x
    return found


def at_most(sentences: Sequence[TaggedSentence], words: int) -> Sequence[TaggedSentence]:
    """All sentences, or a sample of them with about so many words, drawn with a fixed seed and kept in order."""
    lengths = np.fromiter(map(len, sentences), np.int64, len(sentences))
    if lengths.sum() <= words:
        return sentences
    order = np.random.default_rng(_SAMPLE_SEED).permutation(len(sentences))
    chosen = order[: max(1, int(np.searchsorted(np.cumsum(lengths[order]), words, side="right")))]
    return [sentences[i] for i in sorted(chosen.tolist())]
