"""Results as earlier versions wrote them, when `condition` said everything."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from crossglot.csv_cells import csv_text
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


EARLIER_CLAIMS = (
    ("claim", "where", "statistic", "threshold", "value", "interval", "verdict", "why", "rule"),
    ("m-bert-without-overlap: even without, it does", "section 3.1, p. 4998; figure 1", "minimum (figure 1)", "> 40",
     2.073, "0.00 to 10.35 (from the cells' own intervals, the upper bound for the least of 42)", "does not hold",
     "2.07, and all of its interval 0.00 to 10.35 is below 40; m-bert is m; lowest at de → en", "before the first run"),
    ("en-bert-own-ner: EN-BERT does as well", "ours, beside section 3.1; tables 1 and 7", "a minus b", "> -10", -6.0672,
     "-12.84 to 4.97 (95 % bootstrap over 4 languages (2 seeds))", "cannot tell",
     "-6.07, but its interval -12.84 to 4.97 covers -10; en-bert is e, f; g, m-bert is m", "before the first run"),
    ("flat: it is: flat", "section 3.1; figure 1", "slope", "within ±0.33", 0.1, None, "cannot tell",
     "0.10, but no interval: fewer than 3 languages in SVO → SOV", "after the first runs"),
    ("other-script: K et al. find so", "K et al. (2020); causes", "effect", "< -5", None, None, "cannot tell",
     "no mean for BERT (causes) (no room; none)", "after the first runs"),
)  # fmt: skip


def write_earlier_claims(path: Path) -> None:
    """Writes a claims.csv of prose."""
    path.write_text(csv_text(EARLIER_CLAIMS), encoding="utf-8")
