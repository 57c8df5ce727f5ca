"""What a claim is made of: a sentence, a statistic over cells of tables, a direction and a threshold.

A statistic is a mean or a minimum, over cells, of a weighted sum of systems: "M-BERT minus EN-BERT, averaged over the
twelve zero-shot pairs". Or it is a number that an experiment computes of a whole figure, such as a
correlation, and writes as a row of its own. Each experiment has its claims in the tuple CLAIMS of its `claims.py`, each
made by `claim`.

Where a sentence of the paper names a number, that is the threshold. Where it says "big", "comparable" or "surprisingly
good", the threshold is our reading of the word, decided here and nowhere else: a big gap is 10 points, comparable is at
most 5 below, and zero-shot transfer is surprisingly good when it keeps more than half of what training on the target
itself gives.

Rules were written down before the first run was looked at, but for those that say otherwise in `rule`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import permutations
from typing import Literal

MOST_FREQUENT_TAG = "most frequent tag"
M_BERT_UNTRAINED = "m-bert untrained"

BIG, COMPARABLE, HALF = 10.0, -5.0, 0.5
"""How we read words: points for the first two, a share of the own-language score for the last."""
NOISE = 2.0
"""Points by which two accuracies may differ by chance, from training or from the sentences."""

BEFORE_RUNS = "before the first run"
AFTER_RUNS = "after the first runs, 26 November 2026"
"""When a claim's rule was set."""

Origin = Literal["paper", "related", "ours"]
Direction = Literal["above", "below", "within"]
Unit = Literal["languages", "cells"]
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Term:
    """One system's cells in a weighted sum.

    Attributes:
        weight: what the cells are multiplied by.
        experiment: the table they stand in.
        system: `m-bert` or `en-bert` (whatever encoder plays that role), `m-bert untrained`, `most frequent tag`, or a
            cited system by its published name.
        pairs: (source, target) of each cell; the terms of a statistic go together place by place.
    """

    weight: float
    experiment: str
    system: str
    pairs: Pairs


@dataclass(frozen=True, slots=True)
class CellStatistic:
    """A mean or minimum over places of the terms' weighted sum at each place.

    Attributes:
        summary: `mean` or `minimum`.
        terms: what is summed; all have equally many pairs.
        unit: what the uncertainty is about. `languages`: the claim generalises over languages, so they are resampled;
            `cells`: the claim names these very cells, so only seeds and sentences vary.
    """

    summary: Literal["mean", "minimum"]
    terms: tuple[Term, ...]
    unit: Unit


@dataclass(frozen=True, slots=True)
class RowStatistic:
    """One row of results.csv that holds an experiment's own statistic, with its interval.

    Attributes:
        experiment: the table or figure it belongs to.
        system: as in `Term`.
        metric: the row's metric.
        aggregate: what kind of statistic: `correlation`, `difference`, …
        condition: the row's condition, if it has one.
        source: the row's source: a language or a group of them.
        target: likewise.
        layer: the row's hidden layer.
        unit: as in `CellStatistic`.
        pool: how many pairs of sentences the paper searched; a number found among more or fewer does not decide.
    """

    experiment: str
    system: str
    metric: str
    aggregate: str
    condition: str | None = None
    source: str | None = None
    target: str | None = None
    layer: int | None = None
    unit: Unit = "languages"
    pool: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence, and the number that decides it.

    Attributes:
        id: short name, unique.
        where: section and page, or table and page.
        sentence: the paper's words, shortened by `…`; for all others, ours.
        origin: `paper`; `related`: what another paper reports; `ours`.
        says: the statistic in words.
        statistic: the statistic as data, in points (per cent) or, in the row's unit.
        direction: on which side of the threshold the claim puts the statistic; `within`: it is nearer to zero, on
            either side, as a test of equivalence asks.
        threshold: in the unit of the statistic.
        rule: when statistic, direction and threshold were set: `BEFORE_RUNS` or `AFTER_RUNS`.
    """

    id: str
    where: str
    sentence: str
    origin: Origin
    says: str
    statistic: CellStatistic | RowStatistic
    direction: Direction
    threshold: float
    rule: str = BEFORE_RUNS

    @property
    def experiments(self) -> tuple[str, ...]:
        """The tables and figures it needs, each once."""
        if isinstance(self.statistic, RowStatistic):
            return (self.statistic.experiment,)
        return tuple(dict.fromkeys(term.experiment for term in self.statistic.terms))

    @property
    def claimed(self) -> str:
        """Where the claim puts the statistic: `> 0`, `< 5`, `within ±2`."""
        return claimed(self.direction, self.threshold)

    def side(self, low: float, high: float) -> Literal["above", "below", "within", "outside", ""]:
        """On which side of the threshold all of an interval lies; empty where it lies on both."""
        if self.direction == "within":
            if -self.threshold < low and high < self.threshold:
                return "within"
            return "outside" if low > self.threshold or high < -self.threshold else ""
        if low > self.threshold:
            return "above"
        return "below" if high < self.threshold else ""


def claim(
    origin: Origin,
    name: str,
    where: str,
    sentence: str,
    says: str,
    statistic: CellStatistic | RowStatistic,
    direction: Direction,
    threshold: float,
    rule: str = BEFORE_RUNS,
) -> Claim:
    """A claim; the tables and figures that its statistic is of are added to `where` and to `says`.

    To `says` only one is added: a statistic of several tables names each in its place.
    """
    made = Claim(name, where, sentence, origin, says, statistic, direction, threshold, rule)
    tables = [spelled(experiment) for experiment in sorted(made.experiments)]
    if len(tables) == 1:
        return replace(made, where=f"{where}; {tables[0]}", says=f"{says} ({tables[0]})")
    numbers = " and ".join(table.removeprefix("table ") for table in tables)
    return replace(made, where=f"{where}; tables {numbers}")


def claimed(direction: Direction, threshold: float) -> str:
    """Where a claim puts its statistic: `> 0`, `< 5`, `within ±2`."""
    return {"above": "> ", "below": "< ", "within": "within "}[direction] + line_of(direction, threshold)


def line_of(direction: Direction, threshold: float) -> str:
    """The number that a claim's side begins at: `0`, `±2`."""
    return f"±{threshold:g}" if direction == "within" else f"{threshold:g}"


def spelled(experiment: str) -> str:
    """An experiment's key as it is written in a sentence: `table1` → `table 1`."""
    return experiment.replace("table", "table ", 1).replace("figure", "figure ", 1)


def in_sentences(size: int) -> str:
    """A number of training sentences in words: the `condition` of rows of a table that has several such numbers."""
    return f"{size:,} sentence{'' if size == 1 else 's'}"


def zero_shot(languages: str) -> Pairs:
    """All ordered pairs of different languages: what a square table holds off its diagonal."""
    return tuple(permutations(languages.split(), 2))


def own(pairs: Pairs) -> Pairs:
    """For each pair, the diagonal cell of its target."""
    return tuple((target, target) for _, target in pairs)


def turned(pairs: Pairs) -> Pairs:
    """For each pair, the opposite direction."""
    return tuple((target, source) for source, target in pairs)


def over_languages(*terms: Term) -> CellStatistic:
    """Mean of the weighted sum, with languages resampled."""
    return CellStatistic("mean", terms, "languages")


def over_cells(*terms: Term, summary: Literal["mean", "minimum"] = "mean") -> CellStatistic:
    """Mean or minimum over cells that the claim names, with seeds and sentences resampled."""
    return CellStatistic(summary, terms, "cells")
