"""Processes that run steps for the local engine, side by side: each is sent a step and tells how it goes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path

from crossglot.engine.step import Step
from crossglot.engine.store import Store
from crossglot.errors import CrossglotError, StorageError

KERNELS_KEPT = 500
"""Kernels that oneDNN keeps in a worker, one a shape of product. Batches have many shapes: the library's own 1,024 take
some 150 MB more of each process; with far fewer, making them anew takes a small encoder a tenth of its time."""


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
    """The step ended with an error; `fault` is the traceback where it is not one of the user's."""

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


News = Advanced | Done | Failed


class Workers:
    """So many processes, started as they are needed; made by `started`, which ends them."""

    def __init__(self, count: int, store: Path, threads: int | None) -> None:
        self._count, self._store = count, store
        self._threads = threads or max(1, (os.cpu_count() or 1) // count)
        self._idle: list[tuple[SpawnProcess, Connection]] = []
        self._busy: dict[Connection, tuple[SpawnProcess, Step]] = {}

    @property
    def free(self) -> bool:
        """Whether another step can be begun."""
        return len(self._busy) < self._count

    @property
    def busy(self) -> bool:
        """Whether any step is running."""
        return bool(self._busy)

    def begin(self, step: Step) -> None:
        """Sends a step to a process that has none; only while one is free."""
        process, connection = self._idle.pop() if self._idle else self._start()
        connection.send(step)
        self._busy[connection] = (process, step)

    def news(self) -> Iterator[tuple[Step, News]]:
        """Waits until something happens and tells what it was."""
        ready = wait(list(self._busy))
        for connection in [connection for connection in self._busy if connection in ready]:
            process, step = self._busy[connection]
            try:
                news: News = connection.recv()
            except (EOFError, ConnectionError):
                process.join()
                del self._busy[connection]
                yield step, Failed(_death(step, process.exitcode))
                continue
            if not isinstance(news, Advanced):
                del self._busy[connection]
                self._idle.append((process, connection))
            yield step, news

    def stop(self) -> None:
        """Ends all processes; what one was writing stays half-written, which the store knows."""
        for process in [process for process, _ in (*self._idle, *self._busy.values())]:
            process.terminate()
            process.join()

    def _start(self) -> tuple[SpawnProcess, Connection]:
        context = multiprocessing.get_context("spawn")  # a forked copy of a process with threads may hang
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, self._store, self._threads), daemon=True)
        process.start()
        theirs.close()  # so that a dead process is an end of file here
        return process, ours


@contextmanager
def started(count: int, store: Path, threads: int | None = None) -> Iterator[Workers]:
    """Workers that end with the block, however it ends.

    Args:
        count: processes at most.
        store: folder of the store.
        threads: threads of each for arithmetic; None shares out the cores.
    """
    workers = Workers(count, store, threads)
    try:
        yield workers
    finally:
        workers.stop()


def _serve(connection: Connection, folder: Path, threads: int) -> None:
    """What a process does: receives steps and runs them, until the other end is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt at the terminal reaches all; the engine ends us
    os.environ["OMP_NUM_THREADS"] = str(threads)  # read when the libraries that compute are first imported
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", str(KERNELS_KEPT))
    store = Store(folder)
    while True:
        try:
            step: Step = connection.recv()
            connection.send(_run(step, store, connection))
        except (EOFError, BrokenPipeError):
            return


def _run(step: Step, store: Store, connection: Connection) -> News:
    began = time.monotonic()
    try:
        store.put(step, lambda half: step.run(half, store.result, lambda fraction: connection.send(Advanced(fraction))))
    except CrossglotError as error:
        return Failed(str(error), storage=isinstance(error, StorageError))
    except Exception:  # told to the engine, which raises it
        return Failed(traceback.format_exc(), fault=True)
    return Done(time.monotonic() - began)


def _death(step: Step, code: int | None) -> str:
    how = f"signal {-code}" if code is not None and code < 0 else f"exit status {code}"
    return (
        f"the process that ran '{step.title}' died ({how}), perhaps for want of memory\n"
        "  with fewer --jobs each has more"
    )
