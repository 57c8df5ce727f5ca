"""The predictions that a run has kept: which are of which system, source and targets."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crossglot.errors import StorageError
from crossglot.results.predictions import whose
from crossglot.results.rows import MEAN, entity_types, read_results
from crossglot.results.systems import System
from crossglot.steps.rows import read_predictions

if TYPE_CHECKING:
    import polars


@dataclass(frozen=True, slots=True)
class KeptRow:
    """All predictions of one system trained on one source.

    Attributes:
        system: the system.
        task: `pos`, `ner` or `labels`.
        source: as in results.csv.
        targets: target → the files with its predictions, one per seed.
        types: target → the entity types that were scored (`ner`).
        seeds: of the trainings; only None where nothing is random.
    """

    system: System
    task: str
    source: str
    targets: Mapping[str, tuple[Path, ...]]
    types: Mapping[str, tuple[str, ...]]
    seeds: tuple[int | None, ...]

    def common_types(self, other: KeptRow, target: str) -> tuple[str, ...] | None:
        """The entity types that both score on a target; None where all count."""
        ours, theirs = self.types.get(target), other.types.get(target)
        if not ours or not theirs:
            return ours or theirs
        return tuple(name for name in ours if name in theirs)

    def predictions(self, targets: Collection[str]) -> dict[str, list[polars.DataFrame]]:
        """Target → its predictions, one table per seed; each file is read once."""
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
        rows: one per system, task and source.
    """

    folder: Path
    rows: tuple[KeptRow, ...]

    @property
    def systems(self) -> dict[str, System]:
        """Its systems by name."""
        return {row.system.name: row.system for row in self.rows}


def read_kept(folder: Path) -> KeptRun:
    """Reads whose predictions the files in a run's `predictions/` are.

    Raises:
        StorageError: if it is no run's folder, if nothing was predicted, or if a file does not say whose it is.
    """
    results = read_results(folder / "results.csv")
    files: dict[tuple[System, str, str], list[tuple[int | None, Path]]] = {}
    for path in sorted((folder / "predictions").glob("*.parquet"), key=lambda path: (len(path.name), path.name)):
        said = whose(path)
        if not said.condition and said.sentences is None:
            files.setdefault((said.system, said.task, said.source), []).append((said.seed, path))
    rows = []
    order = results.select("system", "task", "source").unique(maintain_order=True).rows()
    for (system, task, source), of_row in sorted(files.items(), key=lambda row: _place(order, row[0])):
        cells = results.filter(system=system.name, task=task, source=source, aggregate=MEAN)
        seeds = tuple(dict.fromkeys(seed for seed, _ in of_row))
        rows.append(KeptRow(system, task, source, _targets(of_row), _types(cells) if task == "ner" else {}, seeds))
    if not rows:
        raise StorageError(f"{folder}: no predictions are kept there; run its study again in the same folder")
    return KeptRun(folder, tuple(rows))


def _place(order: Sequence[tuple[str, str, str]], row: tuple[System, str, str]) -> int:
    """A row's place in the order of the results; rows that these do not have come last."""
    system, task, source = row
    key = (system.name, task, source)
    return order.index(key) if key in order else len(order)


def _targets(files: Sequence[tuple[int | None, Path]]) -> dict[str, tuple[Path, ...]]:
    """Target → one file per seed: the last one, where a target was predicted again on another corpus."""
    import polars as pl

    found: dict[str, dict[int | None, Path]] = {}
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
