from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from crossglot.engine.local import Local
from crossglot.engine.progress import Progress
from crossglot.engine.step import Step
from crossglot.errors import StorageError, UsageError
from crossglot.experiments.registry import EXPERIMENTS
from crossglot.lab.spec import LabSpec, Sizes, load_spec
from crossglot.pretraining.shapes import SHAPES
from crossglot.report import write_report
from crossglot.results.rows import read_results
from crossglot.studies.demo import FIVE_MINUTES, DemoSize, demo_spec, run_demo
from crossglot.studies.spending import spent
from crossglot.studies.study import load_study

SHAPE = SHAPES["demo"].changed(
    steps=20, layers=1, hidden=16, heads=1, vocab_size=300, positions=32, length=16, batch_pieces=128
)
MINIATURE = DemoSize(
    sentences=Sizes(train=30, dev=10, test=12, mono=150, parallel=10), shape=SHAPE, epochs=1,
    experiments=("table2", "table8"),
)  # fmt: skip


class Told(Progress):
    """Remembers what was run."""

    def __init__(self) -> None:
        self.ran: list[str] = []

    def done(self, step: Step, seconds: float) -> None:  # noqa: ARG002
        self.ran.append(type(step).__name__)


def two_languages() -> LabSpec:
    return load_spec().only(["en", "de"])


def demo(out: Path, seed: int = 1) -> list[str]:
    """Kinds of the steps that a miniature demo ran."""
    told = Told()
    assert run_demo(out, Local(threads=1), seed=seed, size=MINIATURE, spec=two_languages(), progress=told) == out
    return told.ran


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo") / "run"
    ran = demo(out)
    assert ran[:3] == ["MakeLab", "Pretrain", "Pretrain"]
    return out


def test_languages_encoders_and_tables_come_from_nothing(finished: Path) -> None:
    results = read_results(finished / "results.csv")
    assert {"m-bert-demo", "m-bert-demo untrained", "most frequent tag"} <= set(results["system"])
    cells = results.filter(pl.col("aggregate") == "mean", experiment="table8", system="en-bert-demo")
    filled = cells.filter(pl.col("value").is_not_null())
    assert set(zip(filled["source"], filled["target"], strict=True)) == {
        (a, b) for a in ("en", "de") for b in ("en", "de")
    }
    assert pl.read_csv(finished / "claims.csv").height > 0


def test_m_bert_reads_all_languages_and_en_bert_one_and_both_go_as_far(finished: Path) -> None:
    encoders = load_study(finished / "study.toml").encoders
    notes = {
        entry.role: json.loads((Path(entry.encoder) / "crossglot.json").read_text())["made_by"] for entry in encoders
    }
    assert [list(notes[role]["texts"]) for role in ("m-bert", "en-bert")] == [["en", "de"], ["en"]]
    assert notes["m-bert"]["shape"] == notes["en-bert"]["shape"]


def test_the_report_says_that_languages_are_constructed_and_what_was_found(finished: Path) -> None:
    page = write_report(finished).read_text(encoding="utf-8")
    assert "The languages of this run are constructed" in page
    assert "en is Avonian, in place of English; de is Elbish, in place of German" in page
    assert "Elbish (de)" in page and "German" not in page.replace("in place of German", "")
    assert "What was found" in page and "Here M-BERT is m-bert-demo and EN-BERT is en-bert-demo." in page


def test_a_finished_demo_is_found_and_one_that_lost_steps_goes_on(finished: Path, tmp_path: Path) -> None:
    out = tmp_path / "again"
    shutil.copytree(finished, out)
    assert demo(out) == []
    lost = next(out.glob("steps/TrainAndPredict-*"))
    shutil.rmtree(lost)
    assert "TrainAndPredict" in (ran := demo(out)) and not {"MakeLab", "Pretrain"} & set(ran)


def test_time_is_accounted_for_by_experiment(finished: Path) -> None:
    assert list(spent(finished)) == ["lab", "m-bert-demo", "en-bert-demo", "table2", "table8"]
    assert all(seconds > 0 for seconds in spent(finished).values())


def test_the_seed_is_that_of_languages_encoders_and_taggers(finished: Path, tmp_path: Path) -> None:
    assert demo_spec(3, MINIATURE).seed == 3
    demo(tmp_path, seed=3)
    study = load_study(tmp_path / "study.toml")
    assert study.seeds == (3, 4)
    notes = json.loads((Path(study.encoders[0].encoder) / "crossglot.json").read_text())
    assert notes["made_by"]["seed"] == 3
    assert (
        notes["made_by"]["texts"]["de"]["sha256"]
        != json.loads((Path(load_study(finished / "study.toml").encoders[0].encoder) / "crossglot.json").read_text())[
            "made_by"
        ]["texts"]["de"]["sha256"]
    )


def test_seed_one_is_the_frozen_lab() -> None:
    assert demo_spec(1, FIVE_MINUTES).languages == load_spec().languages
    assert load_spec().seed == 1


def test_every_experiment_of_the_paper_has_its_budget() -> None:
    papers = {key for key, probe in EXPERIMENTS.items() if probe.own}
    assert papers <= set(FIVE_MINUTES.budget)
    assert sum(FIVE_MINUTES.budget.values()) <= 2 * 300 - 60  # two cores; a minute for what is no step


def test_a_lab_without_english_and_a_folder_that_is_a_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="in the place of en"):
        run_demo(tmp_path / "run", Local(), spec=load_spec().only(["bg", "ru"]), size=MINIATURE)
    (tmp_path / "steps").write_text("taken", encoding="utf-8")
    with pytest.raises(StorageError, match="is to be a folder"):
        run_demo(tmp_path, Local(), size=MINIATURE)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["steps"]


@pytest.mark.slow
def test_the_whole_demo_runs(tmp_path: Path) -> None:
    out = run_demo(tmp_path / "demo", Local(jobs=2, threads=1))
    results = read_results(out / "results.csv")
    assert set(results["experiment"]) == {key for key, probe in EXPERIMENTS.items() if probe.own}
    assert set(pl.read_csv(out / "claims.csv")["verdict"]) <= {"holds", "does not hold", "cannot tell"}
    assert "What was found" in write_report(out).read_text(encoding="utf-8")
