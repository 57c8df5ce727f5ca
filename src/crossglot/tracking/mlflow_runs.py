"""A run in an MLflow store, with others nested in it: each thing is said once, and never at the cost of the work.

A store that does not answer is asked again later; what is to be logged waits until then.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from crossglot.errors import CrossglotError
from crossglot.tracking.mlflow_store import SAID, Known, Measured, MlflowStore, NestedRun, Status, cannot_be

_log = logging.getLogger(__name__)

LEAST_WAIT, MOST_OF_TIME = 60.0, 0.05
"""A store that failed is left alone for so many seconds, and so long that failing takes no more of the time."""


@dataclass(frozen=True, slots=True)
class Saying:
    """What is to be said of a nested run, once.

    Attributes:
        key: of the run.
        by: who says it.
        run: gives the run, when it is logged.
        metrics: gives its metrics, likewise.
    """

    key: str
    by: str
    run: Callable[[], NestedRun]
    metrics: Callable[[], Sequence[Measured]]


class MlflowRuns:
    """Logs a run with nested ones.

    Args:
        clock: seconds, for how long a store is left alone.

    Raises:
        UsageError: if there can be no such store.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = MlflowStore()
        self._clock = clock
        self._whole: tuple[str, str, Mapping[str, str]] = "", "", {}
        self._run: Known | None = None
        self._nested: dict[str, Known] = {}
        self._waiting: deque[Saying] = deque()
        self._refused = 0
        self._leave_until = float("-inf")
        self._warned = False

    @property
    def where(self) -> str:
        """Address and experiment, for messages."""
        return self._store.where

    def begin(self, own: str, name: str, tags: Mapping[str, str]) -> None:
        """The run of the whole begins, or goes on if the store has it.

        Args:
            own: finds it again.
            name: how it is called.
            tags: of it.
        """
        self._whole = own, name, tags
        self._try(self._deliver)

    def say(self, saying: Saying) -> None:
        """Logs what has not been said yet, at once or when the store answers again."""
        if not self._is_said(saying):
            self._waiting.append(saying)
            self._try(self._deliver)

    def end(self, status: Status, metrics: Sequence[Measured] = (), files: Iterable[Path] = ()) -> bool:
        """The run of the whole ends; what waited is tried a last time.

        Args:
            status: how it ended.
            metrics: of the whole; values that the store has already are not logged again.
            files: to be kept with it.

        Returns:
            Whether all that was to be said is in the store.
        """
        if status != "KILLED":  # whoever stops a run does not wait for a store that does not answer
            self._leave_until = float("-inf")

        def end() -> None:
            run = self._deliver()
            new = [each for each in metrics if run.metrics.get(each.name) != each.value]
            self._store.log(run.run_id, new, time.time())
            self._store.keep(run.run_id, files)
            self._store.end(run.run_id, status)

        return self._try(end) and not self._refused

    def _try(self, do: Callable[[], object]) -> bool:
        """Does something with the store; one that fails is left alone for a while. Whether it was done."""
        began = self._clock()
        if began < self._leave_until:
            return False
        try:
            do()
        except Exception as error:  # whatever a network, a server or a library makes of it: the work goes on
            now = self._clock()
            self._leave_until = now + max(LEAST_WAIT, (now - began) / MOST_OF_TIME)
            self._warn(error)
            return False
        return True

    def _warn(self, error: Exception) -> None:
        if not self._warned:
            self._warned = True
            _log.warning(
                "%s: cannot be logged to: %s\n  the work goes on; what is not logged yet follows once it can be",
                self.where,
                self._store.reason(error),
            )

    def _deliver(self) -> Known:
        """Logs what waits, oldest first; gives the run of the whole."""
        run = self._found_run()
        while self._waiting:
            try:
                self._log(run, self._waiting[0])
            except Exception as error:
                # A finished step that cannot be read, or what this store will not take the next time either.
                if not isinstance(error, CrossglotError) and not cannot_be(error):
                    raise
                self._refused += 1
                self._warn(error)
            self._waiting.popleft()
        return run

    def _log(self, whole: Known, saying: Saying) -> None:
        if self._is_said(saying):
            return
        run, metrics = saying.run(), saying.metrics()
        if saying.key not in self._nested:
            self._nested[saying.key] = self._store.nest(whole.run_id, run)
        known = self._nested[saying.key]
        if saying.by not in known.said:
            said = {SAID: " ".join(sorted(known.said | {saying.by}))}
            self._store.log(known.run_id, metrics, run.ended, None if known.said else run.params, said)
            known.said.add(saying.by)

    def _is_said(self, saying: Saying) -> bool:
        known = self._nested.get(saying.key)
        return known is not None and saying.by in known.said

    def _found_run(self) -> Known:
        """The run of the whole; what is nested in it is looked up once."""
        if self._run is None:
            run = self._store.run(*self._whole)
            self._nested = self._store.nested(run.run_id)
            self._run = run
        return self._run
