"""The engine on a Ray cluster of two nodes on loopback does what it does in one process, and outlives what dies.

Those with a cluster are slow, whatever time they take: their driver is this process, which Ray ends itself where it
loses its node, and on a busy machine it once lost it. In every run of the tests `studies/test_study_on_ray.py` has Ray.
"""

from __future__ import annotations

import logging
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

import pytest
from toy_steps import Add, After, Die, Fail, FillDisk, Misbehave, Tell, result

from crossglot import breaking_off
from crossglot.engine.moved_paths import PATHS, moved_step, paths_here
from crossglot.engine.on_ray import Ray
from crossglot.engine.plan import Plan
from crossglot.engine.progress import Progress
from crossglot.engine.ray_cluster import OURS_TO_RETRY, OWN
from crossglot.engine.remote_store import open_store
from crossglot.engine.step import Step
from crossglot.engine.store import Store
from crossglot.errors import CrossglotError, StorageError, UsageError

pytestmark = [
    pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed"),
    pytest.mark.filterwarnings("default"),  # Ray's own
]

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A head and a node of one core each; processes of steps can import the toys."""
    environment = OWN | OURS_TO_RETRY | {"RAY_AUTH_TOKEN": "0" * 32}
    environment["PYTHONPATH"] = os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")])
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    import ray
    from ray.cluster_utils import Cluster

    found = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    found.add_node(num_cpus=1)
    yield found
    ray.shutdown()
    found.shutdown()
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value


@pytest.fixture
def on_ray(cluster: Any) -> Ray:
    return Ray(address=cluster.address)


def until(happened: Callable[[], object], seconds: float = 60) -> None:
    """Waits for what is bound to happen; the limit is for a test that fails."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


class Watch(Progress):
    """Keeps what it is told, and does something when a step has begun."""

    def __init__(self, when_begun: Callable[[Step], object] = lambda _: None) -> None:
        self.running: set[str] = set()
        self.most = 0
        self.fractions: list[float] = []
        self.when_begun = when_begun

    def began(self, step: Step) -> None:
        self.running.add(step.id)
        self.most = max(self.most, len(self.running))
        self.when_begun(step)

    def advance(self, step: Step, fraction: float) -> None:  # noqa: ARG002
        self.fractions.append(fraction)

    def done(self, step: Step, seconds: float) -> None:  # noqa: ARG002
        self.running.remove(step.id)


def sums(log: Path, pause: float = 0.3) -> Add:
    leaves = [Add(left=number, right=1, log=log, pause=pause) for number in range(4)]
    tops = [Add(left=leaves[0], right=leaves[1], log=log), Add(left=leaves[2], right=leaves[3], log=log)]
    return Add(left=tops[0], right=tops[1], log=log)


@pytest.mark.slow
def test_steps_run_side_by_side_behind_what_they_need_and_once(tmp_path: Path, on_ray: Ray) -> None:
    root, store, watch = sums(tmp_path / "log"), Store(tmp_path / "steps"), Watch()
    outcome = on_ray.run(Plan.of([root]), store, watch)
    assert (len(outcome.done), outcome.error()) == (7, None)
    assert result(Store(tmp_path / "steps").result(root)) == 10
    assert watch.most == on_ray.room() == 2
    assert 0.5 in watch.fractions
    again = on_ray.run(Plan.of([root]), Store(tmp_path / "steps"))
    assert (len(again.done), len(again.found)) == (0, 7)
    assert len((tmp_path / "log").read_text().splitlines()) == 7


@pytest.mark.slow
def test_jobs_limits_how_many_run(tmp_path: Path, cluster: Any) -> None:
    watch = Watch()
    Ray(cluster.address, jobs=1).run(Plan.of([sums(tmp_path / "log", 0.1)]), Store(tmp_path / "steps"), watch)
    assert watch.most == 1


@pytest.mark.slow
def test_failures_leave_out_what_needs_them_and_nothing_else(tmp_path: Path, on_ray: Ray) -> None:
    good = Add(left=1, right=2, log=tmp_path / "log")
    outcome = on_ray.run(Plan.of([After(needed=Fail()), good]), Store(tmp_path / "steps"))
    assert set(outcome.failed) == {Fail().id}
    assert set(outcome.left_out) == {After(needed=Fail()).id}
    assert str(outcome.failed[Fail().id]) == "corpus.conllu:3: words are all '_'\n  merge the words in"
    assert outcome.done == [good]


@pytest.mark.slow
def test_too_small_to_count_run_together_and_each_fails_alone(tmp_path: Path, on_ray: Ray) -> None:
    small = [Tell(number=number, where=tmp_path / "who") for number in range(12)]
    fails = [Fail(number=number) for number in range(12)]
    outcome = on_ray.run(Plan.of([*small, *fails, *(After(needed=step) for step in fails)]), Store(tmp_path / "steps"))
    assert len(outcome.done) == len(outcome.failed) == len(outcome.left_out) == 12


@pytest.mark.slow
def test_a_process_that_dies_every_time_costs_its_step_alone(tmp_path: Path, on_ray: Ray) -> None:
    goods = [Add(left=number, right=2, log=tmp_path / "log") for number in range(3)]
    others = [Tell(number=number, where=tmp_path / "who") for number in range(8)]
    outcome = on_ray.run(Plan.of([Die(), *goods, *others]), Store(tmp_path / "steps"))
    assert "its process died" in str(outcome.failed[Die().id])
    assert len(outcome.done) == 3 + 8


@pytest.mark.slow
def test_a_worker_killed_in_mid_step_is_followed_by_another(tmp_path: Path, on_ray: Ray) -> None:
    who, go = tmp_path / "who", tmp_path / "go"
    step, other = Tell(number=1, where=who, until=go), Add(left=1, right=1, log=tmp_path / "log")
    killed: list[int] = []

    def kill(begun: Step) -> None:
        if begun.id == step.id and not killed:
            until(who.exists)
            killed.append(int(who.read_text()))
            os.kill(killed[0], signal.SIGKILL)
            go.write_text("")

    outcome = on_ray.run(Plan.of([step, other]), Store(tmp_path / "steps"), Watch(kill))
    assert (len(outcome.done), outcome.error()) == (2, None)
    assert len(set(who.read_text().split())) == 2
    assert killed[0] != int((Store(tmp_path / "steps").result(step) / "process").read_text())
    assert list((tmp_path / "steps").glob(".*")) == [], "what the dead process had half-written is gone"


@pytest.mark.slow
def test_a_node_killed_in_mid_step_is_done_without(tmp_path: Path, cluster: Any, on_ray: Ray) -> None:
    who, go = tmp_path / "who", tmp_path / "go"
    plan = Plan.of([Tell(number=number, where=who, until=go) for number in range(4)])
    doomed = cluster.add_node(num_cpus=2)
    raylet = doomed.all_processes["raylet"][0].process.pid
    killed: list[int] = []

    class Killing(Watch):
        def began(self, step: Step) -> None:
            super().began(step)
            if len(self.running) == 4:
                until(lambda: len(who.read_text().split()) == 4)
                killed.extend(process for process in map(int, who.read_text().split()) if parent(process) == raylet)
                for process in (raylet, *killed):  # as if the machine was switched off
                    os.kill(process, signal.SIGKILL)
                cluster.remove_node(doomed, allow_graceful=False)
                go.write_text("")

    outcome = on_ray.run(plan, Store(tmp_path / "steps"), Killing())
    assert (len(outcome.done), outcome.error()) == (4, None)
    assert len(killed) == 2
    assert len(who.read_text().split()) == 6, "the two on the dead node began once more, the others did not"
    assert list((tmp_path / "steps").glob(".*")) == []


def parent(process: int) -> int:
    """The process that started it."""
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


DRIVER = """
import sys
from pathlib import Path
from test_on_ray import sums
from crossglot import breaking_off
from crossglot.engine.moved_paths import PATHS, moved_step, paths_here
from crossglot.engine.on_ray import Ray
from crossglot.engine.plan import Plan
from crossglot.engine.store import Store
folder = Path(sys.argv[1])
Ray(sys.argv[2]).run(Plan.of([sums(folder / "log", 0.5)]), Store(folder / "steps"))
"""


@pytest.mark.slow
@pytest.mark.parametrize("begun", [1, 3, 6])
def test_a_run_whose_driver_was_killed_is_finished_by_the_next(
    tmp_path: Path, cluster: Any, on_ray: Ray, begun: int
) -> None:
    log = tmp_path / "log"
    driver = subprocess.Popen([sys.executable, "-c", DRIVER, str(tmp_path), cluster.address])  # noqa: S603
    until(lambda: log.exists() and len(log.read_text().splitlines()) >= begun)
    driver.kill()
    driver.wait()
    finished = list(Store(tmp_path / "steps").known())
    outcome = on_ray.run(Plan.of([sums(log)]), Store(tmp_path / "steps"))
    assert len(outcome.found) >= len(finished)
    assert len(outcome.done) + len(outcome.found) == 7
    assert result(Store(tmp_path / "steps").result(sums(log))) == 10
    lines = log.read_text().splitlines()
    for record in finished:
        assert lines.count(record.id) == 1, "no finished step ran twice"
    until(lambda: nothing_half(tmp_path / "steps"))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_kills_at_random_moments_leave_the_next_run_the_same_to_come_to(
    tmp_path: Path, cluster: Any, on_ray: Ray, seed: int
) -> None:
    """Of processes that run steps, again and again, and of the driver at last."""
    chance, log, steps = random.Random(seed), tmp_path / "log", tmp_path / "steps"
    driver = subprocess.Popen([sys.executable, "-c", DRIVER, str(tmp_path), cluster.address])  # noqa: S603
    until(log.exists)
    kills = 0
    for _ in range(chance.randrange(5)):
        time.sleep(chance.uniform(0, 0.8))
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if (process / "cmdline").read_bytes().startswith(b"ray::Add") and chance.random() < 0.5:
                    os.kill(int(process.name), signal.SIGKILL)
                    kills += 1
    time.sleep(chance.uniform(0, 2))
    driver.kill()
    driver.wait()
    finished = [record.id for record in Store(steps).known()]
    outcome = on_ray.run(Plan.of([sums(log)]), Store(steps))
    assert (len(outcome.done) + len(outcome.found), outcome.error()) == (7, None)
    assert result(Store(steps).result(sums(log))) == 10
    began = log.read_text().split()
    assert len(began) <= 7 + kills + 2, "each kill costs what it hit"
    assert all(began.count(id_) <= 1 + kills for id_ in finished)
    until(lambda: nothing_half(steps))  # what the dead driver had begun may take a moment to die


def nothing_half(steps: Path) -> bool:
    """Whether a store holds whole steps and nothing else, once it is swept."""
    Store(steps).sweep()
    return not list(steps.glob(".*")) and all(Store(steps).known())


@pytest.mark.slow
def test_a_full_disk_ends_the_run(tmp_path: Path, on_ray: Ray) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    slow = Add(left=1, right=1, log=tmp_path / "log", pause=60)
    with pytest.raises(StorageError, match="disk is full"):
        on_ray.run(Plan.of([slow, FillDisk()]), Store(tmp_path / "steps"))
    assert Store(tmp_path / "steps").state(slow) == "to do"


@pytest.mark.slow
def test_a_fault_of_ours_keeps_its_traceback(tmp_path: Path, on_ray: Ray) -> None:
    with pytest.raises(RuntimeError, match="AssertionError: ran without what it needs"):
        on_ray.run(Plan((After(needed=Fail()),)), Store(tmp_path / "steps"))


@pytest.mark.slow
@pytest.mark.parametrize("how", ["prints", "exits", "raises"])
def test_steps_that_misbehave_do_not_harm_the_run(tmp_path: Path, on_ray: Ray, how: str) -> None:
    plan = Plan.of([Misbehave(how=how)])
    if how == "prints":
        assert len(on_ray.run(plan, Store(tmp_path / "steps")).done) == 1
        return
    with pytest.raises(RuntimeError, match="SystemExit" if how == "exits" else "OddError"):
        on_ray.run(plan, Store(tmp_path / "steps"))


@pytest.mark.slow
def test_a_lack_of_memory_is_the_users_to_mend(tmp_path: Path, on_ray: Ray) -> None:
    steps = [Misbehave(how="lacks memory"), Misbehave(how="lacks it in Python")]
    outcome = on_ray.run(Plan.of(steps), Store(tmp_path / "steps"))
    assert all("the memory does not suffice" in str(error) for error in outcome.failed.values())
    assert len(outcome.failed) == 2


@pytest.mark.slow
def test_what_ends_for_its_nodes_lack_of_memory_is_tried_once_more_and_then_reported(
    tmp_path: Path, cluster: Any, caplog: pytest.LogCaptureFixture
) -> None:
    full = cluster.add_node(num_cpus=4, env_vars={"RAY_memory_usage_threshold": "0.001"})
    step = Tell(number=1, where=tmp_path / "who", until=tmp_path / "never")
    outcome = Ray(cluster.address, threads=4).run(Plan.of([step]), Store(tmp_path / "steps"))
    assert "the node's memory does not suffice" in str(outcome.failed[step.id])
    assert [record.getMessage().count("half as much at a time") for record in caplog.records] == [1]
    cluster.remove_node(full)


class Warn(Add):
    """Has something for the log."""

    def run(self, folder: Path, inputs: Any, advance: Any) -> None:
        logging.getLogger("crossglot.tests").warning("collapsed %d", 3)
        super().run(folder, inputs, advance)


@pytest.mark.slow
def test_what_steps_log_is_logged_here(tmp_path: Path, on_ray: Ray, caplog: pytest.LogCaptureFixture) -> None:
    on_ray.run(Plan.of([Warn(left=1, right=1, log=tmp_path / "log", pause=0.3)]), Store(tmp_path / "steps"))
    assert [record.getMessage() for record in caplog.records if record.name == "crossglot.tests"] == ["collapsed 3"]


def failing_question() -> None:
    raise StorageError("there is no room")


@pytest.mark.slow
def test_questions_are_answered_on_the_cluster(on_ray: Ray) -> None:
    assert on_ray.ask(os.getpid) != os.getpid()
    with pytest.raises(StorageError, match="there is no room"):
        on_ray.ask(failing_question)


@pytest.mark.slow
def test_an_interrupt_ends_what_runs(tmp_path: Path, on_ray: Ray) -> None:
    who = tmp_path / "who"
    step = Tell(number=1, where=who, until=tmp_path / "never")

    def interrupt(_: Step) -> None:
        until(who.exists)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        on_ray.run(Plan.of([step]), Store(tmp_path / "steps"), Watch(interrupt))
    assert list((tmp_path / "steps").iterdir()) == [], "the dead process's half of it is gone"


class Where(Step):
    """Says where its files are, who runs it and from where."""

    SKIP_ID_ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"path", "paths", "location"})

    path: Path
    paths: dict[str, tuple[Path, ...]]
    location: str
    before: Where | None = None

    def run(self, folder: Path, inputs: Any, advance: Any) -> None:  # noqa: ARG002
        before = "" if self.before is None else str(inputs(self.before))
        said = [str(folder.parent.parent), str(self.path), str(self.paths["a"][0]), self.location, before]
        (folder / "said").write_text("\n".join([*said, os.environ["USER"], os.environ["HOME"]]))


@pytest.mark.slow
def test_a_node_may_see_files_elsewhere_and_have_another_user(tmp_path: Path, cluster: Any) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.symlink_to(here)
    paths = os.pathsep.join([f"{here}={there}", "/data=/scratch/data", "/data/sets=/sets"])
    cluster.add_node(num_cpus=3, env_vars={PATHS: paths, "USER": "somebody", "HOME": "/nowhere"})
    first = Where(path=Path("/data/ud"), paths={"a": (Path("/data/sets/ner"),)}, location="/database/x")
    step = Where(path=here / "x", paths={"a": (Path("b"),)}, location="google-bert/x", before=first)
    outcome = Ray(cluster.address, threads=3).run(Plan.of([step]), Store(here / "steps"))
    assert outcome.error() is None
    store = Store(here / "steps")
    said = (store.result(first) / "said").read_text().splitlines()
    assert said == [str(there / "steps"), "/scratch/data/ud", "/sets/ner", "/database/x", "", "somebody", "/nowhere"]
    said = (store.result(step) / "said").read_text().splitlines()
    seen = str(there / "steps" / first.id)
    assert said == [str(there / "steps"), str(there / "x"), "b", "google-bert/x", seen, "somebody", "/nowhere"]


@pytest.mark.slow
def test_another_node_has_copies_of_its_own_of_a_store_at_a_url(tmp_path: Path, cluster: Any) -> None:
    node = cluster.add_node(num_cpus=5, env_vars={"XDG_CACHE_HOME": str(tmp_path / "cache")})
    store = open_store(tmp_path / "here", f"file://{tmp_path / 'there'}")
    log = tmp_path / "log"
    first = Add(left=1, right=1, log=log)
    assert len(Ray(cluster.address, threads=1).run(Plan.of([first]), store).done) == 1
    last = Add(left=first, right=Add(left=2, right=2, log=log), log=log)
    assert len(Ray(cluster.address, threads=5).run(Plan.of([last]), store).done) == 2
    assert result(store.result(last)) == 6
    assert {path.parent.name for path in (tmp_path / "cache").glob("crossglot/stores/*/*/step.json")} == {
        step.id for step in Plan.of([last]).steps
    }
    assert len(log.read_text().splitlines()) == 3
    cluster.remove_node(node)


def test_folders_that_would_change_what_a_step_is_are_refused(tmp_path: Path) -> None:
    class Named(Step):
        name: str

    with pytest.raises(CrossglotError, match="would be another step"):
        moved_step(Named(name="/data/x"), {"/data": "/scratch"})
    assert moved_step(Named(name="/data/x"), {"/dat": "/scratch"}) == Named(name="/data/x")


@pytest.mark.parametrize("wrong", ["/a", "a=b", "/a=", "=/b"])
def test_pairs_of_folders_that_are_none_are_refused(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv(PATHS, wrong)
    with pytest.raises(UsageError, match="write pairs of absolute paths"):
        paths_here()


@pytest.mark.parametrize(
    ("address", "said"),
    [("nowhere", "is no address"), ("ray://x:1", "is no address"), ("127.0.0.1:1", "no Ray cluster answers there")],
)
def test_an_address_where_nobody_answers_is_said_at_once(address: str, said: str) -> None:
    with pytest.raises(CrossglotError, match=said):
        Ray(address).room()


def test_without_ray_one_message_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crossglot.engine.ray_cluster.find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"pip install 'crossglot\[ray\]'"):
        Ray().run(Plan(()), Store(Path("steps")))


class Heed(Step):
    """A training that saves what it has when it is asked to."""

    where: Path
    SKIP_ID_ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"where"})

    def run(self, folder: Path, inputs: Any, advance: Any) -> None:  # noqa: ARG002
        (self.where / "began").write_text("")
        with breaking_off.heeding():
            while True:
                time.sleep(0.02)
                try:
                    breaking_off.leave_if_asked()
                except KeyboardInterrupt:
                    time.sleep(0.5)
                    (self.where / "saved").write_text("")
                    raise


@pytest.mark.slow
def test_a_signal_with_time_left_lets_trainings_save_what_they_have(tmp_path: Path, on_ray: Ray) -> None:
    """The signal comes while the driver waits for Ray, whose own waiting would make any interrupt of it."""

    def stop(number: int, frame: object) -> None:
        raise breaking_off.TimeToSave(20)

    def send() -> None:
        until((tmp_path / "began").exists)
        os.kill(os.getpid(), signal.SIGUSR1)

    before, sender = signal.signal(signal.SIGUSR1, stop), threading.Thread(target=send)
    try:
        sender.start()
        with pytest.raises(breaking_off.TimeToSave):
            on_ray.run(Plan.of([Heed(where=tmp_path)]), Store(tmp_path / "steps"))
    finally:
        signal.signal(signal.SIGUSR1, before)
        sender.join()
    assert (tmp_path / "saved").exists()
    assert list((tmp_path / "steps").iterdir()) == []


@pytest.mark.parametrize("wrong", [{"jobs": 0}, {"threads": 0}, {"gpus": 0}])
def test_a_number_that_cannot_be_is_refused(wrong: dict[str, int]) -> None:
    (name,) = wrong
    with pytest.raises(UsageError, match=f"{name}: has to be a"):
        Ray(**wrong)  # type: ignore[arg-type]
