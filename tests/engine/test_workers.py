"""The local engine in several processes does what it does in one."""

from __future__ import annotations

from pathlib import Path

import pytest
from toy_steps import Add, After, Die, Fail, FillDisk, result

from crossglot.engine.local import run_locally
from crossglot.engine.plan import Plan
from crossglot.engine.progress import Progress
from crossglot.engine.step import Step
from crossglot.engine.store import Store
from crossglot.errors import StorageError


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
    outcome = run_locally(Plan.of([root]), store, progress, jobs=2)
    assert (len(outcome.done), outcome.error()) == (7, None)
    assert result(Store(tmp_path / "steps").result(root)) == 10
    assert progress.most == 2
    again = run_locally(Plan.of([root]), Store(tmp_path / "steps"), jobs=2)
    assert (len(again.done), len(again.found)) == (0, 7)


def test_failures_leave_out_what_needs_them_and_nothing_else(tmp_path: Path) -> None:
    good = Add(left=1, right=2, log=tmp_path / "log")
    outcome = run_locally(Plan.of([After(needed=Fail()), good]), Store(tmp_path / "steps"), jobs=2)
    assert set(outcome.failed) == {Fail().id}
    assert set(outcome.left_out) == {After(needed=Fail()).id}
    assert str(outcome.failed[Fail().id]) == "corpus.conllu:3: words are all '_'\n  merge the words in"
    assert outcome.done == [good]


def test_a_process_that_dies_costs_its_step_alone(tmp_path: Path) -> None:
    goods = [Add(left=number, right=2, log=tmp_path / "log") for number in range(3)]
    outcome = run_locally(Plan.of([Die(), *goods]), Store(tmp_path / "steps"), jobs=2)
    assert "died (signal 9)" in str(outcome.failed[Die().id])
    assert len(outcome.done) == 3


def test_a_full_disk_ends_the_run_and_its_processes(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    slow = Add(left=1, right=1, log=tmp_path / "log", pause=60)
    with pytest.raises(StorageError, match="disk is full"):
        run_locally(Plan.of([slow, FillDisk()]), Store(tmp_path / "steps"), jobs=2)
    assert Store(tmp_path / "steps").state(slow) == "to do"


def test_a_fault_of_ours_keeps_its_traceback(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="AssertionError: ran without what it needs"):
        run_locally(Plan((After(needed=Fail()),)), Store(tmp_path / "steps"), jobs=2)
