"""The store: one folder per finished step, written whole or not at all, checked before it is used again."""

from __future__ import annotations

import errno
import logging
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from crossglot.engine.going import GOING, Going, stale
from crossglot.engine.known_steps import KnownStep, KnownSteps, known_step
from crossglot.engine.locking import is_at, locked
from crossglot.engine.record import RECORD, Record, check_folder, read_record, write_record
from crossglot.engine.step import Step
from crossglot.errors import CrossglotError, StorageError
from crossglot.files import NotWrittenError, sweep, whole_folder

State = Literal["finished", "damaged", "to do"]

LOCK = ".lock-"
HALF = ".half-"  # what earlier versions wrote steps into

ANEW = "run the same again, which makes it anew"

_log = logging.getLogger(__name__)


class Store:
    """Results of steps under one folder, shared by any number of processes.

    A step is written under a lock, beside its place, and renamed when it is done: a folder named by an id is whole.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = ""  # of the steps, if the folder holds copies of them
        self._checked: set[str] = set()
        self._known = KnownSteps(folder)
        self._told: set[str] = set()
        if folder.exists() and not folder.is_dir():
            raise StorageError(f"{folder}: the store of finished steps is to be a folder, and this is a file")

    def state(self, step: Step) -> State:
        """Whether the step's result is here and sound."""
        if not os.path.exists(f"{self.folder}/{step.id}"):  # noqa: PTH110 - a plan asks for a hundred thousand
            return "to do"
        if step.id not in self._checked:
            if self._known.find(step.id) is None:
                try:
                    self._known.add(check_folder(self.folder / step.id))
                except StorageError:
                    return "damaged"
            self._checked.add(step.id)
        return "finished"

    def result(self, step: Step) -> Path:
        """Folder of a finished step.

        Raises:
            StorageError: if it is not there or damaged.
        """
        folder, known = self.folder / step.id, step.id in self._checked
        if self.state(step) == "finished":
            return folder
        why = "is damaged" if folder.exists() else "was deleted or moved while this ran" if known else "is not there"
        raise StorageError(f"{folder}: the result of '{step.title}' {why}\n  {ANEW}")

    def fault_in(self, steps: Iterable[Step], error: Exception) -> StorageError | None:
        """The fault in one of these results, if an error comes of that: much may happen to them while work goes on.

        They are checked again for it, all of them.
        """
        for step in steps:
            folder = self.folder / step.id
            if not os.path.lexists(folder):  # it never was, or `result` has said so
                continue
            what = f"the result of '{step.title}'"
            try:
                check_folder(folder)
            except StorageError as fault:
                return StorageError(f"{fault}: {what} was damaged while this ran\n  {ANEW}")
            if str(folder) in str(error):
                first = str(error).splitlines()[0]
                return StorageError(f"{folder}: {what} cannot be read: {first}\n  delete this folder; {ANEW}")
        return None

    def ids(self) -> list[str]:
        """Ids of all steps that have a folder here, sound or not, sorted."""
        try:
            with os.scandir(self.folder) as entries:
                return sorted(entry.name for entry in entries if not entry.name.startswith("."))
        except OSError:
            return []

    def known(self, ids: Iterable[str] | None = None) -> Iterator[KnownStep]:
        """Finished steps in short, all or some; one whose record cannot be read is named in the log, and not there."""
        for id_ in self.ids() if ids is None else ids:
            if (step := self._known.find(id_)) is not None:
                yield step
            elif (record := self.record_of(id_)) is not None:
                yield known_step(record)

    def record_of(self, id_: str) -> Record | None:
        """The record of what is stored under an id; None, and named in the log, if it cannot be read."""
        try:
            return read_record(self.folder / id_) if (self.folder / id_ / RECORD).exists() else None
        except StorageError as error:
            self._warn(id_, str(error))
            return None

    def disregard(self, id_: str, why: str) -> None:
        """Says in the log, once, that what is stored under an id is taken as not there."""
        self._warn(id_, f"{self.folder / id_ / RECORD}: {why}")

    def _warn(self, id_: str, fault: str) -> None:
        if id_ not in self._told:
            self._told.add(id_)
            _log.warning("%s\n  the step is taken as not there", fault)

    def going(self, step: Step) -> Going:
        """Where a step may keep what lets it go on after it was broken off; for the process that runs it."""
        return Going(self.folder / f"{GOING}{step.id}", step.title)

    def put(self, step: Step, do: Callable[[Path], None], going: Going | None = None) -> Path:
        """The step's folder, written by `do` into a folder of its own, or by another process that came first.

        Waits while another process does the same step. What the step has kept in `going` is removed when it is done.

        Raises:
            StorageError: if the disk is full or the store cannot be written, naming what is kept.
        """
        final, going = self.folder / step.id, going or self.going(step)
        if self._checked and not self.folder.is_dir():
            raise self._is_gone()
        with self._faults_named(step), locked(self.folder / f"{LOCK}{step.id}"), self._loss_named():
            if self.state(step) == "finished":
                return final
            try:
                with whole_folder(final, may_replace=lambda damaged: None) as half:  # noqa: ARG005
                    going.begin()
                    with _vanishing_named(half):
                        do(half)
                    record = write_record(step, half, *going.spent())
            except StorageError:
                if self.state(step) != "finished":
                    raise
                return final  # where nothing locks, another process came first and took `going` away
            going.done()
        self._checked.add(step.id)
        self._known.add(record)
        return final

    def sweep(self) -> None:
        """Removes what processes that died left, half-written steps and locks; what a living one is writing stays.

        What a step that was broken off needs to go on stays as well, unless nobody went on with it for long.
        """
        sweep(self.folder)
        kinds = (LOCK, HALF, GOING)
        left = {path.name.removeprefix(kind) for kind in kinds for path in self.folder.glob(f"{kind}*")}
        for id_ in left:
            with suppress(OSError, StorageError), locked(self.folder / f"{LOCK}{id_}", wait=False) as ours:
                if not ours:
                    continue
                shutil.rmtree(self.folder / f"{HALF}{id_}", ignore_errors=True)
                going = self.folder / f"{GOING}{id_}"
                if going.is_dir() and ((self.folder / id_).exists() or stale(going)):
                    shutil.rmtree(going, ignore_errors=True)

    @contextmanager
    def _faults_named(self, step: Step) -> Iterator[None]:
        """Says of a step that cannot be written what is kept all the same, or which of those it needs is at fault."""
        try:
            yield
        except NotWrittenError as error:
            if not self.folder.is_dir():
                raise self._is_gone() from error
            kept = sum((self.folder / id_ / RECORD).is_file() for id_ in self.ids())
            lost = f"'{step.title}' is not kept; {kept} finished steps are"
            remedy = f"{error.remedy or 'mend it'}; the same command goes on from there"
            raise StorageError(f"{error.path}: {error.why}: {lost}\n  {remedy}") from error
        except CrossglotError:
            raise
        except Exception as error:
            fault = self.fault_in(step.dependencies, error)
            if fault is None:
                raise
            raise fault from error

    @contextmanager
    def _loss_named(self) -> Iterator[None]:
        """Says that the store was taken away while a step was written, also where another process made it anew."""
        handle = os.open(self.folder, os.O_RDONLY)  # while it is open, no other folder has its number
        try:
            yield
        except NotWrittenError as error:
            if not is_at(handle, self.folder):
                raise self._is_gone() from error
            raise
        finally:
            os.close(handle)

    def _is_gone(self) -> StorageError:
        return StorageError(
            f"{self.folder}: was deleted or moved while this ran, with all finished steps in it\n"
            "  put it back, if you can, and run the same again"
        )


@contextmanager
def _vanishing_named(folder: Path) -> Iterator[None]:
    """Whatever a library says whose folder was taken away beneath it."""
    try:
        yield
    except Exception as error:
        if not folder.is_dir():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(folder)) from error
        raise
