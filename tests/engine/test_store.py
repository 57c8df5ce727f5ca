from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest
from toy_steps import Add, FillDisk, result

from crossglot.engine.locking import locked
from crossglot.engine.record import read_record
from crossglot.engine.store import Store
from crossglot.errors import StorageError
from crossglot.files import whole_folder


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


def run(store: Store, step: Add) -> Path:
    return store.put(step, lambda folder: step.run(folder, store.result, lambda _: None))


def test_a_finished_step_is_found_by_another_process_and_not_done_again(tmp_path: Path, log: Path) -> None:
    step = Add(left=1, right=2, log=log)
    run(Store(tmp_path / "steps"), step)
    assert result(run(Store(tmp_path / "steps"), step)) == 3
    assert len(log.read_text().splitlines()) == 1


def test_a_step_that_fails_leaves_nothing_behind(tmp_path: Path, log: Path) -> None:
    store, step = Store(tmp_path / "steps"), Add(left=1, right=2, log=log)

    def fail(folder: Path) -> None:
        (folder / "half").write_text("half")
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        store.put(step, fail)
    assert store.state(step) == "to do"
    assert list(store.folder.iterdir()) == []


@pytest.mark.parametrize("damage", ["truncate", "change", "remove", "record"])
def test_a_damaged_result_is_noticed_and_done_again(tmp_path: Path, log: Path, damage: str) -> None:
    step = Add(left=1, right=2, log=log)
    file = run(Store(tmp_path / "steps"), step) / "sum"
    if damage == "truncate":
        file.write_text("")
    elif damage == "change":
        file.write_text("4")
    elif damage == "remove":
        file.unlink()
    else:
        (file.parent / "step.json").write_text("{")
    store = Store(tmp_path / "steps")
    assert store.state(step) == "damaged"
    with pytest.raises(StorageError, match="damaged"):
        store.result(step)
    assert result(run(store, step)) == 3
    assert Store(tmp_path / "steps").state(step) == "finished"


def test_what_a_dead_process_left_is_swept_and_what_a_living_one_writes_is_not(tmp_path: Path) -> None:
    store = Store(tmp_path / "steps")
    for name in ("dead", "alive", "waits"):
        (store.folder / f".half-{name}").mkdir(parents=True)  # as earlier versions wrote steps
    (store.folder / ".lock-dead").touch()
    (store.folder / ".lock-of-a-step-that-another-finished").touch()
    (store.folder / ".mine").touch()
    with locked(store.folder / ".lock-alive"), whole_folder(store.folder / "now"):
        store.sweep()
        assert sum(path.name.endswith(".half") for path in store.folder.iterdir()) == 1
    assert sorted(path.name for path in store.folder.iterdir()) == [".half-alive", ".mine", "now"]


def test_a_full_disk_ends_with_an_error_that_counts_what_is_kept(tmp_path: Path, log: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    store = Store(tmp_path / "steps")
    run(store, Add(left=1, right=2, log=log))
    full = FillDisk()
    with pytest.raises(StorageError, match=r"(?s)disk is full.*1 finished steps are.*make room"):
        store.put(full, lambda folder: full.run(folder, store.result, lambda _: None))
    assert store.state(full) == "to do"


def test_a_store_where_a_file_stands_is_refused(tmp_path: Path) -> None:
    (tmp_path / "steps").write_text("a file")
    with pytest.raises(StorageError, match="to be a folder"):
        Store(tmp_path / "steps")


def add_slowly(folder: Path, log: Path) -> None:
    run(Store(folder), Add(left=1, right=2, log=log, pause=0.3))


def test_two_processes_do_not_do_the_same_step(tmp_path: Path, log: Path) -> None:
    context = multiprocessing.get_context("fork")
    both = [context.Process(target=add_slowly, args=(tmp_path / "steps", log)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join()
        assert process.exitcode == 0
    assert len(log.read_text().splitlines()) == 1
    assert [path.name for path in (tmp_path / "steps").glob(".*")] == []


def test_a_record_says_what_was_done(tmp_path: Path, log: Path) -> None:
    store, step = Store(tmp_path / "steps"), Add(left=1, right=Add(left=2, right=3, log=log), log=log)
    run(store, step.right)  # type: ignore[arg-type]
    run(store, step)
    record = read_record(store.result(step))
    assert (record.id, record.step, record.version) == (step.id, "Add", "1")
    assert Add.model_validate(record.arguments) == step
    assert set(record.files) == {"half", "sum"}
    assert {kept.id for kept in store.known()} == {step.id, step.right.id}  # type: ignore[union-attr]


def test_a_dry_run_makes_no_folder(tmp_path: Path, log: Path) -> None:
    assert Store(tmp_path / "steps").state(Add(left=1, right=2, log=log)) == "to do"
    assert not (tmp_path / "steps").exists()
