"""A step for which the memory does not suffice is tried once more with half as much at a time; its record says so."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from toy_steps import Add, Lack

from crossglot import at_once
from crossglot.engine import workers as engine_workers
from crossglot.engine.local import Local
from crossglot.engine.memory import kills_for_memory
from crossglot.engine.plan import Plan
from crossglot.engine.record import read_record
from crossglot.engine.store import Store


@pytest.mark.parametrize("jobs", [1, 2])
def test_it_is_done_with_half_as_much_at_a_time(
    tmp_path: Path, jobs: int, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    store, log = Store(tmp_path / "steps"), tmp_path / "log"
    step, other = Lack(how="raises", log=log), Add(left=1, right=2, log=tmp_path / "other")
    with caplog.at_level(logging.WARNING):
        assert Local(jobs=jobs).run(Plan.of([step, other]), store).error() is None
    assert log.read_text().split() == ["whole", "halved"]
    assert read_record(store.result(step)).halved
    assert not read_record(store.result(other)).halved, "the next step has all of it again"
    said = caplog.text + capfd.readouterr().err
    assert said.count("the memory does not suffice (CUDA out of memory") == 1
    assert said.count("it is tried once more, with half as much at a time") == 1


@pytest.mark.parametrize("jobs", [1, 2])
def test_if_that_does_not_suffice_either_it_is_reported(tmp_path: Path, jobs: int) -> None:
    store, log = Store(tmp_path / "steps"), tmp_path / "log"
    step, other = Lack(how="raises", suffices=False, log=log), Add(left=1, right=2, log=tmp_path / "other")
    outcome = Local(jobs=jobs).run(Plan.of([step, other]), store)
    assert log.read_text().split() == ["whole", "halved"]
    assert outcome.done == [other]
    assert "the memory does not suffice" in str(outcome.failed[step.id])
    assert [path.name for path in store.folder.iterdir()] == [other.id]


@pytest.mark.parametrize(("suffices", "for_memory"), [(True, True), (False, True), (True, False)])
def test_a_process_that_the_system_kills_for_want_of_memory_is_a_step_that_lacks_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffices: bool, for_memory: bool
) -> None:
    """The system counts such kills; any other kill is none."""
    store, log = Store(tmp_path / "steps"), tmp_path / "log"
    step = Lack(how="is killed", suffices=suffices, log=log)

    def kills() -> int:
        return len(log.read_text().split()) if for_memory and log.exists() else 0

    monkeypatch.setattr(engine_workers, "kills_for_memory", kills)
    outcome = Local(jobs=2).run(Plan.of([step]), store)
    assert log.read_text().split() == ["whole", "halved"][: 1 + for_memory]
    assert (outcome.done == [step]) == (suffices and for_memory)
    if outcome.done:
        assert read_record(store.result(step)).halved
    else:
        assert "killed, perhaps for want of memory" in str(outcome.failed[step.id])


def test_the_systems_count_is_a_number_or_unknown() -> None:
    assert kills_for_memory() is None or kills_for_memory() >= 0  # type: ignore[operator]


def test_half_of_little_is_something() -> None:
    with at_once.halved():
        assert [at_once.pieces(usual) for usual in (4096, 5, 1)] == [2048, 2, 1]
    assert at_once.pieces(5) == 5
