"""What runs on a Ray cluster: tasks that run steps where Ray puts them, and the board where they tell how it goes."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import FrameType
from typing import Any

from crossglot import __version__, breaking_off
from crossglot.engine.executor import perform
from crossglot.engine.moved_paths import moved_path, moved_step, paths_here
from crossglot.engine.remote_store import open_store
from crossglot.engine.serving import Advanced, Began, Done, Failed
from crossglot.engine.step import Step
from crossglot.engine.store import Store
from crossglot.errors import CrossglotError, StorageError
from crossglot.files import user_cache

OFTEN = 0.25
"""Seconds between two pieces of news of how much of a step is done."""

PATIENCE = 90.0
"""Seconds until a step that another node has just stored is seen here: network file systems keep what folders held."""


@dataclass(frozen=True, slots=True)
class Logged:
    """A line for the log, from a step."""

    logger: str
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """News of a step, by its id; of a line for the log, of none."""

    step: str
    news: Began | Advanced | Done | Failed | Logged


@dataclass(frozen=True, slots=True)
class Place:
    """Where the store is: the driver's folder and node, and the URL if the folder holds copies of what lies there."""

    folder: str
    node: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """What became of steps that ran together, in order, and the node that they ran on."""

    told: tuple[Told, ...]
    node: str


class Board:
    """Where tasks leave their news and the driver waits for them; an actor of Ray's, on the driver's node."""

    def __init__(self) -> None:
        self._news: list[Told] = []
        self._there = asyncio.Event()

    async def tell(self, news: Told) -> None:
        """Leaves a piece of news."""
        self._news.append(news)
        self._there.set()

    async def wait(self) -> None:
        """Comes back as soon as there is news."""
        await self._there.wait()

    async def take(self) -> list[Told]:
        """All that was left since the last time."""
        self._there.clear()
        taken, self._news = self._news, []
        return taken


def run_steps(
    steps: Sequence[Step], stored: Sequence[Step], store: Place, board: Any, version: str, *, halved: bool = False
) -> Share:
    """Runs steps one after the other, in a worker process of Ray's; those after a failed one that need it are left out.

    Args:
        steps: in an order in which they can run.
        stored: steps that they need and that other tasks have stored.
        store: where it is.
        board: handle of the board.
        version: of crossglot, where the plan was made.
        halved: whether a node's memory did not suffice for the first one before.
    """
    import ray

    signal.signal(signal.SIGINT, _break_off)  # what Ray calls when a task is cancelled
    signal.signal(signal.SIGTERM, _die)  # what it sends where a node's memory runs out
    told: list[Told] = []
    lost: set[str] = set()
    with _telling(board):
        _await(stored, _store(store))
        for step in steps:
            if any(need.id in lost for need in step.dependencies):
                lost.add(step.id)
                continue
            board.tell.remote(Told(step.id, Began()))
            news = _run(step, store, _often(step, board), version, halved=halved and step is steps[0])
            told.append(Told(step.id, news))
            board.tell.remote(told[-1])
            if isinstance(news, Failed):
                lost.add(step.id)
                if news.storage or news.fault:
                    break
    with suppress(ray.exceptions.RayActorError):
        ray.get(board.tell.remote(told[-1]))  # when the driver hears that this came back, the board has all its news
    return Share(tuple(told), ray.get_runtime_context().get_node_id())


def answer(question: Callable[[], Any], version: str) -> Any:
    """What a function gives here; a Failed if it raises an error of the user's."""
    try:
        _check_version(version)
        with redirect_stdout(sys.stderr):
            return question()
    except CrossglotError as error:
        return Failed(str(error), storage=isinstance(error, StorageError))


def _run(step: Step, store: Place, advance: Callable[[float], None], version: str, *, halved: bool) -> Done | Failed:
    try:
        _check_version(version)
        return Done(perform(moved_step(step, paths_here()), _store(store), advance, halved=halved))
    except CrossglotError as error:
        return Failed(str(error), storage=isinstance(error, StorageError))
    except KeyboardInterrupt:
        raise
    except BaseException:  # the driver raises it; a library that exits is no reason to be gone without a word
        return Failed(traceback.format_exc(), fault=True)


def _break_off(number: int, frame: FrameType | None) -> None:
    """The task is cancelled: a training saves what it has first, anything else ends at once."""
    del number, frame
    if not breaking_off.ask():
        raise KeyboardInterrupt


def _die(number: int, frame: FrameType | None) -> None:
    """At once: whoever takes an exit for an error would make a failure of the step out of what befell its node."""
    del frame
    os._exit(128 + number)


@lru_cache(maxsize=4)
def _store(place: Place) -> Store:
    """One for all tasks of a process: it remembers what it has checked."""
    import ray

    if place.url and ray.get_runtime_context().get_node_id() != place.node:
        copies = hashlib.sha256(place.url.encode()).hexdigest()[:16]
        return open_store(user_cache() / "stores" / copies, place.url)
    return open_store(Path(moved_path(place.folder, paths_here())), place.url)


def _await(steps: Sequence[Step], store: Store) -> None:
    """Waits until what is stored is seen here; if it never is, the step that needs it says so."""
    end = time.monotonic() + PATIENCE
    while any(store.state(step) == "to do" for step in steps) and time.monotonic() < end:
        time.sleep(0.1)


def _check_version(version: str) -> None:
    if version != __version__:
        raise CrossglotError(
            f"this plan was made by crossglot {version}, and the node that is to run it has {__version__}\n"
            "  install the same on all nodes"
        )


def _often(step: Step, board: Any) -> Callable[[float], None]:
    """Tells the board how much is done, but not more often than anybody can read."""
    last = [0.0]

    def advance(fraction: float) -> None:
        now = time.monotonic()
        if now - last[0] >= OFTEN:
            last[0] = now
            board.tell.remote(Told(step.id, Advanced(fraction)))

    return advance


class _ToBoard(logging.Handler):
    """Sends lines of the log to where the run is watched."""

    def __init__(self, board: Any) -> None:
        super().__init__(logging.WARNING)
        self._board = board

    def emit(self, record: logging.LogRecord) -> None:
        self._board.tell.remote(Told("", Logged(record.name, record.levelno, record.getMessage())))


@contextmanager
def _telling(board: Any) -> Iterator[None]:
    """Lines of our log go to the board; what libraries print goes to Ray's log of the process."""
    logger, handler = logging.getLogger("crossglot"), _ToBoard(board)
    logger.addHandler(handler)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        logger.removeHandler(handler)
