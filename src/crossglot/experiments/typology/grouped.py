"""Zero-shot cells between groups of languages: averages, their differences by row and column, tests of the group."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product

import numpy as np

from crossglot.experiments.relations import (
    SCORE,
    Pair,
    Scores,
    corrected,
    qap_rows,
    without_effects,
    zero_shot_scores,
)
from crossglot.results.rows import MEAN, ResultRow
from crossglot.statistics.association import Estimate, linear_trend
from crossglot.statistics.groups import group_contrast
from crossglot.statistics.resampling import Floats, Kin

DIFFERENCE = "difference"
SAME_MINUS_DIFFERENT = "same minus different, without effects"
OTHERS = "others"
"""Name of all groups but one, where there are more than two."""
ARROW = " → "


@dataclass(frozen=True)
class Grouping:
    """Languages in groups.

    Attributes:
        key: its name in rows' `condition`: `81A`, …
        names: of the groups, in the order of tables.
        members: language → its group; a language without one stays out.
    """

    key: str
    names: tuple[str, ...]
    members: Mapping[str, str]


@dataclass(frozen=True)
class Grouped:
    """One system's zero-shot cells whose languages both have a group.

    Attributes:
        scores: all of the system's cells.
        grouping: how languages are grouped.
        groups: (source, target) → (group of the source, group of the target).
        values: (source, target) → score.
    """

    scores: Scores
    grouping: Grouping
    groups: Mapping[Pair, Pair]
    values: Mapping[Pair, float]

    @staticmethod
    def of(scores: Scores, grouping: Grouping) -> Grouped:
        """The cells of a system, grouped."""
        members = grouping.members
        groups = {pair: (members[pair[0]], members[pair[1]]) for pair in scores.values if members.keys() >= {*pair}}
        values = {pair: value for pair, value in scores.values.items() if pair in groups}
        return Grouped(scores, grouping, groups, values)

    def averages(self, cells: Sequence[ResultRow], printed: Printed) -> list[ResultRow]:
        """The mean from each group on each, and each of its seeds."""
        rows = []
        for source, target in product(self.grouping.names, repeat=2):
            place = {"source": source, "target": target}
            one = {(source, target): 1.0}
            mean, *others = self._among(one).rows(MEAN, self.grouping.key, partial(self._contrast, one))
            rows += [row.model_copy(update=place | printed(self, one)) for row in (mean, *others)]
            rows += self._seeds(cells, (source, target), mean.model_copy(update=place))
        return rows

    def _seeds(self, cells: Sequence[ResultRow], groups: Pair, mean: ResultRow) -> list[ResultRow]:
        first, by_seed = self.scores.first, dict[int, list[ResultRow]]()
        for row in cells:
            pair = (row.source or "", row.target or "")
            if row.system == first.system and row.seed is not None and self.groups.get(pair) == groups:
                by_seed.setdefault(row.seed, []).append(row)
        rows = []
        for seed, members in by_seed.items():
            bare = {"seed": seed, "aggregate": None, "ci_low": None, "ci_high": None, "interval": None}
            collapsed = sum(bool(row.collapsed) for row in members) or None
            value = float(np.mean([row.value or 0.0 for row in members]))
            rows.append(mean.model_copy(update=bare | {"value": value, "n": len(members), "collapsed": collapsed}))
        return rows

    def differences(self, printed: Printed) -> list[ResultRow]:
        """For each group: its sources on itself minus on the others, and minus the others' sources on itself.

        The first difference is read off a row of the table, as in the paper; the second off a column: one target.
        """
        rows = []
        for one in self.grouping.names if len(self.grouping.names) > 1 else ():
            others = [name for name in self.grouping.names if name != one]
            other = others[0] if len(others) == 1 else OTHERS
            apart = self if other != OTHERS else self._against(one)
            for minuend, subtrahend, source, target in (
                ((one, one), (one, other), one, f"{one} minus {other}"),
                ((one, one), (other, one), f"{one} minus {other}", one),
            ):
                weights = {minuend: 1.0, subtrahend: -1.0}
                found = apart._among(weights).rows(DIFFERENCE, self.grouping.key, partial(apart._contrast, weights))
                update = {"source": source, "target": target} | printed(self, weights)
                rows += [row.model_copy(update=update) for row in found]
        return rows

    def tests(self) -> list[ResultRow]:
        """The effect of a common order without source and target effects, and its QAP p-value."""
        same = {pair: float(source == target) for pair, (source, target) in self.groups.items()}
        return [
            *self._among(set(self.groups.values())).rows(
                SAME_MINUS_DIFFERENT,
                self.grouping.key,
                lambda kin: without_effects(same, self.values, partial(_slope, kin=kin)),
            ),
            *qap_rows(self.scores, same, self.grouping.key),
        ]

    def _against(self, one: str) -> Grouped:
        """The same cells in two groups: one, and all others together."""
        members = {key: name if name == one else OTHERS for key, name in self.grouping.members.items()}
        return Grouped.of(self.scores, Grouping(self.grouping.key, (one, OTHERS), members))

    def _among(self, groups: Collection[Pair]) -> Scores:
        """The cells of some groups."""
        return self.scores.among(pair for pair, group in self.groups.items() if group in groups)

    def _contrast(self, weights: Mapping[Pair, float], kin: Kin) -> Estimate:
        pairs = list(self.groups)
        return group_contrast(
            [self.values[pair] for pair in pairs],
            [ARROW.join(self.groups[pair]) for pair in pairs],
            pairs,
            {ARROW.join(group): weight for group, weight in weights.items()},
            kin=kin,
            bounds=SCORE,
        )


Printed = Callable[[Grouped, Mapping[Pair, float]], dict[str, object]]
"""Finds the published number for a weighted sum of averages, as fields of its row."""


def none_printed(grouped: Grouped, weights: Mapping[Pair, float]) -> dict[str, object]:  # noqa: ARG001
    """No published number: see `Printed`."""
    return {}


def group_rows(
    cells: Sequence[ResultRow], kin: Kin, groupings: Iterable[Grouping], printed: Printed = none_printed
) -> list[ResultRow]:
    """For each system and grouping its averages, their differences by row and by column, and tests.

    Args:
        cells: of a matrix, with their seeds.
        kin: language → genus.
        groupings: how languages are grouped.
        printed: finds the published numbers of averages and differences.
    """
    rows: list[ResultRow] = []
    tests: list[ResultRow] = []
    of_each = list(groupings)
    for scores in zero_shot_scores(cells, kin).values():
        for grouping in of_each:
            grouped = Grouped.of(scores, grouping)
            rows += [*grouped.averages(cells, printed), *grouped.differences(printed)]
            tests += grouped.tests()
    return [*rows, *tests, *corrected(tests)]


def _slope(x: Floats, y: Floats, pairs: Sequence[Pair], kin: Kin) -> Estimate:
    """The slope of y over x; for an x of 0 and 1 the difference that 1 makes."""
    return linear_trend(x, y, pairs, kin=kin).slope
