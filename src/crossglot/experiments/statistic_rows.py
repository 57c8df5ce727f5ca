"""Rows of results.csv that hold a statistic of a whole figure, looked up for the claims that rest on them."""

from __future__ import annotations

from collections.abc import Mapping

from crossglot.results.claims import RowStatistic
from crossglot.statistics.intervals import NO_INTERVAL, Interval

_KEY = ("experiment", "system", "metric", "aggregate", "source", "target", "layer", "condition")


class StatisticRows:
    """The rows of a results table by the fields that a `RowStatistic` names."""

    def __init__(self) -> None:
        self._rows: dict[tuple[object, ...], Mapping[str, object]] = {}
        self._seeds: dict[tuple[object, ...], int] = {}
        self._reasons: dict[tuple[object, ...], str] = {}

    def take(self, row: Mapping[str, object]) -> None:
        """Adds a row; rows of parts of cells are left out, since no claim rests on one."""
        if row["part"] is not None:
            return
        key = tuple(row[name] for name in _KEY)
        self._rows[key] = row
        if row["seed"] is not None:
            self._seeds[key] = self._seeds.get(key, 0) + 1
        if row["missing"] and row["condition"] is None:
            of_all = (row["experiment"], row["system"], row["source"], row["target"])
            self._reasons.setdefault(of_all, str(row["missing"]))

    def find(self, statistic: RowStatistic, system: str) -> tuple[float, Interval] | str:
        """The value and interval of a statistic for a system; or why there is none, in brackets, empty if unknown.

        An experiment without a value says why in the row itself, or once for all its statistics of a system and a
        pair, in a row without a condition.
        """
        row = self._rows.get(_place(statistic, system, statistic.aggregate))
        if row is not None and isinstance(row["value"], float):
            low, high = (float(str(row[name] if row["interval"] else row["value"])) for name in ("ci_low", "ci_high"))
            return row["value"], Interval(low, high, str(row["interval"] or f"{NO_INTERVAL}none was made"))
        of_all = (statistic.experiment, system, statistic.source, statistic.target)
        why = (row or {}).get("missing") or self._reasons.get(of_all)
        return f" ({why})" if why else ""

    def collapsed(self, statistic: RowStatistic, system: str) -> int:
        """How many of the cells or trainings behind a statistic collapsed."""
        row = self._rows.get(_place(statistic, system, statistic.aggregate))
        return int(str((row or {}).get("collapsed") or 0))

    def seeds(self, statistic: RowStatistic, system: str) -> int:
        """Over how many seeds a statistic is the mean; 0 for one over languages, which has no rows of seeds."""
        return self._seeds.get(_place(statistic, system, aggregate=None), 0)

    def other_pools(self, statistic: RowStatistic, system: str) -> list[str]:
        """`en → de: 1,997 of ntrex128` for each pair of a statistic that was not searched among `pool` sentences.

        For a mean over pairs, the rows of its pairs are looked at.
        """
        found: dict[str, None] = {}
        for row in self._rows.values():
            named = (statistic.experiment, system, statistic.metric, statistic.aggregate)
            if named != tuple(row[name] for name in _KEY[:4]) or row["source"] is None:
                continue
            if statistic.source in (None, row["source"]) and statistic.target in (None, row["target"]):
                count, corpora = row["n"], dict.fromkeys((row["source_corpus"], row["target_corpus"]))
                if count != statistic.pool:
                    found[f"{row['source']} → {row['target']}: {count:,} of {' and '.join(map(str, corpora))}"] = None
        return list(found)


def _place(statistic: RowStatistic, system: str, aggregate: str | None) -> tuple[object, ...]:
    """The key of a statistic's row."""
    table = (statistic.experiment, system, statistic.metric, aggregate)
    return (*table, statistic.source, statistic.target, statistic.layer, statistic.condition)
