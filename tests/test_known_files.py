from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from crossglot.known_files import known, known_files


@pytest.fixture
def text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that has been there for long, and a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "text"
    write(path, "abc")
    return path


def write(path: Path, content: str) -> None:
    path.write_text(content)
    os.utime(path, (1e9, 1e9))


class Reading:
    """Reads a file, and counts how often."""

    def __init__(self, path: Path) -> None:
        self.path, self.times = path, 0

    def __call__(self) -> dict[str, str]:
        self.times += 1
        return {"text": self.path.read_text()}


def test_a_file_is_read_once_for_each_question_and_key(text: Path) -> None:
    reading = Reading(text)
    assert [known("words", [text], reading) for _ in range(3)] == [{"text": "abc"}] * 3
    assert reading.times == 1
    known("letters", [text], reading)
    known("words", [text], reading, "de")
    assert reading.times == 3


def test_a_file_that_changed_is_read_again_even_at_the_same_size_and_time(text: Path) -> None:
    reading = Reading(text)
    known("words", [text], reading)
    write(text, "abd")  # the time of change of its entry tells
    assert known("words", [text], reading) == {"text": "abd"}


def test_what_was_written_just_now_is_not_kept(text: Path) -> None:
    text.write_text("fresh")
    reading = Reading(text)
    known("words", [text], reading)
    known("words", [text], reading)
    assert reading.times == 2


@pytest.mark.parametrize("damage", ["", "{", "[]", "null", '{"told": 1}', "\0\xff"])
def test_what_is_damaged_counts_as_not_there(text: Path, damage: str) -> None:
    reading = Reading(text)
    known("words", [text], reading)
    (kept,) = known_files().iterdir()
    kept.write_text(damage)
    assert known("words", [text], reading) == {"text": "abc"}
    assert reading.times == 2


def test_a_value_that_was_changed_in_the_cache_is_not_believed(text: Path) -> None:
    known("words", [text], Reading(text))
    (kept,) = known_files().iterdir()
    kept.write_text(json.dumps(json.loads(kept.read_text()) | {"value": {"text": "forged"}}))
    assert known("words", [text], Reading(text)) == {"text": "abc"}


def test_a_cache_that_cannot_be_written_is_no_fault(text: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(text))  # a file
    assert known("words", [text], Reading(text)) == {"text": "abc"}
