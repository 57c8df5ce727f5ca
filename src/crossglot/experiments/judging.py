"""Verdicts on claims, from the rows of results.csv alone; they make up claims.csv."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from crossglot.experiments.cells import is_papers_corpus
from crossglot.experiments.claims import CLAIMS
from crossglot.experiments.statistic_rows import StatisticRows
from crossglot.paper.published import CITED, EN_BERT, M_BERT, lookup
from crossglot.results.claims import M_BERT_UNTRAINED, CellStatistic, Claim, RowStatistic, line_of, spelled
from crossglot.results.rows import MEAN
from crossglot.results.systems import UNTRAINED, System, find_twin
from crossglot.results.verdicts import JudgedClaim, Verdict
from crossglot.statistics.intervals import (
    FEWEST_FREEDOM,
    FEWEST_SEEDS,
    NO_INTERVAL,
    Interval,
    bootstrap_clusters,
    combined_interval,
    why_none,
)
from crossglot.statistics.minima import FROM_CELLS, minimum_interval

if TYPE_CHECKING:
    import polars

HOLDS: Final = "holds"
FAILS: Final = "does not hold"
OPEN: Final = "cannot tell"
DIGITS = 4
"""Decimals of a claim's value and its bounds."""
NAMED_AT_MOST = 4
"""How many things a verdict names before it counts the rest."""

Key = tuple[str, str, str, str]  # experiment, system, source, target


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table as results.csv has it, in points; the bounds of a cited number are the number itself."""

    value: float
    low: float
    high: float
    interval: str
    task: str = ""
    target_corpus: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A cell's part in a statistic."""

    weight: float
    key: Key
    cell: Cell


Places = Sequence[Sequence[Entry]]
"""For each place of a statistic the cells that are summed there."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a run says about a claim; `why` is to be read after the value, where there is one."""

    verdict: Verdict
    why: str
    value: float | None = None
    interval: Interval | None = None


class UndecidedError(Exception):
    """Why a claim cannot be judged; caught within this module."""


def judge(
    results: polars.DataFrame,
    *,
    claims: Iterable[Claim] = CLAIMS,
    players: Mapping[str, str] | None = None,
    systems: Iterable[System] = (),
) -> list[JudgedClaim]:
    """Judges every claim about the experiments that were run.

    A claim holds when the whole interval of its statistic lies on the claimed side of the threshold, and does not hold
    when all of it lies on the other side. Otherwise, and where a cell is missing, a training collapsed, an encoder has
    one seed only, or no interval can be given, nobody can tell. Where a claim is about an average over languages,
    languages are resampled; where it names cells, their own intervals (seeds and sentences) are combined. That of a
    minimum is such that "all above" needs all above, and its upper bound allows for the number of cells.

    Args:
        results: rows in the schema of results.csv.
        claims: the claims to judge.
        players: role (`m-bert`, `en-bert`) → the system that plays it; by default the one with that role there.
        systems: those of the results, for whose twin each is.
    """
    run = _Run(results, players or {}, tuple(systems))
    return [run.judge(claim) for claim in claims if run.experiments & set(claim.experiments)]


class _Run:
    """The cells of a results table, by experiment, system, source and target."""

    def __init__(self, results: polars.DataFrame, players: Mapping[str, str], systems: Sequence[System]) -> None:
        self.players, self.systems = players, systems
        self.experiments: set[str] = set()
        self.by_role: dict[str, dict[str, None]] = {}
        self.cells: dict[Key, Cell] = {}
        self.reasons: dict[Key, str] = {}
        self.seeds: dict[Key, set[int]] = {}
        self.statistics = StatisticRows()
        for row in results.iter_rows(named=True):
            self._take(row)

    def _take(self, row: Mapping[str, object]) -> None:
        self.experiments.add(str(row["experiment"]))
        self.by_role.setdefault(str(row["role"]), {})[str(row["system"])] = None
        self.statistics.take(row)
        key = (str(row["experiment"]), str(row["system"]), str(row["source"]), str(row["target"]))
        value, low, high, seed = (row[name] for name in ("value", "ci_low", "ci_high", "seed"))
        if isinstance(seed, int) and value is not None:
            self.seeds.setdefault(key, set()).add(seed)
        elif row["aggregate"] == MEAN and row.get("collapsed"):
            self.reasons[key] = "its training collapsed"
        elif row["aggregate"] == MEAN and isinstance(value, float):
            kind = str(row["interval"] or "")
            known = isinstance(low, float) and isinstance(high, float) and not why_none(kind)
            bounds = (float(str(low)), float(str(high))) if known else (value, value)
            corpus = row["target_corpus"]
            where = str(corpus) if corpus else None
            self.cells[key] = Cell(value, *bounds, kind if known else "", str(row["task"]), where)
        elif row["aggregate"] == MEAN:
            self.reasons[key] = str(row["missing"] or "")

    def judge(self, claim: Claim) -> JudgedClaim:
        """One claim with its verdict."""
        statistic = claim.statistic
        try:
            decision = (
                self._by_row(claim, statistic)
                if isinstance(statistic, RowStatistic)
                else self._by_cells(claim, statistic)
            )
        except UndecidedError as reason:
            decision = Decision(OPEN, str(reason))
        bounds = decision.interval if decision.interval and decision.interval.known else None
        players = {} if decision.value is None else self._players(statistic)
        return JudgedClaim(
            id=claim.id, origin=claim.origin, where=claim.where, sentence=claim.sentence, statistic=claim.says,
            direction=claim.direction, threshold=claim.threshold,
            value=None if decision.value is None else round(decision.value, DIGITS),
            low=round(bounds.low, DIGITS) if bounds else None, high=round(bounds.high, DIGITS) if bounds else None,
            interval=bounds.kind if bounds else None, verdict=decision.verdict, why=decision.why,
            m_bert=players.get(M_BERT), en_bert=players.get(EN_BERT), rule=claim.rule,
        )  # fmt: skip

    def _by_cells(self, claim: Claim, statistic: CellStatistic) -> Decision:
        """The verdict by the cells of tables; UndecidedError if any is missing."""
        places = self._places(claim, statistic)
        sums = [sum(entry.weight * entry.cell.value for entry in place) for place in places]
        value = min(sums) if statistic.summary == "minimum" else sum(sums) / len(sums)
        if statistic.unit == "languages":
            interval = bootstrap_clusters(sums, statistic.terms[0].pairs, bounds=_possible(statistic))
        else:
            interval = _from_cells(statistic, places)
        single = {entry.key[1] for place in places for entry in place if len(self.seeds.get(entry.key, ())) == 1}
        if statistic.unit == "cells" and (pairs := self._lone_pairs(places)):
            return Decision(OPEN, f"from two seeds of one source only of {_listed(pairs)}", value, interval)
        decision = _decide(claim, value, interval, sorted(single))
        return replace(decision, why=decision.why + _lowest(statistic, sums))

    def _lone_pairs(self, places: Places) -> list[str]:
        """Systems of two seeds and one source, whose intervals are over sentences alone."""
        sources: dict[tuple[str, str], set[str]] = {}
        for (experiment, system, source, _), seeds in self.seeds.items():
            if len(seeds) < FEWEST_SEEDS:
                sources.setdefault((experiment, system), set()).add(source)
        entries = [entry for place in places for entry in place if len(self.seeds.get(entry.key, ())) == 2]
        return sorted({entry.key[1] for entry in entries if len(sources[entry.key[:2]]) < FEWEST_FREEDOM})

    def _by_row(self, claim: Claim, statistic: RowStatistic) -> Decision:
        """The verdict by a row that an experiment wrote; UndecidedError if it is not there or has no value."""
        if statistic.experiment not in self.experiments:
            raise UndecidedError(f"{spelled(statistic.experiment)} was not run")
        system = self._system(statistic.system)
        found = self.statistics.find(statistic, system)
        if isinstance(found, str):
            raise UndecidedError(f"no {statistic.aggregate} for {system} ({spelled(statistic.experiment)}){found}")
        if collapsed := self.statistics.collapsed(statistic, system):
            trainings = "a training" if collapsed == 1 else f"{collapsed} trainings"
            return Decision(OPEN, f"with {trainings} that collapsed among its cells", *found)
        if statistic.pool is not None and (others := self.statistics.other_pools(statistic, system)):
            why = f"the paper searches {statistic.pool:,} pairs of sentences, and among fewer more are found"
            return Decision(OPEN, f"{why} ({_listed(others, ', ')})", *found)
        if self.statistics.seeds(statistic, system) == FEWEST_SEEDS - 1:
            return Decision(OPEN, "from two seeds only, whose interval is over sentences alone", *found)
        single = any(len(seeds) == 1 for key, seeds in self.seeds.items() if key[:2] == (statistic.experiment, system))
        return _decide(claim, *found, [system] if single else [])

    def _places(self, claim: Claim, statistic: CellStatistic) -> Places:
        """The cells a claim needs; UndecidedError if any is not there."""
        for experiment in claim.experiments:
            if experiment not in self.experiments:
                raise UndecidedError(f"{spelled(experiment)} was not run")
        missing: list[Key] = []
        places: list[list[Entry]] = []
        for pairs in zip(*(term.pairs for term in statistic.terms), strict=True):
            places.append([])
            for term, (source, target) in zip(statistic.terms, pairs, strict=True):
                key = (term.experiment, self._system(term.system), source, target)
                cell = self.cells.get(key) or _cited(key)
                if cell is None:
                    missing.append(key)
                else:
                    places[-1].append(Entry(term.weight, key, cell))
        if missing:
            raise UndecidedError("no value for " + self._absences(missing))
        _same_data(places)
        return places

    def _system(self, player: str) -> str:
        """The system in the results that a term's system stands for."""
        if player == M_BERT_UNTRAINED:
            twin = find_twin(self.systems, self._system(M_BERT), UNTRAINED)
            if twin is None:
                raise UndecidedError(f"no value for {self._system(M_BERT)} with random weights, which was not run")
            return twin.name
        if player not in (M_BERT, EN_BERT):
            return player
        if player in self.players:
            return self.players[player]
        found = list(self.by_role.get(player, {}))
        if len(found) == 1:
            return found[0]
        if found:
            raise UndecidedError(f"several encoders play {player}: {', '.join(found)}")
        raise UndecidedError(f"no encoder plays {player}")

    def _absences(self, keys: Sequence[Key]) -> str:
        """The missing cells and why they are missing, grouped by system, table and reason."""
        groups: dict[tuple[str, str], dict[str, None]] = {}
        for key in keys:
            experiment, system, source, target = key
            whole = not any(known[:2] == key[:2] for known in (*self.cells, *self.reasons))
            group = groups.setdefault((f"{system} ({spelled(experiment)})", self.reasons.get(key, "")), {})
            if not whole:
                group[f"{source} → {target}"] = None
        return _listed(
            [
                who + (f", {_listed(list(pairs), ', ')}" if pairs else "") + (f" ({why})" if why else "")
                for (who, why), pairs in groups.items()
            ]
        )

    def _players(self, statistic: CellStatistic | RowStatistic) -> dict[str, str]:
        """Which systems play the paper's encoders in a statistic."""
        parts = (statistic,) if isinstance(statistic, RowStatistic) else statistic.terms
        roles = [M_BERT if part.system == M_BERT_UNTRAINED else part.system for part in parts]
        return {role: self._system(role) for role in roles if role in (M_BERT, EN_BERT)}


def _lowest(statistic: CellStatistic, sums: Sequence[float]) -> str:
    """Where a minimum lies."""
    if statistic.summary != "minimum":
        return ""
    source, target = statistic.terms[0].pairs[sums.index(min(sums))]
    return f"; lowest at {source} → {target}"


def _cited(key: Key) -> Cell | None:
    """The published number of a cell whose system the paper cites; None for other systems."""
    experiment, system, source, target = key
    printed = lookup(experiment, source, target, role=CITED, system=system)
    return Cell(printed.value, printed.value, printed.value, CITED) if printed else None


def _same_data(places: Places) -> None:
    """Makes sure that published numbers are compared with ours on the paper's test data only.

    Training data do not count: they are part of a system, and cited systems had their own.
    """
    others: dict[str, None] = {}
    for place in places:
        if any(entry.cell.interval == CITED for entry in place):
            for entry in place:
                cell = entry.cell
                if cell.interval != CITED and not is_papers_corpus(cell.task, cell.target_corpus):
                    others[f"{entry.key[3]} is {cell.target_corpus or 'unnamed'}"] = None
    if others:
        raise UndecidedError(f"the published numbers are for the paper's data, but here {_listed(list(others))}")


def _possible(statistic: CellStatistic) -> tuple[float, float]:
    """Smallest and largest possible value of the weighted sum of scores from 0 to 100."""
    weights = [term.weight for term in statistic.terms]
    return 100 * sum(min(weight, 0.0) for weight in weights), 100 * sum(max(weight, 0.0) for weight in weights)


def _from_cells(statistic: CellStatistic, places: Places) -> Interval:
    """The interval of a statistic over named cells, from the cells' own."""
    entries = [entry for place in places for entry in place]
    bare = [f"{entry.key[1]}, {entry.key[2]} → {entry.key[3]}" for entry in entries if not entry.cell.interval]
    if bare:
        return Interval(0.0, 0.0, f"{NO_INTERVAL}none for {_listed(list(dict.fromkeys(bare)))}")
    if statistic.summary == "minimum":
        bounds = [_summed(place, 1) for place in places]
        sums = [sum(entry.weight * entry.cell.value for entry in place) for place in places]
        most = _possible(statistic)[1]
        return minimum_interval(sums, [low for low, _ in bounds], [high for _, high in bounds], most=most)
    return Interval(*_summed(entries, len(places)), FROM_CELLS)


def _summed(entries: Sequence[Entry], share: int) -> tuple[float, float]:
    """Bounds of a weighted sum of cells; the weights of a cell that occurs several times are added first."""
    weights: dict[Key, float] = {}
    for entry in entries:
        weights[entry.key] = weights.get(entry.key, 0.0) + entry.weight / share
    cells = {entry.key: entry.cell for entry in entries}
    return combined_interval(
        [cells[key].value for key in weights],
        [cells[key].low for key in weights],
        [cells[key].high for key in weights],
        list(weights.values()),
    )


def _decide(claim: Claim, value: float, interval: Interval, single: Sequence[str]) -> Decision:
    line = line_of(claim.direction, claim.threshold)
    if single:
        return Decision(OPEN, f"from one seed only of {_listed(single)}", value, interval)
    if not interval.known:
        return Decision(OPEN, interval.kind, value)
    bounds = f"{_points(interval.low)} to {_points(interval.high)}"
    side = claim.side(interval.low, interval.high)
    if not side:
        return Decision(OPEN, f"its interval {bounds} covers {line}", value, interval)
    verdict: Verdict = HOLDS if side == claim.direction else FAILS
    return Decision(verdict, f"all of its interval {bounds} is {side} {line}", value, interval)


def _listed(names: Sequence[str], between: str = "; ") -> str:
    rest = len(names) - NAMED_AT_MOST
    return between.join([*names[:NAMED_AT_MOST], *([f"and {rest} more"] if rest > 0 else [])])


def _points(value: float) -> str:
    return f"{value:.2f}"
