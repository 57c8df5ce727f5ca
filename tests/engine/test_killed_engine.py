"""The engine is killed at file-system events, all over a run: the next one comes to the same bytes, no step runs twice.

CROSSGLOT_KILLS=500 kills more often.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from toy_steps import result

from crossglot.engine.store import Store
from kill_at_events import kills

KILLS = int(os.environ.get("CROSSGLOT_KILLS", "12"))
HERE = Path(__file__).parent


def contents(folder: Path) -> dict[str, bytes]:
    """Every file, hidden ones too, by name; records without what tells of time."""
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for name in found:
        if name.endswith("/step.json"):
            said = json.loads(found[name])
            found[name] = json.dumps(
                {k: said[k] for k in said if k not in ("seconds", "core_seconds", "finished", "checksum")}
            ).encode()
    return found


@pytest.mark.parametrize(
    ("work", "few"), [("toy_work:in_one_process", KILLS), ("toy_work:killing_workers", KILLS // 6)]
)
def test_an_engine_killed_at_any_event_goes_on_and_runs_nothing_twice(tmp_path: Path, work: str, few: int) -> None:
    total, told = kills(work, tmp_path, few, seed=1, paths=(HERE, HERE.parent))
    assert total >= 10
    whole = contents(tmp_path / "whole" / "steps")
    assert len(told) == few
    for one in told:
        assert one.error == "", one
        assert contents(tmp_path / one.folder / "steps") == whole, one
        assert one.finished.items() <= one.again.items(), one  # what was finished is what it was, to the inode


@pytest.mark.slow
def test_kills_come_early_and_late(tmp_path: Path) -> None:
    """The test of the test: kills leave nothing, half of it and nearly all."""
    total, told = kills("toy_work:in_one_process", tmp_path, 10_000, seed=1, paths=(HERE, HERE.parent))
    assert [one.event for one in told] == list(range(1, total + 1))
    assert {one.ended for one in told} == {9}
    assert {len(one.finished) for one in told} == {0, 1, 2, 3, 4}


def test_toys_add_up(tmp_path: Path) -> None:
    from toy_work import in_one_process, steps

    in_one_process(tmp_path)
    assert [result(Store(tmp_path / "steps").result(step)) for step in steps(tmp_path)] == [2, 4, 6, 10]
