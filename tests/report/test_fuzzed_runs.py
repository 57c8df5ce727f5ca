"""Whatever becomes of the files of a run folder, it is read or refused by an error of ours.

`pytest --hypothesis-profile=long` tries far more.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whole_runs import write_earlier_run, write_whole_run

from crossglot.comparison.comparing import compare
from crossglot.comparison.differing_settings import differing_settings
from crossglot.errors import CrossglotError
from crossglot.report.folder import read_run_folder
from crossglot.report.writing import write_report
from mutations import changed_bytes

TEXTS = ("results.csv", "claims.csv", "versions.json", "study.toml")
FILES = (*TEXTS, "errors/small-m-bert.pos.en.json", "predictions/small-m-bert.pos.en.seed1.parquet")
ODD = (
    "",
    "x",
    "0",
    "-1",
    "1e999",
    "nan",
    "NaN",
    "null",
    '"',
    '""',
    "[",
    "{}",
    ",",
    "\n",
    "\0",
    "\ufeff",
    "é",
    "9" * 40,
    "a" * 9999,
    "missing: ",
    "m-bert",
    "floor",
    "[" * 5000,
)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_whole_run(tmp_path_factory.mktemp("runs") / "sound")


@pytest.fixture(scope="module", params=["today's", "an earlier version's"])
def either(sound: Path, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound run, whoever wrote it."""
    return sound if request.param == "today's" else write_earlier_run(tmp_path_factory.mktemp("runs") / "earlier")


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch")


def is_read_or_refused(folder: Path, sound: Path) -> None:
    for read in (read_run_folder, lambda other: compare(sound, other), lambda other: differing_settings(other, sound)):
        try:
            read(folder)
        except CrossglotError as refused:
            assert str(folder) in str(refused) or "in common" in str(refused)


@given(data=st.data())
def test_bytes_changed_cut_off_or_put_in(sound: Path, either: Path, scratch: Path, data: st.DataObject) -> None:
    folder = Path(shutil.copytree(either, scratch / "bytes", dirs_exist_ok=True))
    path = folder / data.draw(st.sampled_from(FILES))
    path.write_bytes(changed_bytes(path.read_bytes(), data))
    is_read_or_refused(folder, sound)


def changed_fields(text: str, data: st.DataObject) -> str:
    """A text with some of its fields replaced, between commas, blanks and line ends."""
    import re

    parts = re.split(r"([,\n =:])", text)
    for _ in range(data.draw(st.integers(1, 3))):
        parts[data.draw(st.integers(0, len(parts) - 1))] = data.draw(st.sampled_from(ODD))
    return "".join(parts)


@given(data=st.data())
def test_fields_replaced(sound: Path, either: Path, scratch: Path, data: st.DataObject) -> None:
    folder = Path(shutil.copytree(either, scratch / "fields", dirs_exist_ok=True))
    path = folder / data.draw(st.sampled_from(TEXTS))
    path.write_text(changed_fields(path.read_text(encoding="utf-8"), data), encoding="utf-8")
    is_read_or_refused(folder, sound)


@settings(max_examples=max(8, settings().max_examples // 20))
@given(data=st.data())
def test_what_is_read_can_be_drawn(either: Path, scratch: Path, data: st.DataObject) -> None:
    folder = Path(shutil.copytree(either, scratch / "drawn", dirs_exist_ok=True))
    path = folder / data.draw(st.sampled_from(TEXTS))
    path.write_text(changed_fields(path.read_text(encoding="utf-8"), data), encoding="utf-8")
    try:
        write_report(folder)
    except CrossglotError as refused:
        assert str(folder) in str(refused)
