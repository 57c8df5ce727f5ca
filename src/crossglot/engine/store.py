"""The store: one folder a finished step, written whole or not at all, checked before it is used again."""

from __future__ import annotations

import errno
import logging
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from crossglot.engine.locking import locked
from crossglot.engine.record import RECORD, Record, check_folder, read_record, write_record
from crossglot.engine.step import Step
from crossglot.errors import StorageError

State = Literal["finished", "damaged", "to do"]

_log = logging.getLogger(__name__)


class Store:
    """Results of steps under one folder, shared by any number of processes.

    A step is written into `.half-<id>` under a lock and renamed when it is done: a folder without that prefix is whole.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._checked: set[str] = set()
        self._told: set[str] = set()
        if folder.exists() and not folder.is_dir():
            raise StorageError(f"{folder}: the store of finished steps is to be a folder, and this is a file")

    def state(self, step: Step) -> State:
        """Whether the step's result is here and sound."""
        folder = self.folder / step.id
        if not folder.exists():
            return "to do"
        if step.id not in self._checked:
            try:
                check_folder(folder)
            except StorageError:
                return "damaged"
            self._checked.add(step.id)
        return "finished"

    def result(self, step: Step) -> Path:
        """Folder of a finished step.

        Raises:
            StorageError: if it is not there or damaged.
        """
        folder = self.folder / step.id
        if self.state(step) == "finished":
            return folder
        if folder.exists():
            why = "is damaged"
        else:
            why = "is not there" if self.folder.exists() else "is gone with the whole store"
        raise StorageError(f"{folder}: the result of '{step.title}' {why}: run the same again, which makes it anew")

    def record(self, step: Step) -> Record:
        """What is known of a finished step."""
        return read_record(self.result(step))

    def records(self) -> Iterator[Record]:
        """Records of all finished steps by id; one that cannot be read is named in the log, and its step not there."""
        for path in sorted(self.folder.glob(f"[!.]*/{RECORD}")):
            try:
                yield read_record(path.parent)
            except StorageError as error:
                self._warn(path.parent.name, str(error))

    def disregard(self, id_: str, why: str) -> None:
        """Says in the log, once, that what is stored under an id is taken as not there."""
        self._warn(id_, f"{self.folder / id_ / RECORD}: {why}")

    def _warn(self, id_: str, fault: str) -> None:
        if id_ not in self._told:
            self._told.add(id_)
            _log.warning("%s\n  the step is taken as not there", fault)

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
                write_record(step, half, time.monotonic() - began)
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
