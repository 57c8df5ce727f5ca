"""How often the nearest neighbour is the translation, and how sure that is: one bootstrap over pairs for all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crossglot.statistics.intervals import NO_INTERVAL, Interval, percent
from crossglot.statistics.resampling import resampled_sums, t_quantile

if TYPE_CHECKING:
    from numpy.typing import NDArray

RESAMPLES = 1000
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Resampled:
    """Accuracies in per cent, and what they were in each resample of the pairs.

    All accuracies are resampled together, so what is computed from several of them (a difference, a minimum) is
    computed in every resample, and its interval knows that they were measured on the same sentences.

    Attributes:
        observed: (...).
        draws: (resamples, ...).
        pairs: how many pairs there are.
    """

    observed: NDArray[np.float64]
    draws: NDArray[np.float64]
    pairs: int

    def interval(self, observed: float, draws: NDArray[np.float64], low: float, high: float) -> Interval:
        """The percentile interval of a statistic, given its value and its resamples, stretched from normal to t.

        Args:
            observed: the statistic.
            draws: (resamples,).
            low: least possible value.
            high: greatest.
        """
        if self.pairs < 2:
            return Interval(observed, observed, NO_INTERVAL + "one pair")
        stretch = t_quantile(self.pairs - 1, LEVEL) / t_quantile(np.inf, LEVEL)
        bounds = observed + stretch * (np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]) - observed)
        lower, upper = np.clip(bounds, low, high)
        return Interval(float(lower), float(upper), f"{percent(LEVEL)} bootstrap over {self.pairs} pairs")


def resample(right: NDArray[np.bool_], *, resamples: int = RESAMPLES, seed: int = 0) -> Resampled:
    """Accuracies over the last axis, in per cent, with the pairs drawn with replacement.

    Args:
        right: (..., pairs), whether the neighbour found is the translation.
        resamples: how many.
        seed: of the draws; arrays with equally many pairs get the same draws, and may be compared.
    """
    *shape, pairs = right.shape
    columns = right.reshape(-1, pairs).T.astype(np.float64)
    sums = resampled_sums(columns[None], np.random.default_rng(seed), resamples)
    return Resampled(
        observed=100 * columns.mean(axis=0).reshape(shape),
        draws=100 * sums.reshape(resamples, *shape) / pairs,
        pairs=pairs,
    )
