"""Intervals for cells of two seeds, whose variance between seeds is pooled over the sources of a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from crossglot.corpora.tasks import METRICS
from crossglot.results.rows import MEAN, ResultRow
from crossglot.statistics.intervals import FEWEST_FREEDOM, FEWEST_SEEDS, pooled_interval, why_none

Key = tuple[str | None, ...]


def with_pooled_seeds(rows: Sequence[ResultRow]) -> list[ResultRow]:
    """Cells of two seeds with intervals that include the variance between seeds, pooled over a system's sources.

    Own-language and zero-shot cells are pooled apart, since taggers that agree on their own language may differ on
    others. Targets share their taggers: each source is worth one degree of freedom, however many targets it has. With
    one source intervals stay over sentences alone, and say so.

    Args:
        rows: a table's cells: means, and one row per seed.
    """
    seeds: dict[Key, list[float]] = defaultdict(list)
    for row in rows:
        if row.seed is not None and row.value is not None:
            seeds[_cell(row)].append(row.value)
    pools: dict[Key, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        values = seeds.get(_cell(row), [])
        if row.aggregate == MEAN and row.metric in METRICS.values() and len(values) == FEWEST_SEEDS - 1:
            pools[_pool(row)][row.source or ""].append(float(np.var(values, ddof=1)))
    found = []
    for row in rows:
        values, pool = seeds.get(_cell(row), []), pools.get(_pool(row), {})
        if row.aggregate == MEAN and len(values) == FEWEST_SEEDS - 1 and len(pool) >= FEWEST_FREEDOM:
            found.append(_widened(row, len(values), list(pool.values())))
        else:
            found.append(row)
    return found


def _widened(row: ResultRow, seeds: int, pool: Sequence[Sequence[float]]) -> ResultRow:
    if why_none(row.interval) or row.value is None or row.ci_low is None or row.ci_high is None:
        return row
    variance = float(np.mean([np.mean(of_source) for of_source in pool]))
    low, high = pooled_interval(row.value, (row.ci_low, row.ci_high), variance, seeds, len(pool) * (seeds - 1))
    kind = f"{row.interval}; variance between seeds from {len(pool)} sources"
    return row.model_copy(update={"ci_low": max(low, 0.0), "ci_high": min(high, 100.0), "interval": kind})


def _cell(row: ResultRow) -> Key:
    return (row.experiment, row.system, row.metric, row.source, row.target, row.part, row.condition)


def _pool(row: ResultRow) -> Key:
    own = row.target in (row.source or "").split("+")
    return (row.experiment, row.system, row.metric, row.condition, "own" if own else "zero-shot")
