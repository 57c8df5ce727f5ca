"""Figures 1 and 2 in numbers: how scores of pairs of languages depend on a property of the pair."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from crossglot.results.rows import MEAN, ResultRow
from crossglot.statistics.association import Estimate, correlation, linear_trend, slope_difference
from crossglot.statistics.correction import holm
from crossglot.statistics.intervals import bootstrap_clusters
from crossglot.statistics.matrices import qap, two_way
from crossglot.statistics.minima import minimum_interval

if TYPE_CHECKING:
    from crossglot.languages import Language
    from crossglot.statistics.resampling import Floats, Kin

Pair = tuple[str, str]
Values = Mapping[Pair, float]

QAP_P, QAP_P_WITHOUT = "QAP p", "QAP p without effects"
HOLM = ", Holm"
SLOPE, INTERCEPT, CENTRE = "slope", "intercept", "line at the mean"
"""Aggregates of a trend: points per unit of x; y where x is 0; y at the mean x. Its band follows from the three."""
LANGUAGES_DRAWN = ", languages drawn"
"""End of the aggregate of a row whose interval draws languages as if unrelated, beside the row that draws genera."""
NAMINGS = 1000
NO_SPREAD = 1e-9
SCORE, GAIN = (0.0, 100.0), (-100.0, 100.0)
"""Smallest and largest possible value of an accuracy, F1 or overlap, and of a difference between two."""


@dataclass(frozen=True)
class Scores:
    """One system's zero-shot cells.

    Attributes:
        first: one of its rows, for the fields that all its rows share.
        cells: (source, target) → the row of its mean. Rows made from the cells count those whose training collapsed.
        kin: language → genus, where genera are to be drawn.
    """

    first: ResultRow
    cells: Mapping[Pair, ResultRow]
    kin: Kin = field(default_factory=dict)

    @property
    def values(self) -> dict[Pair, float]:
        """(source, target) → score, for cells that have one."""
        return {pair: row.value for pair, row in self.cells.items() if row.value is not None}

    def row(self, aggregate: str, condition: str | None, estimate: Estimate) -> ResultRow:
        """A statistic of the system as a row; one without a value says why."""
        bounds = estimate.interval
        fields = {
            "condition": condition, "value": estimate.value, "n": estimate.n,
            "ci_low": bounds.low if bounds else None, "ci_high": bounds.high if bounds else None,
            "interval": bounds.kind if bounds else None, "missing": estimate.why if estimate.value is None else None,
        }  # fmt: skip
        kept = {name: getattr(self.first, name) for name in ("experiment", "system", "role", "task", "split", "metric")}
        collapsed = sum(bool(cell.collapsed) for cell in self.cells.values()) or None
        return ResultRow.model_validate({**kept, "aggregate": aggregate, "collapsed": collapsed, **fields})

    def among(self, pairs: Iterable[Pair], other: Scores | None = None) -> Scores:
        """Only the cells of these pairs, for a statistic of no others; with another system, for a comparison of both.

        A comparison counts a cell as collapsed if the training of either system has collapsed.
        """
        cells = {pair: self.cells[pair] for pair in pairs if pair in self.cells}
        for pair in cells.keys() & (other.cells.keys() if other else ()):
            if other and other.cells[pair].collapsed:
                cells[pair] = cells[pair].model_copy(update={"collapsed": other.cells[pair].collapsed})
        return replace(self, cells=cells)

    def rows(self, aggregate: str, condition: str | None, estimate: Callable[[Kin], Estimate]) -> list[ResultRow]:
        """A statistic as a row with genera drawn, and if that differs, as another row with languages drawn."""
        first = self.row(aggregate, condition, estimate(self.kin))
        if not self.kin or first.value is None:
            return [first]
        second = self.row(aggregate + LANGUAGES_DRAWN, condition, estimate({}))
        return [first, second] if (first.ci_low, first.ci_high) != (second.ci_low, second.ci_high) else [first]


def kin_of(languages: Mapping[str, Language]) -> Kin:
    """Language → genus, where it is known."""
    return {key: language.genus for key, language in languages.items() if language.genus}


def zero_shot_scores(rows: Iterable[ResultRow], kin: Kin | None = None) -> dict[str, Scores]:
    """System → its zero-shot cells, in the order of the rows; the diagonal is left out."""
    found: dict[str, dict[Pair, ResultRow]] = {}
    for row in rows:
        if row.aggregate == MEAN and row.source and row.target and row.target not in row.source.split("+"):
            found.setdefault(row.system, {})[row.source, row.target] = row
    return {system: Scores(next(iter(cells.values())), cells, kin or {}) for system, cells in found.items()}


def relation_rows(scores: Scores, x: Values, condition: str) -> list[ResultRow]:
    """Correlations, line and QAP tests of a system's scores against x, over the pairs that have both.

    Args:
        scores: the system's cells.
        x: pair → what may explain its score; pairs without it are left out.
        condition: what x is, in the rows' `condition`.
    """
    values = scores.values
    pairs = [pair for pair in values if pair in x]
    across, up = [x[pair] for pair in pairs], [values[pair] for pair in pairs]
    estimates: dict[str, Callable[[Kin], Estimate]] = {
        "correlation": lambda kin: correlation(across, up, pairs, kin=kin),
        "rank correlation": lambda kin: correlation(across, up, pairs, kin=kin, method="spearman"),
        SLOPE: lambda kin: linear_trend(across, up, pairs, kin=kin).slope,
        INTERCEPT: lambda kin: linear_trend(across, up, pairs, kin=kin).intercept,
        CENTRE: lambda kin: linear_trend(across, up, pairs, kin=kin).centre,
        "correlation without effects": lambda kin: without_effects(x, values, partial(correlation, kin=kin)),
    }
    used = scores.among(pairs)
    rows = [row for name, estimate in estimates.items() for row in used.rows(name, condition, estimate)]
    return [*rows, *qap_rows(scores, x, condition)]


def qap_rows(scores: Scores, x: Values, condition: str) -> list[ResultRow]:
    """QAP p-values of a system's scores against x over the pairs that have both, with and without effects."""
    values = scores.values
    pairs = [pair for pair in values if pair in x]
    matrices = _matrices(x, values, pairs)
    rows = []
    for aggregate, without_effects in ((QAP_P, False), (QAP_P_WITHOUT, True)):
        test = qap(*matrices, permutations=NAMINGS, without_effects=without_effects)
        # A p-value has no interval; its n is the number of renamings of the languages.
        rows.append(scores.among(pairs).row(aggregate, condition, Estimate(test.p, None, test.permutations, test.why)))
    return rows


def corrected(rows: Sequence[ResultRow]) -> list[ResultRow]:
    """The p-values among the rows, each kind corrected for its number by Holm's method, as further rows."""
    found = []
    for aggregate in (QAP_P, QAP_P_WITHOUT):
        tests = [row for row in rows if row.aggregate == aggregate and row.value is not None]
        for row, value in zip(tests, holm([row.value or 0.0 for row in tests]), strict=True):
            found.append(row.model_copy(update={"aggregate": aggregate + HOLM, "value": float(value)}))
    return found


def slope_against(
    scores: Scores, other: Scores, x: Values, other_x: Values, condition: str, name: str
) -> list[ResultRow]:
    """A system's slope minus another's over the pairs that both have; each may have its own x."""
    ours, theirs = scores.values, other.values
    pairs = [pair for pair in ours if pair in theirs and pair in x and pair in other_x]
    across = [x[pair] for pair in pairs], [other_x[pair] for pair in pairs]
    up = [ours[pair] for pair in pairs], [theirs[pair] for pair in pairs]
    used = scores.among(pairs, other)
    return used.rows(f"slope minus {name}", condition, lambda kin: slope_difference(across, up, pairs, kin=kin))


def slopes_within(scores: Scores, other: Scores, x: Values, other_x: Values, kin: Kin | None = None) -> Estimate:
    """A system's slope minus another's over the pairs of one source, mean over sources, which are drawn."""
    ours, theirs = scores.values, other.values
    by_source: dict[str, list[Pair]] = {}
    for pair in ours:
        if pair in theirs and pair in x and pair in other_x:
            by_source.setdefault(pair[0], []).append(pair)
    differences: dict[str, float] = {}
    for source, pairs in by_source.items():
        lines = [
            linear_trend([across[pair] for pair in pairs], [up[pair] for pair in pairs]).slope.value
            for across, up in ((x, ours), (other_x, theirs))
        ]
        if lines[0] is not None and lines[1] is not None:
            differences[source] = lines[0] - lines[1]
    if not differences:
        return Estimate(None, None, 0, "no source with three targets of different overlap")
    numbers = list(differences.values())
    interval = bootstrap_clusters(numbers, [(source,) for source in differences], kin=kin)
    return Estimate(float(np.mean(numbers)), interval, len(numbers))


def mean_rows(scores: Scores, aggregate: str, condition: str, pairs: Iterable[Pair], nothing: str) -> list[ResultRow]:
    """Mean of a system's scores over pairs; `nothing` says why there may be none."""
    kept = list(pairs)
    used = scores.among(kept)
    return used.rows(aggregate, condition, lambda kin: mean_over(used.values, kept, nothing, kin))


def mean_over(
    values: Values,
    pairs: Iterable[Pair],
    nothing: str,
    kin: Kin | None = None,
    bounds: tuple[float, float] = SCORE,
) -> Estimate:
    """Mean over the pairs that have a value, with languages or genera drawn; `nothing` says why there may be none."""
    kept = [pair for pair in pairs if pair in values]
    if not kept:
        return Estimate(None, None, 0, nothing)
    return mean_of([values[pair] for pair in kept], kept, kin, bounds)


def mean_of(
    values: Sequence[float], pairs: Sequence[Pair], kin: Kin | None = None, bounds: tuple[float, float] = SCORE
) -> Estimate:
    """Mean of values, one per cell; a pair may have several."""
    return Estimate(float(np.mean(values)), bootstrap_clusters(values, pairs, kin=kin, bounds=bounds), len(values))


def minimum_row(scores: Scores, aggregate: str, condition: str, pairs: Iterable[Pair], nothing: str) -> ResultRow:
    """The lowest of the pairs' scores, with an interval made of theirs that allows for their number."""
    used = scores.among(pairs)
    rows = [row for row in used.cells.values() if row.value is not None]
    if not rows:
        return used.row(aggregate, condition, Estimate(None, None, 0, nothing))
    values = [row.value or 0.0 for row in rows]
    lows, highs = (
        [value if bound is None else bound for value, bound in zip(values, bounds, strict=True)]
        for bounds in ([row.ci_low for row in rows], [row.ci_high for row in rows])
    )
    return used.row(
        aggregate, condition, Estimate(min(values), minimum_interval(values, lows, highs, most=SCORE[1]), len(rows))
    )


def without_effects(x: Values, y: Values, estimate: Callable[[Floats, Floats, list[Pair]], Estimate]) -> Estimate:
    """An estimate from the residuals of x and y after source and target effects, over the pairs that have both.

    With both as residuals, the slope is that of x in a regression on x, sources and targets together (Frisch and Waugh
    1933; Lovell 1963).
    """
    pairs = sorted(pair for pair in y if pair in x)
    if not pairs:
        return Estimate(None, None, 0, "no cells")
    tables = _matrices({pair: x[pair] for pair in pairs}, y, pairs)
    known = np.isfinite(tables[0])  # row after row, that is, in the order of the sorted pairs
    left = [two_way(table).residuals[known] for table in tables]
    if min(float(np.std(values)) for values in left) < NO_SPREAD:
        return Estimate(None, None, len(pairs), "source and target effects explain everything")
    return estimate(left[0], left[1], pairs)


def _matrices(x: Values, y: Values, pairs: Sequence[Pair]) -> tuple[Floats, Floats]:
    """Both x and y as square matrices over the languages of the pairs; x also where y has no value."""
    names = sorted({language for pair in pairs for language in pair})
    place = {name: number for number, name in enumerate(names)}
    tables = np.full((2, len(names), len(names)), np.nan)
    for table, values in zip(tables, (x, y), strict=True):
        for (source, target), value in values.items():
            if source in place and target in place and source != target:
                table[place[source], place[target]] = value
    return tables[0], tables[1]
