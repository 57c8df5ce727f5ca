"""Whatever stands in `step.json`, reading it ends with a record or with an error that names the file."""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy_steps import Add, result

from crossglot.engine.local import Local
from crossglot.engine.plan import Plan
from crossglot.engine.progress import Progress
from crossglot.engine.record import Record, check_folder, read_record
from crossglot.engine.store import Store
from crossglot.errors import StorageError


class Told(Progress):
    """Adds up what earlier steps took, as one that shows the time to go does."""

    def start(self, steps: object, earlier: Any) -> None:  # noqa: ARG002
        self.seconds = round(sum(record.seconds + record.work[0] for record in earlier))


def changed(**fields: object) -> Callable[[Path], object]:
    """A record in which somebody has set some fields."""

    def change(path: Path) -> None:
        said = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps(said | fields), encoding="utf-8")

    return change


def of_an_earlier_version(**fields: object) -> Callable[[Path], object]:
    """The same without the checksum, which those have not."""

    def change(path: Path) -> None:
        changed(**fields)(path)
        said = json.loads(path.read_text(encoding="utf-8"))
        del said["checksum"]
        path.write_text(json.dumps(said), encoding="utf-8")

    return change


def holding(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


def pipe_instead(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def circle_instead(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


DAMAGED: dict[str, Callable[[Path], object]] = {
    "empty": holding(b""),
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:100]),
    "not JSON": holding(b"finished, I believe"),
    "UTF-16": lambda path: path.write_bytes(path.read_text("utf-8").encode("utf-16")),
    "not UTF-8": holding(b'{"id": "\xff\xfe"}'),
    "binary": holding(bytes(range(256)) * 50),
    "a list": holding(b"[1, 2]"),
    "null": holding(b"null"),
    "nested 100,000 deep": holding(b"[" * 100_000 + b"]" * 100_000),
    "arguments nested 100,000 deep": holding(b'{"arguments": ' + b'{"a": ' * 100_000 + b"0" + b"}" * 100_001),
    "a number of 10,000 digits": holding(b'{"seconds": ' + b"9" * 10_000 + b"}"),
    "NaN": changed(seconds=float("nan")),
    "NaN, earlier version": of_an_earlier_version(seconds=float("nan")),
    "endless work": of_an_earlier_version(work=[float("inf"), "addition"]),
    "time that ran backwards": of_an_earlier_version(seconds=-5.0),
    "wrong types": of_an_earlier_version(files=["sum"], work=7, seconds="long"),
    "arguments that are none": of_an_earlier_version(arguments=None),
    "emptied files": changed(files={}),
    "emptied files, earlier version": of_an_earlier_version(files={}),
    "one file left out": lambda path: changed(files=dict([*json.loads(path.read_text())["files"].items()][:1]))(path),
    "a file elsewhere": of_an_earlier_version(files={"../../secret": [1, "00"]}),
    "a device": of_an_earlier_version(files={"/dev/zero": [0, "00"]}),
    "a name that cannot be": of_an_earlier_version(files={"a\0b": [0, "00"]}),
    "a name without letters": of_an_earlier_version(files={"": [0, "00"], "\ud800": [0, "00"]}),
    "a folder as a file": of_an_earlier_version(files={".": [4096, "00"]}),
    "another step": changed(id="Add-00000000000000000000"),
    "another step, earlier version": of_an_earlier_version(id="Add-00000000000000000000"),
    "other arguments": changed(arguments={"left": 1, "right": 1}),
    "a folder instead": folder_instead,
    "a pipe instead": pipe_instead,
    "a link to itself": circle_instead,
    "missing": Path.unlink,
}


@pytest.mark.parametrize("how", DAMAGED)
def test_a_step_with_a_damaged_record_is_named_and_done_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    first = Add(left=1, right=2, log=tmp_path / "log")
    last = Add(left=first, right=4, log=tmp_path / "log")
    Local().run(Plan.of([last]), Store(tmp_path / "steps"))
    DAMAGED[how](tmp_path / "steps" / first.id / "step.json")

    store, progress = Store(tmp_path / "steps"), Told()
    assert [planned.state for planned in Plan.of([last]).states(store)] == ["damaged", "finished"]
    with pytest.raises(StorageError, match=rf"{first.id}.*is damaged"):
        store.result(first)
    with caplog.at_level(logging.WARNING):
        outcome = Local().run(Plan.of([last]), store, progress)
    assert (outcome.done, outcome.found) == ([first], [last])
    assert result(Store(tmp_path / "steps").result(first)) == 3
    assert read_record(tmp_path / "steps" / first.id).seconds >= 0
    named = [message for message in caplog.messages if "taken as not there" in message]
    assert len(named) <= 1
    assert all(str(tmp_path / "steps" / first.id / "step.json") in message for message in named)


def test_a_record_of_an_earlier_or_a_later_version_is_read(tmp_path: Path) -> None:
    step = Add(left=1, right=2, log=tmp_path / "log")
    Local().run(Plan.of([step]), Store(tmp_path / "steps"))
    record = tmp_path / "steps" / step.id / "step.json"
    of_an_earlier_version()(record)
    assert Store(tmp_path / "steps").state(step) == "finished"
    of_an_earlier_version(checksum="-", energy=12.5)(record)
    assert Store(tmp_path / "steps").state(step) == "finished"


def test_files_that_somebody_has_put_beside_a_result_do_no_harm(tmp_path: Path) -> None:
    step = Add(left=1, right=2, log=tmp_path / "log")
    Local().run(Plan.of([step]), Store(tmp_path / "steps"))
    (tmp_path / "steps" / step.id / "notes.txt").write_text("my best one")
    (tmp_path / "steps" / "a folder of mine").mkdir()
    assert Local().run(Plan.of([step]), Store(tmp_path / "steps")).found == [step]


def test_a_copied_step_is_not_counted_twice(tmp_path: Path) -> None:
    step = Add(left=1, right=2, log=tmp_path / "log")
    store = Store(tmp_path / "steps")
    Local().run(Plan.of([step]), store)
    shutil.copytree(store.folder / step.id, store.folder / f"{step.id} (copy)")
    assert [record.id for record in store.known()] == [step.id]


plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
values = st.recursive(plain, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner), max_leaves=6)
fields = st.sampled_from(sorted([*Record.model_fields, "checksum"]))


@given(st.dictionaries(fields, values, min_size=1, max_size=3))
def test_any_json_is_a_record_or_an_error_of_ours(
    tmp_path_factory: pytest.TempPathFactory, said: dict[str, object]
) -> None:
    folder = tmp_path_factory.getbasetemp() / "record" / "Add-0"
    folder.mkdir(parents=True, exist_ok=True)
    whole = {"id": "Add-0", "family": "", "step": "Add", "version": "1", "arguments": {}, "files": {}, "work": [1, ""]}
    text = json.dumps(whole | {"seconds": 1, "finished": "2026-01-01"} | said)
    (folder / "step.json").write_text(text, encoding="utf-8")
    try:
        check_folder(folder)
    except StorageError as error:
        assert str(folder) in str(error)
    else:
        assert read_record(folder).seconds >= 0


@given(st.binary(max_size=200))
def test_any_bytes_are_an_error_of_ours(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.getbasetemp() / "bytes" / "Add-0"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "step.json").write_bytes(content)
    with pytest.raises(StorageError, match=r"step\.json"):
        read_record(folder)
