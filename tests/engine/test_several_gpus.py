"""Steps are spread over the GPUs of a machine, one process on each: lists of GPUs that are not there show it."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console
from test_workers import until
from toy_steps import Add, Die, Lack, OnGpu

from crossglot.engine import local as engine_local
from crossglot.engine import workers as engine_workers
from crossglot.engine.local import Local
from crossglot.engine.plan import Plan
from crossglot.engine.progress import Progress, Shown
from crossglot.engine.serving import Done, Failed
from crossglot.engine.step import Step
from crossglot.engine.store import Store
from crossglot.engine.workers import Workers, started

UNTOUCHED = "as the user has it"


@pytest.fixture
def there_are(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes the engine believe in GPUs of these names."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", UNTOUCHED)

    def believe(*names: str) -> None:
        monkeypatch.setattr(engine_local, "visible_gpus", lambda: names)

    return believe


class AllAtOnce(Progress):
    """Lets waiting steps end when as many have begun as there are jobs."""

    def __init__(self, jobs: int, go: Path) -> None:
        self._to_begin, self._go = jobs, go

    def began(self, step: Step) -> None:  # noqa: ARG002
        self._to_begin -= 1
        if not self._to_begin:
            self._go.touch()


def run_all(tmp_path: Path, executor: Local, count: int, device: str = "cuda") -> list[tuple[str, str]]:
    """Runs so many steps, at least as many as jobs; what each saw of the GPUs, and its process."""
    where, go = tmp_path / "where", tmp_path / "go"
    steps = [OnGpu(number=number, device=device, where=where, until=go) for number in range(count)]
    outcome = executor.run(Plan.of(steps), Store(tmp_path / "steps"), AllAtOnce(executor.jobs, go))
    assert (len(outcome.done), outcome.error()) == (count, None)
    return [(saw, process) for saw, _, process in (line.rpartition(" ") for line in where.read_text().splitlines())]


def processes_by_gpu(ran: list[tuple[str, str]]) -> dict[str, int]:
    """How many processes saw which GPU."""
    return dict(Counter(gpu for gpu, _ in set(ran)))


def test_there_is_a_job_for_each_gpu_which_sees_it_alone(tmp_path: Path, there_are: Callable[..., None]) -> None:
    there_are("2", "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6", "5")
    executor = Local.on("cuda")
    assert (executor.jobs, executor.elsewhere) == (3, True)
    ran = run_all(tmp_path, executor, 7)
    assert processes_by_gpu(ran) == {"2": 1, "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6": 1, "5": 1}


@pytest.mark.parametrize(
    ("jobs", "on_each"), [(2, {"0": 1, "1": 1}), (3, {"0": 1, "1": 1, "2": 1}), (5, {"0": 2, "1": 2, "2": 1})]
)
def test_other_numbers_of_jobs_share_the_gpus_or_leave_some(
    tmp_path: Path, there_are: Callable[..., None], jobs: int, on_each: dict[str, int]
) -> None:
    there_are("0", "1", "2")
    assert processes_by_gpu(run_all(tmp_path, Local.on("auto", jobs), 6)) == on_each


@pytest.mark.parametrize(("device", "gpus"), [("cuda:1", ["0", "1"]), ("", ["0", "1"]), ("cuda", ["0"]), ("cuda", [])])
def test_what_is_not_spread_sees_what_the_user_sees(
    tmp_path: Path, there_are: Callable[..., None], device: str, gpus: list[str]
) -> None:
    there_are(*gpus)
    assert {saw for saw, _ in run_all(tmp_path, Local(jobs=2), 3, device)} == {UNTOUCHED}


def test_a_gpu_that_one_step_names_is_the_same_for_all(there_are: Callable[..., None], tmp_path: Path) -> None:
    """`cuda:1` means another GPU to a process that sees one alone."""
    there_are("0", "1")
    steps = [OnGpu(number=number, device=device, where=tmp_path) for number, device in enumerate(["cuda", "cuda:1"])]
    assert Local(jobs=2).gpus(steps) == ()
    assert Local(jobs=2).gpus([steps[0], Die()]) == ("0", "1")
    assert Local(jobs=1).gpus([steps[0]]) == ()


@pytest.mark.parametrize(("device", "jobs"), [("auto", 4), ("cuda", 4), ("cuda:0", 1), ("cuda:3", 1), ("cpu", 1)])
def test_jobs_are_as_many_as_gpus_unless_told_otherwise(there_are: Callable[..., None], device: str, jobs: int) -> None:
    there_are("0", "1", "2", "3")
    assert (Local.on(device).jobs, Local.on(device, 1).jobs, Local.on(device, 7).jobs) == (jobs, 1, 7)
    there_are()
    assert Local.on(device).jobs == 1


class Spread:
    """Steps on GPUs, each of which runs until it is let go."""

    def __init__(self, workers: Workers, folder: Path) -> None:
        self.workers, self.folder, self.number = workers, folder, 0

    def begin(self, device: str = "cuda") -> tuple[int, str, int]:
        """Begins a step: its number, the GPU that it got, and its process."""
        self.number += 1
        where = self.folder / f"where-{self.number}"
        self.workers.begin(
            OnGpu(number=self.number, device=device, where=where, until=self.folder / f"go-{self.number}")
        )
        until(lambda: where.exists() and where.read_text().endswith("\n"))
        gpu, process = where.read_text().split()
        return self.number, gpu, int(process)

    def end(self, number: int) -> None:
        """Lets a step go and waits for its end."""
        (self.folder / f"go-{number}").touch()
        assert isinstance(self.next(), Done)

    def next(self) -> object:
        """What the next step that ends tells."""
        while True:
            for _, news in self.workers.news():
                return news


def test_a_process_that_dies_is_replaced_on_its_gpu(tmp_path: Path) -> None:
    with started(4, tmp_path / "steps", gpus=("a", "b")) as workers:
        spread = Spread(workers, tmp_path)
        begun = [spread.begin() for _ in range(4)]
        assert [gpu for _, gpu, _ in begun] == ["a", "b", "a", "b"]
        for killed in (begun[1][2], begun[3][2]):
            os.kill(killed, signal.SIGKILL)
            died = spread.next()
            assert isinstance(died, Failed)
            assert "' on GPU b died (signal 9)" in died.message
        assert [spread.begin()[1], spread.begin()[1]] == ["b", "b"]


def test_a_step_whose_process_was_killed_for_want_of_memory_is_tried_again_on_its_gpu(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there_are: Callable[..., None]
) -> None:
    there_are("a", "b")
    log, where = tmp_path / "log", tmp_path / "where"
    monkeypatch.setattr(engine_workers, "kills_for_memory", lambda: len(log.read_text().split()) if log.exists() else 0)
    step, other = Lack(how="is killed", log=log), OnGpu(where=where)
    outcome = Local.on("cuda").run(Plan.of([step, other]), Store(tmp_path / "steps"))
    assert (len(outcome.done), outcome.error(), log.read_text().split()) == (2, None, ["whole", "halved"])
    assert where.read_text().split()[0] == "b", "the first step has the first GPU"


def test_a_gpu_whose_memory_does_not_suffice_is_named(tmp_path: Path, there_are: Callable[..., None]) -> None:
    """Torch calls it GPU 0 in every process."""
    there_are("4", "7")
    step, other = OnGpu(number=0, where=tmp_path / "where"), Lack(how="raises", suffices=False, log=tmp_path / "log")
    outcome = Local.on("cuda").run(Plan.of([step, other]), Store(tmp_path / "steps"))
    assert "Tried to allocate 2.00 GiB; CUDA_VISIBLE_DEVICES=7)" in str(outcome.failed[other.id])


def test_a_step_goes_where_the_fewest_are_computed(tmp_path: Path) -> None:
    with started(4, tmp_path / "steps", gpus=("a", "b")) as workers:
        spread = Spread(workers, tmp_path)
        first, second, third, fourth = (spread.begin()[0] for _ in range(4))
        for number in (first, second, fourth):  # a computes the third
            spread.end(number)
        assert spread.begin()[1] == "b"
        spread.end(third)
        assert spread.begin()[1] == "a"


def test_a_step_that_needs_no_gpu_takes_none(tmp_path: Path) -> None:
    with started(4, tmp_path / "steps", gpus=("a", "b")) as workers:
        spread = Spread(workers, tmp_path)
        first, second, third, _ = (spread.begin()[0] for _ in range(4))
        for number in (first, second, third):  # b computes the fourth
            spread.end(number)
        assert spread.begin(device="")[1] == "a"
        assert spread.begin()[1] == "a", "one process of a is at work, but not on the GPU"


@pytest.mark.parametrize(
    ("devices", "gpus"), [(["cuda", "", "cuda"], "abb"), (["", "cuda", "", "cuda"], "abab"), (["", "", "", ""], "abab")]
)
def test_processes_are_spread_evenly_and_begun_where_the_gpu_is_free(
    tmp_path: Path, devices: list[str], gpus: str
) -> None:
    with started(4, tmp_path / "steps", gpus=("a", "b")) as workers:
        spread = Spread(workers, tmp_path)
        assert "".join(spread.begin(device)[1] for device in devices) == gpus


def test_there_are_never_more_processes_than_jobs(tmp_path: Path) -> None:
    with started(3, tmp_path / "steps", gpus=("a", "b")) as workers:
        spread = Spread(workers, tmp_path)
        _, second, third = (spread.begin() for _ in range(3))
        for number, _, _ in (second, third):  # a computes the first
            spread.end(number)
        assert spread.begin(device="")[1:] == second[1:]
        assert spread.begin()[1:] == third[1:], "though b computes nothing"


def test_a_gpu_without_a_process_is_used_before_another_is_shared(tmp_path: Path) -> None:
    with started(3, tmp_path / "steps", gpus=("a", "b")) as workers:
        spread = Spread(workers, tmp_path)
        first, second, third = (spread.begin() for _ in range(3))
        assert [first[1], second[1], third[1]] == ["a", "b", "a"]
        os.kill(second[2], signal.SIGKILL)
        assert isinstance(spread.next(), Failed)
        spread.end(first[0])
        assert spread.begin()[1] == "b", "though a process of a, which computes the third, has nothing to do"


def test_results_are_those_of_one_process(tmp_path: Path, there_are: Callable[..., None]) -> None:
    there_are("a", "b")
    steps = [OnGpu(number=number, where=tmp_path / "where") for number in range(3)]
    spread, alone = Store(tmp_path / "spread"), Store(tmp_path / "alone")
    Local.on("cuda").run(Plan.of(steps), spread)
    outcome = Local.on("cuda", 1).run(Plan.of(steps), alone)
    assert len(outcome.done) == 3
    for step in steps:
        assert step.id == step.model_copy(update={"device": "cuda:7"}).id
        assert [path.name for path in spread.result(step).iterdir()] == [
            path.name for path in alone.result(step).iterdir()
        ]


def test_how_steps_are_spread_is_said_once_and_where_there_are_any(
    tmp_path: Path, there_are: Callable[..., None]
) -> None:
    there_are("a", "b")
    console = Console(record=True, width=100)
    shown, store = Shown(console, 3), Store(tmp_path / "steps")
    steps = [OnGpu(number=number, where=tmp_path / "where") for number in range(2)]
    Local(jobs=3).run(Plan.of([Add(left=1, right=2, log=tmp_path / "log")]), store, shown)
    assert "GPU" not in console.export_text(clear=False)
    for _ in range(2):
        Local(jobs=3).run(Plan.of(steps[:1]), store, shown)
        Local(jobs=3).run(Plan.of(steps), store, shown)
    assert console.export_text().count("· 3 steps at a time, spread over 2 GPUs\n") == 1
    again = Console(record=True, width=100)
    Local(jobs=3).run(Plan.of(steps), store, Shown(again, 3))
    assert "spread" not in again.export_text(), "all of them are finished"
