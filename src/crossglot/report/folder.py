"""A run folder as the report reads it: results, claims, versions, the study; no model, no corpus."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossglot.results.folder import require_run_folder
from crossglot.results.provenance import read_study, read_versions
from crossglot.results.rows import ResultRow, read_results
from crossglot.results.verdicts import JudgedClaim, read_claims

if TYPE_CHECKING:
    import polars


@dataclass(frozen=True)
class RunFolder:
    """What one run left behind.

    `claims` has one mapping per claim, with the keys of `CLAIM_COLUMNS` (None where the file has nothing); `versions`
    and `study` are empty where their files are absent, as in a folder that holds only results.
    """

    path: Path
    results: polars.DataFrame
    claims: tuple[JudgedClaim, ...]
    versions: dict[str, Any]
    study: dict[str, Any]

    @property
    def languages(self) -> dict[str, str]:
        """Key → name of languages of the run's own: those of its data root, or of a table that it was given."""
        return dict(self.versions.get("languages") or {})

    def rows(self) -> list[ResultRow]:
        """Every row of results.csv, typed."""
        return [ResultRow.model_construct(**row) for row in self.results.iter_rows(named=True)]


def read_run_folder(path: Path) -> RunFolder:
    """Reads what the report needs from a run folder.

    Raises:
        StorageError: if it is no run folder, or one of its files is damaged.
    """
    require_run_folder(path)
    return RunFolder(
        path=path,
        results=read_results(path / "results.csv"),
        claims=read_claims(path / "claims.csv"),
        versions=read_versions(path / "versions.json"),
        study=read_study(path / "study.toml"),
    )
