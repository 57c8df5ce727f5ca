"""Results as earlier versions wrote them, when `condition` said everything."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from crossglot.results.rows import ResultRow, schema
from crossglot.results.upgrading import FIRST_COLUMNS


def earlier_condition(row: ResultRow) -> str | None:
    """What `condition` said: the variant with the part, the scored types, or why there is no value."""
    if row.missing:
        own = row.experiment != "table6"  # there a gap did not say of which form it is
        return "missing: " + ": ".join(filter(None, (row.condition if own else None, row.missing)))
    return row.types or ", ".join(filter(None, (row.condition, row.part))) or None


def write_earlier_results(rows: Iterable[ResultRow], path: Path) -> None:
    """Writes a results.csv without today's columns."""
    dumped = [row.model_dump() | {"condition": earlier_condition(row)} for row in rows]
    pl.DataFrame(dumped, schema=schema()).select(FIRST_COLUMNS.split(",")).write_csv(path)
