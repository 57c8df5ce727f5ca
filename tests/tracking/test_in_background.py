"""A store that is slow holds nobody up who tells it something, and at the end all is there."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from crossglot.tracking import in_background
from crossglot.tracking.in_background import InBackground
from crossglot.tracking.mlflow_runs import MlflowRuns, Saying
from crossglot.tracking.mlflow_store import Measured, MlflowStore, NestedRun
from mlflow_told import told


def saying(key: str) -> Saying:
    return Saying(key, key, lambda: NestedRun(key, f"called {key}", {"seed": key}), lambda: [Measured("accuracy", 1.0)])


@pytest.fixture
def let_go(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """The store answers nothing until this is set."""
    let_go, real = threading.Event(), MlflowStore.run

    def slow(self: MlflowStore, *arguments: Any) -> Any:
        assert let_go.wait(60)
        return real(self, *arguments)

    monkeypatch.setattr(MlflowStore, "run", slow)
    return let_go


def test_who_tells_is_not_held_up_and_all_is_told(store: str, tmp_path: Path, let_go: threading.Event) -> None:
    (tmp_path / "report.html").write_text("<p>", encoding="utf-8")
    runs = InBackground(MlflowRuns())
    runs.begin("abc", "whole", {})
    for key in "123":
        runs.say(saying(key))
    assert told(store) == []
    let_go.set()
    assert runs.end("FINISHED", files=[tmp_path / "report.html"])
    whole, *nested = told(store)
    assert (whole.status, whole.files, [run.params["seed"] for run in nested]) == (
        "FINISHED",
        ["report.html"],
        ["1", "2", "3"],
    )


def test_who_stops_does_not_wait_long(store: str, monkeypatch: pytest.MonkeyPatch, let_go: threading.Event) -> None:
    monkeypatch.setattr(in_background, "PATIENCE", 0.01)
    runs = InBackground(MlflowRuns())
    runs.begin("abc", "whole", {})
    assert not runs.end("KILLED"), "or else this would wait for a minute"
    let_go.set()


def test_what_was_never_begun_leaves_no_thread(store: str) -> None:
    before = set(threading.enumerate())
    InBackground(MlflowRuns()).leave()
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
        assert not thread.is_alive()
    assert told(store) == []
