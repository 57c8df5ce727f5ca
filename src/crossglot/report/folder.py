"""A run folder as the report reads it: results, claims, versions, the study; no model, no corpus."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossglot.csv_cells import restored_frame
from crossglot.errors import StorageError
from crossglot.results.provenance import read_study, read_versions
from crossglot.results.rows import ResultRow, read_results

if TYPE_CHECKING:
    import polars

CLAIM_COLUMNS = ("claim", "where", "statistic", "threshold", "value", "interval", "verdict", "why")
VERDICTS = ("holds", "does not hold", "cannot tell")


@dataclass(frozen=True)
class RunFolder:
    """What one run left behind.

    `claims` has one mapping per claim, with the keys of `CLAIM_COLUMNS` (None where the file has nothing); `versions`
    and `study` are empty where their files are absent, as in a folder that holds only results.
    """

    path: Path
    results: polars.DataFrame
    claims: tuple[dict[str, Any], ...]
    versions: dict[str, Any]
    study: dict[str, Any]

    @property
    def languages(self) -> dict[str, str]:
        """Key → name of the constructed languages, which only the run's data root knows."""
        return dict(self.versions.get("languages") or {})

    def rows(self) -> list[ResultRow]:
        """Every row of results.csv, typed."""
        return [ResultRow.model_construct(**row) for row in self.results.iter_rows(named=True)]


def require_run_folder(path: Path) -> None:
    """Makes sure that a folder is a run's.

    Raises:
        StorageError: if there is no such folder, or no results in it.
    """
    if not path.is_dir():
        raise StorageError(f"{path}: no such folder\n  give the folder that `crossglot reproduce --out` wrote")
    if not (path / "results.csv").is_file():
        raise StorageError(
            f"{path}: not a run folder, it has no results.csv\n  finish the run first: the same command goes on"
        )


def read_run_folder(path: Path) -> RunFolder:
    """Reads what the report needs from a run folder.

    Raises:
        StorageError: if it is no run folder, or one of its files is damaged.
    """
    require_run_folder(path)
    return RunFolder(
        path=path,
        results=read_results(path / "results.csv"),
        claims=_read_claims(path / "claims.csv"),
        versions=read_versions(path / "versions.json"),
        study=read_study(path / "study.toml"),
    )


def _read_claims(path: Path) -> tuple[dict[str, Any], ...]:
    """Every claim with its verdict.

    Raises:
        StorageError: naming the first line that is no claim.
    """
    if not path.exists() and not path.is_symlink():
        return ()
    import polars as pl

    try:
        if not path.is_file():
            raise StorageError(f"{path}: cannot be read: not a file")
        frame = restored_frame(pl.read_csv(path, infer_schema=False, glob=False))
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise StorageError(f"{path}: not a table of claims: {str(error).splitlines()[0]}") from error
    absent = [name for name in CLAIM_COLUMNS if name not in frame.columns]
    if absent:
        raise StorageError(f"{path}: not a table of claims, it lacks {', '.join(absent)}")
    claims = tuple(frame.iter_rows(named=True))
    for number, claim in enumerate(claims, start=1):
        fault = _fault_of(claim)
        if fault:
            raise StorageError(f"{path}: claim {number}: {fault}\n  run the study again: it judges the claims anew")
    return claims


def _fault_of(claim: Mapping[str, Any]) -> str:
    """What is wrong with a line of claims.csv; empty if nothing is."""
    if not claim["claim"]:
        return "no claim"
    if claim["verdict"] not in VERDICTS:
        return f"the verdict is {claim['verdict']!r}, not one of {', '.join(VERDICTS)}"
    try:
        sound = math.isfinite(float(claim["value"] or 0))
    except ValueError:
        sound = False
    return "" if sound else f"the value is {claim['value']!r}, which is no number"
