"""An executor runs plans. What all kinds share: how a run ends, which steps need not run, and how one is run."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

from crossglot import at_once
from crossglot.engine.memory import OutOfMemoryError, memory_named
from crossglot.engine.plan import Plan
from crossglot.engine.progress import Progress
from crossglot.engine.step import Advance, Requirement, Step
from crossglot.engine.store import Store
from crossglot.errors import CrossglotError
from crossglot.runtime import give_back_memory

_log = logging.getLogger(__name__)

Answer = TypeVar("Answer")


@dataclass(slots=True)
class Outcome:
    """How a run ended; failures and what could not run for them are by step id."""

    done: list[Step] = field(default_factory=list)
    found: list[Step] = field(default_factory=list)
    failed: dict[str, CrossglotError] = field(default_factory=dict)
    left_out: dict[str, CrossglotError] = field(default_factory=dict)

    @property
    def unfinished(self) -> dict[str, CrossglotError]:
        """Every step without a result, and the error that is to blame."""
        return self.failed | self.left_out

    def error(self) -> CrossglotError | None:
        """All failures in one message, each different one once; None if all went well."""
        messages = dict.fromkeys(str(error) for error in self.failed.values())
        if not messages:
            return None
        without = len(self.unfinished)
        total = without + len(self.done) + len(self.found)
        kept = (
            f"{without} of {total} steps have no result for this; the others are kept: mend it and run the same again"
        )
        return CrossglotError("\n".join([*messages, f"  {kept}"]))


class Executor(Protocol):
    """Runs steps: in this process, in others, on other machines. Whoever has a plan need not know where."""

    @property
    def elsewhere(self) -> bool:
        """Whether steps run in other processes, so that what this one has read is of no use to them."""
        ...

    def ask(self, question: Callable[[], Answer]) -> Answer:
        """What a function gives on a machine where steps run; like steps, it has to be fit to be pickled."""
        ...

    def run(self, plan: Plan, store: Store, progress: Progress | None = None) -> Outcome:
        """Runs what is not in the store yet.

        A step that fails with an error of the user's (CrossglotError) leaves out the steps that depend on it; the
        others go on, and the outcome tells. A full disk ends the run at once, since every further step would be lost
        as well.

        Args:
            plan: the steps.
            store: where results are.
            progress: told what happens.

        Raises:
            StorageError: if results can no longer be stored.
        """
        ...


class Run:
    """A run of a plan that is under way: what has become of its steps, told to whoever follows it."""

    def __init__(self, store: Store, progress: Progress) -> None:
        self.store = store
        self.outcome = Outcome()
        self._progress = progress

    def settled(self, step: Step) -> bool:
        """Whether the step need not run: it is in the store, or cannot run for want of what it depends on."""
        if self.store.state(step) == "finished":
            self.outcome.found.append(step)
            self._progress.found(step)
            return True
        unfinished = self.outcome.unfinished
        blame = next((unfinished[need.id] for need in step.dependencies if need.id in unfinished), None)
        if blame is not None:
            self.outcome.left_out[step.id] = blame
            self._progress.left_out(step)
            return True
        return False

    def began(self, step: Step) -> None:
        """The step runs now."""
        self._progress.began(step)

    def advanced(self, step: Step, fraction: float) -> None:
        """So much of the running step is done."""
        self._progress.advance(step, fraction)

    def done(self, step: Step, seconds: float) -> None:
        """The step is finished and stored."""
        self.outcome.done.append(step)
        self._progress.done(step, seconds)

    def failed(self, step: Step, error: CrossglotError) -> None:
        """The step ended with an error of the user's."""
        self.outcome.failed[step.id] = error
        self._progress.failed(step, error)


@contextmanager
def running(plan: Plan, store: Store, progress: Progress | None) -> Iterator[Run]:
    """A run of the plan; before and after it, what processes that died had half-written is removed from the store."""
    progress = progress or Progress()
    store.sweep()
    progress.start(plan.states(store), list(store.known()))
    try:
        yield Run(store, progress)
    finally:
        progress.stop()
        store.sweep()


def perform(step: Step, store: Store, advance: Advance, *, halved: bool = False) -> float:
    """Runs a step in this process and stores its result; how many seconds that took.

    If the memory does not suffice it is tried once more with half as many pieces at a time; with `halved`, as it was
    tried before, only so.

    Raises:
        StorageError: if its result cannot be stored.
        CrossglotError: if it failed by what the user can mend, a lack of memory included.
    """

    def do(folder: Path) -> None:
        with memory_named(step):
            check(step.requirements)
            step.go_on(folder, store.result, advance, going)

    began, going = time.monotonic(), store.going(step)
    if not halved:
        try:
            store.put(step, do, going)
            return time.monotonic() - began
        except OutOfMemoryError as error:
            _log.warning("%s\n  it is tried once more, with half as much at a time", str(error).splitlines()[0])
        give_back_memory()  # now that nothing holds what the error was raised in
    with at_once.halved():
        store.put(step, do, going)
    return time.monotonic() - began


def requirements_of(steps: Iterable[Step]) -> tuple[Requirement, ...]:
    """What steps require of the machine that they run on, each once."""
    return tuple(dict.fromkeys(requirement for step in steps for requirement in step.requirements))


def check(requirements: Iterable[Requirement]) -> None:
    """Makes sure that all is there, on the machine where this is called.

    Raises:
        CrossglotError: for the first that is not.
    """
    for requirement in requirements:
        requirement.check()
