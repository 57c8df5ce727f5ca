"""What a study takes: measured once, counted for the steps that are missing, and told as a table and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crossglot.engine.local import Local
from crossglot.estimates.calibrating import shape_of
from crossglot.estimates.estimate import Estimate, estimate
from crossglot.studies.candidates import find_candidates
from crossglot.studies.planning import StudyPlan, plan_study
from crossglot.studies.running import run_study
from crossglot.studies.study import load_study
from toy_world import write_encoder, write_root

STUDY = """
experiments = ["table2"]
data = "{data}"
sources = ["en", "de"]
targets = ["en", "de", "es"]
seeds = [1, 2]
learning_rate = 0.001
epochs = 1
device = "cpu"
precision = "fp32"
floors = ["most-frequent-tag", "linear-probe"]
[[encoders]]
encoder = "{encoder}"
role = "m-bert"
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    text = STUDY.format(data=write_root(folder / "data"), encoder=write_encoder(folder / "tiny"))
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return folder / "study.toml"


@pytest.fixture(scope="module")
def plan(study: Path) -> StudyPlan:
    return plan_study(load_study(str(study)), study.parent / "out")


@pytest.fixture(scope="module")
def first(plan: StudyPlan) -> tuple[Estimate, list[str]]:
    """An estimate on a machine where nothing was measured, and what it said meanwhile."""
    said: list[str] = []
    return estimate(plan, 2, say=said.append), said


def test_every_step_is_counted(plan: StudyPlan, first: tuple[Estimate, list[str]]) -> None:
    found, _ = first
    kinds = Counter(step.stored_as() for step in plan.steps.steps)
    assert {kind.step: kind.steps for kind in found.kinds} == kinds
    assert not found.unknown
    trained = next(kind for kind in found.kinds if kind.step == "TrainAndPredict")
    assert trained.seconds > 0 and trained.memory > 10**7 and found.disk > 0
    assert found.memory == 2 * max(kind.memory for kind in found.kinds)
    assert found.wall_seconds >= found.core_seconds / 2


@pytest.mark.slow
def test_what_was_measured_is_not_measured_again(plan: StudyPlan, first: tuple[Estimate, list[str]]) -> None:
    assert first[1]
    said: list[str] = []
    again = estimate(plan, 2, say=said.append)
    assert not said
    assert again == first[0]
    estimate(plan, 2, anew=True, say=said.append)
    assert len(said) == len(first[1])


@pytest.mark.slow
def test_finished_steps_take_nothing(study: Path, first: tuple[Estimate, list[str]]) -> None:
    loaded, out = load_study(str(study)), study.parent / "run"
    run_study(loaded.model_copy(update={"seeds": (1,)}), out, Local())
    left = estimate(plan_study(loaded, out), 2)
    assert left.finished > 0
    trained = {kind.step: kind.steps for kind in left.kinds}["TrainAndPredict"]
    assert trained * 2 == {kind.step: kind.steps for kind in first[0].kinds}["TrainAndPredict"]
    run_study(loaded, out, Local())
    done = estimate(plan_study(loaded, out), 2)
    assert (done.kinds, done.core_seconds, done.disk) == ((), 0, 0)


def test_the_command_tells_it(study: Path, plan: StudyPlan, first: tuple[Estimate, list[str]]) -> None:
    from crossglot.cli import app

    command = ["plan", str(study), "--out", str(study.parent / "out"), "--estimate", "--jobs", "2"]
    table, whole = (CliRunner().invoke(app, [*command, *more]) for more in ([], ["--json"]))
    assert table.exit_code == whole.exit_code == 0, table.output
    for words in ("core-hours", "2 jobs at the same time", "to download: nothing", "not estimated", "measured on"):
        assert words in table.stdout
    said = json.loads(whole.stdout)
    assert said["core_seconds"] == pytest.approx(estimate(plan, 2).core_seconds)
    assert {kind["step"] for kind in said["kinds"]} == {kind.step for kind in first[0].kinds}
    refused = CliRunner().invoke(app, ["plan", str(study), "--recalibrate"])
    assert refused.exit_code == 2 and "--estimate" in refused.output


def test_encoders_of_one_shape_are_measured_once(tmp_path: Path, study: Path) -> None:
    loaded = load_study(str(study))
    (one,) = find_candidates(loaded)
    other = write_encoder(tmp_path / "other", seed=1)
    entry = loaded.encoders[0].model_copy(update={"encoder": str(other)})
    (two,) = find_candidates(loaded.model_copy(update={"encoders": (entry,)}))
    assert one.encoder.revision != two.encoder.revision
    assert shape_of(one.encoder) == shape_of(two.encoder)
    config = json.loads((other / "config.json").read_text(encoding="utf-8"))
    (other / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 9}), encoding="utf-8")
    assert shape_of(one.encoder) != shape_of(two.encoder)
