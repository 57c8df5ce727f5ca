"""Approximate randomisation: whether two systems differ on the same sentences by more than chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crossglot.errors import CrossglotError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from crossglot.statistics.intervals import CountStatistic

ENOUGH = 200
"""Draws as large as what was observed after which no more are made: the p-value's standard error is 7 % of it."""

_AT_ONCE = 1_000_000  # signs drawn at a time: they stay in the cache


@dataclass(frozen=True, slots=True)
class SwapTest:
    """A difference of two systems on one test set.

    Attributes:
        value: first minus second, in the unit of the statistic.
        p: two-sided p-value; 1 if the systems do not differ on any sentence.
        sentences: how many were swapped or not.
    """

    value: float
    p: float
    sentences: int


def swap_test(
    counts_a: ArrayLike,
    counts_b: ArrayLike,
    statistic: CountStatistic,
    *,
    permutations: int = 5000,
    seed: int = 0,
) -> SwapTest:
    """Approximate randomisation (Noreen 1989; Yeh 2000): what the systems made of a sentence is swapped or not.

    If the two were equally good, whose output is whose would be chance: the p-value is the share of random swaps, the
    observed assignment included, whose difference is as large. Once `ENOUGH` are as large no more are drawn (Besag and
    Clifford 1991): only small p-values need many. Several seeds of a system are averaged sentence by
    sentence first, so the test is about these very taggers on other sentences, not about other seeds;
    `paired_bootstrap` takes account of both.

    Args:
        counts_a: (sentences, k) of the one system, or (seeds, sentences, k).
        counts_b: of the other: the same sentences, perhaps another number of seeds.
        statistic: (…, k) → (…); `accuracy` or `span_f1`.
        permutations: how many at most, the observed assignment included.
        seed: of the random draws.

    Raises:
        CrossglotError: if the two differ in sentences, or there are none.
    """
    tables = [np.asarray(counts, dtype=np.float64) for counts in (counts_a, counts_b)]
    one, other = [table.mean(axis=0) if table.ndim == 3 else table for table in tables]
    if one.shape != other.shape or not len(one):
        raise CrossglotError(f"paired systems must have tagged the same sentences, not {len(one)} and {len(other)}")
    middle, half = (one + other).sum(axis=0) / 2, (one - other) / 2
    value = float(statistic(one.sum(axis=0)) - statistic(other.sum(axis=0)))
    draws = np.random.default_rng(seed)
    rows, as_large, tried = max(1, _AT_ONCE // len(one)), 1, 1
    while tried < permutations and as_large < ENOUGH:
        size = min(rows, permutations - tried)
        swaps = draws.integers(0, 2, size=(size, len(one)), dtype=np.int8) * 2.0 - 1.0
        moved = swaps @ half
        drawn = statistic(middle + moved) - statistic(middle - moved)
        as_large += int((np.abs(drawn) >= abs(value) - 1e-12).sum())
        tried += size
    return SwapTest(value, as_large / tried, len(one))
