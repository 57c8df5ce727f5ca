"""Processes that run steps for the local engine, side by side: each is sent a step and tells how it goes."""

from __future__ import annotations

import logging
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path

from crossglot.breaking_off import TimeToSave
from crossglot.engine.memory import kills_for_memory, more_memory
from crossglot.engine.serving import BREAK_OFF, Advanced, Began, Done, Failed
from crossglot.engine.step import Step
from crossglot.errors import CrossglotError
from crossglot.remedies import way
from crossglot.runtime import VISIBLE

_log = logging.getLogger(__name__)

KERNELS_KEPT = {"ONEDNN_PRIMITIVE_CACHE_CAPACITY": "500", "LRU_CACHE_CAPACITY": "300"}
"""Kernels that a worker keeps, one per shape of product: oneDNN's, and beside them those that torch's layer above it
keeps. Batches have many shapes: with the libraries' own 1,024 of each a process grows with every training, with far
fewer of oneDNN's small encoders lose time on making them anew."""

STARTS = 3
"""How often a step is sent to another process when the one that it was sent to dies before it began."""

# A process of its own making, not `multiprocessing`'s: that one imports the main script anew, which runs a script
# without a main guard once more and finds nothing where the script came from standard input.
_PROGRAM = (
    "import sys; from multiprocessing.connection import Connection; connection = Connection(int(sys.argv[1])); "
    "sys.path[:] = connection.recv(); from crossglot.engine.serving import serve; serve(connection, *sys.argv[2:])"
)

# They reach every process of a terminal, or of a batch job. Blocked in a worker from its first moment on: the engine
# ends it.
_OF_ALL = (signal.SIGINT, signal.SIGHUP, signal.SIGUSR1)


@dataclass(slots=True, eq=False)
class _Worker:
    process: subprocess.Popen[bytes]
    connection: Connection
    gpu: str | None = None  # the only one that it sees; None: it sees what this process sees
    step: Step | None = None
    began: bool = False  # it has said that the step it was sent runs
    kills_before: int | None = None  # processes that the system had killed for want of memory by then


class Workers:
    """So many processes, started as they are needed; made by `started`, which ends them."""

    def __init__(self, count: int, store: Path, threads: int | None, url: str = "", gpus: Sequence[str] = ()) -> None:
        self._count, self._store, self._url = count, store, url
        self._gpus: Sequence[str | None] = gpus or (None,)
        self._threads = shared_threads(count, threads)
        self._workers: list[_Worker] = []
        self._starts: dict[str, int] = {}  # by step id
        self._halved: set[str] = set()  # ids of steps for which the memory did not suffice

    @property
    def free(self) -> bool:
        """Whether another step can be begun."""
        return sum(worker.step is not None for worker in self._workers) < self._count

    @property
    def busy(self) -> bool:
        """Whether any step is running."""
        return any(worker.step is not None for worker in self._workers)

    def begin(self, step: Step) -> None:
        """Sends a step to a process that has none; only while one is free.

        Raises:
            CrossglotError: if the system gives no more processes.
        """
        worker = self._for_next_step()
        worker.step, worker.began, worker.kills_before = step, False, kills_for_memory()
        with suppress(OSError):  # it died while it had nothing to do: `news` finds out
            worker.connection.send_bytes(pickle.dumps((step, step.id in self._halved)))

    def news(self) -> Iterator[tuple[Step, Advanced | Done | Failed]]:
        """Waits until something happens and tells what it was."""
        by_connection = {worker.connection: worker for worker in self._workers}
        for connection in wait(list(by_connection)):
            worker = by_connection[connection]  # type: ignore[index]  # `wait` gives back what it was given
            try:
                news = worker.connection.recv()
            except (EOFError, OSError):
                yield from self._died(worker)
                continue
            if isinstance(news, Began):
                worker.began = True
                continue
            step = worker.step
            assert step is not None  # noqa: S101 - only a process that has a step tells of it
            if not isinstance(news, Advanced):
                worker.step = None
            yield step, news

    def break_off(self, seconds: float) -> None:
        """Has all processes end that run something, with so much time for trainings to save what they have."""
        end = time.monotonic() + seconds
        busy = [worker for worker in self._workers if worker.step is not None]
        for worker in busy:
            with suppress(OSError):
                worker.connection.send_bytes(BREAK_OFF)
        for worker in busy:
            with suppress(subprocess.TimeoutExpired):
                worker.process.wait(max(0.0, end - time.monotonic()))

    def stop(self) -> None:
        """Ends all processes; what one was writing stays half-written, which the store knows."""
        for worker in self._workers:
            worker.process.kill()  # it has nothing to tidy up, and one that is suspended would not hear of less
        for worker in self._workers:
            _bury(worker)
        self._workers.clear()

    def _for_next_step(self) -> _Worker:
        """A process without a step: of those there are, or a new one if its GPU has fewer steps to compute.

        A new one comes to the GPU with the fewest processes, so that one that died is replaced where it was.
        """
        living = Counter(worker.gpu for worker in self._workers)
        computing = Counter(worker.gpu for worker in self._workers if worker.step is not None and worker.step.gpu)
        idle = (worker for worker in self._workers if worker.step is None)
        found = min(idle, key=lambda worker: computing[worker.gpu], default=None)
        gpu = min(self._gpus, key=lambda gpu: (living[gpu], computing[gpu]))
        room = len(self._workers) < self._count
        if found is None or (room and computing[gpu] < computing[found.gpu]):
            return self._start(gpu)
        return found

    def _died(self, worker: _Worker) -> Iterator[tuple[Step, Failed]]:
        """Without a step, or before it began its step, another process takes its place; else the step has failed.

        If the system killed it for want of memory, it is tried once more.
        """
        code = _bury(worker)
        self._workers.remove(worker)
        step = worker.step
        if step is None:
            return
        self._starts[step.id] = starts = self._starts.get(step.id, 0) + 1
        for_memory = code == -signal.SIGKILL and kills_for_memory() != worker.kills_before
        if worker.began and for_memory and step.id not in self._halved:
            self._halved.add(step.id)
            _log.warning(
                "%s\n  it is tried once more, with half as much at a time", _death(worker, step, code).splitlines()[0]
            )
            self.begin(step)
        elif worker.began:
            yield step, Failed(_death(worker, step, code))
        elif code < 0 and starts < STARTS:
            self.begin(step)
        else:
            yield step, Failed(_no_start(step, code))

    def _start(self, gpu: str | None) -> _Worker:
        ours, theirs = multiprocessing.Pipe()
        environment = KERNELS_KEPT | dict(os.environ)
        environment["OMP_NUM_THREADS"] = str(self._threads)  # read when the libraries that compute are first imported
        if gpu is not None:
            environment[VISIBLE] = gpu
        program = [sys.executable, "-P", "-c", _PROGRAM, str(theirs.fileno()), str(self._store), self._url]
        with _held_back(_OF_ALL):  # what is blocked here is blocked in the new process, too
            try:
                process = subprocess.Popen(  # noqa: S603 - this very interpreter
                    program, stdin=subprocess.DEVNULL, pass_fds=(theirs.fileno(),), env=environment
                )
            except OSError as error:
                raise CrossglotError(
                    f"no process can be started to run steps in: {error}\n  end other processes{_in_one_process()}"
                ) from error
            worker = _Worker(process, ours, gpu)
            self._workers.append(worker)
        theirs.close()  # so that a dead process is an end of file here
        with suppress(OSError):  # it died at once: `news` finds out
            ours.send(sys.path)
        return worker


def shared_threads(count: int, wanted: int | None) -> int:
    """Threads of each of so many processes: a fair share of the cores, or fewer if fewer are wanted.

    Threads that wait for their fellows do so busily, and where there are more of them than cores they wait for threads
    that do not run: two processes of two threads on two cores are several times slower than two of one.
    """
    share = max(1, cores() // count)
    if wanted is not None and wanted > share:
        what = f"{count} jobs of {wanted} threads" if count > 1 else f"{wanted} threads"
        _log.warning("%s are more than the %d cores: %d a job are used", what, cores(), share)
    return min(share, wanted or share)


def cores() -> int:
    """Processors that this process may run on."""
    of_this_process = getattr(os, "sched_getaffinity", None)
    return len(of_this_process(0)) if of_this_process else os.cpu_count() or 1


@contextmanager
def started(
    count: int, store: Path, threads: int | None = None, url: str = "", gpus: Sequence[str] = ()
) -> Iterator[Workers]:
    """Workers that end with the block, however it ends; if this process is killed, they end by themselves.

    Args:
        count: processes at most.
        store: folder of the store.
        threads: threads of each for arithmetic, if there are cores for them all; None shares out the cores.
        url: of the store, if the folder holds copies of what is there.
        gpus: spreads the processes over these, each of which sees one; as CUDA_VISIBLE_DEVICES names them.
    """
    workers = Workers(count, store, threads, url, gpus)
    try:
        yield workers
    except TimeToSave as stop:
        workers.break_off(stop.seconds)
        raise
    finally:
        workers.stop()


@contextmanager
def _held_back(signals: tuple[signal.Signals, ...]) -> Iterator[None]:
    """Signals that come meanwhile are delivered at the end of the block."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _bury(worker: _Worker) -> int:
    """The exit status of a process that has ended, or is about to."""
    code = worker.process.wait()
    worker.connection.close()
    return code


def _in_one_process() -> str:
    named = way("or run all in one process", "jobs", "1")
    return f"; {named}" if named else ""


def _death(worker: _Worker, step: Step, code: int) -> str:
    where = f" on GPU {worker.gpu}" if worker.gpu is not None and step.gpu else ""
    what = f"the process that ran '{step.title}'{where} died"
    if code == -signal.SIGKILL:
        return f"{what} (signal 9): killed, perhaps for want of memory\n  {more_memory()}"
    if code < 0:
        return f"{what} (signal {-code}, {signal.strsignal(-code)})\n  run the same again{_in_one_process()}"
    return f"{what} (exit status {code})\n  its own messages stand above{_in_one_process()}"


def _no_start(step: Step, code: int) -> str:
    how = f"exit status {code}" if code >= 0 else f"signal {-code}, {STARTS} times"
    return (
        f"the process that was to run '{step.title}' died before it began ({how})\n"
        f"  its own messages stand above, if it had any{_in_one_process()}"
    )
