"""Which steps of a plan may run now: those whose needs have ended, in the plan's order, whatever its size."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from heapq import heappop, heappush

from crossglot.engine.plan import Plan
from crossglot.engine.step import Step

TOGETHER = 16
"""Most steps too small to be worth a task of their own that share one."""


class Frontier:
    """The steps of a plan that have not ended; each is handed out once, when nothing that it needs is left."""

    def __init__(self, plan: Plan) -> None:
        self._steps = {step.id: step for step in plan.steps}
        self._needs = {
            step.id: {need.id for need in step.dependencies if need.id in self._steps} for step in plan.steps
        }
        self._needed_by: dict[str, list[str]] = {}
        for id_, needs in self._needs.items():
            for need in needs:
                self._needed_by.setdefault(need, []).append(id_)
        self._places = {id_: place for place, id_ in enumerate(self._steps)}
        self._ready = [(place, id_) for id_, place in self._places.items() if not self._needs[id_]]  # a heap
        self._left = set(self._steps)

    @property
    def left(self) -> int:
        """How many have not ended."""
        return len(self._left)

    @property
    def waiting(self) -> int:
        """About how many may run now and were not taken."""
        return len(self._ready)

    def take(self) -> Step | None:
        """The next that may run; None if there is none until another one ends."""
        while self._ready:
            _, id_ = heappop(self._ready)
            if id_ in self._left and id_ in self._needs:  # else it went along with another
                del self._needs[id_]
                return self._steps[id_]
        return None

    def small(self, at_most: int) -> Iterator[Step]:
        """The next that may run, as long as they are too small to count; they are taken as they are asked for."""
        while self._ready and at_most > 0:
            _, id_ = self._ready[0]
            open_ = id_ in self._left and id_ in self._needs  # else it went along with another
            if open_ and self._steps[id_].work.size:
                return
            heappop(self._ready)
            if open_:
                del self._needs[id_]
                at_most -= 1
                yield self._steps[id_]

    def followers(self, step: Step) -> list[Step]:
        """Steps too small to count that need nothing more than this one and each other: they are taken, too."""
        together, found = {step.id}, list[Step]()
        behind = deque(self._needed_by.get(step.id, ()))
        while behind and len(found) < TOGETHER:
            id_ = behind.popleft()
            if id_ in together or id_ not in self._needs or self._steps[id_].work.size:
                continue
            if self._needs[id_] <= together:
                together.add(id_)
                del self._needs[id_]
                found.append(self._steps[id_])
                behind.extend(self._needed_by.get(id_, ()))
        return found

    def give_back(self, steps: Iterable[Step]) -> None:
        """Steps that were taken and did not run: they may be taken again, once what they need has ended."""
        for step in steps:
            needs = {need.id for need in step.dependencies if need.id in self._left}
            self._needs[step.id] = needs
            if not needs:
                self._set_free(step.id)

    def ended(self, step: Step) -> None:
        """The step is finished, failed or left out: what waited for it alone may be taken."""
        if step.id not in self._left:
            return
        self._left.remove(step.id)
        self._needs.pop(step.id, None)
        for id_ in self._needed_by.get(step.id, ()):
            needs = self._needs.get(id_)
            if needs is not None:
                needs.discard(step.id)
                if not needs:
                    self._set_free(id_)

    def _set_free(self, id_: str) -> None:
        heappush(self._ready, (self._places[id_], id_))
