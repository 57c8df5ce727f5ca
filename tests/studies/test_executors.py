"""A study is planned here and run wherever its executor runs it: on another device, from another folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

import crossglot as cg
from crossglot.engine.executor import requirements_of
from crossglot.engine.local import Local
from crossglot.engine.step import Step
from crossglot.errors import UsageError
from crossglot.runtime import Runtime
from crossglot.steps.on_device import OnDevice
from crossglot.steps.train_and_predict import TrainAndPredict
from crossglot.studies.planning import plan_study
from crossglot.studies.reproduce import reproduce_study
from crossglot.studies.running import run_study
from crossglot.studies.study import Study
from elsewhere import Elsewhere
from toy_world import write_encoder, write_root


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a data root and an encoder, as the current one."""
    write_root(tmp_path / "data")
    write_encoder(tmp_path / "tiny")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def study(**changes: Any) -> Study:
    """One that names everything by relative paths."""
    plain = {
        "seeds": [1], "sources": ["en"], "targets": ["en", "de"], "epochs": 1, "learning_rate": 1e-3,
        "precision": "fp32", "device": "cpu",
    }  # fmt: skip
    return reproduce_study(["table2"], ["m-bert=tiny"], "data", **(plain | changes))


def trained(steps: tuple[Step, ...]) -> list[TrainAndPredict]:
    return [step for step in steps if isinstance(step, TrainAndPredict)]


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: (8, 0))
    return monkeypatch


def test_steps_run_from_another_folder_to_the_same_results(world: Path) -> None:
    (world / "other").mkdir()
    there = run_study(study(), Path("there"), Elsewhere(world / "other"))
    here = run_study(study(), Path("here"), Local())
    assert (there / "results.csv").read_bytes() == (here / "results.csv").read_bytes()
    assert {path.name for path in (there / "steps").iterdir()} == {path.name for path in (here / "steps").iterdir()}


def test_a_plan_for_a_gpu_is_made_where_there_is_none(world: Path, two_gpus: pytest.MonkeyPatch) -> None:
    asked = study(device="cuda:1", precision="auto")
    with_gpu = plan_study(asked, world / "out").steps.steps
    two_gpus.undo()
    two_gpus.chdir(world)
    without = plan_study(asked, world / "out").steps.steps
    assert [step.id for step in without] == [step.id for step in with_gpu]
    assert {(step.device, step.device_kind, step.precision) for step in trained(without)} == {
        ("cuda:1", "cuda", "bf16")
    }


def test_the_machine_that_runs_decides_what_auto_is(world: Path) -> None:
    class Other(Local):
        def ask(self, question: Any) -> Any:
            return Runtime("cuda", "bf16") if question.func.__name__ == "plan_runtime" else super().ask(question)

    with pytest.raises(UsageError, match="no GPU here"):  # which the check finds out that is asked next
        run_study(study(device="auto", precision="auto"), world / "out", Other())
    assert not (world / "out").exists()


def test_a_device_is_looked_for_once_and_before_anything_runs(world: Path) -> None:
    asked = study(device="cuda")
    assert len(requirements_of(plan_study(asked, world / "out").steps.steps)) == 1, "the encoder, on the device"
    with pytest.raises(UsageError, match="'cuda' was asked for, but torch sees no GPU here"):
        run_study(asked, world / "out", Local())
    assert not (world / "out").exists()


def test_what_is_finished_needs_no_device(world: Path) -> None:
    run_study(study(), world / "out", Local())
    plan = plan_study(study(), world / "out")
    waiting = [planned.step for planned in plan.states() if planned.state != "finished"]
    assert requirements_of(waiting) == ()


def test_a_device_that_is_not_there_is_named_by_the_step_too() -> None:
    with pytest.raises(UsageError, match="no GPU here"):
        OnDevice("cuda").check()
    OnDevice("cpu").check()


def test_what_needs_a_gpu_says_on_which_it_computes(world: Path) -> None:
    """Where steps run follows from it; without it, one that needs a GPU may be put where there is none."""
    (world / "data/parallel").mkdir()
    for language in ("en", "de"):
        (world / f"data/parallel/toy.{language}").write_text("".join(f"{number}\n" for number in range(200)))
    asked = study(device="cuda", floors=["linear-probe", "most-frequent-tag", "shared-pieces"])
    asked = asked.model_copy(update={"experiments": ("table2", "figure3")})
    steps = plan_study(asked, world / "out").steps.steps
    needing = {step.id for step in steps if any(need.device != "cpu" for need in requirements_of([step]))}  # type: ignore[attr-defined]
    assert needing == {step.id for step in steps if step.gpu}
    assert {type(step).__name__ for step in steps if step.gpu} >= {"TrainAndPredict", "EmbedLines", "Translate"}
    assert {step.gpu for step in steps} == {"", "cuda"}
    on_the_processor = plan_study(asked.model_copy(update={"device": "cpu"}), world / "out").steps.steps
    assert {step.gpu for step in on_the_processor} == {""}


@pytest.mark.parametrize(
    ("device", "jobs", "given"),
    [("auto", None, 2), ("cuda", None, 2), ("cuda", 5, 5), ("cuda:1", None, 1), ("cpu", None, 1)],
)
def test_from_python_there_is_a_job_for_each_gpu(
    world: Path, two_gpus: pytest.MonkeyPatch, device: str, jobs: int | None, given: int
) -> None:
    executors: list[Local] = []
    two_gpus.setattr(
        "crossglot.runs.running.run_study", lambda _, __, executor, *___, **____: executors.append(executor)
    )
    two_gpus.setattr("crossglot.runs.read_run", lambda _: None)
    two_gpus.delenv("CUDA_VISIBLE_DEVICES")
    cg.run_study(study(device=device), world / "out", jobs=jobs)
    assert [executor.jobs for executor in executors] == [given]
    with pytest.raises(UsageError, match="jobs: has to be"):
        cg.run_study(study(device=device), world / "out", jobs=0)
