"""What a run has kept of its taggers: which predictions are of which system, source and targets."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crossglot.errors import StorageError
from crossglot.results.prediction_names import row_name
from crossglot.results.rows import MEAN, entity_types, read_results
from crossglot.steps.rows import read_predictions

if TYPE_CHECKING:
    import polars

_NAME = re.compile(r"(?P<row>.+?)(\.seed(?P<seed>-?\d+))?(-\d+)?")


@dataclass(frozen=True, slots=True)
class KeptRow:
    """Everything that one system trained on one source predicted.

    Attributes:
        system: its name.
        task: `pos`, `ner` or `labels`.
        source: as in results.csv.
        targets: target → the files with its predictions, one a seed.
        types: target → the entity types that were scored (`ner`).
    """

    system: str
    task: str
    source: str
    targets: Mapping[str, tuple[Path, ...]]
    types: Mapping[str, tuple[str, ...]]

    def common_types(self, other: KeptRow, target: str) -> tuple[str, ...] | None:
        """The entity types that both score on a target; None where all count."""
        ours, theirs = self.types.get(target), other.types.get(target)
        if not ours or not theirs:
            return ours or theirs
        return tuple(name for name in ours if name in theirs)

    def predictions(self, targets: Collection[str]) -> dict[str, list[polars.DataFrame]]:
        """Target → what was predicted for it, a table a seed; each file is read once."""
        import polars as pl

        wanted = {target: self.targets[target] for target in targets}
        parts = {
            path: read_predictions(path)
            .filter(pl.col("target").is_in(list(wanted)))
            .partition_by("target", as_dict=True)
            for path in dict.fromkeys(path for paths in wanted.values() for path in paths)
        }
        return {target: [parts[path][target,] for path in paths] for target, paths in wanted.items()}


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A run's predictions.

    Attributes:
        folder: the run's.
        rows: one a system, task and source.
        roles: system → its role.
    """

    folder: Path
    rows: tuple[KeptRow, ...]
    roles: Mapping[str, str]

    @property
    def systems(self) -> tuple[str, ...]:
        """Their names, each once."""
        return tuple(dict.fromkeys(row.system for row in self.rows))


def read_kept(folder: Path) -> KeptRun:
    """Finds out what the files in a run's `predictions/` hold.

    Raises:
        StorageError: if it is no run's folder, or nothing was predicted.
    """
    import polars as pl

    results = read_results(folder / "results.csv").filter(
        pl.col("source").is_not_null() & (pl.col("role") != "published")
    )
    files: dict[str, list[tuple[str, Path]]] = {}
    for path in sorted((folder / "predictions").glob("*.parquet"), key=lambda path: (len(path.name), path.name)):
        match = _NAME.fullmatch(path.stem)
        if match:
            files.setdefault(match["row"], []).append((match["seed"] or "", path))
    rows, roles = [], {}
    players = results.select("system", "role", "task", "source").unique(maintain_order=True)
    for system, role, task, source in players.rows():
        of_row = files.get(row_name(system, task, source))
        if of_row:
            cells = results.filter(system=system, task=task, source=source, aggregate=MEAN)
            rows.append(KeptRow(system, task, source, _targets(of_row), _types(cells) if task == "ner" else {}))
            roles[system] = role
    if not rows:
        raise StorageError(f"{folder}: no predictions are kept there; run its study again in the same folder")
    return KeptRun(folder, tuple(rows), roles)


def _targets(files: list[tuple[str, Path]]) -> dict[str, tuple[Path, ...]]:
    """Target → one file a seed: the one written last, where a target was predicted again on another corpus."""
    import polars as pl

    found: dict[str, dict[str, Path]] = {}
    for seed, path in files:
        try:
            targets = pl.scan_parquet(path, glob=False).select(pl.col("target").unique(maintain_order=True)).collect()
        except (OSError, pl.exceptions.PolarsError) as error:
            raise StorageError(f"{path}: no predictions of crossglot: {error}") from error
        if targets.is_empty() or targets["target"].has_nulls() or targets["target"].dtype != pl.String:
            raise StorageError(f"{path}: no predictions of crossglot: nothing in it is of a target")
        for target in targets["target"]:
            found.setdefault(target, {})[seed] = path
    return {target: tuple(by_seed.values()) for target, by_seed in found.items()}


def _types(cells: polars.DataFrame) -> dict[str, tuple[str, ...]]:
    return {target: entity_types(types) for target, types in cells.select("target", "types").rows() if types}
