"""Ctrl-C, SIGTERM, a closed terminal, a warning: one message, the customary status, nobody left over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_world import run

ENGINE_TESTS = Path(__file__).parent.parent / "engine"

PROGRAM = """
import os, signal, sys
from pathlib import Path
sys.argv = ["crossglot", *{arguments!r}]
{before}
from crossglot.__main__ import main
main()
"""

AT_IMPORT = """
def hook(event, arguments):
    if event == "import" and arguments[0] == {module!r}:
        os.kill(os.getpid(), {signal})
sys.addaudithook(hook)
"""

TOY_STUDY = """
sys.path.insert(0, {tests!r})
import crossglot.commands.offering
import crossglot.studies.running
from crossglot.engine.plan import Plan
from crossglot.engine.store import Store
from toy_steps import Tell

def run_study(study, out, executor, progress, **_):
    where, go = Path({where!r}), Path({go!r})
    steps = [Tell(number=0, where=where), *(Tell(number=number, where=where, until=go) for number in (1, 2))]
    executor.run(Plan.of(steps), Store(out / "steps"), progress)
    raise SystemExit(0)

crossglot.studies.running.run_study = run_study
crossglot.commands.offering.offer_corpora = lambda study, **_: None  # it reads no corpora
"""


def program(*arguments: str, before: str) -> list[str]:
    return [sys.executable, "-c", PROGRAM.format(arguments=arguments, before=before)]


def toy_study(folder: Path, jobs: int) -> list[str]:
    """`crossglot run` on three steps, of which the last two wait for the file `go`."""
    (folder / "study.toml").write_text(
        'experiments = ["table2"]\nname = "toy"\ndata = "."\n[[encoders]]\nencoder = "x"\n', encoding="utf-8"
    )
    before = TOY_STUDY.format(tests=str(ENGINE_TESTS), where=str(folder / "who"), go=str(folder / "go"))
    return program("run", str(folder / "study.toml"), "--out", str(folder / "out"), "--jobs", str(jobs), before=before)


def until(happened: Callable[[], object]) -> None:
    """Waits for what is bound to happen; the limit is for a test that fails."""
    end = time.monotonic() + 120
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def gone(process: int) -> bool:
    """Whether a process is no more; one that is dead but not yet asked for by its parent is."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    state = Path(f"/proc/{process}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] in "ZX"


@pytest.mark.parametrize(
    ("module", "how"),
    [
        ("crossglot.cli", signal.SIGINT),
        ("typer", signal.SIGTERM),
        ("crossglot.studies.study", signal.SIGHUP),
        ("torch._C", signal.SIGINT),
        ("numpy", signal.SIGTERM),
    ],
)
def test_a_signal_during_the_imports_is_no_traceback(tmp_path: Path, module: str, how: signal.Signals) -> None:
    before = AT_IMPORT.format(module=module, signal=int(how))
    arguments = ("reproduce", "table2", "--encoder", "encoder", "--data", str(tmp_path), "--dry-run")
    ran = subprocess.run(  # noqa: S603
        program(*arguments, before=before), capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr.strip(), ran.stdout) == (128 + how, "stopped", "")


@pytest.mark.parametrize(
    ("jobs", "how", "group", "times"),
    [
        (1, signal.SIGINT, False, 1),
        (1, signal.SIGTERM, False, 3),
        (2, signal.SIGINT, False, 1),
        (2, signal.SIGINT, True, 3),  # as a terminal does, and somebody who does not wait
        (2, signal.SIGTERM, False, 1),
        (2, signal.SIGHUP, True, 1),
        (1, signal.SIGUSR1, False, 1),
        (2, signal.SIGUSR1, True, 1),  # as SLURM warns all processes of a job's step
    ],
)
def test_a_stopped_study_keeps_what_is_finished_and_leaves_nobody(
    tmp_path: Path, jobs: int, how: signal.Signals, group: bool, times: int
) -> None:
    command = toy_study(tmp_path, jobs)
    study = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)  # noqa: S603
    who, steps = tmp_path / "who", tmp_path / "out" / "steps"
    until(lambda: len(lines(who)) == 1 + jobs)
    for _ in range(times):
        (os.killpg if group else os.kill)(study.pid, how)
        time.sleep(0.01)
    _, errors = study.communicate(timeout=120)
    told = errors[errors.index("stopped; ") :].splitlines()
    assert told[0] == f"stopped; finished steps are kept in {steps} (1 so far)"
    assert [line.rpartition(": ")[2] for line in told[1:-1]] == ["it begins anew"] * jobs
    study_file, out = tmp_path / "study.toml", tmp_path / "out"
    assert told[-1] == f"  to go on: crossglot run {study_file} --out {out} --jobs {jobs}"
    assert study.returncode == 128 + how
    assert errors.count("stopped;") == 1
    assert "Traceback" not in errors
    assert all(gone(int(process)) for process in lines(who))
    assert [path.name for path in steps.iterdir()] == [path.name for path in steps.glob("Tell-*")]
    assert len(list(steps.iterdir())) == 1

    (tmp_path / "go").touch()
    again = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert again.returncode == 0, again.stderr
    assert "found 1 of 3 steps" in again.stderr
    assert len(lines(who)) == 1 + jobs + 2


def test_a_signal_that_is_to_be_ignored_is_ignored(tmp_path: Path) -> None:
    before = "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n" + AT_IMPORT.format(module="typer", signal=1)
    ran = subprocess.run(program("--version", before=before), capture_output=True, text=True, check=False)  # noqa: S603
    assert (ran.returncode, ran.stderr) == (0, "")


SWALLOWED = """
import crossglot.report

def breaks(folder):
    try:
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(1000): pass
    except KeyboardInterrupt as stop:
        raise ImportError("could not import the extension") from None

crossglot.report.write_report = breaks
"""


def test_an_interrupt_that_a_library_took_for_a_fault_is_one_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "results.csv").touch()
    command = program("report", str(tmp_path), before=SWALLOWED)
    ran = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert (ran.returncode, ran.stderr.strip()) == (130, "stopped")


def test_a_study_in_which_nothing_is_finished_claims_nothing(tmp_path: Path) -> None:
    from crossglot.commands.faults import kept_steps

    assert kept_steps(tmp_path / "nowhere").startswith("no step was finished yet;")
    (tmp_path / "steps" / ".crossglot-01234567.half" / "Tell-0").mkdir(parents=True)
    assert kept_steps(tmp_path).startswith("no step was finished yet;")


def test_of_a_store_at_a_url_it_is_said_what_is_kept_there(tmp_path: Path) -> None:
    """What the run's folder has copies of, or has not got across, says nothing of it."""
    from crossglot.commands.faults import kept_steps

    for step in ("Tell-0", "Tell-1"):
        (tmp_path / "steps" / step).mkdir(parents=True)
        (tmp_path / "steps" / step / "step.json").touch()
    url = "s3://bucket/studies"
    assert kept_steps(tmp_path, store=url, kept=5) == f"finished steps are kept in {url} (5 so far)"
    assert kept_steps(tmp_path, store=url) == f"no step was finished yet; finished steps are kept in {url}"


@pytest.mark.parametrize(
    ("stopped_in", "said"),
    [
        ("crossglot.pretraining.pretrain.train_wordpiece", "there is no checkpoint yet"),
        ("crossglot.pretraining.loop.train_step", "there is no checkpoint yet"),
        ("crossglot.pretraining.pretrain.held_out_perplexity", "the last checkpoint is kept in"),
        ("crossglot.commands.pretraining._print_perplexities", ""),
    ],
)
def test_pretraining_claims_the_checkpoint_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped_in: str, said: str
) -> None:
    def stop(*given: object, **options: object) -> None:
        raise KeyboardInterrupt

    (tmp_path / "text").write_text("the cat sees the dog\n" * 200, encoding="utf-8")
    monkeypatch.setattr(stopped_in, stop)
    small = ("--steps", 2, "--vocab-size", 40, "--layers", 1, "--hidden", 16, "--heads", 2, "--batch-pieces", 256)
    result = run("pretrain", "--text", f"en={tmp_path / 'text'}", "--out", tmp_path / "out", *small, "--threads", 1)
    assert result.exit_code == 130, result.output
    assert f"stopped; {said}" in result.stderr if said else result.stderr.endswith("stopped\n")
    assert ("checkpoint is kept" in result.stderr) == (tmp_path / "out" / "checkpoint.safetensors").exists()


def test_a_current_folder_that_was_deleted_is_said_to_be(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    before = f"os.rmdir({str(tmp_path / 'gone')!r})"
    ran = subprocess.run(  # noqa: S603
        program("run", "study.toml", before=before), capture_output=True, text=True, cwd=tmp_path / "gone", check=False
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("error: the folder you are in is gone")
