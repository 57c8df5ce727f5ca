"""A plan: the steps that are wanted and those they need, each once, needed ones first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crossglot.engine.step import Step
from crossglot.engine.store import State, Store


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step and whether its result is in the store already."""

    step: Step
    state: State


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in an order in which they can run."""

    steps: tuple[Step, ...]

    @classmethod
    def of(cls, wanted: Iterable[Step]) -> Plan:
        """Orders the wanted steps, as given, behind what they depend on; equal steps are one."""
        ordered: dict[str, Step] = {}
        for step in wanted:
            for needed in _needed_first(step):
                ordered.setdefault(needed.id, needed)
        return cls(tuple(ordered.values()))

    def states(self, store: Store) -> list[PlannedStep]:
        """What is finished and what would run: a dry run."""
        return [PlannedStep(step, store.state(step)) for step in self.steps]

    def __len__(self) -> int:
        return len(self.steps)


def _needed_first(step: Step) -> Iterator[Step]:
    for dependency in step.dependencies:
        yield from _needed_first(dependency)
    yield step
