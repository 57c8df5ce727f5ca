"""Long steps are killed at file-system events, checkpoints being written all the time: they go on to the same bytes.

CROSSGLOT_KILLS=200 kills more often.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from going_work import COUNT, WORLD

from kill_at_events import kills
from toy_world import write_encoder, write_root

KILLS = int(os.environ.get("CROSSGLOT_KILLS", "2"))
HERE = Path(__file__).parent

OF_TIME = ("seconds", "core_seconds", "finished", "checksum", "files")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a store, hidden ones too, by name; those that tell of time without what tells of it."""
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for name in found:
        if name.endswith(("/step.json", "/row.json")):
            said = json.loads(found[name])
            found[name] = json.dumps({key: said[key] for key in said if key not in OF_TIME}).encode()
    return found


@pytest.mark.parametrize(("work", "optimised"), [("row", 12), ("search", 48), ("pretraining", 12)])
def test_a_long_step_killed_at_any_event_goes_on_to_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work: str, optimised: int
) -> None:
    write_root(tmp_path / "root")
    write_encoder(tmp_path / "encoder")
    (tmp_path / "en.txt").write_text("".join(f"the cat number {n} sleeps .\n" for n in range(60)), encoding="utf-8")
    monkeypatch.setenv(WORLD, str(tmp_path))
    runs = tmp_path / "runs"
    total, told = kills(f"going_work:{work}", runs, KILLS, seed=1, paths=(HERE, HERE.parent))
    assert total > 5 * optimised
    whole = contents(runs / "whole" / "steps")
    assert len((runs / "whole" / COUNT).read_bytes()) == optimised
    for one in told:
        assert (one.ended, one.error) == (9, ""), one
        again = contents(runs / one.folder / "steps")
        assert {name for name in whole if whole[name] != again.get(name)} == set(), one
        assert again.keys() == whole.keys(), one
        assert len((runs / one.folder / COUNT).read_bytes()) <= optimised + 1, "it began anew"
