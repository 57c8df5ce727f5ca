from __future__ import annotations

import json
import multiprocessing
import os
import random
import shutil
import time
from pathlib import Path

import pytest
from toy_steps import Add

from crossglot.engine import record as of_records
from crossglot.engine.known_steps import KnownSteps
from crossglot.engine.record import read_record
from crossglot.engine.store import Store
from crossglot.files import user_cache

LONG_AGO = 1_600_000_000


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return user_cache() / "known-steps"


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that are hashed while a test runs."""
    seen: list[Path] = []

    def watched(path: Path) -> str:
        seen.append(path)
        return real(path)

    real = of_records._sha256
    monkeypatch.setattr(of_records, "_sha256", watched)
    return seen


def step_of(number: int, tmp_path: Path) -> Add:
    return Add(left=number, right=1, log=tmp_path / "log")


def fill(store: Store, steps: list[Add]) -> None:
    """Steps with a few files each, some in folders, with names as taggers and labs have them; as if long finished."""
    chance = random.Random(4)
    for step in steps:

        def write(folder: Path) -> None:
            for name in chance.sample(["sum", "tagger/model.safetensors", "hindi हिन्दी.txt", "a b/c d.json"], 3):
                (folder / name).parent.mkdir(exist_ok=True)
                (folder / name).write_bytes(chance.randbytes(chance.randrange(5_000)))

        age(store.put(step, write))


def write_two(folder: Path) -> None:
    (folder / "sum").write_text("2")


def age(folder: Path) -> None:
    for path in folder.rglob("*"):
        os.utime(path, (LONG_AGO, LONG_AGO))


def test_a_step_that_was_found_sound_is_not_hashed_again(tmp_path: Path, hashed: list[Path]) -> None:
    steps = [step_of(number, tmp_path) for number in range(5)]
    fill(Store(tmp_path / "steps"), steps)
    assert {Store(tmp_path / "steps").state(step) for step in steps} == {"finished"}
    hashed.clear()
    again = Store(tmp_path / "steps")
    assert {again.state(step) for step in steps} == {"finished"}
    assert hashed == []
    known = list(again.known())
    assert [step.id for step in known] == sorted(step.id for step in steps)
    assert all(step == KnownSteps(again.folder).find(step.id) for step in known)
    for step in known:
        record = read_record(again.folder / step.id)
        assert step._asdict() == {name: getattr(record, name) for name in step._fields}


@pytest.mark.parametrize("damage", ["grown", "changed", "changed behind its times", "gone", "record", "replaced"])
def test_a_step_whose_files_are_not_as_they_were_is_looked_at_again(tmp_path: Path, damage: str) -> None:
    step, other = step_of(1, tmp_path), step_of(2, tmp_path)
    fill(Store(tmp_path / "steps"), [step, other])
    assert Store(tmp_path / "steps").state(step) == "finished"
    folder = tmp_path / "steps" / step.id
    file = max((path for path in folder.rglob("*") if path.is_file() and path.name != "step.json"), key=os.path.getsize)
    time.sleep(0.02)  # the clock of a file system ticks some hundred times a second
    if damage == "grown":
        file.write_bytes(file.read_bytes() + b" ")
    elif damage.startswith("changed"):
        file.write_bytes(bytes([file.read_bytes()[0] ^ 1]) + file.read_bytes()[1:])
    elif damage == "gone":
        file.unlink()
    elif damage == "record":
        (folder / "step.json").write_text(json.dumps({"id": step.id}))
    else:
        shutil.copyfile(tmp_path / "steps" / other.id / "step.json", tmp_path / "copy")
        (tmp_path / "copy").replace(folder / "step.json")
    if damage.endswith("times"):
        os.utime(file, (LONG_AGO, LONG_AGO))
    assert Store(tmp_path / "steps").state(step) == "damaged"
    assert Store(tmp_path / "steps").state(other) == "finished"


def test_what_was_just_written_is_hashed_once_more(tmp_path: Path, hashed: list[Path]) -> None:
    step = step_of(1, tmp_path)
    Store(tmp_path / "steps").put(step, write_two)
    for _ in range(2):
        hashed.clear()
        assert Store(tmp_path / "steps").state(step) == "finished"
        assert [path.name for path in hashed] == ["sum"]  # it could have changed within a tick of the clock


def test_steps_that_a_process_wrote_are_known_when_it_writes_a_later_one(tmp_path: Path, hashed: list[Path]) -> None:
    steps = [step_of(number, tmp_path) for number in range(3)]
    store = Store(tmp_path / "steps")
    for step in steps:
        time.sleep(2.1 if step is steps[-1] else 0)
        store.put(step, write_two)
    hashed.clear()
    again = Store(tmp_path / "steps")
    assert {again.state(step) for step in steps} == {"finished"}
    assert [path.parent.name for path in hashed] == [steps[-1].id]


def test_torn_and_damaged_lines_count_as_not_there(tmp_path: Path, cache: Path, hashed: list[Path]) -> None:
    steps = [step_of(number, tmp_path) for number in range(40)]
    fill(Store(tmp_path / "steps"), steps)
    assert {Store(tmp_path / "steps").state(step) for step in steps} == {"finished"}
    (file,) = cache.iterdir()
    written, chance = file.read_bytes(), random.Random(7)
    for _ in range(40):
        spoiled = bytearray(written)
        for _ in range(chance.randrange(1, 30)):
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
        file.write_bytes(spoiled[: chance.randrange(len(spoiled))] + b"\xff\n0 \n{}\n")
        store = Store(tmp_path / "steps")
        assert {store.state(step) for step in steps} == {"finished"}
        assert len(list(store.known())) == 40
    hashed.clear()
    assert {Store(tmp_path / "steps").state(step) for step in steps} == {"finished"}
    assert hashed == []  # what was lost has been written anew


def look(store: Path, steps: list[Add]) -> None:
    assert {Store(store).state(step) for step in steps} == {"finished"}


def test_many_processes_add_at_once(tmp_path: Path, hashed: list[Path]) -> None:
    steps = [step_of(number, tmp_path) for number in range(60)]
    fill(Store(tmp_path / "steps"), steps)
    context = multiprocessing.get_context("fork")
    looking = [context.Process(target=look, args=(tmp_path / "steps", steps[part::4])) for part in range(4)]
    for process in looking:
        process.start()
    for process in looking:
        process.join()
    hashed.clear()
    look(tmp_path / "steps", steps)
    assert hashed == []


def test_a_store_is_used_where_the_cache_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    steps = [step_of(number, tmp_path) for number in range(3)]
    fill(Store(tmp_path / "steps"), steps)
    look(tmp_path / "steps", steps)


def test_a_store_that_was_moved_is_another_one(tmp_path: Path, hashed: list[Path]) -> None:
    step = step_of(1, tmp_path)
    fill(Store(tmp_path / "steps"), [step])
    look(tmp_path / "steps", [step])
    (tmp_path / "steps").rename(tmp_path / "moved")
    hashed.clear()
    look(tmp_path / "moved", [step])
    assert len(hashed) == 3
