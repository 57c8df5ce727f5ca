"""A store at a URL: steps become whole with one object, are fetched once, and no secret shows."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from toy_steps import Add, Fail, result

from crossglot.engine.local import Local
from crossglot.engine.plan import Plan
from crossglot.engine.remote_store import RemoteStore, open_store, without_secrets
from crossglot.engine.step import Step
from crossglot.errors import StorageError, UsageError

SECRET = "very-secret-indeed"  # noqa: S105


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """An S3 of our own on loopback; its address."""
    if find_spec("moto") is None or find_spec("s3fs") is None:
        pytest.skip("moto and s3fs are not installed")
    from moto.server import ThreadedMotoServer

    own = ThreadedMotoServer("127.0.0.1", port=0)
    own.start()
    host, port = own.get_host_and_port()
    yield f"http://{host}:{port}"
    own.stop()


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """URL of a store in a bucket; credentials are in the environment."""
    import s3fs

    for name, value in {
        "AWS_ENDPOINT_URL": server, "AWS_ACCESS_KEY_ID": "somebody", "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    name = f"b{abs(hash(request.node.nodeid))}"
    s3fs.S3FileSystem(skip_instance_cache=True).mkdir(name)
    return f"s3://{name}/some/studies"


@pytest.fixture(params=["s3", "file"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"file://{tmp_path / 'there'}" if request.param == "file" else str(request.getfixturevalue("bucket"))


def chain(log: Path) -> Add:
    return Add(left=Add(left=1, right=1, log=log), right=3, log=log)


def files(url: str) -> Any:
    store = RemoteStore(Path(os.devnull).parent / "nowhere", url)
    return store._files, store._root


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_one_node_finished_another_only_fetches(tmp_path: Path, url: str, jobs: int) -> None:
    last, log = chain(tmp_path / "log"), tmp_path / "log"
    first = Local(jobs).run(Plan.of([last]), open_store(tmp_path / "one", url))
    assert (len(first.done), first.error()) == (2, None)
    other = open_store(tmp_path / "two", url)
    again = Local(jobs).run(Plan.of([last]), other)
    assert (len(again.found), len(again.done)) == (2, 0)
    assert result(other.result(last)) == 5
    assert len(log.read_text().splitlines()) == 2
    assert (tmp_path / "one" / last.id / "step.json").read_bytes() == (
        tmp_path / "two" / last.id / "step.json"
    ).read_bytes()


def test_a_step_is_fetched_once(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    last = chain(tmp_path / "log")
    Local().run(Plan.of([last]), open_store(tmp_path / "one", url))
    fetched: list[str] = []
    download = RemoteStore._download

    def noted(store: RemoteStore, step: Step, there: str, half: Path) -> None:
        fetched.append(step.id)
        download(store, step, there, half)

    monkeypatch.setattr(RemoteStore, "_download", noted)
    for _ in range(2):
        store = open_store(tmp_path / "two", url)
        assert [store.state(step) for step in Plan.of([last]).steps] == ["finished", "finished"]
        assert result(store.result(last)) == 5
    assert sorted(fetched) == sorted(step.id for step in Plan.of([last]).steps)


@pytest.mark.parametrize("after", range(4))
def test_a_step_that_broke_off_while_it_was_pushed_is_not_there(tmp_path: Path, url: str, after: int) -> None:
    step = Add(left=1, right=1, log=tmp_path / "log")
    store = RemoteStore(tmp_path / "one", url)
    calls = iter(range(100))

    def breaking(name: str) -> Any:
        inner = getattr(store._files, name)

        def call(*given: Any, **named: Any) -> Any:
            if next(calls) == after:  # half, sum, the record, the word that it is whole
                raise KeyboardInterrupt
            return inner(*given, **named)

        return call

    for name in ("put_file", "pipe_file"):
        setattr(store._files, name, breaking(name))
    with pytest.raises(KeyboardInterrupt):
        Local().run(Plan.of([step]), store)
    assert next(calls) == after + 1
    for name in ("two", "one"):  # another node, and the one that has the step and did not get it across
        assert open_store(tmp_path / name, url).state(step) == "to do"
    with pytest.raises(StorageError, match="is not there"):
        open_store(tmp_path / "two", url).result(step)
    assert len(Local().run(Plan.of([step]), open_store(tmp_path / "one", url)).done) == 1
    assert (tmp_path / "log").read_text().split() == [step.id], "it was only sent"
    assert result(open_store(tmp_path / "two", url).result(step)) == 2


def test_a_file_that_was_changed_there_is_not_taken(tmp_path: Path, url: str) -> None:
    step = Add(left=1, right=1, log=tmp_path / "log")
    Local().run(Plan.of([step]), open_store(tmp_path / "one", url))
    system, root = files(url)
    (path,) = [path for path in system.find(f"{root}/steps") if path.endswith("/sum")]
    system.pipe_file(path, b"3")
    other = open_store(tmp_path / "two", url)
    assert other.state(step) == "damaged"
    assert len(Local().run(Plan.of([step]), other).done) == 1
    assert result(open_store(tmp_path / "three", url).result(step)) == 2


@pytest.mark.parametrize("at", ["../../x", "", 3, "0" * 31])
def test_a_word_that_leads_elsewhere_is_refused(tmp_path: Path, at: object) -> None:
    url, step = f"file://{tmp_path / 'there'}", Add(left=1, right=1, log=tmp_path / "log")
    (tmp_path / "there/whole").mkdir(parents=True)
    (tmp_path / "there/whole" / f"{step.id}.json").write_text(json.dumps({"at": at}))
    with pytest.raises(StorageError, match="names no step"):
        open_store(tmp_path / "one", url).state(step)


def test_two_that_push_the_same_step_leave_one(tmp_path: Path, url: str) -> None:
    step = Add(left=1, right=1, log=tmp_path / "log")
    one, two = RemoteStore(tmp_path / "one", url), RemoteStore(tmp_path / "two", url)
    Local().run(Plan.of([step]), one)
    shutil.copytree(tmp_path / "one" / step.id, tmp_path / "two" / step.id)
    two._push(step)
    assert result(open_store(tmp_path / "three", url).result(step)) == 2


def test_failures_leave_nothing_there(tmp_path: Path, url: str) -> None:
    outcome = Local().run(Plan.of([Fail()]), open_store(tmp_path / "one", url))
    assert set(outcome.failed) == {Fail().id}
    assert open_store(tmp_path / "two", url).state(Fail()) == "to do"


def test_no_secret_is_in_a_message_or_a_file(tmp_path: Path, bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    step = Add(left=1, right=1, log=tmp_path / "log")
    Local(2).run(Plan.of([step]), open_store(tmp_path / "one", bucket))
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert SECRET.encode() not in kept
    assert without_secrets(f"denied: {SECRET}") == "denied: (AWS_SECRET_ACCESS_KEY)"
    with pytest.raises(UsageError, match=r"^s3://…: a store's address holds no credentials") as told:
        open_store(tmp_path / "x", f"s3://somebody:{SECRET}@bucket/x")
    assert SECRET not in str(told.value)


def test_an_s3_that_is_away_is_an_error_of_the_users(
    tmp_path: Path, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(StorageError, match="cannot be listed") as told:
        open_store(tmp_path / "one", bucket).state(Fail())
    assert SECRET not in str(told.value)


@pytest.mark.parametrize("wrong", ["here", "s3:/x", "/tmp/x"])  # noqa: S108
def test_what_is_no_url_is_refused(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(UsageError, match="is no address of a store"):
        open_store(tmp_path, wrong)
