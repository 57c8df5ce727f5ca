from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from toy_steps import Add, After, Fail, FillDisk, Lose, result

from crossglot.amounts import spell_seconds
from crossglot.engine.local import Local
from crossglot.engine.plan import Plan
from crossglot.engine.progress import Progress, Shown
from crossglot.engine.step import Step, Work
from crossglot.engine.store import Store
from crossglot.engine.timing import TimeToGo
from crossglot.errors import StorageError


def chain(log: Path, length: int, pause: float = 0.0) -> Add:
    step = Add(left=0, right=1, log=log, pause=pause)
    for _ in range(length - 1):
        step = Add(left=step, right=1, log=log, pause=pause)
    return step


def test_a_plan_holds_every_step_once_behind_what_it_needs(tmp_path: Path) -> None:
    base = chain(tmp_path / "log", 1)
    twice, thrice = Add(left=base, right=base, log=base.log), Add(left=base, right=3, log=base.log)
    assert Plan.of([twice, thrice, base]).steps == (base, twice, thrice)


def test_a_dry_run_tells_what_is_finished(tmp_path: Path) -> None:
    store, last = Store(tmp_path / "steps"), chain(tmp_path / "log", 3)
    Local().run(Plan.of(last.dependencies), store)
    assert [planned.state for planned in Plan.of([last]).states(store)] == ["finished", "finished", "to do"]


def test_a_second_run_does_nothing(tmp_path: Path) -> None:
    store, plan = Store(tmp_path / "steps"), Plan.of([chain(tmp_path / "log", 3)])
    assert len(Local().run(plan, store).done) == 3
    again = Local().run(plan, Store(tmp_path / "steps"))
    assert (len(again.done), len(again.found)) == (0, 3)
    assert len((tmp_path / "log").read_text().splitlines()) == 3


def test_what_does_not_need_the_failed_step_still_runs_and_the_error_is_told_once(tmp_path: Path) -> None:
    store = Store(tmp_path / "steps")
    good = chain(tmp_path / "log", 2)
    outcome = Local().run(Plan.of([After(needed=Fail()), Fail(number=1), good]), store)
    assert set(outcome.failed) == {Fail().id, Fail(number=1).id}
    assert set(outcome.left_out) == {After(needed=Fail()).id}
    assert result(store.result(good)) == 2
    error = outcome.error()
    assert error is not None
    assert str(error).count("corpus.conllu:3: words are all '_'") == 1
    assert "3 of 5 steps have no result" in str(error)


def test_a_failed_step_is_tried_again_in_the_next_run(tmp_path: Path) -> None:
    store = Store(tmp_path / "steps")
    for _ in range(2):
        assert set(Local().run(Plan.of([Fail()]), store).failed) == {Fail().id}


def test_a_full_disk_ends_the_run_and_keeps_what_is_finished(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    store, first, last = Store(tmp_path / "steps"), chain(tmp_path / "log", 1), chain(tmp_path / "log", 2)
    with pytest.raises(StorageError, match="disk is full"):
        Local().run(Plan.of([first, FillDisk(), last]), store)
    assert [planned.state for planned in Plan.of([first, FillDisk(), last]).states(store)] == [
        "finished",
        "to do",
        "to do",
    ]


@pytest.mark.parametrize(
    ("by", "jobs"), [("Python", 1), ("polars", 1), ("a library without words", 1), ("nothing", 1), ("Python", 2)]
)
@pytest.mark.parametrize(("lost", "file_instead"), [("steps", False), (".", False), (".", True)])
def test_a_store_that_is_gone_while_a_step_runs_is_said_to_be(
    tmp_path: Path, lost: str, file_instead: bool, by: str, jobs: int
) -> None:
    out, step = tmp_path / "out", Lose(lost=tmp_path / "out" / lost, file_instead=file_instead, by=by)
    with pytest.raises(StorageError, match=r"steps: was deleted or moved while this ran"):
        Local(jobs=jobs).run(Plan.of([step, chain(tmp_path / "log", 2)]), Store(out / "steps"))
    assert out.is_file() == file_instead
    assert not (tmp_path / "log").exists() or jobs == 2


def test_a_store_that_is_gone_is_said_to_be_though_another_process_made_it_anew(tmp_path: Path) -> None:
    store = Store(tmp_path / "steps")
    with pytest.raises(StorageError, match=r"steps: was deleted or moved while this ran"):
        Local().run(Plan.of([Lose(lost=store.folder, made_anew=True)]), store)
    assert [path.name for path in store.folder.iterdir()] == ["of-another-process"]


class Meddle(Progress):
    """Does something when the first step is done."""

    def __init__(self, do: Callable[[Step], object]) -> None:
        self.do = do
        self.met: list[Step] = []

    def done(self, step: Step, seconds: float) -> None:  # noqa: ARG002
        if not self.met:
            self.do(step)
        self.met.append(step)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_store_that_is_gone_between_two_steps_ends_the_run(tmp_path: Path, jobs: int) -> None:
    store = Store(tmp_path / "steps")
    progress = Meddle(lambda _: store.folder.rename(tmp_path / "elsewhere"))
    with pytest.raises(StorageError, match="deleted or moved while this ran"):
        Local(jobs=jobs).run(Plan.of([chain(tmp_path / "log", 3)]), store, progress)
    assert len(progress.met) == 1
    (tmp_path / "elsewhere").rename(store.folder)
    assert len(Local().run(Plan.of([chain(tmp_path / "log", 3)]), store).found) == 1


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_text("no number")])
def test_a_result_damaged_while_the_run_goes_on_is_blamed(
    tmp_path: Path, damage: Callable[[Path], object], jobs: int
) -> None:
    store, first = Store(tmp_path / "steps"), chain(tmp_path / "log", 1)
    progress = Meddle(lambda step: damage(store.folder / step.id / "sum"))
    with pytest.raises(StorageError, match=rf"(?s){first.id}/sum: .*was damaged while this ran.*run the same again"):
        Local(jobs=jobs).run(Plan.of([chain(tmp_path / "log", 3)]), store, progress)
    assert len(Local().run(Plan.of([chain(tmp_path / "log", 3)]), Store(store.folder)).done) == 3


KILLED = """
import sys
from pathlib import Path
sys.path.insert(0, {here!r})
from test_local import chain
from crossglot.engine.local import Local
from crossglot.engine.plan import Plan
from crossglot.engine.store import Store
Local().run(Plan.of([chain(Path({log!r}), 6, pause={pause})]), Store(Path({steps!r})))
"""


@pytest.mark.parametrize("wait_for", [1, 3])
def test_a_killed_run_goes_on_where_it_stopped(tmp_path: Path, wait_for: int) -> None:
    log, steps = tmp_path / "log", tmp_path / "steps"
    script = KILLED.format(here=str(Path(__file__).parent), log=str(log), steps=str(steps), pause=0.4)
    process = subprocess.Popen([sys.executable, "-c", script])  # noqa: S603
    while not (log.exists() and len(log.read_text().splitlines()) >= wait_for) and process.poll() is None:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)  # in the middle of step number wait_for
    process.wait()
    assert len(list(steps.glob(".crossglot-*.half"))) == 1

    last = chain(log, 6)
    outcome = Local().run(Plan.of([last]), Store(steps))
    assert len(outcome.found) == wait_for - 1
    assert len(outcome.done) == 6 - len(outcome.found)
    assert result(Store(steps).result(last)) == 6
    assert list(steps.glob(".*")) == []
    assert len(log.read_text().splitlines()) == 6 + 1  # only the step that was killed began twice


def test_the_output_is_calm(tmp_path: Path) -> None:
    store, text = Store(tmp_path / "steps"), StringIO()
    first, last = chain(tmp_path / "log", 1), chain(tmp_path / "log", 2)
    Local().run(Plan.of([first]), store)
    Local().run(Plan.of([last, Fail(), After(needed=Fail())]), store, Shown(Console(file=text, width=200)))
    lines = text.getvalue().splitlines()
    assert lines[0] == "✓ found 1 of 4 steps in store"
    assert lines[1].startswith(f"✓ {last.id} · ")
    assert lines[2] == f"✗ {Fail().id}: corpus.conllu:3: words are all '_'"
    assert lines[3].startswith(f"– {After(needed=Fail()).id}: left out")


def shown_on_a_terminal(tmp_path: Path, width: int, steps: int) -> list[str]:
    """Every line that was ever drawn."""
    text = StringIO()
    console = Console(file=text, width=width, force_terminal=True)
    Local().run(Plan.of([chain(tmp_path / "log", steps, pause=0.4)]), Store(tmp_path / "steps"), Shown(console))
    return re.split(r"[\r\n]", re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text.getvalue()))


def test_a_terminal_gets_bars_of_the_whole_and_of_what_runs(tmp_path: Path) -> None:
    lines = shown_on_a_terminal(tmp_path, 120, 3)
    assert any("2 done · 1 running · 0 left" in line and "to go" in line for line in lines)
    titles = [step.title for step in Plan.of([chain(tmp_path / "log", 3, pause=0.4)]).steps]
    assert all(any("━" in line and title in line for line in lines) for title in titles)


def test_a_narrow_terminal_shows_a_line_for_each_bar(tmp_path: Path) -> None:
    lines = shown_on_a_terminal(tmp_path, 70, 3)
    assert max(map(len, lines)) <= 70
    assert any("2 done · 1 running · 0 left" in line and "to go" in line for line in lines)


def test_time_to_go_is_work_left_by_measured_speed() -> None:
    pace = TimeToGo()
    assert pace.seconds_for([Work(10, "a")]) is None
    pace.learn(Work(10, "a"), 20)
    pace.learn(Work(0, "too little to count"), 5)
    assert pace.seconds_for([Work(5, "a"), Work(0, "too little to count")]) == 10
    pace.learn(Work(10, "b"), 60)
    assert pace.seconds_for([Work(1, "a"), Work(1, "b"), Work(1, "unseen")]) == 2 + 6 + 4


@pytest.mark.parametrize(
    ("seconds", "spelt"), [(0.4, "0 s"), (59.4, "59 s"), (200, "3 min 20 s"), (7500, "2 h 05 min")]
)
def test_durations_are_spelt(seconds: float, spelt: str) -> None:
    assert spell_seconds(seconds) == spelt
