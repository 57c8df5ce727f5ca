"""Studies disturbed in the middle of a fine-tuning: warned, stopped, killed. They go on to the same bytes.

CROSSGLOT_MOMENTS=100 CROSSGLOT_SEED=7 kills at more and other moments.
"""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from slowed_study import ENCODER, STEPS, Slowed, gone, require_real, undisturbed, until

MOMENTS = int(os.environ.get("CROSSGLOT_MOMENTS", "3"))
SEED = int(os.environ.get("CROSSGLOT_SEED", str(random.SystemRandom().randrange(10_000))))
A_LIFE = 5
"""Kills of one run before it is let to its end and compared."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Slowed:
    return undisturbed(tmp_path_factory.mktemp("whole"))


@pytest.mark.parametrize(
    ("jobs", "how", "all_processes"),
    [
        pytest.param(1, signal.SIGTERM, False, marks=pytest.mark.slow),
        pytest.param(2, signal.SIGTERM, True, marks=pytest.mark.slow),  # as SLURM does when the time is up
        (2, signal.SIGUSR1, True),
    ],
)
def test_a_warned_study_saves_its_trainings_and_repeats_no_step_of_them(
    whole: Slowed, tmp_path: Path, jobs: int, how: signal.Signals, all_processes: bool
) -> None:
    study = Slowed(tmp_path / "study", between=1e9)  # so that the signal alone makes a checkpoint
    study.folder.mkdir()
    hold = study.folder / "optimised.hold"
    hold.touch()
    run = study.start(jobs)
    until(lambda: study.how_often()[4] == jobs)
    (os.killpg if all_processes else os.kill)(run.pid, how)
    hold.unlink()
    _, said = run.communicate(timeout=60)
    assert run.returncode == 128 + how, said
    assert "Traceback" not in said
    kept = re.findall(r"was running: .*: (\d+) % of it are kept", said)
    assert len(kept) == jobs, said
    assert all(33 <= int(share) < 100 for share in kept)
    assert said.endswith(f"--out {study.out} --jobs {jobs} --threads 1\n")
    assert all(gone(process) for process, _ in study.optimised())
    study.finish(jobs)
    assert study.how_often() == whole.how_often()
    assert study.results() == whole.results()
    assert study.hidden() == []


@pytest.mark.slow
def test_a_fine_tuning_of_its_own_goes_on_too(tmp_path: Path) -> None:
    require_real()
    treebank = Path(os.environ["CROSSGLOT_DATA"]) / "ud" / "UD_English-EWT" / "en_ewt-ud-dev.conllu"

    def command(out: Path) -> list[str]:
        given = ["--train", str(treebank), "--max-train", "64", "--epochs", "6", "--lr", "1e-3", "--threads", "1"]
        how = ["--precision", "fp32", "--device", "cpu", "--out", str(out)]
        return [sys.executable, "-m", "crossglot", "finetune", str(ENCODER), *given, *how]

    def start(out: Path) -> subprocess.Popen[str]:
        environment = Slowed(tmp_path, between=1e9).environment()
        return subprocess.Popen(command(out), env=environment, stderr=subprocess.PIPE, text=True)  # noqa: S603

    undisturbed = start(tmp_path / "whole")
    _, said = undisturbed.communicate(timeout=120)
    assert undisturbed.returncode == 0, said
    out = tmp_path / "folder" / "tagger"
    study = Slowed(tmp_path)
    run = start(out)
    until(lambda: len(study.optimised()) >= STEPS + 3)
    run.send_signal(signal.SIGUSR1)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 128 + signal.SIGUSR1
    assert f"the training's last checkpoint is kept in {tmp_path / 'folder' / '.going-tagger'}\n  to go on: " in said
    again = start(out)
    _, said = again.communicate(timeout=120)
    assert again.returncode == 0, said
    assert study.how_often() == dict.fromkeys(range(1, STEPS + 1), 2)
    assert [path.name for path in out.parent.iterdir()] == ["tagger"]
    for path in (tmp_path / "whole").iterdir():
        assert path.read_bytes() == (out / path.name).read_bytes(), path.name


def disturb(study: Slowed, dice: random.Random, victim: str) -> None:
    """Starts the study and kills it, or one of its workers, at a random moment: half of them while a training runs."""
    before, began = len(study.optimised()), time.monotonic()
    run = study.start(jobs=2)
    steps = dice.randint(1, STEPS) if dice.random() < 0.5 else 0
    wait = dice.uniform(0, 0.1 if steps else 10)
    until(lambda: run.poll() is not None or (len(study.optimised()) - before >= steps > 0) or not steps)
    while run.poll() is None and time.monotonic() - began < wait and not steps:
        time.sleep(0.01)
    time.sleep(wait if steps else 0)
    done = study.finished()
    workers = list(dict.fromkeys(process for process, _ in study.optimised()[before:]))
    if victim == "driver" or not workers or (victim == "either" and dice.random() < 0.5):
        run.kill()
    else:
        try:
            os.kill(dice.choice(workers), signal.SIGKILL)
        except ProcessLookupError:
            run.kill()
    _, said = run.communicate(timeout=120)
    assert run.returncode in (0, 2, -signal.SIGKILL), said
    assert "Traceback" not in said, said
    until(lambda: all(gone(process) for process in workers), seconds=30)  # nobody goes on as an orphan
    assert done.items() <= study.finished().items(), "a finished step is what it was"


@pytest.mark.parametrize(
    ("victim", "moments"),
    [
        ("either", MOMENTS),
        pytest.param("driver", 100, marks=pytest.mark.slow),
        pytest.param("worker", 100, marks=pytest.mark.slow),
    ],
)
def test_kills_at_random_moments_change_nothing(whole: Slowed, tmp_path: Path, victim: str, moments: int) -> None:
    dice = random.Random(f"{SEED} {victim}")
    for life in range(-(-moments // A_LIFE)):
        study = Slowed(tmp_path / str(life))
        for _ in range(min(A_LIFE, moments - life * A_LIFE)):
            disturb(study, dice, victim)
        study.finish(jobs=2)
        repeated = sum(study.how_often().values()) - 2 * STEPS
        assert study.results() == whole.results(), f"CROSSGLOT_SEED={SEED}"
        assert study.hidden() == [], f"CROSSGLOT_SEED={SEED}"
        assert repeated <= 2 * A_LIFE, f"CROSSGLOT_SEED={SEED}: {repeated} steps of trainings were repeated"


RUNS_HERE = """
# What stands for `ray symmetric-run`: the command runs here, and its exit status is that of all.
while [ "$1" != -- ]; do shift; done
shift
"$@"
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", ["study.sbatch", "cluster/study.sbatch"])
def test_the_batch_scripts_of_the_documentation_take_turns(whole: Slowed, tmp_path: Path, name: str) -> None:
    """SLURM warns the script alone; its `scontrol` is asked for another turn, until the study is finished.

    Of the one with Ray it is only the way of the warning that is tested here: its command runs without Ray.
    """
    study, tools = Slowed(tmp_path / "study", between=1e9), tmp_path / "tools"
    study.folder.mkdir()
    command = study.command()
    (tmp_path / "crossglot/bin").mkdir(parents=True)
    (tmp_path / "crossglot/bin/activate").touch()
    tools.mkdir()
    for tool, program in (
        ("crossglot", f'exec {sys.executable} -m crossglot "$1" "$2" "$3" "$4" --threads 1'),
        ("scontrol", f'[ "$1" = show ] && echo one || echo "$@" >> {tmp_path / "asked"}'),
        ("srun", 'shift; exec "$@"'),
        ("ray", RUNS_HERE),
        ("python", f'exec {sys.executable} "$@"'),
    ):
        (tools / tool).write_text(f"#!/bin/sh\n{program}\n")
        (tools / tool).chmod(0o755)
    script = Path(__file__).parent.parent.parent / "docs" / name
    given = [] if name == "study.sbatch" else [command[4], str(study.out)]
    environment = study.environment() | {
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "STUDY": command[4], "OUT": str(study.out),
        "SLURM_JOB_ID": "1117", "SLURM_JOB_NODELIST": "one", "SLURM_JOB_NUM_NODES": "1", "SLURM_CPUS_PER_TASK": "1",
        "HOME": str(tmp_path), "TMPDIR": str(tmp_path),
    }  # fmt: skip

    def start() -> subprocess.Popen[str]:
        return subprocess.Popen(  # noqa: S603
            ["bash", str(script), *given],  # noqa: S607
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    for turn in (1, 2):
        seen = len(study.optimised())
        job = start()
        until(lambda seen=seen: len(study.optimised()) >= seen + 5)  # type: ignore[misc]
        job.send_signal(signal.SIGUSR1)
        _, said = job.communicate(timeout=120)
        assert job.returncode == 128 + signal.SIGUSR1, said
        assert said.count("stopped; ") == 1
        assert (tmp_path / "asked").read_text().splitlines() == ["requeue 1117"] * turn
    job = start()
    _, said = job.communicate(timeout=300)
    assert job.returncode == 0, said
    assert len((tmp_path / "asked").read_text().splitlines()) == 2
    assert study.results() == whole.results()
    assert study.how_often() == whole.how_often()
    assert not list(tmp_path.glob("tmp.*")), "the process number is not left behind"


@pytest.mark.slow
def test_a_larger_encoder_killed_in_its_trainings_comes_to_the_same_bytes(tmp_path: Path) -> None:
    require_real()
    if "CROSSGLOT_ENCODERS" not in os.environ:
        pytest.skip("CROSSGLOT_ENCODERS names no folder of encoders")
    encoder = Path(os.environ["CROSSGLOT_ENCODERS"]) / "all-minilm-l6-v2"
    peace = Slowed(tmp_path / "peace", seconds=0.0, between=1e9, encoder=encoder)
    peace.finish()
    study = Slowed(tmp_path / "study", seconds=0.0, encoder=encoder)
    for steps in (3, 4, 10):
        seen = len(study.optimised())
        run = study.start()
        until(lambda seen=seen, steps=steps: len(study.optimised()) >= seen + steps)  # type: ignore[misc]
        run.kill()
        run.communicate()
    study.finish()
    assert study.results() == peace.results()
    assert sum(study.how_often().values()) <= 2 * STEPS + 2 * 3
