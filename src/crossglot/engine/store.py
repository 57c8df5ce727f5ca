"""The store: one folder a finished step, written whole or not at all, checked before it is used again."""

from __future__ import annotations

import errno
import hashlib
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from crossglot.engine.locking import locked
from crossglot.engine.step import Step
from crossglot.errors import StorageError

State = Literal["finished", "damaged", "to do"]

RECORD = "step.json"


class Record(BaseModel):
    """What `step.json` in a finished step's folder says: who it is, what files it has, how long it took."""

    model_config = ConfigDict(frozen=True)

    id: str
    family: str
    step: str
    version: str
    arguments: dict[str, Any]
    files: dict[str, tuple[int, str]]  # path below the folder → bytes, sha256
    work: tuple[float, str]
    seconds: float
    finished: str


class Store:
    """Results of steps under one folder, shared by any number of processes.

    A step is written into `.half-<id>` under a lock and renamed when it is done: a folder without that prefix is whole.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._checked: set[str] = set()
        if folder.exists() and not folder.is_dir():
            raise StorageError(f"{folder}: the store of finished steps is to be a folder, and this is a file")

    def state(self, step: Step) -> State:
        """Whether the step's result is here and sound."""
        folder = self.folder / step.id
        if not folder.exists():
            return "to do"
        if step.id not in self._checked:
            if not _is_sound(folder):
                return "damaged"
            self._checked.add(step.id)
        return "finished"

    def result(self, step: Step) -> Path:
        """Folder of a finished step.

        Raises:
            StorageError: if it is not there or damaged.
        """
        state = self.state(step)
        if state != "finished":
            raise StorageError(f"{self.folder / step.id}: the result of '{step.title}' is {state}: run the study again")
        return self.folder / step.id

    def record(self, step: Step) -> Record:
        """What is known of a finished step."""
        return Record.model_validate_json((self.result(step) / RECORD).read_bytes())

    def records(self) -> Iterator[Record]:
        """Records of all finished steps, damaged ones left out, by id."""
        for path in sorted(self.folder.glob(f"[!.]*/{RECORD}")):
            with suppress(OSError, ValidationError):
                yield Record.model_validate_json(path.read_bytes())

    def put(self, step: Step, do: Callable[[Path], None]) -> Path:
        """The step's folder, written by `do` into a folder of its own, or by another process that came first.

        Waits while another process does the same step.

        Raises:
            StorageError: if the disk is full or the store cannot be written, naming what is kept.
        """
        final, half = self.folder / step.id, self.folder / f".half-{step.id}"
        self._make_folder()
        with self._faults_named(step), locked(self.folder / f".lock-{step.id}"):
            if self.state(step) == "finished":
                return final
            for left_over in (final, half):  # damaged, or of a process that died
                shutil.rmtree(left_over, ignore_errors=True)
            try:
                half.mkdir()
                began = time.monotonic()
                do(half)
                self._write_record(step, half, time.monotonic() - began)
                half.rename(final)
            finally:
                shutil.rmtree(half, ignore_errors=True)
        self._checked.add(step.id)
        return final

    def _make_folder(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"{self.folder}: cannot make the store of finished steps: {error}") from error

    def sweep(self) -> list[str]:
        """Removes what processes that died left half-written, and names it; what a living one is writing stays."""
        swept = []
        for half in sorted(self.folder.glob(".half-*")):
            with locked(self.folder / f".lock-{half.name.removeprefix('.half-')}", wait=False) as ours:
                if ours:
                    shutil.rmtree(half, ignore_errors=True)
                    swept.append(half.name.removeprefix(".half-"))
        return swept

    def _write_record(self, step: Step, folder: Path, seconds: float) -> None:
        files = {
            path.relative_to(folder).as_posix(): (path.stat().st_size, _sha256(path))
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        record = Record(
            id=step.id,
            family=step.family,
            step=type(step).__name__,
            version=step.VERSION,
            arguments=step.model_dump(mode="json", serialize_as_any=True),
            files=files,
            work=tuple(step.work),
            seconds=seconds,
            finished=datetime.now(UTC).isoformat(),
        )
        (folder / RECORD).write_text(record.model_dump_json(indent=1) + "\n", encoding="utf-8")

    @contextmanager
    def _faults_named(self, step: Step) -> Iterator[None]:
        """Turns what a full disk raises (the libraries that write files differ) into a StorageError."""
        try:
            yield
        except Exception as error:
            if is_disk_full(error):
                what, remedy = "the disk is full", "make room and run the same again: it goes on from there"
            elif isinstance(error, OSError) and str(error.filename or "").startswith(str(self.folder)):
                what, remedy = str(error), "make the folder writable or choose another with --out"
            else:
                raise
            kept = sum(1 for _ in self.records())
            lost = f"'{step.title}' is not kept; {kept} finished steps are"
            raise StorageError(f"{self.folder}: {what}: {lost}\n  {remedy}") from error


def is_disk_full(error: BaseException) -> bool:
    """Whether this error, ours or a library's, says that there is no room left on the disk or in the quota."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    return any(words in str(error) for words in ("No space left on device", "Disk quota exceeded"))


def _is_sound(folder: Path) -> bool:
    try:
        record = Record.model_validate_json((folder / RECORD).read_bytes())
        return record.id == folder.name and all(
            (folder / name).stat().st_size == size and _sha256(folder / name) == digest
            for name, (size, digest) in record.files.items()
        )
    except (OSError, ValidationError):
        return False


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
