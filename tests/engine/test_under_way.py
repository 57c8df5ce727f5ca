"""What a run still takes, also before its first step has ended, and what a terminal shows of it while it goes."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console
from toy_steps import Add

from crossglot.engine.live_view import SHOWN, LiveView
from crossglot.engine.plan import PlannedStep
from crossglot.engine.progress import Shown
from crossglot.engine.step import Step, Work
from crossglot.engine.under_way import UnderWay


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


class Named(Step):
    """A step of a kind and a size that a test chooses; it never runs."""

    name: str
    kind: str = "training"
    size: float = 10.0

    @property
    def title(self) -> str:
        return self.name

    @property
    def work(self) -> Work:
        return Work(self.size, self.kind)


def named(number: int) -> list[Named]:
    return [Named(name=f"step {at}") for at in range(number)]


def begun(steps: list[Named], clock: Clock, jobs: int = 1) -> UnderWay:
    run = UnderWay(jobs, clock)
    run.start(len(steps), steps, ())
    for step in steps[:jobs]:
        run.began(step)
    return run


def test_nothing_is_known_before_a_step_has_told_anything() -> None:
    clock = Clock()
    run = begun(named(3), clock)
    clock.wait(60)
    assert run.seconds_to_go() is None


def test_the_time_to_go_is_known_before_the_first_step_has_ended() -> None:
    clock, steps = Clock(), named(3)
    run = begun(steps, clock)
    clock.wait(30)  # it loads a model
    run.advanced(steps[0], 0.1)
    clock.wait(2)
    run.advanced(steps[0], 0.2)
    assert run.seconds_to_go() == pytest.approx(20 * (0.8 + 1 + 1))  # a tenth takes 2 s, whatever loading took


def test_a_first_step_that_tells_once_counts_with_its_loading() -> None:
    clock, steps = Clock(), named(2)
    run = begun(steps, clock)
    clock.wait(30)
    run.advanced(steps[0], 0.1)
    assert run.seconds_to_go() is None  # a tenth, mostly loading: says nothing
    run.advanced(steps[0], 0.5)
    assert run.seconds_to_go() == pytest.approx(30 + 60)


def test_between_the_news_it_counts_down_but_never_below_the_other_steps() -> None:
    clock, steps = Clock(), named(2)
    run = begun(steps, clock)
    run.ended(steps[0], 40)
    run.began(steps[1])
    assert run.seconds_to_go() == pytest.approx(40)
    clock.wait(15)
    assert run.seconds_to_go() == pytest.approx(25)
    clock.wait(100)
    assert run.seconds_to_go() == 0


def test_a_kind_that_nobody_timed_goes_by_the_running_step_of_it() -> None:
    """Else a study's first training would be taken for as quick as the making of its languages."""
    clock = Clock()
    quick, slow = Named(name="a", kind="making"), Named(name="b")
    run = UnderWay(clock=clock)
    run.start(2, [quick, slow], ())
    run.ended(quick, 1)
    run.began(slow)
    assert run.seconds_to_go() == pytest.approx(1)
    for fraction in (0.0, 0.5):
        run.advanced(slow, fraction)
        clock.wait(200)
    run.advanced(slow, 0.5)
    assert run.seconds_to_go() == pytest.approx(400)  # half of it took 400 s


def test_several_at_a_time_take_their_share_of_the_time() -> None:
    clock, steps = Clock(), named(4)
    run = begun(steps, clock, jobs=2)
    for step in steps[:2]:
        run.advanced(step, 0.25)
    clock.wait(10)
    for step in steps[:2]:
        run.advanced(step, 0.5)
    assert run.seconds_to_go() == pytest.approx((20 + 20 + 40 + 40) / 2)


def shown(run: UnderWay, width: int) -> list[str]:
    """The lines of the live view."""
    text = StringIO()
    console = Console(file=text, width=width, color_system=None)
    console.print(LiveView(console, run)._draw())
    return text.getvalue().splitlines()


@pytest.mark.parametrize("width", [60, 80, 200])
def test_the_view_has_a_line_for_the_run_and_one_for_each_running_step_however_wide_it_is(width: int) -> None:
    clock = Clock()
    steps = [
        Named(name=f"一个名字很长的编码器, pos: en (400 sentences), seed {at} → de, en, es, it and more")
        for at in range(5)
    ]
    run = begun(steps, clock, jobs=2)
    for fraction in (0.1, 0.3):
        run.advanced(steps[0], fraction)
        clock.wait(7)
    lines = shown(run, width)
    assert len(lines) == 3
    assert all(cell_len(line) <= width for line in lines)
    assert "0 done · 2 running · 3 left · 1 min" in lines[0]
    assert lines[1].rstrip().endswith(" · 14 s") and " 30 %  一个名字" in lines[1]
    assert lines[2].rstrip().endswith(" · 14 s") and "  0 %  一个名字" in lines[2]


def test_of_many_running_steps_the_first_are_shown_and_the_others_counted() -> None:
    steps = named(SHOWN + 3)
    lines = shown(begun(steps, Clock(), jobs=SHOWN + 3), 100)
    assert len(lines) == SHOWN + 2
    assert lines[-1].strip() == "and 3 more"


def test_a_log_hears_of_the_time_to_go_once_before_a_long_first_step_has_ended(tmp_path: Path) -> None:
    clock, text, steps = Clock(), StringIO(), named(2)
    told = Shown(Console(file=text, width=200), clock=clock)
    told.prepare("reading")
    told.start([PlannedStep(step, "to do") for step in steps], [])
    told.began(steps[0])
    for fraction in (0.1, 0.2, 0.3, 0.4):
        told.advance(steps[0], fraction)
        clock.wait(6)
    told.done(steps[0], 60)
    told.stop()
    lines = text.getvalue().splitlines()
    assert lines == ["· step 0 · 30 % in 12 s · 1 min 42 s to go", "✓ step 0 · 1 min 00 s · 1 min 00 s to go"]


def test_a_quick_first_step_is_told_of_when_it_has_ended(tmp_path: Path) -> None:
    text, step = StringIO(), Add(left=0, right=1, log=tmp_path / "log")
    told = Shown(Console(file=text, width=200))
    told.start([PlannedStep(step, "to do")], [])
    told.began(step)
    for fraction in (0.3, 0.6):
        told.advance(step, fraction)
    told.done(step, 0.2)
    assert len(text.getvalue().splitlines()) == 1


def test_what_goes_before_the_steps_is_said_on_a_terminal_and_nowhere_else() -> None:
    for terminal in (True, False):
        text = StringIO()
        told = Shown(Console(file=text, width=100, force_terminal=terminal))
        told.prepare("reading the data")
        told.stop()
        assert ("reading the data" in text.getvalue()) == terminal
        assert ("\x1b" in text.getvalue()) == terminal
