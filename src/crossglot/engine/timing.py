"""Time to go, from how long finished steps took and how much work is left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from crossglot.engine.step import Work


class TimeToGo:
    """Speeds by kind of work, learned from finished steps; a kind not yet seen runs at the others' mean speed."""

    def __init__(self) -> None:
        self._size: dict[str, float] = defaultdict(float)
        self._seconds: dict[str, float] = defaultdict(float)

    def learn(self, work: Work, seconds: float) -> None:
        """A step, or a part of one, was done in so many seconds."""
        if work.size > 0:
            self._size[work.kind] += work.size
            self._seconds[work.kind] += seconds

    def copy(self) -> TimeToGo:
        """One that learns on its own."""
        copied = TimeToGo()
        copied._size |= self._size
        copied._seconds |= self._seconds
        return copied

    def knows(self, kind: str) -> bool:
        """Whether work of that kind has been timed."""
        return kind in self._size

    def seconds_for(self, works: Iterable[Work]) -> float | None:
        """Seconds that this work will take; None while nothing that counts has been timed."""
        if not self._size:
            return None
        mean = sum(self._seconds.values()) / sum(self._size.values())
        return sum(work.size * self._seconds_a_unit(work.kind, mean) for work in works)

    def _seconds_a_unit(self, kind: str, mean: float) -> float:
        return self._seconds[kind] / self._size[kind] if kind in self._size else mean
