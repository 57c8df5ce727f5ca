"""Transfer between groups of languages by word order: macro-averages, rows and columns, and what is left (table 5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from crossglot.engine.step import Step
from crossglot.experiments.cells import are_papers_treebanks
from crossglot.experiments.experiment import Evidence
from crossglot.experiments.relations import (
    SCORE,
    Pair,
    Scores,
    corrected,
    kin_of,
    qap_rows,
    without_effects,
    zero_shot_scores,
)
from crossglot.experiments.setting import Setting
from crossglot.experiments.tables import TransferTable
from crossglot.experiments.typology.plan import languages_of, pos_table
from crossglot.experiments.typology.word_order import GROUPS, group_of
from crossglot.languages import LANGUAGES, PAPER_POS, Language
from crossglot.paper.published import lookup
from crossglot.results.rows import MEAN, ResultRow
from crossglot.statistics.association import Estimate, linear_trend
from crossglot.statistics.groups import group_contrast
from crossglot.statistics.resampling import Floats, Kin

if TYPE_CHECKING:
    from crossglot.drawing.chart_exhibit import Drawn

TITLE = "POS accuracy between word-order groups, macro-averages"
DIFFERENCE = "difference"
SAME_MINUS_DIFFERENT = "same minus different, without effects"
ARROW = " → "


@dataclass(frozen=True)
class GroupsExperiment:
    """Macro-averages of zero-shot cells between groups of languages; see `Experiment`."""

    key: str = "table5"
    title: str = TITLE
    own: bool = True

    def table(self, setting: Setting) -> TransferTable:
        """The cells that are averaged: those of figure 2."""
        return pos_table(self.key, self.title, setting)

    def steps(self, setting: Setting) -> Sequence[Step]:  # noqa: ARG002
        """None: groups are known without."""
        return ()

    def draw(self, rows: Sequence[ResultRow]) -> Drawn:
        """See `Experiment`."""
        from crossglot.experiments.typology.groups_drawing import group_table

        return group_table(rows)

    def rows(self, setting: Setting, evidence: Evidence) -> list[ResultRow]:
        """For each system and grouping its four averages, their differences by row and by column, and tests."""
        languages = languages_of(setting)
        papers = {candidate.encoder.name for candidate in setting.candidates if candidate.papers}
        rows: list[ResultRow] = []
        tests: list[ResultRow] = []
        for system, scores in zero_shot_scores(evidence.cells, kin_of(languages)).items():
            for grouping in GROUPS:
                grouped = _Grouped.of(scores, grouping, languages, papers=system in papers)
                rows += [*grouped.averages(evidence.cells), *grouped.differences()]
                tests += grouped.tests()
        return [*rows, *tests, *corrected(tests)]


@dataclass(frozen=True)
class _Grouped:
    """One system's zero-shot cells whose languages both have a group.

    Attributes:
        scores: all of the system's cells.
        grouping: `81A`, …
        names: the two groups.
        groups: (source, target) → (group of the source, group of the target).
        values: (source, target) → score.
        papers: whether the system is the paper's own, fine-tuned by its recipe on all data.
    """

    scores: Scores
    grouping: str
    names: tuple[str, ...]
    groups: Mapping[Pair, Pair]
    values: Mapping[Pair, float]
    papers: bool

    @staticmethod
    def of(scores: Scores, grouping: str, languages: Mapping[str, Language], *, papers: bool) -> _Grouped:
        groups: dict[Pair, Pair] = {}
        for pair in scores.values:
            one, other = (group_of(languages[key], grouping) if key in languages else None for key in pair)
            if one and other:
                groups[pair] = (one, other)
        values = {pair: value for pair, value in scores.values.items() if pair in groups}
        return _Grouped(scores, grouping, tuple(GROUPS[grouping].values()), groups, values, papers)

    def averages(self, cells: Sequence[ResultRow]) -> list[ResultRow]:
        """The table's four cells, each with its seeds."""
        first = self.scores.first
        rows = []
        for source, target in product(self.names, repeat=2):
            place = {"source": source, "target": target}
            one = {(source, target): 1.0}
            mean, *others = self._among(one).rows(MEAN, self.grouping, partial(self._contrast, one))
            rows += [row.model_copy(update=place | self._published(one)) for row in (mean, *others)]
            by_seed: dict[int, list[ResultRow]] = {}
            for row in cells:
                pair = (row.source or "", row.target or "")
                if row.system == first.system and row.seed is not None and self.groups.get(pair) == (source, target):
                    by_seed.setdefault(row.seed, []).append(row)
            for seed, members in by_seed.items():
                bare = {"seed": seed, "aggregate": None, "ci_low": None, "ci_high": None, "interval": None}
                collapsed = sum(bool(row.collapsed) for row in members) or None
                value = float(np.mean([row.value or 0.0 for row in members]))
                update = place | bare | {"value": value, "n": len(members), "collapsed": collapsed}
                rows.append(mean.model_copy(update=update))
        return rows

    def differences(self) -> list[ResultRow]:
        """Same order minus different order: of each row, as the paper reads the table, and of each column."""
        rows = []
        for one, other in (self.names, self.names[::-1]):
            for minuend, subtrahend, source, target in (
                ((one, one), (one, other), one, f"{one} minus {other}"),
                ((one, one), (other, one), f"{one} minus {other}", one),
            ):
                weights = {minuend: 1.0, subtrahend: -1.0}
                found = self._among(weights).rows(DIFFERENCE, self.grouping, partial(self._contrast, weights))
                update = {"source": source, "target": target} | self._published(weights)
                rows += [row.model_copy(update=update) for row in found]
        return rows

    def tests(self) -> list[ResultRow]:
        """What is left of order when good sources and easy targets are taken away, and how likely by chance."""
        same = {pair: float(source == target) for pair, (source, target) in self.groups.items()}
        return [
            *self._among(set(self.groups.values())).rows(
                SAME_MINUS_DIFFERENT,
                self.grouping,
                lambda kin: without_effects(same, self.values, partial(_slope, kin=kin)),
            ),
            *qap_rows(self.scores, same, self.grouping),
        ]

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

    def _published(self, weights: Mapping[Pair, float]) -> dict[str, object]:
        """What the paper's averages add up to with these weights, where it prints them for such an encoder."""
        first = self.scores.first
        printed = [lookup(first.experiment, *pair, condition=self.grouping) for pair in weights]
        if first.role not in ("m-bert", "other") or None in printed:
            return {}
        value = sum(weight * one.value for weight, one in zip(weights.values(), printed, strict=True) if one)
        return {"published": round(value, 2), "comparable": self.papers and self._is_papers()}

    def _is_papers(self) -> bool:
        """Whether these are the paper's languages, all of them, in the paper's data."""
        wanted = {key for key in PAPER_POS if group_of(LANGUAGES[key], self.grouping)}
        rows = [self.scores.cells[pair] for pair in self.groups]
        corpora = [corpus for row in rows for corpus in (row.source_corpus, row.target_corpus)]
        return wanted == {source for source, _ in self.groups} and are_papers_treebanks(corpora)


def _slope(x: Floats, y: Floats, pairs: Sequence[Pair], kin: Kin) -> Estimate:
    """What a unit of x is worth: of an x that is 1 or 0, what being 1 is."""
    return linear_trend(x, y, pairs, kin=kin).slope
