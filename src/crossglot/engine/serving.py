"""What a worker process does: it receives steps, runs them and tells how it goes, until the engine is gone."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import traceback
from contextlib import redirect_stdout
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from types import FrameType
from typing import cast

from crossglot import breaking_off
from crossglot.characters import log_visibly
from crossglot.engine.executor import perform
from crossglot.engine.remote_store import open_store
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


BREAK_OFF = b""
"""Sent instead of a step: what runs is to save what it has, and the process to end."""

_killed: list[int] = []  # the signals that asked this process to end

News = Began | Advanced | Done | Failed


def serve(connection: Connection, folder: str, url: str) -> None:
    """Runs what is sent, for the store in `folder`; what steps print goes to standard error, for output is results'."""
    signal.signal(signal.SIGTERM, _break_off)
    sent: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_listen, args=(connection, sent), daemon=True).start()
    store = open_store(Path(folder), url)
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
            message = connection.recv_bytes()
            if message != BREAK_OFF:
                sent.put(message)
            elif not breaking_off.ask():
                os._exit(0)
    except (EOFError, OSError):
        os._exit(0)


def _break_off(number: int, frame: FrameType | None) -> None:
    """A polite kill of this process: a training writes a checkpoint first; a second one is not waited for.

    One that reaches all processes of a job may come after the engine has asked for the same.
    """
    del frame
    if _killed or not breaking_off.ask():
        _die_by(number)
    _killed.append(number)


def _die_by(number: int) -> None:
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def _tell(connection: Connection, news: News) -> None:
    try:
        connection.send(news)
    except OSError:
        os._exit(0)


def _run(message: bytes, store: Store, connection: Connection) -> News:
    try:
        # The engine that started this process has written it.
        step, halved = cast(tuple[Step, bool], pickle.loads(message))  # noqa: S301
        return Done(perform(step, store, lambda fraction: _tell(connection, Advanced(fraction)), halved=halved))
    except CrossglotError as error:
        return Failed(str(error), storage=isinstance(error, StorageError))
    except KeyboardInterrupt:  # a training was asked to end, and has saved what it had
        for number in _killed:
            _die_by(number)
        os._exit(0)
    except BaseException:  # the engine raises it; a library that exits is no reason to be gone without a word
        return Failed(traceback.format_exc(), fault=True)
