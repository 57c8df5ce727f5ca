"""Logging from a thread of its own: whoever tells what happens is not held up by a store, however slow."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from queue import SimpleQueue

from crossglot.tracking.mlflow_runs import MlflowRuns, Saying
from crossglot.tracking.mlflow_store import Measured, Status

PATIENCE = 3.0
"""Seconds that somebody who stops a run waits for what is still to be logged."""


class InBackground:
    """Logs as `MlflowRuns` does, which see; what it is told is logged in order, some time before `end` returns."""

    def __init__(self, runs: MlflowRuns) -> None:
        self._runs = runs
        self._told: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._follow, name="tracking", daemon=True)
        self._thread.start()

    @property
    def where(self) -> str:
        """Address and experiment, for messages."""
        return self._runs.where

    def begin(self, own: str, name: str, tags: Mapping[str, str]) -> None:
        """The run of the whole begins."""
        self._told.put(partial(self._runs.begin, own, name, tags))

    def say(self, saying: Saying) -> None:
        """Something is to be said of a nested run."""
        self._told.put(partial(self._runs.say, saying))

    def end(self, status: Status, metrics: Sequence[Measured] = (), files: Iterable[Path] = ()) -> bool:
        """The run of the whole ends; whether all is logged."""
        self._told.put(None)
        self._thread.join(PATIENCE if status == "KILLED" else None)
        return not self._thread.is_alive() and self._runs.end(status, metrics, files)

    def leave(self) -> None:
        """Nothing was begun, so nothing ends."""
        self._told.put(None)

    def _follow(self) -> None:
        while (do := self._told.get()) is not None:
            do()
