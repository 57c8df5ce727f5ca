"""Each thing is in the store once, whatever fails on the way, and a store that fails is no reason to stop."""

from __future__ import annotations

import json
import logging
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from crossglot.errors import DataError, UsageError
from crossglot.tracking.mlflow_runs import LEAST_WAIT, MlflowRuns, Saying
from crossglot.tracking.mlflow_store import Measured, MlflowStore, NestedRun, Status
from mlflow_told import Told, told

ASKED = ("run", "nested", "nest", "log", "keep", "end")
"""All that may go wrong on the way to a store."""


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def saying(key: str, by: str, *metrics: Measured) -> Saying:
    run = NestedRun(key, f"called {key}", {"seed": key, "encoder": "tiny"}, {"kind": "row"}, 1000.5, 1060.25)
    return Saying(key, by, lambda: run, lambda: metrics)


def say_all(runs: MlflowRuns, page: Path, status: Status = "FINISHED") -> bool:
    runs.begin("abc", "whole", {"version": "1"})
    for key in ("1", "2", "3"):
        runs.say(saying(key, key, Measured("seconds/step", 60.0)))
        points = [Measured("accuracy/de", 10.0 * point, point) for point in (1, 2)]
        runs.say(saying(key, f"scores {key}".replace(" ", "-"), *points))
    return runs.end(status, [Measured("mean/tiny", 20.0)], [page])


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "report.html"
    path.write_text("<p>report", encoding="utf-8")
    return path


def check(runs: list[Told], status: str = "FINISHED") -> None:
    whole, *nested = runs
    assert (whole.name, whole.status, whole.parent, whole.files) == ("whole", status, None, ["report.html"])
    assert whole.metrics == {"mean/tiny": [(0, 20.0)]}
    assert [(run.params["seed"], run.status, run.parent) for run in nested] == [
        (key, "FINISHED", whole.id) for key in "123"
    ]
    for run in nested:
        assert run.metrics == {"seconds/step": [(0, 60.0)], "accuracy/de": [(1, 10.0), (2, 20.0)]}
        assert run.params["encoder"] == "tiny"
        assert run.tags["kind"] == "row"


def test_nested_runs_are_found_again_and_told_once(store: str, page: Path) -> None:
    assert say_all(MlflowRuns(), page, "FAILED")
    check(told(store), "FAILED")
    assert say_all(MlflowRuns(), page)
    check(told(store))


def test_another_run_has_nested_runs_of_its_own(store: str, page: Path) -> None:
    say_all(MlflowRuns(), page)
    other = MlflowRuns()
    other.begin("other", "other", {})
    other.say(saying("1", "1"))
    other.end("FINISHED")
    assert len(told(store)) == 6


def failing(monkeypatch: pytest.MonkeyPatch, fails: Callable[[int], bool]) -> list[str]:
    """Has the store fail at those of all questions that it is asked; which these were."""
    asked: list[str] = []

    def broken(name: str, answer: Any) -> Any:
        def ask(*arguments: Any, **named: Any) -> Any:
            asked.append(name)
            if fails(len(asked)):
                raise ConnectionError(f"question {len(asked)} has no answer")
            return answer(*arguments, **named)

        return ask

    for name in ASKED:
        monkeypatch.setattr(MlflowStore, name, broken(name, getattr(MlflowStore, name)))
    return asked


@pytest.mark.parametrize("every", [4, 5, 7])
def test_what_a_store_did_not_take_follows_when_it_does(
    store: str, page: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, every: int
) -> None:
    clock = Clock()
    with monkeypatch.context() as patch:
        asked = failing(patch, lambda number: number == 1 or number % every == 0)
        runs = MlflowRuns(clock)
        while not say_all(runs, page):
            before = len(asked)
            runs.say(saying("1", "1"))
            clock.now += LEAST_WAIT - 1
            runs.say(saying("1", "1"))
            assert len(asked) == before, "a store that failed is left alone for a while"
            clock.now += 1
            assert len(asked) < 2000
    check(told(store))
    (warning,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert "question 1 has no answer" in warning
    assert "the work goes on" in warning


def test_a_process_that_dies_at_any_question_leaves_nothing_double(
    store: str, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for dies_at in range(1, 40):
        with monkeypatch.context() as patch:
            patch.setenv("MLFLOW_EXPERIMENT_NAME", str(dies_at))
            with patch.context() as broken:
                failing(broken, dies_at.__le__)
                whole = say_all(MlflowRuns(), page)
            assert say_all(MlflowRuns(), page)
        check(told(store, str(dies_at)))
        if whole:
            break
    assert dies_at > 10


def test_what_cannot_be_read_or_is_not_to_be_taken_is_left_out_alone(
    store: str, page: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def lost() -> list[Measured]:
        raise DataError("a step is damaged")

    runs = MlflowRuns()
    runs.begin("abc", "whole", {})
    runs.say(Saying("1", "1", lambda: NestedRun("1", "one"), lost))
    runs.say(saying("2", "2", Measured("no, name", 1.0)))
    runs.say(saying("3", "3", Measured("a name", 1.0)))
    assert not runs.end("FINISHED", files=[page])
    assert [run.metrics for run in told(store) if run.name == "called 3"] == [{"a name": [(0, 1.0)]}]
    assert len(caplog.records) == 1
    assert told(store)[0].files == ["report.html"], "what there is, is kept all the same"


def test_who_stops_does_not_wait_for_a_store_that_fails(
    store: str, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        asked = failing(patch, lambda _: True)
        runs = MlflowRuns(Clock())
        runs.begin("abc", "whole", {})
        assert len(asked) == 1
        assert not runs.end("KILLED", files=[page])
        assert len(asked) == 1
        assert not runs.end("FINISHED", files=[page])
        assert len(asked) == 2


@contextmanager
def server(answer: Callable[[Any], tuple[int, str] | None]) -> Iterator[str]:
    """A server on this machine that gives these answers, or none; its host and port."""
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            said = answer(self)
            if said is None:
                ended.wait(60)
                return
            self.send_response(said[0])
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(said[1].encode())

        do_GET = do_POST = do_PATCH = do  # noqa: N815 - the framework's own hooks

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        try:
            yield f"127.0.0.1:{serving.server_address[1]}"
        finally:
            ended.set()
            serving.shutdown()


def echo(handler: Any) -> tuple[int, str]:
    """A faulty proxy: it repeats who asked."""
    message = f"{handler.headers.get('authorization')} hunter2 hunt%40r2 http://zoe9:hunt%40r2@elsewhere{handler.path}"
    return 401, json.dumps({"error_code": "PERMISSION_DENIED", "message": message})


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda _: (500, "{}"), "too many 500 error responses"),
        (lambda _: (200, "<html>a login page"), ""),
        (lambda _: None, "Read timed out"),
        (echo, "PERMISSION_DENIED"),
        (None, "Connection refused"),
    ],
    ids=["500", "login page", "hangs", "repeats secrets", "nobody there"],
)
def test_a_server_that_does_not_do_is_said_once_without_secrets(
    store: str,
    page: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    answer: Callable[[Any], tuple[int, str] | None] | None,
    reason: str,
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "hunter2")
    with server(answer or echo) as host:
        port = host if answer else "127.0.0.1:9"
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://zoe9:hunt%40r2@{port}")
        began = time.monotonic()
        runs = MlflowRuns()
        assert not say_all(runs, page)
        assert time.monotonic() - began < 30, "two questions of two seconds, and what MLflow waits between"
    (warning,) = [record.getMessage() for record in caplog.records if record.name.startswith("crossglot")]
    assert reason in warning
    said = (
        warning + runs.where + "".join(capfd.readouterr()) + "".join(map(str, (r.getMessage() for r in caplog.records)))
    )
    for secret in ("hunt", "zoe9", b64encode(b"zoe9:hunt@r2").decode()):
        assert secret not in said


@pytest.mark.parametrize(
    ("address", "allowed", "why"),
    [
        ("nowhere://ann:hunter2@host/x", "true", "nowhere://host/x"),
        ("here", "false", "set MLFLOW_ALLOW_FILE_STORE=true"),
        ("nowhere:x", "true", "MLFLOW_TRACKING_URI"),
    ],
)
def test_an_address_that_is_none_is_refused_before_any_work(
    store: str, monkeypatch: pytest.MonkeyPatch, address: str, allowed: str, why: str
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", allowed)
    with pytest.raises(UsageError) as refused:
        MlflowRuns()
    assert why in str(refused.value)
    assert "hunter2" not in str(refused.value)
