"""Correlations and straight lines over weighted cells, all resamples of a bootstrap at once."""

from __future__ import annotations

import numpy as np

from crossglot.statistics.resampling import Floats

TINY = 1e-12
"""A variance below this share of the squared values is rounding, not spread."""


def weighted_pearson(weights: Floats, x: Floats, y: Floats) -> Floats:
    """Correlations: (resamples, cells) → (resamples,); NaN where x or y does not vary."""
    _, _, variance_x, variance_y, together = _moments(weights, x, y)
    return _quotient(together, np.sqrt(variance_x * variance_y))


def weighted_spearman(weights: Floats, x: Floats, y: Floats) -> Floats:
    """Rank correlations, a cell counting as often as it was drawn: (resamples, cells) → (resamples,)."""
    return weighted_pearson(weights, _weighted_ranks(weights, x), _weighted_ranks(weights, y))


def weighted_line(weights: Floats, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Slopes and intercepts: (resamples, cells) → (resamples,) each; NaN where x does not vary."""
    mean_x, mean_y, variance, _, together = _moments(weights, x, y)
    slopes = _quotient(together, variance)
    return slopes, mean_y - slopes * mean_x


def _moments(weights: Floats, x: Floats, y: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Weighted means of x and y and (co)variances; a variance that is only rounding is 0: (resamples,) each.

    x and y are (cells,), or (resamples, cells) where they differ by draw.
    """
    share = weights / weights.sum(axis=1, keepdims=True)
    mean_x, mean_y = (share * x).sum(axis=1), (share * y).sum(axis=1)
    from_x, from_y = x - mean_x[:, None], y - mean_y[:, None]
    variances = [
        np.where(found > TINY * np.square(values).max(), found, 0.0)
        for values, found in ((x, (share * from_x**2).sum(axis=1)), (y, (share * from_y**2).sum(axis=1)))
    ]
    return mean_x, mean_y, variances[0], variances[1], (share * from_x * from_y).sum(axis=1)


def _weighted_ranks(weights: Floats, values: Floats) -> Floats:
    """Mean ranks of values, each standing as often as it weighs: (resamples, cells)."""
    _, which = np.unique(values, return_inverse=True)
    order = np.argsort(which, kind="stable")
    starts = np.flatnonzero(np.diff(which[order], prepend=-1))
    tied = np.add.reduceat(weights[:, order], starts, axis=1)
    ranks: Floats = (tied.cumsum(axis=1) - tied / 2)[:, which]
    return ranks


def _quotient(above: Floats, below: Floats) -> Floats:
    quotient: Floats = np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)
    return quotient
