"""What `step.json` in a finished step's folder says of it, and whether the folder is what it says.

People copy stores, edit them, and run older and newer versions on them: whatever stands in such a file, reading it ends
with a record or with a StorageError that names the file.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import to_json

from crossglot import at_once
from crossglot.engine.step import Step
from crossglot.errors import StorageError

RECORD = "step.json"
CHECKSUM = "checksum"


def _below(name: str) -> str:
    """No record has files elsewhere checked."""
    path = PurePosixPath(name)
    if not path.parts or path.is_absolute() or ".." in path.parts or "\0" in name:
        raise ValueError(f"{name!r} is no file below the step's folder")
    return name


Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
FileName = Annotated[str, AfterValidator(_below)]


class Record(BaseModel):
    """Who the step is, what files it has, how long it took.

    `core_seconds` is the processor time of all threads; None in records of earlier versions. `halved` says that the
    memory did not suffice at first and half as many pieces were computed at a time: by other sums, and in training with
    other dropout, so that the result may differ from that of the same step elsewhere.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    family: str
    step: str
    version: str
    arguments: dict[str, Any]
    files: dict[FileName, tuple[int, str]]  # path below the folder → bytes, sha256
    work: tuple[Amount, str]
    seconds: Amount
    core_seconds: Amount | None = None
    halved: bool = False
    finished: str


def write_record(step: Step, folder: Path, seconds: float, core_seconds: float | None = None) -> Record:
    """Records a step that has written all its files, under a checksum of the record itself."""
    record = Record(
        id=step.id,
        family=step.family,
        step=type(step).__name__,
        version=step.VERSION,
        arguments=step.model_dump(mode="json", serialize_as_any=True),
        files={name: (path.stat().st_size, _sha256(path)) for name, path in sorted(_files_in(folder).items())},
        work=tuple(step.work),
        seconds=seconds,
        core_seconds=core_seconds,
        halved=at_once.are_halved(),
        finished=datetime.now(UTC).isoformat(),
    )
    said = record.model_dump(mode="json")
    (folder / RECORD).write_bytes(to_json(said | {CHECKSUM: _checksum(said)}, indent=1) + b"\n")
    return record


def read_record(folder: Path) -> Record:
    """What the record in a step's folder says; of a later version's, what this one knows.

    Raises:
        StorageError: if it cannot be read, is not what was written, or tells of another step.
    """
    path = folder / RECORD
    try:
        if not path.is_file():  # a pipe would be waited for
            raise StorageError(f"{path}: no such file")
        said = json.loads(path.read_text(encoding="utf-8"))
        record = Record.model_validate(said)
        # Records of earlier versions have no checksum.
        if said.get(CHECKSUM) not in (None, _checksum({k: v for k, v in said.items() if k != CHECKSUM})):
            raise StorageError(f"{path}: was changed after it was written")
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        where = ".".join(map(str, fault["loc"])) or "the whole"
        raise StorageError(f"{path}: no record of a step: {where}: {fault['msg']}") from error
    except (OSError, ValueError, RecursionError) as error:
        raise StorageError(f"{path}: no record of a step: {error}") from error
    if record.id != folder.name:
        raise StorageError(f"{path}: tells of another step, {record.id!r}")
    return record


def check_folder(folder: Path) -> Record:
    """Makes sure that a step's folder holds what its record says, which it gives.

    Raises:
        StorageError: naming the file that is missing, or not what it was.
    """
    record = read_record(folder)
    for name, (size, digest) in record.files.items():
        path = folder / name
        try:
            if not path.is_file():
                raise StorageError(f"{path}: no such file")
            if path.stat().st_size != size or _sha256(path) != digest:
                raise StorageError(f"{path}: is not what it was when the step was finished")
        except (OSError, ValueError) as error:
            raise StorageError(f"{path}: cannot be read: {error}") from error
    if not record.files and _files_in(folder):
        raise StorageError(f"{folder / RECORD}: names none of the files that are there")
    return record


def _files_in(folder: Path) -> dict[str, Path]:
    """Name below the folder → file, but for the record."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    files.pop(RECORD, None)
    return files


def _checksum(said: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
