"""A study's run in an MLflow store has each training once, with the numbers of results.csv and the report."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crossglot.engine.local import Local
from crossglot.errors import CrossglotError, UsageError
from crossglot.results.rows import read_results
from crossglot.runs import reproduce
from crossglot.steps.train_and_predict import TrainAndPredict
from crossglot.studies.reproduce import reproduce_study
from crossglot.studies.running import run_study
from crossglot.studies.tracking import tracking
from crossglot.tracking import asked
from crossglot.tracking.mlflow_store import CALM
from mlflow_told import Told, told
from toy_world import write_encoder, write_root

KEPT = ["claims.csv", "report.html", "results.csv", "study.toml", "versions.json"]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("encoders") / "tiny")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_root(tmp_path_factory.mktemp("root") / "data")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    address = str(tmp_path / "mlruns")
    for name, value in {**CALM, "MLFLOW_ALLOW_FILE_STORE": "true", "MLFLOW_TRACKING_URI": address}.items():
        monkeypatch.setenv(name, value)
    return address


def settings(root: Path, **changes: Any) -> dict[str, Any]:
    plain = {"data": root, "seeds": [1, 2], "learning_rate": 1e-3, "epochs": 1, "precision": "fp32", "device": "cpu"}
    return plain | {"sources": ["en"], "targets": ["en", "de"], "floors": ["most-frequent-tag"]} | changes


def cells(out: Path) -> dict[tuple[str, str, str | None, str], float]:
    """(system, source, seed, target) → accuracy, of rows of one training."""
    rows = read_results(out / "results.csv").filter(experiment="transfer-pos", metric="accuracy").to_dicts()
    seeded = {(row["system"], row["source"]) for row in rows if row["seed"] is not None}
    return {
        (row["system"], row["source"], None if row["seed"] is None else str(row["seed"]), row["target"]): row["value"]
        for row in rows
        if row["target"] and (row["seed"] is not None or (row["system"], row["source"]) not in seeded)
    }


def cells_told(runs: list[Told]) -> dict[tuple[str, str, str | None, str], float]:
    return {
        (run.params["system"], run.params["source"], run.params.get("seed"), name.partition("/")[2]): point[1]
        for run in runs[1:]
        for name, points in run.metrics.items()
        for point in points
        if name.startswith("accuracy/") and not name.endswith(" mean")
    }


def test_a_store_has_each_training_with_the_numbers_of_the_results(
    encoder: Path, root: Path, tmp_path: Path, store: str
) -> None:
    out = tmp_path / "mine"
    reproduce("transfer-pos", encoder, out=out, track="mlflow", **settings(root))
    whole, *nested = runs = told(store)
    assert (whole.name, whole.status, whole.files) == ("mine", "FINISHED", KEPT)
    assert cells_told(runs) == pytest.approx(cells(out))
    assert {run.parent for run in nested} == {whole.id}
    assert len(nested) == 3
    trained = next(run for run in nested if run.params.get("seed") == "2")
    assert trained.params["encoder"] == "tiny"
    assert trained.params["recipe.learning_rate"] == "0.001"
    assert trained.params["source_corpus"] == "UD_English-EWT"
    assert len(trained.metrics["training loss"]) == 2
    assert trained.metrics["seconds/train"][0][1] > 0
    assert trained.metrics["accuracy/zero-shot mean"] == trained.metrics["accuracy/de"]
    assert trained.tags["crossglot.step"] in {path.name for path in (out / "steps").iterdir()}
    averages = read_results(out / "results.csv").filter(aggregate="zero-shot mean", system="tiny")["value"]
    assert whole.metrics["transfer-pos accuracy zero-shot mean/tiny"][0][1] == pytest.approx(averages[0])


def test_what_is_run_again_or_further_is_told_once(encoder: Path, root: Path, tmp_path: Path, store: str) -> None:
    out = tmp_path / "mine"
    reproduce("transfer-pos", encoder, out=out, **settings(root, seeds=[1]))
    assert told(store) == []
    reproduce("transfer-pos", encoder, out=out, track="mlflow", **settings(root, seeds=[1]))
    first = told(store)
    assert len(first) == 3, "what was finished before is told as well"
    reproduce("transfer-pos", encoder, out=out, track="mlflow", **settings(root, seeds=[1]))
    assert told(store) == first
    reproduce("transfer-pos", encoder, out=out, track="mlflow", **settings(root, seeds=[1, 2], targets=["en", "es"]))
    again = told(store)
    assert [run.id for run in again if run.parent is None] == [first[0].id]
    kept = {run.id: run for run in again}
    assert all(kept[run.id].params == run.params for run in first[1:])
    assert len(again) > len(first)
    assert {name for name, *_ in cells_told(again)} == {"tiny", "most frequent tag"}
    reproduce("transfer-pos", encoder, out=tmp_path / "other", track="mlflow", **settings(root, seeds=[1]))
    assert sorted(run.name for run in told(store) if run.parent is None) == ["mine", "other"]


def test_points_of_a_learning_curve_are_told_at_their_steps(
    encoder: Path, root: Path, tmp_path: Path, store: str
) -> None:
    out = tmp_path / "curve"
    given = settings(root, seeds=[1], epochs=3, sources=["en"], targets=["de"], floors=[])
    reproduce("curve", encoder, out=out, track="mlflow", **given)
    points = [run.metrics["accuracy/de"] for run in told(store)[1:] if "accuracy/de" in run.metrics]
    assert any(len({step for step, _ in each}) > 1 for each in points)
    assert all(len({step for step, _ in each}) == len(each) for each in points)


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_step_that_fails_leaves_a_run_that_failed_and_goes_on(
    encoder: Path, root: Path, tmp_path: Path, store: str, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    study = reproduce_study("transfer-pos", encoder, **settings(root))
    out, real = tmp_path / "mine", TrainAndPredict.go_on

    def broken(self: TrainAndPredict, *arguments: Any) -> None:
        if self.seed == 2:
            raise CrossglotError("seed 2 is not to be had")
        real(self, *arguments)

    with monkeypatch.context() as patch:
        if jobs == 1:  # other processes know nothing of this
            patch.setattr(TrainAndPredict, "go_on", broken)
            with pytest.raises(CrossglotError, match="seed 2"), tracking("mlflow", out) as tracker:
                run_study(study, out, Local(jobs), tracker=tracker)
            assert tracker is not None
            assert told(store)[0].status == "FAILED"
            assert [run.params.get("seed") for run in told(store)[1:]].count("1") == 1
    with tracking("mlflow", out) as tracker:
        run_study(study, out, Local(jobs), tracker=tracker)
    assert tracker is not None
    assert tracker.ending == f"tracked: {store}, experiment crossglot, run mine"
    assert told(store)[0].status == "FINISHED"
    assert cells_told(told(store)) == pytest.approx(cells(out))


def test_a_run_that_is_stopped_says_so_and_goes_on(
    encoder: Path, root: Path, tmp_path: Path, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    study, out = reproduce_study("transfer-pos", encoder, **settings(root)), tmp_path / "mine"

    def stopped(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(TrainAndPredict, "go_on", stopped)
        with pytest.raises(KeyboardInterrupt), tracking("mlflow", out) as tracker:
            run_study(study, out, Local(), tracker=tracker)
    assert told(store)[0].status == "KILLED"
    with tracking("mlflow", out) as tracker:
        run_study(study, out, Local(), tracker=tracker)
    assert [run.status for run in told(store)] == ["FINISHED"] * 4


def test_a_store_that_is_down_leaves_the_study_as_it_is(
    encoder: Path,
    root: Path,
    tmp_path: Path,
    store: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    reproduce("transfer-pos", encoder, out=tmp_path / "plain", **settings(root))
    caplog.clear()
    out, address = tmp_path / "mine", "http://zoe9:hunter2@127.0.0.1:9"
    with monkeypatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", address)
        reproduce("transfer-pos", encoder, out=out, track="mlflow", **settings(root))
    warned = [record.getMessage() for record in caplog.records if "cannot be logged to" in record.getMessage()]
    assert len(warned) == 1
    assert (out / "results.csv").read_bytes() == (tmp_path / "plain/results.csv").read_bytes()
    for path in out.rglob("*"):
        assert not path.is_file() or b"hunter2" not in path.read_bytes(), path
    reproduce("transfer-pos", encoder, out=out, track="mlflow", **settings(root))
    assert cells_told(told(store)) == pytest.approx(cells(out)), "what was missed is told later"


def test_what_says_which_run_it_is_names_no_place_and_may_be_damaged(
    encoder: Path, root: Path, tmp_path: Path, store: str
) -> None:
    out = tmp_path / "mine"
    given = settings(root, seeds=[1])
    for text in ("", "[]", '{"run": 7}', "{", "\ufffd"):
        out.mkdir(exist_ok=True)
        (out / "tracking.json").write_text(text, encoding="utf-8")
        reproduce("transfer-pos", encoder, out=out, track="mlflow", **given)
        known = json.loads((out / "tracking.json").read_text(encoding="utf-8"))
        assert list(known) == ["run"]
        assert known["run"] in {run.tags.get("crossglot.run") for run in told(store)}


def test_what_is_not_installed_or_not_there_is_refused(
    encoder: Path, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="there is mlflow here"):
        reproduce("transfer-pos", encoder, out=tmp_path / "mine", track="wandb", **settings(root))
    monkeypatch.setattr(asked, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"pip install 'crossglot\[mlflow\]'"):
        reproduce("transfer-pos", encoder, out=tmp_path / "mine", track="mlflow", **settings(root))
    assert not (tmp_path / "mine").exists()


WATCHED = """
import sys
def heard(event, arguments):
    if event == "socket.getaddrinfo" or event == "socket.connect":
        host = arguments[0] if event == "socket.getaddrinfo" else arguments[1][0]
        if str(host) not in ("127.0.0.1", "localhost", "::1"):
            sys.stderr.write(f"\\nASKED FOR {host}\\n")
            raise OSError("no way out of here")
sys.addaudithook(heard)
from crossglot.cli import main
try:
    main()
finally:
    sys.stderr.write(f"\\nLOADED {sorted({'mlflow', 'tensorboardX'} & set(sys.modules))}\\n")
"""


def command(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    import os

    kept = {name: value for name, value in os.environ.items() if name not in (*CALM, "PYTEST_CURRENT_TEST", "CI")}
    program = [sys.executable, "-c", WATCHED, *map(str, arguments)]
    return subprocess.run(program, capture_output=True, text=True, env=kept | environment, check=False)  # noqa: S603


@pytest.fixture
def line(encoder: Path, root: Path, tmp_path: Path) -> list[str]:
    """A small study."""
    line = ["reproduce", "transfer-pos", f"--encoder={encoder}", f"--data={root}", f"--out={tmp_path / 'mine'}"]
    return [*line, "--sources=en", "--targets=de", "--seeds=1", "--lr=1e-3", "--epochs=1", "--floors=none"]


def test_the_command_asks_nobody_but_the_store(line: list[str], store: str) -> None:
    tracked = command(*line, "--track=mlflow", "--json")
    assert tracked.returncode == 0, tracked.stderr
    assert "LOADED ['mlflow']" in tracked.stderr
    assert "ASKED FOR" not in tracked.stderr
    assert f"tracked: {store}, experiment crossglot, run mine" in tracked.stderr
    assert json.loads(tracked.stdout)["report"]
    assert told(store)[0].files == KEPT


@pytest.mark.slow
def test_mlflow_is_loaded_for_tracking_alone_and_would_tell_others_if_it_were_let(line: list[str], store: str) -> None:
    plain = command(*line)
    assert plain.returncode == 0, plain.stderr
    assert "LOADED []" in plain.stderr
    telling = command(*line, "--track=mlflow", MLFLOW_DISABLE_TELEMETRY="false")
    assert "ASKED FOR config.mlflow-telemetry.io" in telling.stderr, "or else the test above would not hear it"


@pytest.mark.slow
def test_real_encoders_on_real_corpora(data_root: Path, real_encoders: Path, tmp_path: Path, store: str) -> None:
    out = tmp_path / "mine"
    given = settings(data_root, max_train=80, max_test=30, head_start="probe", floors=["linear-probe"])
    encoders = [real_encoders / "all-minilm-l6-v2", real_encoders / "multilingual-e5-small"]
    reproduce("transfer-pos", encoders, out=out, track="mlflow", **given | {"seeds": [1]})
    runs = told(store)
    assert cells_told(runs) == pytest.approx(cells(out))
    means = {
        run.params["encoder"]: run.metrics["accuracy/zero-shot mean"][0][1] for run in runs[1:] if "seed" in run.params
    }
    assert means["multilingual-e5-small"] > means["all-minilm-l6-v2"] + 10
