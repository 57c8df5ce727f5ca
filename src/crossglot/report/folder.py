"""A run folder as the report reads it: results, claims, versions, the study; no model, no corpus."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossglot.csv_cells import restored_frame
from crossglot.errors import StorageError
from crossglot.probes.results import ResultRow, read_results

if TYPE_CHECKING:
    import polars

CLAIM_COLUMNS = ("claim", "where", "statistic", "threshold", "value", "interval", "verdict", "why")


@dataclass(frozen=True)
class RunFolder:
    """What one run left behind.

    `claims` has one mapping a claim, with the keys of `CLAIM_COLUMNS` (None where the file has nothing); `versions` and
    `study` are empty where their files are absent, as in a folder that holds only results.
    """

    path: Path
    results: polars.DataFrame
    claims: tuple[dict[str, Any], ...]
    versions: dict[str, Any]
    study: dict[str, Any]

    @property
    def languages(self) -> dict[str, str]:
        """Key → name of the languages that only the run's data root knows: constructed ones."""
        return dict(self.versions.get("languages") or {})

    def rows(self) -> list[ResultRow]:
        """Every row of results.csv, typed."""
        return [ResultRow.model_construct(**row) for row in self.results.iter_rows(named=True)]


def read_run_folder(path: Path) -> RunFolder:
    """Reads what the report needs from a run folder.

    Raises:
        StorageError: if it is no run folder, or one of its files is damaged.
    """
    if not path.is_dir():
        raise StorageError(f"{path}: no such folder\n  give the folder that `crossglot reproduce --out` wrote")
    if not (path / "results.csv").is_file():
        raise StorageError(
            f"{path}: not a run folder, it has no results.csv\n  finish the run first: the same command goes on"
        )
    return RunFolder(
        path=path,
        results=read_results(path / "results.csv"),
        claims=_read_claims(path / "claims.csv"),
        versions=_read_mapping(path / "versions.json"),
        study=_read_mapping(path / "study.toml"),
    )


def _read_claims(path: Path) -> tuple[dict[str, Any], ...]:
    if not path.is_file():
        return ()
    import polars as pl

    try:
        frame = restored_frame(pl.read_csv(path, infer_schema=False, glob=False))
    except pl.exceptions.PolarsError as error:
        raise StorageError(f"{path}: not a table of claims: {error}") from error
    absent = [name for name in CLAIM_COLUMNS if name not in frame.columns]
    if absent:
        raise StorageError(f"{path}: not a table of claims, it lacks {', '.join(absent)}")
    return tuple(frame.iter_rows(named=True))


def _read_mapping(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, tomllib.TOMLDecodeError) as error:
        raise StorageError(f"{path}: cannot read it: {error}") from error
    if not isinstance(found, dict):
        raise StorageError(f"{path}: should hold names and values")
    return found
