"""What runs: taggers of more and more sentences, the longest training asked on its way; and their statistics."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from crossglot.corpora.catalogue import root_languages
from crossglot.experiments.cells import until_end
from crossglot.experiments.curve import claims as told
from crossglot.experiments.curve.amounts import Curve, curves_of
from crossglot.experiments.experiment import Evidence, Layout
from crossglot.experiments.relations import GAIN, Pair, Scores, kin_of, mean_over, mean_rows, zero_shot_scores
from crossglot.experiments.setting import Setting
from crossglot.experiments.tables import TransferTable
from crossglot.results.claims import in_sentences
from crossglot.results.rows import MEAN, ZERO_SHOT_MEAN, ResultRow
from crossglot.results.systems import LINEAR_PROBE, System
from crossglot.statistics.association import Estimate, correlation
from crossglot.statistics.intervals import FEWEST_SEEDS, NO_INTERVAL, Interval, bootstrap_clusters
from crossglot.statistics.resampling import Kin

TITLE = "POS accuracy by amount of training text"
SIZES = (50, 100, 200, 500, 1000, 2000)
POINTS = 8
SOURCES = ("en",)
TARGETS = ("en", "de", "es", "it", "nl", "bg", "ru", "hi", "tr", "ja")


@dataclass(frozen=True)
class CurveTable(TransferTable):
    """Each source's own languages first, then the targets."""

    def cells(self, sources: Sequence[str] = (), targets: Sequence[str] = ()) -> list[tuple[str, str]]:
        """See `TransferTable`."""
        return [
            (source, target)
            for source in sources or SOURCES
            for target in dict.fromkeys((*source.split("+"), *(targets or TARGETS)))
        ]


def lay_out(setting: Setting) -> Layout:
    """Taggers of 50 to 2,000 sentences, or of as many as the study allows, which is then the end of the curve."""
    return Layout(
        lambda evidence: _rows(evidence, kin_of(root_languages(setting.corpora.root)), _player(setting, "en-bert")),
        CurveTable(told.KEY, TITLE, "pos", None, (), sizes=sizes_up_to(setting.max_train), checkpoints=POINTS),
    )


def sizes_up_to(most: int | None) -> tuple[int, ...]:
    """The numbers of training sentences of a study that allows at most so many."""
    return SIZES if most is None else (*(size for size in SIZES if size < most), most)


def _player(setting: Setting, role: str) -> str:
    """The name of the encoder that has a role; empty if none has it."""
    return next((each.encoder.name for each in setting.candidates if each.role == role), "")


def _rows(evidence: Evidence, kin: Kin, en_bert: str) -> list[ResultRow]:
    """Cells, their means for each condition, and what the claims rest on."""
    found = _Found.of(evidence.cells, kin)
    means = [row for system in found.systems for row in found.means(system)]
    statistics = [row for system in found.systems for row in found.statistics(system, en_bert)]
    return [*evidence.cells, *means, *statistics]


@dataclass(frozen=True)
class _Found:
    """The cells of a curve.

    Attributes:
        curves: (system, source) → its conditions.
        zero_shot: condition → system → its zero-shot cells.
        own: condition → system → the source's own cell, at every pair.
        gained: (system, source, condition) → what the source's own cell gains from there to the end of the training.
        seeds: system → seeds of its trainings.
        kin: language → genus.
    """

    curves: Mapping[tuple[str, str], Curve]
    zero_shot: Mapping[str, Mapping[str, Scores]]
    own: Mapping[str, Mapping[str, Scores]]
    gained: Mapping[tuple[str, str, str], ResultRow]
    seeds: Mapping[str, Collection[int]]
    kin: Kin

    @classmethod
    def of(cls, cells: Sequence[ResultRow], kin: Kin) -> _Found:
        """From the cells' rows."""
        by_condition: dict[str, list[ResultRow]] = {}
        gained: dict[tuple[str, str, str], ResultRow] = {}
        seeds: dict[str, set[int]] = {}
        for row in cells:
            condition, source = row.condition or "", row.source or ""
            if row.seed is not None:
                seeds.setdefault(row.system, set()).add(row.seed)
            elif row.aggregate == MEAN and row.target and row.metric == told.MEASURE:
                by_condition.setdefault(condition, []).append(row)
            elif row.metric == until_end(told.MEASURE) and row.target == source.partition("+")[0]:
                gained[row.system, source, condition] = row
        zero_shot = {name: zero_shot_scores(members, kin) for name, members in by_condition.items()}
        own = {
            name: {system: _own(scores, members) for system, scores in zero_shot[name].items()}
            for name, members in by_condition.items()
        }
        return cls(curves_of(cells), zero_shot, own, gained, seeds, kin)

    @property
    def systems(self) -> list[str]:
        """Every system once."""
        return list(dict.fromkeys(system for of in self.zero_shot.values() for system in of))

    def means(self, system: str) -> Iterator[ResultRow]:
        """Its zero-shot cells averaged, condition by condition."""
        for condition, of in self.zero_shot.items():
            if system not in of:
                continue
            scores = of[system]
            yield from mean_rows(scores, ZERO_SHOT_MEAN, condition, scores.values, "no cell has a value")

    def statistics(self, system: str, en_bert: str) -> Iterator[ResultRow]:
        """What the claims rest on."""
        few, some, many = (self._at(size, system) for size in (told.FEW, told.SOME, told.MANY))
        if few and some and many:
            yield from _combined(told.OVER_HALF, (many, few, some), lambda most, least, half: half - (most + least) / 2)
            own = [self.own[in_sentences(size)][system] for size in (told.MANY, told.SOME)]
            yield from _combined(
                told.SOURCE_GAINS_MORE,
                (*own, many, some),
                lambda mine, before, theirs, then: mine - before - theirs + then,
            )
            yield from _order(few, many)
        others = {told.OVER_PROBE: System(system, "other").make_twin(LINEAR_PROBE).name, told.OVER_EN_BERT: en_bert}
        for size in (told.FEW, told.MANY):
            for aggregate, name in others.items():
                ours, theirs = self._at(size, system), self._at(size, name)
                if ours and theirs and system != name:
                    yield from _combined(aggregate, (ours, theirs), lambda a, b: a - b, in_sentences(size))
        yield from self._on_the_way(system)

    def _at(self, size: int, system: str) -> Scores | None:
        return self.zero_shot.get(in_sentences(size), {}).get(system)

    def _on_the_way(self, system: str) -> Iterator[ResultRow]:
        """The fall of zero-shot accuracy from its peak within a training, and what the source gains meanwhile.

        The highest of several points is partly so by chance. So each pair's peak is where the other pairs of its source
        are best on average.
        """
        falls: dict[Pair, float] = {}
        rises: dict[str, ResultRow] = {}
        ends: dict[Pair, ResultRow] = {}
        for (name, source), curve in self.curves.items():
            if name != system or not curve.points:
                continue
            at_points = [self.zero_shot[point.condition][system] for point in curve.points]
            pairs = [p for p in at_points[-1].values if p[0] == source and all(p in of.values for of in at_points)]
            table = np.array([[of.values[pair] for pair in pairs] for of in at_points])
            if len(pairs) < 2:
                continue
            ends |= {pair: at_points[-1].cells[pair] for pair in pairs}
            for place, pair in enumerate(pairs):
                peak = int(np.delete(table, place, axis=1).mean(axis=1).argmax())
                falls[pair] = float(table[peak, place] - table[-1, place])
            peak = int(table.mean(axis=1).argmax())
            if row := self.gained.get((system, source, curve.points[peak].condition)):
                rises[source] = row
        if ends:
            used = Scores(next(iter(ends.values())), ends, self.kin)
            yield from used.rows(told.FALL, None, lambda kin: mean_over(falls, falls, "", kin, GAIN))
            yield used.row(told.RISE, None, self._rise(system, rises))

    def _rise(self, system: str, rises: Mapping[str, ResultRow]) -> Estimate:
        """The mean of what sources gain: over one, with its own interval; over several, with these drawn."""
        values = [row.value for row in rises.values() if row.value is not None]
        if not values:
            return Estimate(None, None, 0, "zero-shot accuracy is highest at the end of the training")
        if len(values) > 1:
            interval = bootstrap_clusters(values, [(source,) for source in rises], bounds=GAIN)
            return Estimate(float(np.mean(values)), interval, len(values))
        (row,) = rises.values()
        if len(self.seeds.get(system, ())) < FEWEST_SEEDS:
            why = f"{NO_INTERVAL}fewer than {FEWEST_SEEDS} seeds"
            return Estimate(values[0], Interval(values[0], values[0], why), 1)
        return Estimate(values[0], Interval(row.ci_low or 0.0, row.ci_high or 0.0, row.interval or ""), 1)


def _own(scores: Scores, rows: Sequence[ResultRow]) -> Scores:
    """At every pair of some scores, the cell of its source's own language: the first one where several are joined."""
    (system,) = {row.system for row in scores.cells.values()}
    of_source = {
        row.source: row for row in rows if row.system == system and row.target == (row.source or "").partition("+")[0]
    }
    cells = {pair: of_source[pair[0]] for pair in scores.cells if pair[0] in of_source}
    return Scores(next(iter(cells.values()), scores.first), cells, scores.kin)


def _combined(
    aggregate: str, parts: Sequence[Scores], combine: Callable[..., float], condition: str | None = None
) -> list[ResultRow]:
    """Mean over the pairs that all parts have of what is made of their values; rows are the first part's system's."""
    pairs = [pair for pair in parts[0].values if all(pair in part.values for part in parts)]
    numbers = {pair: combine(*(part.values[pair] for part in parts)) for pair in pairs}
    used = reduce(lambda one, other: one.among(pairs, other), parts)
    return used.rows(
        aggregate, condition, lambda kin: mean_over(numbers, pairs, "no pair has all the values", kin, GAIN)
    )


def _order(few: Scores, many: Scores) -> list[ResultRow]:
    pairs = [pair for pair in few.values if pair in many.values]
    x, y = ([of.values[pair] for pair in pairs] for of in (few, many))
    return few.among(pairs, many).rows(
        told.SAME_ORDER, None, lambda kin: correlation(x, y, pairs, kin=kin, method="spearman")
    )
