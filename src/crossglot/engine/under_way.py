"""A run as it goes: what is finished, what runs since when, what is left, and how long all of it still takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from crossglot.engine.step import Step, Work
from crossglot.engine.timing import TimeToGo

ENOUGH, ENOUGH_WITH_LOADING = 0.02, 0.25
"""Shares of a step from which on its speed tells how long the rest takes: since it told first, and since it began."""


@dataclass(slots=True)
class Running:
    """A step that runs.

    Attributes:
        step: which one.
        began: when, by the clock.
        fraction: how much of it was done when it last told.
        told: when that was; when it began if it has told nothing yet.
        first: when it told for the first time, and what: what came before is often no work but loading.
    """

    step: Step
    began: float
    fraction: float
    told: float
    first: tuple[float, float] | None = None

    def pace(self) -> tuple[float, float] | None:
        """A share of its work, and the seconds that took; None until enough of it is done."""
        if self.first is None:
            return None
        since, before = self.first
        if self.fraction - before >= ENOUGH and self.told > since:
            return self.fraction - before, self.told - since
        return (self.fraction, self.told - self.began) if self.fraction >= ENOUGH_WITH_LOADING else None


class UnderWay:
    """Keeps count of a run's steps; times are in seconds, `clock` says what time it is."""

    def __init__(self, jobs: int = 1, clock: Callable[[], float] = time.monotonic) -> None:
        self._jobs = jobs
        self._clock = clock
        self._pace = TimeToGo()
        self._left: dict[str, Work] = {}
        self._to_begin: dict[str, float] = {}  # kind → size of all that is left and does not run
        self._running: dict[str, Running] = {}
        self.total = 0

    def start(self, total: int, left: Iterable[Step], earlier: Iterable[tuple[Work, float]]) -> None:
        """A run of `total` steps begins, of which these are left; `earlier` steps took so many seconds."""
        for work, seconds in earlier:
            self._pace.learn(work, seconds)
        self.total, self._left, self._running = total, {step.id: step.work for step in left}, {}
        self._to_begin = {}
        for work in self._left.values():
            self._to_begin[work.kind] = self._to_begin.get(work.kind, 0.0) + work.size

    def began(self, step: Step) -> None:
        """The step runs from now on."""
        now = self._clock()
        self._no_longer_to_begin(step)
        self._running[step.id] = Running(step, now, 0.0, now)

    def advanced(self, step: Step, fraction: float) -> None:
        """So much of the running step is done."""
        running = self._running.get(step.id)
        if running is not None:
            running.fraction, running.told = fraction, self._clock()
            running.first = running.first or (running.told, fraction)

    def ended(self, step: Step, seconds: float | None = None) -> None:
        """The step is no longer left; `seconds` if it was done just now."""
        if seconds is not None:
            self._pace.learn(step.work, seconds)
        self._no_longer_to_begin(step)
        self._running.pop(step.id, None)
        self._left.pop(step.id, None)

    def _no_longer_to_begin(self, step: Step) -> None:
        work = self._left.get(step.id)
        if work is not None and step.id not in self._running:
            self._to_begin[work.kind] = max(self._to_begin[work.kind] - work.size, 0.0)

    def is_left(self, step: Step) -> bool:
        """Whether it has not ended yet."""
        return step.id in self._left

    @property
    def finished(self) -> int:
        """How many steps have ended."""
        return self.total - len(self._left)

    @property
    def waiting(self) -> int:
        """How many have not begun."""
        return len(self._left) - len(self._running)

    @property
    def running(self) -> tuple[Running, ...]:
        """The steps that run, the one that began first at the front."""
        return tuple(self._running.values())

    @property
    def share(self) -> float:
        """How much of the run is done, each step counting alike: between 0 and 1."""
        return (self.finished + sum(each.fraction for each in self.running)) / max(self.total, 1)

    def now(self) -> float:
        """The clock's time."""
        return self._clock()

    def seconds_to_go(self) -> float | None:
        """What is left, at the speed of earlier steps of its kind, or of a running step; None if nothing is known.

        Between the news of a running step it counts down.
        """
        pace = self._pace.copy()
        for each in self.running:
            so_far = None if self._pace.knows(each.step.work.kind) else each.pace()
            if so_far is not None:
                share, seconds = so_far
                pace.learn(Work(share * each.step.work.size, each.step.work.kind), seconds)
        found = pace.seconds_for(Work(size, kind) for kind, size in self._to_begin.items())
        if found is None:
            return None
        for each in self.running:
            work = each.step.work
            rest = pace.seconds_for([Work((1 - each.fraction) * work.size, work.kind)]) or 0.0
            found += max(rest - (self.now() - each.told), 0.0)
        return found / self._jobs
