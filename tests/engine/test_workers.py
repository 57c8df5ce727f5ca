"""The local engine in several processes does what it does in one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from toy_steps import Add, After, Die, Fail, FillDisk, Misbehave, Tell, result

from crossglot.engine import workers as engine_workers
from crossglot.engine.local import Local
from crossglot.engine.plan import Plan
from crossglot.engine.progress import Progress
from crossglot.engine.serving import Done, Failed
from crossglot.engine.step import Step
from crossglot.engine.store import Store
from crossglot.engine.workers import Workers, shared_threads, started
from crossglot.errors import StorageError, UsageError


class Overlap(Progress):
    """Counts the most steps that ran at the same time."""

    def __init__(self) -> None:
        self.running: set[str] = set()
        self.most = 0

    def began(self, step: Step) -> None:
        self.running.add(step.id)
        self.most = max(self.most, len(self.running))

    def done(self, step: Step, seconds: float) -> None:  # noqa: ARG002
        self.running.remove(step.id)


def test_steps_run_side_by_side_behind_what_they_need(tmp_path: Path) -> None:
    log, store, progress = tmp_path / "log", Store(tmp_path / "steps"), Overlap()
    leaves = [Add(left=number, right=1, log=log, pause=0.2) for number in range(4)]
    tops = [Add(left=leaves[0], right=leaves[1], log=log), Add(left=leaves[2], right=leaves[3], log=log)]
    root = Add(left=tops[0], right=tops[1], log=log)
    outcome = Local(jobs=2).run(Plan.of([root]), store, progress)
    assert (len(outcome.done), outcome.error()) == (7, None)
    assert result(Store(tmp_path / "steps").result(root)) == 10
    assert progress.most == 2
    again = Local(jobs=2).run(Plan.of([root]), Store(tmp_path / "steps"))
    assert (len(again.done), len(again.found)) == (0, 7)


def test_failures_leave_out_what_needs_them_and_nothing_else(tmp_path: Path) -> None:
    good = Add(left=1, right=2, log=tmp_path / "log")
    outcome = Local(jobs=2).run(Plan.of([After(needed=Fail()), good]), Store(tmp_path / "steps"))
    assert set(outcome.failed) == {Fail().id}
    assert set(outcome.left_out) == {After(needed=Fail()).id}
    assert str(outcome.failed[Fail().id]) == "corpus.conllu:3: words are all '_'\n  merge the words in"
    assert outcome.done == [good]


def test_a_process_that_dies_costs_its_step_alone(tmp_path: Path) -> None:
    goods = [Add(left=number, right=2, log=tmp_path / "log") for number in range(3)]
    outcome = Local(jobs=2).run(Plan.of([Die(), *goods]), Store(tmp_path / "steps"))
    assert "died (signal 9)" in str(outcome.failed[Die().id])
    assert len(outcome.done) == 3


def test_a_full_disk_ends_the_run_and_its_processes(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    slow = Add(left=1, right=1, log=tmp_path / "log", pause=60)
    with pytest.raises(StorageError, match="disk is full"):
        Local(jobs=2).run(Plan.of([slow, FillDisk()]), Store(tmp_path / "steps"))
    assert Store(tmp_path / "steps").state(slow) == "to do"


def test_a_fault_of_ours_keeps_its_traceback(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="AssertionError: ran without what it needs"):
        Local(jobs=2).run(Plan((After(needed=Fail()),)), Store(tmp_path / "steps"))


def until(happened: Callable[[], object], seconds: float = 60) -> None:
    """Waits for what is bound to happen; the limit is for a test that fails."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def alive(process: int) -> bool:
    """Whether a process runs; one that is dead and not yet asked for by its parent does not."""
    state = Path(f"/proc/{process}/stat")
    if state.exists():
        return state.read_text().rpartition(")")[2].split()[0] not in "ZX"
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return not Path("/proc/self/stat").exists()


def run_one(workers: Workers, step: Tell) -> int:
    """Runs a step to its end; which process ran it."""
    workers.begin(step)
    while workers.busy:
        for _, news in workers.news():
            assert isinstance(news, Done), news
    return int(step.where.read_text().splitlines()[-1])


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_a_process_killed_while_it_has_nothing_to_do_is_replaced(tmp_path: Path, how: signal.Signals) -> None:
    with started(1, tmp_path / "steps") as workers:
        first = run_one(workers, Tell(number=1, where=tmp_path / "who"))
        os.kill(first, how)
        until(lambda: not alive(first))
        second = run_one(workers, Tell(number=2, where=tmp_path / "who"))
        os.kill(second, signal.SIGSTOP)  # it takes the step and dies before it begins
        third = Tell(number=3, where=tmp_path / "who")
        workers.begin(third)
        os.kill(second, signal.SIGKILL)
        while workers.busy:
            assert all(isinstance(news, Done) for _, news in workers.news())
    assert len(set(map(int, (tmp_path / "who").read_text().split()))) == 3


def test_a_suspended_process_does_not_keep_the_run_from_ending(tmp_path: Path) -> None:
    with started(2, tmp_path / "steps") as workers:
        suspended = run_one(workers, Tell(where=tmp_path / "who"))
        os.kill(suspended, signal.SIGSTOP)
    assert not alive(suspended)


def test_a_killed_step_is_not_tried_again_in_the_same_run_and_is_in_the_next(tmp_path: Path) -> None:
    store, step = Store(tmp_path / "steps"), Tell(where=tmp_path / "who", until=tmp_path / "go")
    told: list[object] = []
    with started(2, store.folder) as workers:
        workers.begin(step)
        until(lambda: (tmp_path / "who").exists() and (tmp_path / "who").read_text())
        os.kill(int((tmp_path / "who").read_text()), signal.SIGTERM)
        while workers.busy:
            told.extend(news for _, news in workers.news())
    (failed,) = told
    assert isinstance(failed, Failed)
    assert "signal 15" in str(failed.error())
    assert "memory" not in str(failed.error())
    (tmp_path / "go").touch()
    assert Local(jobs=2).run(Plan.of([step]), store).done == [step]
    assert len((tmp_path / "who").read_text().split()) == 2


DRIVER = """
import sys
from pathlib import Path
sys.path.insert(0, {here!r})
from toy_steps import Tell
from crossglot.engine.local import Local
from crossglot.engine.plan import Plan
from crossglot.engine.store import Store
where, until = Path({where!r}), {until!r} and Path({until!r})
steps = [Tell(number=number, where=where, until=until or None) for number in range(4)]
print(len(Local(jobs=2).run(Plan.of(steps), Store(Path({steps!r}))).done), "done")
"""


def driver(tmp_path: Path, *, waits: bool) -> str:
    """A script without a main guard that runs four steps in two processes; they end when there is a file `go`."""
    where, steps = str(tmp_path / "who"), str(tmp_path / "steps")
    until = str(tmp_path / "go") if waits else ""
    return DRIVER.format(here=str(Path(__file__).parent), where=where, steps=steps, until=until)


@pytest.mark.parametrize("how", ["a file", "standard input", "an option", "a prompt", "a module"])
def test_a_script_needs_no_main_guard(tmp_path: Path, how: str) -> None:
    script = driver(tmp_path, waits=False)
    (tmp_path / "script.py").write_text(script)
    command = {
        "a file": ["script.py"], "standard input": ["-"], "an option": ["-c", script], "a prompt": ["-i", "-q"],
        "a module": ["-m", "script"],
    }[how]  # fmt: skip
    given = script if how in ("standard input", "a prompt") else ""
    ran = subprocess.run(  # noqa: S603
        [sys.executable, *command], input=given, capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert ran.stdout.split("\n")[0] == "4 done", ran.stderr
    assert len(set((tmp_path / "who").read_text().split())) in (1, 2)
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_no_process_outlives_the_one_that_started_it(tmp_path: Path, how: signal.Signals) -> None:
    engine = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", driver(tmp_path, waits=True)], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    where = tmp_path / "who"
    until(lambda: where.exists() and len(where.read_text().splitlines()) == 2)
    os.kill(engine.pid, how)
    assert engine.wait() != 0
    for process in map(int, where.read_text().split()):
        until(lambda process=process: not alive(process))  # type: ignore[misc]
    _, errors = engine.communicate()
    assert errors.count(b"Traceback") == (how == signal.SIGINT)


def test_an_interrupt_at_the_terminal_is_the_engines_alone(tmp_path: Path) -> None:
    engine = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", driver(tmp_path, waits=True)], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    where = tmp_path / "who"
    until(lambda: where.exists() and len(where.read_text().splitlines()) == 2)
    os.killpg(engine.pid, signal.SIGINT)
    _, errors = engine.communicate(timeout=60)
    assert errors.count("KeyboardInterrupt") == 1
    assert errors.count("Traceback") == 1
    assert not any(map(alive, map(int, where.read_text().split())))


def test_what_a_step_prints_goes_to_standard_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    step = Misbehave(how="prints")
    assert Local(jobs=2).run(Plan.of([step]), Store(tmp_path / "steps")).done == [step]
    out, err = capfd.readouterr()
    assert (out, err) == ("", "a library says hello\n")


@pytest.mark.parametrize(("how", "said"), [("exits", "SystemExit"), ("raises", "OddError")])
def test_a_fault_is_told_however_it_ends_the_step(tmp_path: Path, how: str, said: str) -> None:
    with pytest.raises(RuntimeError, match=said):
        Local(jobs=2).run(Plan.of([Misbehave(how=how)]), Store(tmp_path / "steps"))


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("how", ["lacks memory", "lacks it in Python"])
def test_a_step_that_lacks_memory_costs_itself_alone(tmp_path: Path, how: str, jobs: int) -> None:
    good, step = Add(left=1, right=2, log=tmp_path / "log"), Misbehave(how=how)
    outcome = Local(jobs=jobs).run(Plan.of([step, good]), Store(tmp_path / "steps"))
    assert outcome.done == [good]
    assert "memory does not suffice" in str(outcome.failed[step.id])


@pytest.mark.parametrize("jobs", [0, -1, -(10**9), 10**9, True, 1.5, "2", None])
def test_jobs_that_cannot_be_are_refused_before_any_work(tmp_path: Path, jobs: object) -> None:
    with pytest.raises(UsageError, match="jobs: has to be"):
        Local(jobs=jobs).run(Plan.of([Add(left=1, right=2, log=tmp_path / "log")]), Store(tmp_path / "s"))  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("jobs", "wanted", "given"),
    [(1, None, 8), (2, None, 4), (3, None, 2), (20, None, 1), (2, 3, 3), (2, 8, 4), (9, 2, 1)],
)
def test_jobs_never_have_more_threads_than_there_are_cores(
    jobs: int, wanted: int | None, given: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(engine_workers, "cores", lambda: 8)
    assert shared_threads(jobs, wanted) == given
    assert ("more than the 8 cores" in caplog.text) == (wanted is not None and wanted > given)
