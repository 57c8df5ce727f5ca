"""Intervals of scores: of a cell, of an average over cells, of a sum of cells, of a difference between systems.

All intervals are two-sided, seeded and free of NaN. Where there is nothing to resample, both bounds are the value
itself and `kind` says why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crossglot.errors import CrossglotError
from crossglot.statistics.resampling import (
    FEWEST_CLUSTERS,
    Clusters,
    Floats,
    Kin,
    degrees_of_freedom,
    means_of_seeds_alike,
    means_over_clusters,
    means_over_seeds,
    resampled_sums,
    t_quantile,
    units_of,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

FEWEST_SEEDS = 3
"""Fewer seeds are not resampled: two say next to nothing about the variance between seeds."""
FEWEST_FREEDOM = FEWEST_SEEDS - 1
"""Degrees of freedom that a variance between seeds needs, of one tagger or of several together."""

CountStatistic = Callable[[Floats], Floats]

NO_INTERVAL = "no interval: "


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds, and what they mean.

    Attributes:
        low: lower bound, in the unit of the statistic.
        high: upper bound.
        kind: level, method and what was resampled (`95 % bootstrap over 3 seeds and 977 sentences`), or
            `no interval: …` with the reason why both bounds are the value itself.
    """

    low: float
    high: float
    kind: str

    @property
    def known(self) -> bool:
        """Whether the bounds say anything about uncertainty."""
        return not why_none(self.kind)


def why_none(kind: str | None) -> str:
    """Why what stands for a kind of interval is none; empty for a kind that there is."""
    if not kind:
        return "none was made"
    return kind.removeprefix(NO_INTERVAL) if kind.startswith(NO_INTERVAL) else ""


@dataclass(frozen=True, slots=True)
class ScoreEstimate:
    """A score, or a difference of two, in the unit of the statistic, with its interval."""

    value: float
    interval: Interval

    def in_per_cent(self) -> ScoreEstimate:
        """A hundred times as much."""
        bounds = self.interval
        return ScoreEstimate(100 * self.value, Interval(100 * bounds.low, 100 * bounds.high, bounds.kind))


def accuracy(counts: ArrayLike) -> Floats:
    """Right over all: `counts` (…, 2) of right and all → (…), in 0 to 1; 0 where there is nothing to count."""
    table = np.asarray(counts, dtype=np.float64)
    return _ratio(table[..., 0], table[..., 1])


def span_f1(counts: ArrayLike) -> Floats:
    """F1 of spans: `counts` (…, 3) of true positives, predicted and gold → (…), in 0 to 1.

    2 TP / (predicted + gold); 0 where nothing is predicted and nothing is in gold, as conlleval has it.
    """
    table = np.asarray(counts, dtype=np.float64)
    return _ratio(2 * table[..., 0], table[..., 1] + table[..., 2])


def difference_of(statistic: CountStatistic) -> CountStatistic:
    """The statistic of the first half of the counts minus that of the second: counts (…, 2 k) → (…)."""

    def difference(counts: Floats) -> Floats:
        first, second = np.split(np.asarray(counts), 2, axis=-1)
        return statistic(first) - statistic(second)

    return difference


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros(np.shape(whole)), where=whole > 0)


def bootstrap_cell(
    counts: ArrayLike,
    statistic: CountStatistic,
    *,
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
    bounds: tuple[float, float] = (0.0, 1.0),
) -> Interval:
    """Interval of one cell of a table: the statistic of summed counts, averaged over training seeds.

    Sentences are drawn with replacement, the same ones for every seed, since all seeds tag one test set. From three
    seeds on these are drawn with replacement too; two say next to nothing of what seeds differ by (Student's t with one
    degree of freedom reaches 12.7 standard errors: over all of a table's range), so that the interval is then one of
    the mean of these two, over sentences alone, and a table's cells together may tell more (`pooled_interval`). The
    bounds are stretched from the normal's to Student's t quantile, with Welch and
    Satterthwaite's degrees of freedom of the variance between seeds and that between sentences together: three seeds
    that differ much give a wide interval. Where seeds are many or agree, this is the plain percentile bootstrap.
    What differs by chance between seeds within a sentence is counted on both sides, which errs on the wide side.

    Args:
        counts: (seeds, sentences, k).
        statistic: (…, k) → (…); `accuracy` or `span_f1`.
        resamples: how many.
        seed: of the random draws.
        level: of the interval.
        bounds: smallest and largest possible value of the statistic.
    """
    table = np.asarray(counts, dtype=np.float64)
    seeds, sentences, _ = table.shape
    if not seeds or not sentences:
        return Interval(bounds[0], bounds[0], NO_INTERVAL + "nothing was scored")
    observed = statistic(table.sum(axis=1))
    value = float(observed.mean())
    if seeds == sentences == 1:
        return Interval(value, value, NO_INTERVAL + "one seed and one sentence")
    draws = np.random.default_rng(seed)
    by_seed = statistic(resampled_sums(table, draws, resamples))
    if seeds < FEWEST_SEEDS and sentences > 1:
        by_seed, observed = by_seed.mean(axis=1, keepdims=True), observed.mean(keepdims=True)
    low, high = _quantiles(means_over_seeds(by_seed, draws), level)
    stretch = _stretch([observed], [by_seed], sentences, level)
    low, high = (float(np.clip(value + stretch * (bound - value), *bounds)) for bound in (low, high))
    return Interval(low, high, f"{percent(level)} bootstrap over {_units(seeds, sentences)}")


def mean_score(counts: ArrayLike, statistic: CountStatistic) -> float:
    """The statistic of summed counts, averaged over training seeds: counts (seeds, sentences, k)."""
    return float(statistic(np.asarray(counts).sum(axis=1)).mean())


def estimate_cell(
    counts: ArrayLike,
    statistic: CountStatistic,
    *,
    resamples: int = 1000,
    bounds: tuple[float, float] = (0.0, 1.0),
) -> ScoreEstimate:
    """`mean_score` with its interval; see `bootstrap_cell`."""
    interval = bootstrap_cell(counts, statistic, resamples=resamples, bounds=bounds)
    return ScoreEstimate(mean_score(counts, statistic), interval)


def estimate_seeds(
    counts: Mapping[int | None, ArrayLike] | Mapping[int, ArrayLike],
    statistic: CountStatistic,
    *,
    resamples: int = 1000,
    bounds: tuple[float, float] = (0.0, 1.0),
) -> dict[int | None, ScoreEstimate]:
    """The mean over seeds, under None, and then every seed's own; nothing where there are no counts.

    Args:
        counts: seed → (sentences, k); None is the seed where nothing is random.
        statistic: (…, k) → (…).
        resamples: of each bootstrap.
        bounds: smallest and largest possible value of the statistic.
    """
    groups: dict[int | None, list[ArrayLike]] = {None: list(counts.values())} if counts else {}
    groups |= {seed: [of_seed] for seed, of_seed in counts.items() if seed is not None}
    return {
        seed: estimate_cell(np.stack(members), statistic, resamples=resamples, bounds=bounds)
        for seed, members in groups.items()
    }


def pooled_interval(
    value: float, bounds: tuple[float, float], variance: float, seeds: int, freedom: float, *, level: float = 0.95
) -> tuple[float, float]:
    """Bounds of a cell's mean over seeds from those over sentences alone and a variance between seeds known elsewhere.

    Args:
        value: mean over seeds.
        bounds: over sentences alone, at the same level.
        variance: between seeds, pooled over the cells of a table.
        seeds: how many the mean is over.
        freedom: degrees of freedom of the variance.
        level: of the interval.
    """
    normal = t_quantile(np.inf, level)
    of_seeds, of_sentences = variance / seeds, ((bounds[1] - bounds[0]) / 2 / normal) ** 2
    # Test sets have hundreds of sentences; what they vary by is known, beside what seeds do.
    combined = of_seeds + of_sentences
    freedom = freedom * (combined / of_seeds) ** 2 if of_seeds else np.inf
    reach = t_quantile(freedom, level)
    sides = [np.sqrt(of_seeds + ((bound - value) / normal) ** 2) for bound in bounds]
    return value - reach * float(sides[0]), value + reach * float(sides[1])


def bootstrap_clusters(
    values: ArrayLike,
    clusters: Clusters,
    *,
    kin: Kin | None = None,
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> Interval:
    """Interval of the mean of values that share clusters, as the cells of a matrix share source and target languages.

    Languages are drawn with replacement, each once for all roles it plays, since a good source may be an easy target
    too: a cell counts as often as its source was drawn times its target was drawn, a diagonal cell as often as its
    language. With few languages the drawn means are too lumpy for percentiles, so the interval is the mean plus and
    minus Student's t quantile times their standard deviation times √(G / (G - 1)), with G - 1 degrees of freedom; G is
    the number of languages in the role with the fewest. On simulated square matrices of 3 to 16 languages with source,
    target and cell effects, correlated or not, 95 % intervals so made covered the truth in 91 to 100 % of runs.

    Args:
        values: (cells,).
        clusters: for each cell its labels, one per role: `("en", "de")` for source and target, or `("en",)`. A role
            with fewer than three labels is held fixed.
        kin: language → genus; genera are drawn instead, where each role has at least four of them (`units_of`).
        resamples: how many.
        seed: of the random draws.
        level: of the interval.
        bounds: smallest and largest possible value of the mean.
    """
    cells = np.asarray(values, dtype=np.float64)
    if not cells.size:
        return Interval(0.0, 0.0, NO_INTERVAL + "no cells")
    value = float(cells.mean())
    drawn = units_of(clusters, kin)
    if not drawn.roles:
        return Interval(value, value, f"{NO_INTERVAL}fewer than {FEWEST_CLUSTERS} languages")
    means = means_over_clusters(cells, drawn.roles, np.random.default_rng(seed), resamples)
    fewest = drawn.fewest
    reach = float(t_quantile(fewest - 1, level) * np.sqrt(fewest / (fewest - 1)) * means.std())
    kind = f"{percent(level)} bootstrap over {drawn.what}"
    low, high = (float(np.clip(value + side * reach, *bounds)) for side in (-1, 1))
    return Interval(low, high, kind)


def paired_bootstrap(
    counts_a: ArrayLike,
    counts_b: ArrayLike,
    statistic: CountStatistic,
    *,
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
    bounds: tuple[float, float] = (-1.0, 1.0),
) -> ScoreEstimate:
    """Difference of two systems on one test set (Efron and Tibshirani 1993; Berg-Kirkpatrick et al. 2012).

    The same sentences are drawn for both systems, so what makes a sentence hard for both cancels out. Seeds are drawn
    for each system on its own, and few seeds widen the interval as in `bootstrap_cell`. Where one of them has two, both
    systems' seeds are taken to vary alike, so that they tell of it together; two of the one and a single one of the
    other tell nothing of it, and the interval is then about these trainings, over sentences alone.

    Args:
        counts_a: (seeds, sentences, k) of the one system.
        counts_b: (seeds, sentences, k) of the other: the same sentences, perhaps another number of seeds.
        statistic: (…, k) → (…); `accuracy` or `span_f1`.
        resamples: how many.
        seed: of the random draws.
        level: of the interval.
        bounds: smallest and largest possible difference.

    Raises:
        CrossglotError: if the two differ in sentences.
    """
    tables = [np.asarray(counts, dtype=np.float64) for counts in (counts_a, counts_b)]
    seeds, (sentences, others) = [len(table) for table in tables], [table.shape[1] for table in tables]
    if sentences != others:
        raise CrossglotError(f"paired systems must have tagged the same sentences, not {sentences} and {others}")
    if not sentences or not all(seeds):
        return ScoreEstimate(0.0, Interval(0.0, 0.0, NO_INTERVAL + "nothing was scored"))
    observed = [statistic(table.sum(axis=1)) for table in tables]
    value = float(observed[0].mean() - observed[1].mean())
    if sentences == 1 and max(seeds) == 1:
        return ScoreEstimate(value, Interval(value, value, NO_INTERVAL + "one seed and one sentence"))
    draws = np.random.default_rng(seed)
    by_seed = np.split(statistic(resampled_sums(np.concatenate(tables), draws, resamples)), [seeds[0]], axis=1)
    kind = f"{percent(level)} paired bootstrap over {sentences} sentences, {seeds[0]} and {seeds[1]} seeds"
    alike = FEWEST_SEEDS - 1 in seeds and 1 not in seeds
    if sorted(seeds) == [1, FEWEST_SEEDS - 1] and sentences > 1:
        by_seed = [part.mean(axis=1, keepdims=True) for part in by_seed]
        observed = [scores.mean(keepdims=True) for scores in observed]
        kind = f"{percent(level)} paired bootstrap over {sentences} sentences ({seeds[0]} and {seeds[1]} seeds)"
    drawn = means_of_seeds_alike(by_seed, draws) if alike else [means_over_seeds(part, draws) for part in by_seed]
    low, high = _quantiles(drawn[0] - drawn[1], level)
    stretch = _stretch(observed, by_seed, sentences, level, alike=alike)
    low, high = (float(np.clip(value + stretch * (bound - value), *bounds)) for bound in (low, high))
    return ScoreEstimate(value, Interval(low, high, kind))


def combined_interval(
    values: Sequence[float], lows: Sequence[float], highs: Sequence[float], weights: Sequence[float]
) -> tuple[float, float]:
    """Bounds of a weighted sum of independent numbers from each one's own bounds.

    The method of variance estimates recovery (Zou and Donner 2008): each number's distance to its bound adds up in
    squares, the lower bound where the weight is positive, the upper one where it is negative. Exact for normal numbers,
    and it keeps skew. Cells that share a tagger or a test set are not independent: a difference of such cells gets a
    wider interval than it needs.
    """
    value, low, high, weight = (np.asarray(part, dtype=np.float64) for part in (values, lows, highs, weights))
    total = float(weight @ value)
    down = np.where(weight > 0, value - low, high - value) * weight
    up = np.where(weight > 0, high - value, value - low) * weight
    return total - float(np.sqrt(down @ down)), total + float(np.sqrt(up @ up))


def percent(level: float) -> str:
    """A level as it is printed: 0.95 → `95 %`."""
    return f"{100 * level:g} %"


def _quantiles(resampled: Floats, level: float) -> tuple[float, float]:
    low, high = np.quantile(resampled, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _stretch(
    observed: list[Floats], by_seed: list[Floats], sentences: int, level: float, *, alike: bool = False
) -> float:
    """By what to stretch a normal interval to Student's t, given the variances between seeds and between sentences."""
    freedoms = [len(scores) - 1 for scores in observed]
    between_seeds = [float(scores.var(ddof=1)) / len(scores) if len(scores) > 1 else 0.0 for scores in observed]
    if alike:
        pooled = sum(float(scores.var()) * len(scores) for scores in observed) / sum(freedoms)
        between_seeds, freedoms = [sum(pooled / len(scores) for scores in observed)], [sum(freedoms)]
    means = [resampled.mean(axis=1) for resampled in by_seed]
    between_sentences = float((means[0] - means[1] if len(means) > 1 else means[0]).var())
    freedom = degrees_of_freedom([*between_seeds, between_sentences], [*freedoms, sentences - 1])
    return t_quantile(freedom, level) / t_quantile(np.inf, level)


def _units(seeds: int, sentences: int) -> str:
    if sentences == 1:
        return f"{seeds} seeds (one sentence)"
    if seeds < FEWEST_SEEDS:
        return f"{sentences} sentences" + (f" ({seeds} seeds)" if seeds > 1 else "")
    return f"{seeds} seeds and {sentences} sentences"
