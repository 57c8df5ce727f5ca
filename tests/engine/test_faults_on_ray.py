"""What befalls clusters: processes, nodes and networks that die at any moment. The next run comes to the same.

Drivers are processes of their own, for Ray ends them where it loses its node. CROSSGLOT_MOMENTS=100 CROSSGLOT_SEED=7
kills at more and other moments.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import pytest
from ray_driver import LEAVES, TREE_GIVES, tells, tree
from ray_nodes import Nodes, nodes, until
from toy_steps import result

from crossglot.engine.record import read_record
from crossglot.engine.store import Store
from toy_world import write_encoder, write_root

pytestmark = [pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed"), pytest.mark.slow]

MOMENTS = int(os.environ.get("CROSSGLOT_MOMENTS", "10"))
SEED = int(os.environ.get("CROSSGLOT_SEED", str(random.SystemRandom().randrange(10_000))))
DRIVER = Path(__file__).with_name("ray_driver.py")
HERE, THERE = "10.77.0.1", "10.77.0.2"
STEPS = 2 * LEAVES - 1
VICTIMS = ("driver", "worker", "node")


Networks = tuple[list[str], list[str]]


def driver(cluster: Nodes, folder: Path, plan: str, *more: str, first: Sequence[str] = ()) -> subprocess.Popen[str]:
    folder.mkdir(exist_ok=True)
    return subprocess.Popen(  # noqa: S603
        [*first, sys.executable, str(DRIVER), cluster.address, str(folder), plan, *more],
        env=cluster.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def ended(process: subprocess.Popen[str], status: int = 0) -> str:
    """The line that says what is done, or all errors, once it ended so; Ray prints what it thinks of deaths, too."""
    said, errors = process.communicate(timeout=300)
    assert process.returncode == status, errors
    return next(line for line in said.splitlines() if line.startswith("done")) if status == 0 else errors


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def nothing_half(steps: Path) -> bool:
    """Whether a store holds whole steps and nothing else, once it is swept."""
    Store(steps).sweep()
    return not list(steps.glob(".*")) and all(Store(steps).known())


class Disturbed:
    """A tree of steps, disturbed until it is finished; `ran` is how often each had run when it was found whole."""

    def __init__(self, folder: Path, cluster: Nodes, here: Sequence[str], there: Sequence[str]) -> None:
        self.folder, self.cluster, self.here, self.there = folder, cluster, here, there
        self.ran: dict[str, int] = {}
        self.run = driver(cluster, folder, "tree", first=here)

    def strike(self, victim: str, dice: random.Random, node: str) -> str:
        """Kills the driver, one of the processes that run steps, or the node; the node that is there afterwards."""
        finished = [record.id for record in Store(self.folder / "steps").known()]
        counts = Counter(lines(self.folder / "log"))
        self.ran |= {step: counts[step] for step in finished if step not in self.ran}
        if victim == "node":
            self.cluster.kill(node)
            return self.cluster.add(first=self.there, ip=THERE, cpus=2)
        if victim == "driver":
            self.run.kill()
            self.run.communicate()
            self.run = driver(self.cluster, self.folder, "tree", first=self.here)
        elif workers := self.cluster.workers():
            with suppress(ProcessLookupError):
                os.kill(dice.choice(workers), signal.SIGKILL)
        return node

    def check(self) -> None:
        """That it came to what it comes to undisturbed, and ran no finished step again."""
        steps, counts = self.folder / "steps", Counter(lines(self.folder / "log"))
        assert result(Store(steps).result(tree(self.folder))) == TREE_GIVES
        assert len(counts) == STEPS
        assert {step: counts[step] for step in self.ran} == self.ran, "no finished step ran again"
        until(lambda: nothing_half(steps))


@pytest.fixture
def two_networks() -> Iterator[Networks]:
    """What puts a command into one of two networks with nothing in them but a link between HERE and THERE."""
    if shutil.which("ip") is None:
        pytest.skip("this system has no `ip`, which makes networks")
    names = [f"crossglot-{os.getpid()}-{end}" for end in "ab"]

    def ip(*command: str) -> None:
        done = subprocess.run(["ip", *command], capture_output=True, text=True, check=False)  # noqa: S603, S607
        if done.returncode != 0:
            pytest.skip(f"`ip {' '.join(command)}` was refused: {done.stderr.strip()}")

    try:
        for name in names:
            ip("netns", "add", name)
            ip("-n", name, "link", "set", "lo", "up")
        ip("-n", names[0], "link", "add", "link0", "type", "veth", "peer", "name", "link0", "netns", names[1])
        for number, name in enumerate(names, start=1):
            ip("-n", name, "addr", "add", f"10.77.0.{number}/24", "dev", "link0")
            ip("-n", name, "link", "set", "link0", "up")
        yield ["ip", "netns", "exec", names[0]], ["ip", "netns", "exec", names[1]]
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)  # noqa: S603, S607


def test_kills_at_random_moments_change_nothing(tmp_path: Path, two_networks: Networks) -> None:
    """Of the driver, of processes that run steps, and of a node with all that runs there, whichever chance says."""
    dice = random.Random(f"{SEED} on Ray")
    struck: Counter[str] = Counter()
    here, there = two_networks
    with nodes(tmp_path, first=here, ip=HERE) as cluster:
        node = cluster.add(first=there, ip=THERE, cpus=2)
        while struck.total() < MOMENTS:
            study = Disturbed(tmp_path / str(struck.total()), cluster, here, there)
            while struck.total() < MOMENTS:
                if dice.random() < 0.7:  # else somewhere in its beginning
                    began = len(lines(study.folder / "log"))
                    until(lambda study=study, began=began: (  # type: ignore[misc]
                        len(lines(study.folder / "log")) > began or study.run.poll() is not None
                    ))  # fmt: skip
                time.sleep(dice.uniform(0, 1.5))
                if study.run.poll() is not None:
                    break
                victim = dice.choice(VICTIMS)
                node = study.strike(victim, dice, node)
                struck[victim] += 1
            print(f"struck: {dict(struck)}, seed {SEED}", flush=True)  # noqa: T201
            ended(study.run)
            study.check()


@pytest.mark.parametrize("how", ["killed", "cut off"])
def test_a_node_in_a_network_of_its_own_that_is_gone_is_done_without(
    tmp_path: Path, two_networks: Networks, how: str
) -> None:
    """Cut off, it finishes what it began and nobody hears of it: that is found, and not done again."""
    here, there = two_networks
    with nodes(tmp_path, first=here, ip=HERE) as cluster:
        node = cluster.add(first=there, ip=THERE, cpus=2)
        folder, who = tmp_path / "run", tmp_path / "run" / "who"
        run = driver(cluster, folder, "tells", first=here)
        until(lambda: len(lines(who)) == 3 or run.poll() is not None)
        on_node = [number for number in map(int, lines(who)) if number in cluster.processes(node)]
        assert len(on_node) == 2
        if how == "killed":
            cluster.kill(node)
            (folder / "go").touch()
        else:
            subprocess.run([*there, "ip", "link", "set", "link0", "down"], check=True)  # noqa: S603
            (folder / "go").touch()
        assert ended(run) == "done 4"
        processes = [int((Store(folder / "steps").result(step) / "process").read_text()) for step in tells(folder)]
        assert len(lines(who)) == 4 + (2 if how == "killed" else 0)
        assert sum(number in on_node for number in processes) == (0 if how == "killed" else 2)
        until(lambda: nothing_half(folder / "steps"))


def test_two_steps_share_each_gpu_of_a_node_and_see_it_alone(tmp_path: Path, two_networks: Networks) -> None:
    """A node that claims two GPUs; nothing computes on them."""
    here, there = two_networks
    with nodes(tmp_path, first=here, ip=HERE, cpus=2) as cluster:
        cluster.add("--num-gpus=2", first=there, ip=THERE, cpus=8, CUDA_VISIBLE_DEVICES="0,1")
        folder = tmp_path / "run"
        run = driver(cluster, folder, "on GPUs", first=here)
        until(lambda: len(lines(folder / "seen")) == 4 or run.poll() is not None)
        time.sleep(3)  # in which a fifth would begin, if it could
        seen = [json.loads(line) for line in lines(folder / "seen")]
        assert Counter(device for _, device in seen) == {"0": 2, "1": 2}
        assert len({process for process, _ in seen}) == 4
        (folder / "go").touch()
        assert ended(run) == "done 6"
        assert {json.loads(line)[1] for line in lines(folder / "seen")} == {"0", "1"}


@pytest.mark.parametrize(("plan", "suffices"), [("lacks", True), ("always lacks", False)])
def test_a_step_that_lacks_memory_is_tried_once_more_with_half_as_much(
    tmp_path: Path, two_networks: Networks, plan: str, suffices: bool
) -> None:
    here, there = two_networks
    with nodes(tmp_path, first=here, ip=HERE, cpus=0) as cluster:
        cluster.add(first=there, ip=THERE)
        folder = tmp_path / "run"
        said = ended(driver(cluster, folder, plan, first=here), 0 if suffices else 2)
        assert lines(folder / "log") == ["whole", "halved"]
        if suffices:
            assert said == "done 1"
            assert [read_record(folder / "steps" / step.id).halved for step in Store(folder / "steps").known()] == [
                True
            ]
        else:
            assert "the memory does not suffice (CUDA out of memory" in said
            assert nothing_half(folder / "steps")


def test_what_rays_watch_over_memory_ends_is_done_with_half_as_much_elsewhere(
    tmp_path: Path, two_networks: Networks
) -> None:
    here, there = two_networks
    with nodes(tmp_path, first=here, ip=HERE, cpus=0) as cluster:
        full = cluster.add(
            first=there, ip=THERE, RAY_memory_usage_threshold="0.001", RAY_memory_monitor_refresh_ms="10000"
        )
        folder, who = tmp_path / "run", tmp_path / "run" / "who"
        run = driver(cluster, folder, "tell", first=here)
        until(lambda: lines(who) or run.poll() is not None)
        process = int(lines(who)[0])
        until(lambda: process not in cluster.processes(full) or run.poll() is not None)
        cluster.kill(full)
        (folder / "go").touch()
        cluster.add(first=there, ip=THERE)
        assert ended(run) == "done 1"
        assert [read_record(folder / "steps" / step.id).halved for step in Store(folder / "steps").known()] == [True]


@pytest.fixture
def s3(tmp_path: Path, two_networks: Networks, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An S3 in the first network, with a bucket; the folder in which files say what befalls it."""
    if find_spec("moto") is None or find_spec("s3fs") is None:
        pytest.skip("moto and s3fs are not installed")
    folder = tmp_path / "s3"
    folder.mkdir()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{HERE}:5000", "AWS_ACCESS_KEY_ID": "somebody", "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    program = [*two_networks[0], sys.executable, str(DRIVER.with_name("faulty_s3.py")), HERE, "5000", str(folder)]
    with (folder / "said").open("w") as said:
        server = subprocess.Popen(program, stdout=said, stderr=said)  # noqa: S603
    try:
        until((folder / "ready").exists)
        make = "import s3fs; s3fs.S3FileSystem().mkdir('bucket')"
        subprocess.run([*two_networks[0], sys.executable, "-c", make], check=True)  # noqa: S603
        yield folder
    finally:
        server.kill()
        server.wait()


URL = "s3://bucket/studies"


def fetched_by_nodes(s3: Path) -> Counter[str]:
    """How often each file of a step was fetched."""
    asked = (line.split(" ", 1) for line in lines(s3 / "asked"))
    return Counter(path for method, path in asked if method == "GET" and "/studies/steps/" in path and path[-1] != "/")


@pytest.mark.parametrize("fault", ["slow", "busy", "away for a moment", "away for long"])
def test_a_store_that_is_slow_or_busy_or_away_delays_a_run_or_ends_it_and_the_next_goes_on(
    tmp_path: Path, two_networks: Networks, s3: Path, fault: str
) -> None:
    here, there = two_networks
    folder, cache = tmp_path / "run", tmp_path / "cache"
    with nodes(tmp_path, first=here, ip=HERE) as cluster:
        cluster.add(first=there, ip=THERE, cpus=2, XDG_CACHE_HOME=str(cache))
        run = driver(cluster, folder, "tree", URL, first=here)
        until(lambda: len(lines(folder / "log")) >= 6 or run.poll() is not None)
        name = fault.split()[0]
        (s3 / name).touch()
        if fault.startswith("away"):
            until(lambda: not (s3 / "ready").exists())
            time.sleep(1)
            if fault == "away for long":
                run.wait(300)
            (s3 / name).unlink()
            until((s3 / "ready").exists)
        _, errors = run.communicate(timeout=500)
        (s3 / name).unlink(missing_ok=True)
        print(f"{fault}: {run.returncode} {errors}")  # noqa: T201
        assert run.returncode in (0, 2), errors
        assert "Traceback" not in errors
        assert "secret" not in errors
        if run.returncode == 2:
            assert f"error: {URL}: " in errors
            assert "the same command goes on" in errors
        whole = wholes(here)
        counts = Counter(lines(folder / "log"))
        assert ended(driver(cluster, folder, "tree", URL, first=here)).endswith(f", gives {TREE_GIVES}")
        after = Counter(lines(folder / "log"))
        assert {step: after[step] for step in whole} == {step: counts[step] for step in whole}
        assert len(wholes(here)) == len(after) == STEPS
        assert set(fetched_by_nodes(s3).values()) <= {1, 2}, "a node fetches a file once"


def wholes(here: Sequence[str]) -> set[str]:
    """Ids of the steps that are whole in the store."""
    listing = "import s3fs; print(*s3fs.S3FileSystem().ls('bucket/studies/whole', detail=False), sep='\\n')"
    done = subprocess.run(  # noqa: S603
        [*here, sys.executable, "-c", listing], capture_output=True, text=True, check=True
    )
    return {path.rpartition("/")[2].removesuffix(".json") for path in done.stdout.split()}


def test_a_shared_folder_that_vanishes_ends_a_run_and_the_next_goes_on_where_it_is_back(
    tmp_path: Path, two_networks: Networks
) -> None:
    here, there = two_networks
    folder, gone = tmp_path / "run", tmp_path / "gone"
    with nodes(tmp_path, first=here, ip=HERE) as cluster:
        cluster.add(first=there, ip=THERE, cpus=2)
        run = driver(cluster, folder, "tree", first=here)
        until(lambda: len(lines(folder / "log")) >= 6 or run.poll() is not None)
        (folder / "steps").rename(gone)
        errors = ended(run, 2)
        assert "Traceback" not in errors
        finished = [record.id for record in Store(gone).known()]
        ran = Counter(lines(folder / "log"))
        shutil.rmtree(folder / "steps", ignore_errors=True)  # what was begun in its place
        gone.rename(folder / "steps")
        assert ended(driver(cluster, folder, "tree", first=here)).endswith(f", gives {TREE_GIVES}")
        after = Counter(lines(folder / "log"))
        assert {step: after[step] for step in finished} == {step: ran[step] for step in finished}
        until(lambda: nothing_half(folder / "steps"))


def as_nobody(there: Sequence[str], home: Path) -> list[str]:
    """What puts a command into the second network, in another folder, as a user who owns nothing.

    Ray's own files are there apart from this user's, as on another machine. Where this interpreter lies in a folder
    that is closed to others, that user may read all files, but write none.
    """
    if shutil.which("setpriv") is None:
        pytest.skip("this system has no `setpriv`, which runs commands as another user")
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    reading = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    apart = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs -o mode=1777 none /tmp/ray && exec "$@"', "sh"]
    done = None
    for how in (nobody, [*nobody, *reading]):
        command = [*there, *apart, *how, "env", "-C", str(home), f"HOME={home}", "USER=nobody"]
        done = subprocess.run(  # noqa: S603
            [*command, sys.executable, "-c", "import ray"], capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            return command
    pytest.skip(f"another user cannot run this Python: {done.stderr.strip() if done else ''}")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder into which every user may write; pytest's own is closed to others."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


def test_a_study_run_by_another_user_elsewhere_comes_to_the_same_bytes(
    open_folder: Path, two_networks: Networks
) -> None:
    """All its steps run as a user who owns nothing, sees the files under another name, and is in another folder."""
    here, there = two_networks
    run, home, other = open_folder / "run", open_folder / "home", open_folder / "seen"
    for folder in (run, home):
        folder.mkdir()
        folder.chmod(0o777)
    other.symlink_to(run)
    write_root(run / "data")
    write_encoder(run / "tiny")
    study = (
        f"{sys.executable} -m crossglot reproduce table2 --encoder m-bert=tiny --data data --sources en,de "
        "--targets en,de --floors none --epochs 1 --lr 1e-3 --precision fp32 --device cpu --threads 1"
    ).split()
    first = [*study, "--seeds", "1", "--out", "out"]  # some steps are this user's
    assert subprocess.run(first, cwd=run, check=False, umask=0).returncode == 0  # noqa: S603
    with nodes(open_folder, first=here, ip=HERE, cpus=0) as cluster:
        cluster.add(
            first=as_nobody(there, home), ip=THERE, XDG_CACHE_HOME=str(home / "cache"), CROSSGLOT_PATHS=f"{run}={other}"
        )
        on_ray = [*here, *study, "--seeds", "1,2", "--out", "out", "--executor", "ray", "--address", cluster.address]
        done = subprocess.run(  # noqa: S603
            on_ray, cwd=run, env=cluster.environment, umask=0, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr
    alone = [*study, "--seeds", "1,2", "--out", "alone"]
    assert subprocess.run(alone, cwd=run, check=False).returncode == 0  # noqa: S603
    for name in ("results.csv", "claims.csv"):
        assert (run / "out" / name).read_bytes() == (run / "alone" / name).read_bytes()
    owners = Counter(folder.stat().st_uid for folder in (run / "out" / "steps").glob("TrainAndPredict-*"))
    assert owners == {os.getuid(): 2, 65534: 2}
