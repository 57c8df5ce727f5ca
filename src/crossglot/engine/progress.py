"""What a run shows while it goes: calm lines, and on a terminal bars of the whole and of each step that runs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from crossglot.engine.plan import PlannedStep
from crossglot.engine.record import Record
from crossglot.engine.step import Step, Work
from crossglot.engine.timing import TimeToGo, spell_seconds
from crossglot.errors import CrossglotError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import TaskID


class Progress:
    """What an engine tells as it goes; this one listens and shows nothing."""

    def start(self, steps: Sequence[PlannedStep], earlier: Sequence[Record]) -> None:
        """The run begins with these steps; `earlier` are the records of everything the store holds."""

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


class Shown(Progress):
    """Prints one line for what was found, one for each step that took time; on a terminal bars below them move.

    The first bar is of the whole run: steps done, running and left, and the time to go, which is told as soon as a part
    of the first step is done. Below it stands a bar for each step that runs.
    """

    def __init__(self, console: Console, jobs: int = 1) -> None:
        self._console = console
        self._jobs = jobs
        self._pace = TimeToGo()
        self._left: dict[str, Work] = {}
        self._total = 0
        self._told: set[str] = set()
        self._running: dict[str, tuple[Step, float, float]] = {}  # id → step, when it began, fraction done
        self._bars: Bars | None = None
        self._whole: TaskID | None = None
        self._bar_of: dict[str, TaskID] = {}

    def start(self, steps: Sequence[PlannedStep], earlier: Sequence[Record]) -> None:
        """See Progress."""
        for record in earlier:
            self._pace.learn(Work(*record.work), record.seconds)
        self._left = {planned.step.id: planned.step.work for planned in steps if planned.state != "finished"}
        self._total = len(steps)
        found = self._total - len(self._left)
        if found:
            self._say(f"✓ found {found} of {self._total} steps in store", "dim")
        for planned in steps:
            if planned.state == "damaged":
                self._say(f"! {planned.step.title}: damaged in store, is done again", "yellow")
        if self._left and self._console.is_terminal:
            self._start_bars()

    def found(self, step: Step) -> None:
        """See Progress."""
        if step.id in self._left:  # it was not there when the run began: another process did it meanwhile
            self._end(step)
            self._say(f"✓ found {step.title} in store", "dim")

    def began(self, step: Step) -> None:
        """See Progress."""
        self._running[step.id] = (step, time.monotonic(), 0.0)
        if self._bars is not None:
            self._bar_of[step.id] = self._bars.add_task(step.title, total=1.0)
        self._draw()

    def advance(self, step: Step, fraction: float) -> None:
        """See Progress."""
        if step.id in self._running:
            self._running[step.id] = (*self._running[step.id][:2], fraction)
        if self._bars is not None and step.id in self._bar_of:
            self._bars.update(self._bar_of[step.id], completed=fraction, description=f"{fraction:4.0%}  {step.title}")
        self._draw()

    def done(self, step: Step, seconds: float) -> None:
        """See Progress."""
        self._pace.learn(step.work, seconds)
        self._end(step)
        if step.work.size or seconds >= 1:  # what takes no time needs no line
            self._say(f"✓ {step.title} · {spell_seconds(seconds)}{self._to_go()}")

    def failed(self, step: Step, error: CrossglotError) -> None:
        """See Progress."""
        self._end(step)
        told = str(error).splitlines()[0]
        self._say(f"✗ {step.title}: {'the same' if told in self._told else told}", "red")
        self._told.add(told)

    def left_out(self, step: Step) -> None:
        """See Progress."""
        self._end(step)
        self._say(f"– {step.title}: left out, it needs a step that failed", "dim")

    def stop(self) -> None:
        """See Progress."""
        if self._bars is not None:
            self._bars.stop()
            self._bars = None

    def _say(self, line: str, style: str = "") -> None:
        self._console.print(line, style=style, highlight=False, markup=False, emoji=False, soft_wrap=True)

    def _end(self, step: Step) -> None:
        self._running.pop(step.id, None)
        self._left.pop(step.id, None)
        if self._bars is not None and step.id in self._bar_of:
            self._bars.remove_task(self._bar_of.pop(step.id))
        self._draw()

    def _start_bars(self) -> None:
        from crossglot.terminal import bars

        self._bars = bars(self._console)
        self._whole = self._bars.add_task("", total=1.0)
        self._bars.start()

    def _draw(self) -> None:
        """The first bar: done, running and left are counted in steps."""
        if self._bars is None or self._whole is None:
            return
        finished, running = self._total - len(self._left), len(self._running)
        done = finished + sum(fraction for _, _, fraction in self._running.values())
        text = f"{finished} done · {running} running · {len(self._left) - running} left{self._to_go()}"
        self._bars.update(self._whole, completed=done / max(self._total, 1), description=text)

    def _to_go(self) -> str:
        works = list(self._left.values())
        pace = self._pace
        for step, began, fraction in self._running.values():
            works.append(Work(-fraction * step.work.size, step.work.kind))
            if pace.seconds_for(works) is None and fraction > 0.02:
                pace = TimeToGo()
                pace.learn(Work(fraction * step.work.size, step.work.kind), time.monotonic() - began)
        seconds = pace.seconds_for(works)
        return f" · {spell_seconds(seconds / self._jobs)} to go" if seconds else ""
