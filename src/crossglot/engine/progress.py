"""What a run shows while it goes: calm lines, and on a terminal a live view of what runs, with the time to go."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from crossglot.amounts import spell_seconds
from crossglot.engine.known_steps import KnownStep
from crossglot.engine.live_view import LiveView
from crossglot.engine.plan import PlannedStep
from crossglot.engine.step import Step, Work
from crossglot.engine.under_way import UnderWay
from crossglot.errors import CrossglotError

if TYPE_CHECKING:
    from rich.console import Console

A_WHILE = 10.0  # seconds of a first step after which a log hears of the time to go


class Progress:
    """What an engine tells as it goes; this one listens and shows nothing."""

    def prepare(self, what: str) -> None:
        """Something else is done now, before the steps or after them; what, in a few words."""

    def spread(self, jobs: int, gpus: int) -> None:
        """The steps of the run that begins next are spread over so many GPUs, so many of them at the same time."""

    def start(self, steps: Sequence[PlannedStep], earlier: Sequence[KnownStep]) -> None:
        """The run begins with these steps; `earlier` are all that the store holds."""

    def found(self, step: Step) -> None:
        """The step's result was in the store."""

    def began(self, step: Step) -> None:
        """The step runs now."""

    def advance(self, step: Step, fraction: float) -> None:
        """So much of the running step is done."""

    def done(self, step: Step, seconds: float) -> None:
        """The step is finished and stored."""

    def failed(self, step: Step, error: CrossglotError) -> None:
        """The step ended with an error."""

    def left_out(self, step: Step) -> None:
        """The step cannot run, since one that it needs failed."""

    def stop(self) -> None:
        """The run is over, one way or another."""


class Several(Progress):
    """Tells several listeners, in their order."""

    def __init__(self, *listeners: Progress) -> None:
        self._listeners = listeners

    def prepare(self, what: str) -> None:
        """See Progress."""
        for each in self._listeners:
            each.prepare(what)

    def start(self, steps: Sequence[PlannedStep], earlier: Sequence[KnownStep]) -> None:
        """See Progress."""
        for each in self._listeners:
            each.start(steps, earlier)

    def found(self, step: Step) -> None:
        """See Progress."""
        for each in self._listeners:
            each.found(step)

    def began(self, step: Step) -> None:
        """See Progress."""
        for each in self._listeners:
            each.began(step)

    def advance(self, step: Step, fraction: float) -> None:
        """See Progress."""
        for each in self._listeners:
            each.advance(step, fraction)

    def done(self, step: Step, seconds: float) -> None:
        """See Progress."""
        for each in self._listeners:
            each.done(step, seconds)

    def failed(self, step: Step, error: CrossglotError) -> None:
        """See Progress."""
        for each in self._listeners:
            each.failed(step, error)

    def left_out(self, step: Step) -> None:
        """See Progress."""
        for each in self._listeners:
            each.left_out(step)

    def stop(self) -> None:
        """See Progress."""
        for each in self._listeners:
            each.stop()


class Shown(Progress):
    """Prints one line for what was found, one for each step that took time; on a terminal a live view is below them.

    Elsewhere the time to go is also said once before the first step has ended, if that takes long.
    """

    def __init__(self, console: Console, jobs: int = 1, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._run = UnderWay(jobs, clock)
        self._view = LiveView(console, self._run) if console.is_terminal else None
        self._told = {""}  # what is said once
        self._kept: set[str] = set()
        self._patient = True  # nothing has been said of the steps yet
        self._spread = ""  # over what

    def running(self) -> list[str]:
        """The titles of the steps that run, or were running when the run was broken off."""
        return [each.step.title for each in self._run.running]

    def kept(self) -> int:
        """How many steps of the run are in the store, as far as it is known here."""
        return len(self._kept)

    def prepare(self, what: str) -> None:
        """See Progress."""
        if self._view is not None:
            self._view.wait(what)

    def spread(self, jobs: int, gpus: int) -> None:
        """See Progress."""
        self._spread = spread_in_words(jobs, gpus)

    def start(self, steps: Sequence[PlannedStep], earlier: Sequence[KnownStep]) -> None:
        """See Progress."""
        left = [planned.step for planned in steps if planned.state != "finished"]
        self._kept |= {planned.step.id for planned in steps if planned.state == "finished"}
        self._run.start(len(steps), left, ((Work(*each.work), each.seconds) for each in earlier))
        if len(steps) > len(left):
            self._say(f"✓ found {len(steps) - len(left)} of {len(steps)} steps in store", "dim")
        if self._spread not in self._told and any(step.gpu for step in left):
            self._told.add(self._spread)
            self._say(f"· {self._spread}", "dim")
        for planned in steps:
            if planned.state == "damaged":
                self._say(f"! {planned.step.title}: damaged in store, is done again", "yellow")
        if left and self._view is not None:
            self._view.show()

    def found(self, step: Step) -> None:
        """See Progress."""
        if self._run.is_left(step):  # it was not there when the run began: another process did it meanwhile
            self._run.ended(step)
            self._kept.add(step.id)
            self._say(f"✓ found {step.title} in store", "dim")

    def began(self, step: Step) -> None:
        """See Progress."""
        self._run.began(step)

    def advance(self, step: Step, fraction: float) -> None:
        """See Progress."""
        self._run.advanced(step, fraction)
        if self._patient and self._view is None:
            self._say_at_first(step, fraction)

    def done(self, step: Step, seconds: float) -> None:
        """See Progress."""
        self._run.ended(step, seconds)
        self._kept.add(step.id)
        if step.work.size or seconds >= 1:  # what takes no time needs no line
            self._patient = False
            self._say(f"✓ {step.title} · {spell_seconds(seconds)}{self._to_go()}")

    def failed(self, step: Step, error: CrossglotError) -> None:
        """See Progress."""
        self._run.ended(step)
        told = str(error).splitlines()[0]
        self._say(f"✗ {step.title}: {'the same' if told in self._told else told}", "red")
        self._told.add(told)

    def left_out(self, step: Step) -> None:
        """See Progress."""
        self._run.ended(step)
        self._say(f"– {step.title}: left out, it needs a step that failed", "dim")

    def stop(self) -> None:
        """See Progress."""
        if self._view is not None:
            self._view.stop()

    def _say_at_first(self, step: Step, fraction: float) -> None:
        """Says once how long all takes, when a first step has run for a while and tells it."""
        so_far = next((self._run.now() - each.began for each in self._run.running if each.step.id == step.id), 0.0)
        to_go = self._to_go()
        if so_far >= A_WHILE and to_go:
            self._patient = False
            self._say(f"· {step.title} · {100 * fraction:.0f} % in {spell_seconds(so_far)}{to_go}", "dim")

    def _say(self, line: str, style: str = "") -> None:
        self._console.print(line, style=style, highlight=False, markup=False, emoji=False, soft_wrap=True)

    def _to_go(self) -> str:
        seconds = self._run.seconds_to_go()
        return f" · {spell_seconds(seconds)} to go" if seconds else ""


def spread_in_words(jobs: int, gpus: int) -> str:
    """How many steps run at a time, on how many GPUs."""
    return f"{jobs} steps at a time, spread over {gpus} GPUs"
