"""A plan: the steps that are wanted and those they need, each once, needed ones first."""

from __future__ import annotations

from collections.abc import Iterable
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
            _add_needed_first(step, ordered)
        return cls(tuple(ordered.values()))

    def states(self, store: Store) -> list[PlannedStep]:
        """What is finished and what would run: a dry run."""
        return [PlannedStep(step, store.state(step)) for step in self.steps]

    def __len__(self) -> int:
        return len(self.steps)


def _add_needed_first(wanted: Step, ordered: dict[str, Step]) -> None:
    """Adds a step behind all that it needs; each is looked at once, however many others need it."""
    path = [(wanted, iter(wanted.dependencies))]  # from the wanted step down to the one that is looked at
    while path:
        step, needs = path[-1]
        if step.id in ordered:
            path.pop()
        elif (need := next(needs, None)) is not None:
            path.append((need, iter(need.dependencies)))
        else:
            ordered[step.id] = step
            path.pop()
