"""What makes a folder a run's."""

from __future__ import annotations

from pathlib import Path

from crossglot.errors import StorageError


def require_run_folder(path: Path) -> None:
    """Makes sure that a folder is a run's.

    Raises:
        StorageError: if there is no such folder, or no results in it.
    """
    if not path.is_dir():
        raise StorageError(f"{path}: no such folder\n  give a run's folder: the one that has results.csv")
    if not (path / "results.csv").is_file():
        raise StorageError(
            f"{path}: not a run folder, it has no results.csv\n  finish the run first: the same command goes on"
        )
