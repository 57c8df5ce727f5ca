"""A study of a real encoder and real treebanks, slow enough to be disturbed in the middle of a fine-tuning."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from kill_at_events import Finished, finished

TESTS = Path(__file__).parent.parent
ENCODER = TESTS.parent / "models" / "m-bert-small"
STEPS = 12
"""Of each of the two fine-tunings."""

STUDY = """
name = "slowed"
experiments = ["table2"]
floors = []
sources = ["en", "de"]
targets = ["en", "de"]
seeds = [1]
max_train = 64
max_test = 12
epochs = 6
learning_rate = 1e-3
head_start = "random"
precision = "fp32"
device = "cpu"
data = {data}
[[encoders]]
encoder = {encoder}
role = "m-bert"
"""


@dataclass(frozen=True)
class Slowed:
    """Runs in one folder.

    Attributes:
        folder: holds study.toml, out/ and optimised, in which every step of an optimiser leaves a line.
        seconds: that each step takes more.
        between: seconds between two checkpoints.
        encoder: what is fine-tuned.
        store: what its file system is like (see `slowed/sitecustomize.py`).
    """

    folder: Path
    seconds: float = 0.05
    between: float = 0.0
    store: str = ""
    encoder: Path = ENCODER

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def environment(self) -> dict[str, str]:
        paths = os.pathsep.join([str(TESTS / "slowed"), *sys.path[1:]])
        slowed = f"{self.folder / 'optimised'} {self.seconds} {self.between}"
        return (
            os.environ
            | {"PYTHONPATH": paths, "CROSSGLOT_TESTS_SLOWED": slowed, "OMP_NUM_THREADS": "1"}
            | {"CROSSGLOT_TESTS_STORE": self.store}
        )

    def command(self, jobs: int = 1) -> list[str]:
        study = self.folder / "study.toml"
        if not study.exists():
            said = {"data": os.environ["CROSSGLOT_DATA"], "encoder": str(self.encoder)}
            study.write_text(STUDY.format(**{key: json.dumps(value) for key, value in said.items()}), encoding="utf-8")
        arguments = ["run", str(study), "--out", str(self.out), "--jobs", str(jobs), "--threads", "1"]
        return [sys.executable, "-m", "crossglot", *arguments]

    def start(self, jobs: int = 1) -> subprocess.Popen[str]:
        self.folder.mkdir(exist_ok=True)
        return subprocess.Popen(  # noqa: S603
            self.command(jobs), env=self.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip

    def finish(self, jobs: int = 1) -> str:
        """Runs it to its end; what it said."""
        run = self.start(jobs)
        _, said = run.communicate(timeout=600)
        assert run.returncode == 0, said
        return said

    def optimised(self) -> list[tuple[int, int]]:
        """(process, step) of every step of an optimiser so far."""
        log = self.folder / "optimised"
        lines = log.read_text().splitlines() if log.exists() else []
        return [(int(process), int(step)) for process, step in map(str.split, lines)]

    def how_often(self) -> Counter[int]:
        """How often each step was done; twice in an undisturbed run, which has two trainings."""
        return Counter(step for _, step in self.optimised())

    def results(self) -> dict[str, bytes]:
        """What is the same whenever and however often it is run."""
        places = [self.out / "results.csv", self.out / "claims.csv", *sorted((self.out / "predictions").glob("*"))]
        return {path.name: path.read_bytes() for path in places}

    def finished(self) -> Finished:
        """Finished steps: id → inode and time of their records."""
        return finished(self.out)

    def hidden(self) -> list[str]:
        """What is in the store besides finished steps."""
        return [path.name for path in (self.out / "steps").glob(".*")]


def require_real() -> None:
    """Skips where the treebanks or the encoder are not at hand."""
    if "CROSSGLOT_DATA" not in os.environ:
        pytest.skip("CROSSGLOT_DATA names no data root")
    if not ENCODER.exists():
        pytest.skip(f"{ENCODER} is not there")


def undisturbed(folder: Path) -> Slowed:
    """The study, run to its end in peace and never checkpointed; kept for the whole session."""
    require_real()
    study = Slowed(folder, seconds=0.0, between=1e9)
    if not (study.out / "report.html").exists():
        study.finish()
    assert study.how_often() == dict.fromkeys(range(1, STEPS + 1), 2)
    assert study.hidden() == []
    return study


def until(happened: Callable[[], object], seconds: float = 120) -> None:
    """Waits for what is bound to happen; the limit is for a test that fails."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


def gone(process: int) -> bool:
    """Whether a process is no more; one that is dead but not yet asked for by its parent is."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    state = Path(f"/proc/{process}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] in "ZX"
