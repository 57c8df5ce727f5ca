from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crossglot.encoders.loading import load_encoder
from crossglot.engine.store import Store
from crossglot.errors import CrossglotError, ModelError, UsageError
from crossglot.probes.setting import Candidate, Corpora, Setting
from crossglot.probes.tables import TABLES
from crossglot.runtime import Runtime
from crossglot.steps.arguments import EncoderReference
from crossglot.steps.find_rate import FindRate, read_rate
from crossglot.steps.rows import Row, read_about
from crossglot.studies.planning import StudyPlan, plan_study
from crossglot.studies.rates import keep_rate, settle_rates
from crossglot.studies.reproduce import reproduce_study
from crossglot.studies.running import run_study
from crossglot.studies.study import Study, study_toml
from crossglot.tagging.rates import RateSearch
from crossglot.tagging.recipe import Recipe
from toy_world import write_encoder, write_root, write_treebank


@pytest.fixture
def encoder(tmp_path: Path) -> Path:
    return write_encoder(tmp_path / "tiny")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_root(tmp_path / "data")


def study(encoder: Path, root: Path, **changes: Any) -> Study:
    plain = {
        "seeds": [1], "sources": ["en"], "targets": ["en", "de"], "epochs": 1, "precision": "fp32", "device": "cpu",
    }  # fmt: skip
    return reproduce_study(["table2"], [f"m-bert={encoder}"], root, **(plain | changes))


def notes(encoder: Path) -> Any:
    return json.loads((encoder / "crossglot.json").read_text(encoding="utf-8"))


def states(plan: StudyPlan) -> set[str]:
    return {planned.state for planned in plan.states()}


def test_the_rate_that_was_found_is_kept_and_the_second_run_finds_everything(
    encoder: Path, root: Path, tmp_path: Path
) -> None:
    (encoder / "crossglot.json").write_text('{"role": "m-bert", "made_by": {"steps": 9}}', encoding="utf-8")
    asked, out = study(encoder, root), tmp_path / "out"
    (search,) = plan_study(asked, out).searches
    run_study(asked, out)
    found = read_rate(Store(out / "steps").result(search))
    assert notes(encoder) == {"role": "m-bert", "made_by": {"steps": 9}, "learning_rate": found}
    assert load_encoder(encoder).learning_rate == found
    facts = json.loads((out / "versions.json").read_text(encoding="utf-8"))
    assert facts["encoders"]["tiny"]["learning_rate"] == found
    before = (out / "results.csv").read_bytes()
    again = plan_study(asked, out)
    assert (states(again), again.searches) == ({"finished"}, ())
    trained = [step for step in again.steps.steps if isinstance(step, Row) and step.seed is not None]
    assert {read_about(again.store.result(step))["learning_rate"] for step in trained} == {found}
    run_study(asked, out)
    assert (out / "results.csv").read_bytes() == before
    given = plan_study(study(encoder, root, learning_rate=found), out)
    assert states(given) == {"finished"}, "a row knows its rate, not where that came from"


def test_before_the_search_a_plan_shows_it_and_rows_whose_rate_is_to_be_found(
    encoder: Path, root: Path, tmp_path: Path
) -> None:
    plan = plan_study(study(encoder, root), tmp_path / "out")
    titles = [planned.step.title for planned in plan.states() if planned.state == "to do"]
    assert titles[0] == "tiny, pos: learning rate on en dev"
    assert "tiny, pos: en, seed 1 → de, en, at the rate to be found" in titles
    assert "tiny untrained, pos: en, seed 1 → de, en, at the rate to be found" in titles
    assert not (encoder / "crossglot.json").exists()
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_no_error(
    encoder: Path, root: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (encoder / "crossglot.json").mkdir()  # nothing can take its place
    run_study(study(encoder, root), tmp_path / "out")
    assert "cannot be kept" in caplog.text
    assert not list(encoder.glob(".crossglot*"))
    assert states(plan_study(study(encoder, root), tmp_path / "out")) == {"finished"}  # the search is in the store


def test_a_rate_that_was_given_is_neither_searched_nor_kept(encoder: Path, root: Path, tmp_path: Path) -> None:
    given = study(encoder, root, learning_rate=1e-3)
    assert plan_study(given, tmp_path / "out").searches == ()
    run_study(given, tmp_path / "out")
    assert not (encoder / "crossglot.json").exists()


def test_encoders_of_the_hub_are_neither_searched_nor_written(encoder: Path, root: Path, tmp_path: Path) -> None:
    snapshot = tmp_path / "models--someone--tiny" / "snapshots" / "abc"
    snapshot.parent.mkdir(parents=True)
    encoder.rename(snapshot)
    asked = study(snapshot, root)
    assert plan_study(asked, tmp_path / "out").searches == ()
    run_study(asked, tmp_path / "out")
    assert not (snapshot / "crossglot.json").exists()


def test_a_search_that_fails_leaves_its_encoders_cells_empty_and_fills_the_others(
    encoder: Path, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    searches = []

    def diverge(*_: object, **__: object) -> RateSearch:
        searches.append(1)
        raise CrossglotError("the training loss was not a number at any rate")

    monkeypatch.setattr("crossglot.tagging.rates.find_learning_rate", diverge)
    with pytest.raises(CrossglotError, match="not a number at any rate"):
        run_study(study(encoder, root), tmp_path / "out")
    text = (tmp_path / "out" / "results.csv").read_text(encoding="utf-8")
    assert "missing: the training loss was not a number at any rate" in text
    assert "most frequent tag" in text
    assert len(searches) == 1
    assert not (encoder / "crossglot.json").exists()


KILLED = """
import os, signal
from pathlib import Path
from crossglot.studies import running
from crossglot.studies.study import load_study
{before}
running.run_study(load_study({study!r}), Path({out!r}))
"""
DIE_BEFORE_KEEPING = "running.keep_rates = lambda candidates: os.kill(os.getpid(), signal.SIGKILL)"


@pytest.mark.parametrize("before", [DIE_BEFORE_KEEPING, ""], ids=["before it is kept", "among the rows"])
def test_a_study_killed_after_its_search_goes_on_with_the_rate(
    encoder: Path, root: Path, tmp_path: Path, before: str
) -> None:
    asked, out = study(encoder, root, seeds=[1, 2]), tmp_path / "out"
    (tmp_path / "study.toml").write_text(study_toml(asked), encoding="utf-8")
    script = KILLED.format(before=before, study=str(tmp_path / "study.toml"), out=str(out))
    process = subprocess.Popen([sys.executable, "-c", script])  # noqa: S603
    while not list((out / "steps").glob("TrainAndPredict-*")) and process.poll() is None:
        time.sleep(0.005)
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    (searched,) = [record for record in Store(out / "steps").records() if record.step == "FindRate"]
    run_study(asked, out)
    kept = [record for record in Store(out / "steps").records() if record.step == "FindRate"]
    assert kept == [searched], "the search was not run again"
    assert notes(encoder)["learning_rate"] == read_rate(out / "steps" / searched.id)
    whole = run_study(asked, tmp_path / "whole")
    assert (out / "results.csv").read_bytes() == (whole / "results.csv").read_bytes()


def test_a_rate_that_is_kept_already_stays(encoder: Path) -> None:
    assert keep_rate(encoder, 0.001)
    assert keep_rate(encoder, 0.5)
    assert notes(encoder) == {"learning_rate": 0.001}
    (encoder / "crossglot.json").write_text("no JSON", encoding="utf-8")
    with pytest.raises(ModelError, match="not readable as JSON"):
        keep_rate(encoder, 0.001)


def searching(root: Path, **changes: Any) -> Setting:
    reference = EncoderReference(revision="tiny", location="/models/tiny", name="tiny")
    candidate = Candidate(encoder=reference, role="m-bert", recipe=Recipe(), search_rate=True, papers=False)
    return Setting(candidates=(replace(candidate, **changes),), corpora=Corpora(root), seeds=(1,), runtime=Runtime())


def searched(root: Path, tables: str, tmp_path: Path, **changes: Any) -> FindRate | None:
    tables_asked = [TABLES[key] for key in tables.split()]
    (candidate,) = settle_rates(searching(root, **changes), tables_asked, Store(tmp_path / "no store")).candidates
    return candidate.search


@pytest.mark.parametrize(("tables", "task"), [("table1", "ner"), ("table2", "pos"), ("table1 table2", "pos")])
def test_one_search_serves_both_tasks_on_english_tagging_where_it_is_a_source(
    root: Path, tmp_path: Path, tables: str, task: str
) -> None:
    search = searched(root, tables, tmp_path)
    assert search is not None
    assert (search.task, search.train.language, search.dev.split) == (task, "en", "dev")


def test_tables_that_the_encoder_does_not_fill_count_for_nothing(root: Path, tmp_path: Path) -> None:
    search = searched(root, "table2 table3", tmp_path, role="en-bert")
    assert search is not None
    assert search.task == "ner"


def test_without_any_dev_set_a_rate_has_to_be_given(tmp_path: Path) -> None:
    write_treebank(tmp_path, "UD_English-EWT", "en_ewt", [[("yes", "INTJ")]], "train test")
    with pytest.raises(UsageError, match="--lr"):
        searched(tmp_path, "table2", tmp_path)
