"""Whole studies are killed at file-system events, all over a run: the next one comes to the same bytes.

CROSSGLOT_KILLS=200 kills more often.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tiny_work import WORLD
from tiny_world import write_encoder, write_root

from kill_at_events import kills

KILLS = int(os.environ.get("CROSSGLOT_KILLS", "2"))
HERE = Path(__file__).parent

TELLS_OF_TIME = {"step.json", "row.json", "versions.json", "report.html"}
"""They hold seconds, dates and places; what else they hold is tested elsewhere."""


def contents(folder: Path) -> dict[str, bytes]:
    """Every file, hidden ones too, by name; of those that tell of time, that they are there and not empty."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()[: 1 if path.name in TELLS_OF_TIME else None]
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".pdf"  # which holds its date, too
    }


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    write_root(folder / "root")
    write_encoder(folder / "encoder")
    return folder


@pytest.mark.parametrize(
    ("work", "report"),
    [("tiny_work:study", False), pytest.param("tiny_work:reproduction", True, marks=pytest.mark.slow)],
)
def test_a_study_killed_at_any_event_goes_on_and_runs_nothing_twice(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work: str, report: bool
) -> None:
    monkeypatch.setenv(WORLD, str(world))
    total, told = kills(work, tmp_path, KILLS, seed=1, paths=(HERE, HERE.parent))
    assert total > 50
    whole = contents(tmp_path / "whole")
    assert {"results.csv", "claims.csv"} <= whole.keys()
    assert ("report.html" in whole) == report
    for one in told:
        assert (one.ended, one.error) == (9, ""), one
        again = contents(tmp_path / one.folder)
        assert {name for name in whole if whole[name] != again.get(name)} == set(), one
        assert again.keys() == whole.keys(), one
        assert one.finished.items() <= one.again.items(), one  # what was finished is what it was, to the inode
