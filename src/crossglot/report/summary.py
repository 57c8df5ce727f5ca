"""What a run found, for scripts: sentences, averages and verdicts as plain data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crossglot.report.claims import VERDICT_CLASSES, verdicts_of_sentences
from crossglot.report.fine_tuning import remarks
from crossglot.report.folder import read_run_folder
from crossglot.report.in_short import in_short
from crossglot.report.reach import reaches_in
from crossglot.results.rows import DIAGONAL_MEAN, ZERO_SHOT_MEAN

OF_A_MEAN = (
    "experiment", "task", "system", "role", "condition", "aggregate", "metric", "value", "ci_low", "ci_high",
    "interval", "n",
)  # fmt: skip
OF_A_CLAIM = ("id", "origin", "sentence", "verdict", "value", "low", "high", "direction", "threshold", "why")


def summary(folder: Path) -> dict[str, Any]:
    """What there is to say of a run's folder.

    Returns:
        `folder`; `found`: sentences; `verdicts`: how many of the claimed sentences have each, one that several claims
        share counts once; `means`: of each system over own-language and zero-shot cells, with columns of results.csv;
        `claims`: with columns of claims.csv; `remarks` on trainings.

    Raises:
        StorageError: if it is no run folder or damaged.
    """
    run = read_run_folder(folder)
    rows = run.rows()
    means = [row for row in rows if row.aggregate in (ZERO_SHOT_MEAN, DIAGONAL_MEAN) and row.value is not None]
    verdicts = verdicts_of_sentences(run.claims)
    return {
        "folder": str(folder),
        "found": in_short(run, reaches_in(rows)),
        "verdicts": {word: verdicts.count(word) for word in VERDICT_CLASSES},
        "means": [{name: getattr(row, name) for name in OF_A_MEAN} for row in means],
        "claims": [{name: getattr(claim, name) for name in OF_A_CLAIM} for claim in run.claims],
        "remarks": [str(remark) for remark in remarks(run)],
    }
