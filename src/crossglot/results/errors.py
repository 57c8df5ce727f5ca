"""What the taggers of a run got wrong: one file a system and source, which the report shows behind each cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from crossglot.errors import StorageError
from crossglot.files import sweep, write_whole
from crossglot.results.predictions import Predicted
from crossglot.tagging.errors import CellErrors

FOLDER = "errors"
"""In a run's folder."""
RUN_AGAIN = "run the study again in the same folder: it writes them anew"


class RowErrors(BaseModel):
    """The errors of one system's taggers of one source, target by target."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    of: Predicted
    cells: tuple[CellErrors, ...]


def write_errors(folder: Path, rows: Iterable[RowErrors]) -> None:
    """Writes one file a row into a run's `errors/`; files that earlier runs left there are removed, and no others.

    Raises:
        NotWrittenError: if one cannot be written.
    """
    sweep(folder)
    written = set()
    for row in rows:
        path = folder / f"{row.of.file_name}.json"
        write_whole(path, row.model_dump_json() + "\n")
        written.add(path)
    for path in folder.glob("*.json") if folder.is_dir() else ():
        if path not in written and _is_ours(path):
            path.unlink()


def read_errors(run: Path) -> Iterator[RowErrors]:
    """Those of all rows that a run's folder has, in the order of their names; none of a run without them.

    Raises:
        StorageError: if a file cannot be read, or is not what `write_errors` writes.
    """
    for path in sorted((run / FOLDER).glob("*.json")):
        try:
            yield RowErrors.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise StorageError(
                f"{path}: not the errors of a row: {str(error).splitlines()[0]}\n  {RUN_AGAIN}"
            ) from error


def _is_ours(path: Path) -> bool:
    try:
        RowErrors.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return False
    return True
