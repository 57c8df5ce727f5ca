"""What a worker process does: it receives steps, runs them and tells how it goes, until the engine is gone."""

from __future__ import annotations

import os
import pickle
import sys
import traceback
from contextlib import redirect_stdout
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import cast

from crossglot.characters import log_visibly
from crossglot.engine.executor import perform
from crossglot.engine.step import Step
from crossglot.engine.store import Store
from crossglot.errors import CrossglotError, StorageError


@dataclass(frozen=True, slots=True)
class Began:
    """The process is up, has the step and runs it."""


@dataclass(frozen=True, slots=True)
class Advanced:
    """So much of the step is done."""

    fraction: float


@dataclass(frozen=True, slots=True)
class Done:
    """The step is stored, and took so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Failed:
    """The step ended with an error; `fault` says that it is not one of the user's, and the message is its traceback."""

    message: str
    storage: bool = False
    fault: bool = False

    def error(self) -> CrossglotError:
        """The user's error.

        Raises:
            StorageError: if results can no longer be stored.
            RuntimeError: for a fault of ours.
        """
        if self.fault:
            raise RuntimeError(f"a worker process failed:\n{self.message}")
        if self.storage:
            raise StorageError(self.message)
        return CrossglotError(self.message)


News = Began | Advanced | Done | Failed


def serve(connection: Connection, folder: str) -> None:
    """Runs what is sent, for the store in `folder`; what steps print goes to standard error, for output is results'."""
    sent: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_listen, args=(connection, sent), daemon=True).start()
    store = Store(Path(folder))
    log_visibly()
    with redirect_stdout(sys.stderr):
        while True:
            message = sent.get()
            _tell(connection, Began())
            _tell(connection, _run(message, store, connection))


def _listen(connection: Connection, sent: SimpleQueue[bytes]) -> None:
    """Takes in what is sent. When the engine is gone, however it ended, so is this process: nobody wants its result."""
    try:
        while True:
            sent.put(connection.recv_bytes())
    except (EOFError, OSError):
        os._exit(0)


def _tell(connection: Connection, news: News) -> None:
    try:
        connection.send(news)
    except OSError:
        os._exit(0)


def _run(message: bytes, store: Store, connection: Connection) -> News:
    try:
        # The engine that started this process has written it.
        step = cast(Step, pickle.loads(message))  # noqa: S301
        return Done(perform(step, store, lambda fraction: _tell(connection, Advanced(fraction))))
    except CrossglotError as error:
        return Failed(str(error), storage=isinstance(error, StorageError))
    except BaseException:  # the engine raises it; a library that exits is no reason to be gone without a word
        return Failed(traceback.format_exc(), fault=True)
