"""Reads run folders for a comparison, with one clear message for each way in which they cannot be compared."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from crossglot.comparison.kept import KeptRow, KeptRun, read_kept
from crossglot.errors import StorageError
from crossglot.results.folder import require_run_folder
from crossglot.results.rows import read_results
from crossglot.steps.rows import read_predictions

if TYPE_CHECKING:
    import polars

NUMBERS, WORDS = ("sentence", "word"), ("target", "form", "gold", "predicted")
"""The columns of predictions."""


def read_comparable(folder: Path) -> KeptRun:
    """The predictions of a run's taggers.

    Raises:
        StorageError: if it is no run's folder, if its experiments train no taggers that could be compared, or if
            predictions are missing or damaged.
    """
    require_run_folder(folder)
    files = sorted((folder / "predictions").glob("*.parquet"))
    try:
        with damage_named(files):
            run = read_kept(folder)
    except StorageError as error:
        why = _without_taggers(folder)
        if why:
            raise StorageError(why) from error
        check_columns(files)
        raise
    check_columns(files)
    return run


def predictions_of(row: KeptRow, targets: Collection[str]) -> dict[str, list[polars.DataFrame]]:
    """Target → its predictions, one table per seed.

    Raises:
        StorageError: naming a damaged file.
    """
    paths = list(dict.fromkeys(path for target in targets for path in row.targets[target]))
    with damage_named(paths):
        found = row.predictions(targets)
    for target, frames in found.items():
        for path, frame in zip(row.targets[target], frames, strict=True):
            if any(frame.select(NUMBERS + WORDS).null_count().row(0)):
                raise _damaged(path, "words without a tag")
    return found


def _without_taggers(folder: Path) -> str:
    """Why a run has nothing to compare, if none of its experiments trains taggers for it; empty otherwise."""
    import polars as pl

    from crossglot.experiments.registry import OF_CONDITIONS
    from crossglot.experiments.translation.plan import TASK as TRANSLATION

    rows = read_results(folder / "results.csv").select("experiment", "task").unique(maintain_order=True)
    own = rows.filter(pl.col("experiment").is_in(list(OF_CONDITIONS)))["experiment"].unique(maintain_order=True)
    translation = rows.filter(task=TRANSLATION)["experiment"].unique(maintain_order=True)
    if rows.is_empty() or set(rows["experiment"]) - {*own, *translation}:
        return ""
    whys = [f"{name} trains no taggers, its numbers are translation accuracies" for name in translation]
    whys += [f"{name} holds its conditions against each other itself" for name in own]
    return (
        f"{folder}: {'; '.join(whys)} (see results.csv and the report): no such predictions are kept there\n"
        "  compare holds against each other what taggers predicted for the same sentences (POS tags, entities): "
        "give it runs of experiments such as table1 or transfer-pos"
    )


def check_columns(paths: Sequence[Path]) -> None:
    """Makes sure that files are predictions.

    Raises:
        StorageError: naming the first that is not.
    """
    import polars as pl

    for path in paths:
        try:
            schema = pl.scan_parquet(path, glob=False).collect_schema()
        except (OSError, pl.exceptions.PolarsError) as error:
            raise _damaged(path, str(error).splitlines()[0]) from error
        lacking = [name for name in NUMBERS if name not in schema or not schema[name].is_integer()]
        lacking += [name for name in WORDS if schema.get(name) != pl.String]
        if lacking:
            raise _damaged(path, f"no column {', '.join(lacking)} of its kind")


@contextmanager
def damage_named(paths: Sequence[Path]) -> Iterator[None]:
    """Says which of the files is damaged if one cannot be read within the block, by a StorageError."""
    import polars as pl

    faults = (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException)
    try:
        yield
    except faults as error:
        for path in paths:
            try:
                read_predictions(path)
            except faults as fault:
                raise _damaged(path, str(fault).splitlines()[0]) from error
        raise


def _damaged(path: Path, fault: str) -> StorageError:
    # A finished step is checked before it is used again, so running the study again mends a damaged one.
    return StorageError(
        f"{path}: damaged, what was predicted cannot be read: {fault}\n"
        f"  run the study again in {path.parent.parent}: only what is damaged is done again"
    )
