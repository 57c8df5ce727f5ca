"""What a step keeps to go on: it outlives a break, is no result, and is gone when the step is finished."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import ClassVar

import pytest

from crossglot.engine import going as going_module
from crossglot.engine.executor import perform
from crossglot.engine.going import Going, halves
from crossglot.engine.locking import locked
from crossglot.engine.record import read_record
from crossglot.engine.step import Advance, Inputs, Step
from crossglot.engine.store import Store


class Climb(Step):
    """Climbs ten stairs; falls at one of them, once it is on it."""

    SKIP_ID_ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"falls_at", "log"})

    falls_at: int | None = None
    log: Path

    def go_on(self, folder: Path, inputs: Inputs, advance: Advance, going: Going) -> None:  # noqa: ARG002
        kept = going.folder / "stair"
        first = int(kept.read_text()) if kept.exists() else 0
        for stair in range(first + 1, 11):
            with self.log.open("a") as file:
                file.write(f"{stair} ")
            time.sleep(0.01)
            if stair == self.falls_at:
                raise KeyboardInterrupt
            going.folder.mkdir(exist_ok=True)
            kept.write_text(str(stair))
            going.saved(stair / 10)
        (folder / "stair").write_text("10")


def climb(store: Store, log: Path, falls_at: int | None = None) -> None:
    perform(Climb(log=log, falls_at=falls_at), store, lambda _: None)


def test_a_step_goes_on_where_it_was_broken_off_and_leaves_only_its_result(tmp_path: Path) -> None:
    store, log = Store(tmp_path / "steps"), tmp_path / "log"
    for falls_at in (1, 4, 9):
        with pytest.raises(KeyboardInterrupt):
            climb(store, log, falls_at)
        Store(store.folder).sweep()
        assert store.state(Climb(log=log)) == "to do"
        assert list(store.known()) == []
    (half,) = halves(store.folder)
    assert (half.share, half.title) == (0.8, Climb(log=log).title)
    climb(store, log)
    assert log.read_text() == "1 1 2 3 4 4 5 6 7 8 9 9 10 "
    assert [path.name for path in store.folder.iterdir()] == [Climb(log=log).id]
    record = read_record(store.folder / Climb(log=log).id)
    assert set(record.files) == {"stair"}
    assert record.seconds >= 0.1, "the seconds before it was broken off count too"


def test_what_nobody_goes_on_with_is_swept_and_what_a_living_process_has_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, log = Store(tmp_path / "steps"), tmp_path / "log"
    with pytest.raises(KeyboardInterrupt):
        climb(store, log, 4)
    (going,) = store.folder.iterdir()
    monkeypatch.setattr(going_module, "KEPT_SECONDS", 3600.0)
    store.sweep()
    assert going.is_dir()
    for path in (going, *going.iterdir()):
        os.utime(path, (time.time() - 7200,) * 2)
    with locked(store.folder / f".lock-{Climb(log=log).id}"):
        store.sweep()
        assert going.is_dir()
    store.sweep()
    assert list(store.folder.iterdir()) == []


def test_what_is_left_of_a_finished_step_is_swept(tmp_path: Path) -> None:
    store, log = Store(tmp_path / "steps"), tmp_path / "log"
    climb(store, log)
    left = store.going(Climb(log=log)).folder
    left.mkdir()
    (left / "stair").write_text("3")
    store.sweep()
    assert not left.exists()


@pytest.mark.parametrize("said", ["", "{", "[]", '{"title": "x", "share": -1, "seconds": 1, "core_seconds": 1}'])
def test_whatever_stands_there_the_step_runs(tmp_path: Path, said: str) -> None:
    store, log = Store(tmp_path / "steps"), tmp_path / "log"
    folder = store.going(Climb(log=log)).folder
    folder.mkdir(parents=True)
    (folder / "about.json").write_text(said)
    assert list(halves(store.folder)) == []
    climb(store, log)
    assert [path.name for path in store.folder.iterdir()] == [Climb(log=log).id]
