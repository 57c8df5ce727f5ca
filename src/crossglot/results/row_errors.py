"""What the taggers of a run got wrong: one file a system and source, which the report shows behind each cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from crossglot.corpora.tasks import METRICS
from crossglot.errors import StorageError
from crossglot.files import sweep, write_whole
from crossglot.results.predictions import Predicted
from crossglot.results.rows import fault_of
from crossglot.tagging.cell_errors import CellErrors

FOLDER = "errors"
"""In a run's folder."""
RUN_AGAIN = "run the study again in the same folder: it writes them anew"


class RowErrors(BaseModel):
    """The errors of one system's taggers of one source, target by target."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    of: Predicted
    cells: tuple[CellErrors, ...]

    @model_validator(mode="after")
    def _is_of_a_task(self) -> Self:
        if self.of.task not in METRICS:
            raise ValueError(f"{self.of.task!r} is no task: {', '.join(METRICS)}")
        return self


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
            path.with_suffix(".html").unlink(missing_ok=True)  # the report's page of it


def read_errors(run: Path) -> Iterator[RowErrors]:
    """Those of all rows that a run's folder has, in the order of their names; none of a run without them.

    Raises:
        StorageError: if a file cannot be read, or is not what `write_errors` writes.
    """
    for path in sorted((run / FOLDER).glob("*.json")):
        try:
            yield RowErrors.model_validate_json(path.read_bytes())
        except OSError as error:
            raise StorageError(f"{path}: cannot read the errors of a row: {error.strerror}\n  {RUN_AGAIN}") from error
        except ValidationError as error:
            raise StorageError(f"{path}: not the errors of a row: {fault_of(error)}\n  {RUN_AGAIN}") from error


def _is_ours(path: Path) -> bool:
    try:
        RowErrors.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return False
    return True
