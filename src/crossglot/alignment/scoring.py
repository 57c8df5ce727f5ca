"""How often the nearest neighbour is the translation, with intervals by one bootstrap over pairs for all accuracies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crossglot.statistics.intervals import NO_INTERVAL, Interval, percent
from crossglot.statistics.minima import minimum_interval
from crossglot.statistics.resampling import resampled_sums, t_quantile

if TYPE_CHECKING:
    from numpy.typing import NDArray

RESAMPLES = 1000
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Sampled:
    """A number, and its value in each resample of the pairs.

    Attributes:
        value: in per cent, or points.
        draws: (resamples,).
        pairs: how many pairs of sentences it was measured on.
    """

    value: float
    draws: NDArray[np.float64]
    pairs: int

    def minus(self, other: Sampled) -> Sampled:
        """The difference of two numbers measured on the same pairs."""
        return Sampled(self.value - other.value, self.draws - other.draws, self.pairs)

    def interval(self, low: float, high: float) -> Interval:
        """The percentile interval, stretched from the normal's to Student's t quantile, within these limits.

        Where no resample differs (all sentences were found, or none), it reaches as far as the exact binomial interval
        of that (Clopper and Pearson 1934).
        """
        if self.pairs < 2:
            return Interval(self.value, self.value, NO_INTERVAL + "one pair")
        if np.ptp(self.draws) == 0:
            reach = 100 * (1 - ((1 - LEVEL) / 2) ** (1 / self.pairs))
            lower, upper = np.clip([self.value - reach, self.value + reach], low, high)
            return Interval(float(lower), float(upper), f"{percent(LEVEL)} exact over {self.pairs} pairs")
        stretch = t_quantile(self.pairs - 1, LEVEL) / t_quantile(np.inf, LEVEL)
        bounds = self.value + stretch * (np.quantile(self.draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]) - self.value)
        lower, upper = np.clip(bounds, low, high)
        return Interval(float(lower), float(upper), f"{percent(LEVEL)} bootstrap over {self.pairs} pairs")


@dataclass(frozen=True, slots=True)
class Accuracies:
    """Accuracies in per cent, all resampled together.

    A difference of two is computed in every resample, so that its interval knows that they were measured on the same
    sentences. A minimum is not: the least of several resampled numbers lies below the least of the numbers.

    Attributes:
        observed: (...).
        draws: (..., resamples).
        pairs: how many pairs there are.
    """

    observed: NDArray[np.float64]
    draws: NDArray[np.float64]
    pairs: int

    def at(self, *place: int) -> Sampled:
        """One accuracy; without a place, the only one there is."""
        return Sampled(float(self.observed[place]), np.asarray(self.draws[place]), self.pairs)

    def least(self, *place: Any) -> tuple[float, Interval]:
        """The least accuracy of a row of them (the last index a slice), and its interval from theirs."""
        row = [
            Sampled(float(value), draws, self.pairs)
            for value, draws in zip(self.observed[place], self.draws[place], strict=True)
        ]
        values, own = [one.value for one in row], [one.interval(0.0, 100.0) for one in row]
        least = values.index(min(values))
        found = minimum_interval(values, [one.low for one in own], [one.high for one in own], most=100.0)
        kind = own[least].kind + (f", the upper bound for the least of {len(row)}" if own[least].known else "")
        return values[least], Interval(found.low, found.high, kind)


def resampled_accuracies(right: NDArray[np.bool_], *, resamples: int = RESAMPLES, seed: int = 0) -> Accuracies:
    """Accuracies over the last axis, with the pairs drawn with replacement.

    Args:
        right: (..., pairs), whether the neighbour found is the translation.
        resamples: how many.
        seed: of the draws; arrays with equally many pairs get the same draws, and may be compared.
    """
    *shape, pairs = right.shape
    columns = right.reshape(-1, pairs).T.astype(np.float64)
    sums = resampled_sums(columns[None], np.random.default_rng(seed), resamples)
    draws = 100 * sums.reshape(resamples, -1).T / pairs
    return Accuracies(100 * columns.mean(axis=0).reshape(shape), draws.reshape(*shape, resamples), pairs)
