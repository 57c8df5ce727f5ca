"""What the paper's recipe is not meant for is searched on a source's dev set, for each task, and kept in the store."""

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

from crossglot.encoders.origin import find_origin
from crossglot.engine.local import Local
from crossglot.engine.store import Store
from crossglot.errors import CrossglotError, ModelError, UsageError
from crossglot.experiments.setting import Candidate, Corpora, Setting
from crossglot.experiments.tables import TABLES
from crossglot.results.rows import read_results
from crossglot.runtime import Runtime
from crossglot.steps.arguments import EncoderReference
from crossglot.steps.find_recipe import FindRecipe, read_search
from crossglot.steps.rows import MatrixRow, read_about
from crossglot.studies.candidates import find_candidates
from crossglot.studies.planning import StudyPlan, plan_study
from crossglot.studies.reproduce import reproduce_study
from crossglot.studies.running import run_study
from crossglot.studies.searches import settle_recipes
from crossglot.studies.study import Study, study_toml
from crossglot.tagging.grid import Grid
from crossglot.tagging.recipe import Recipe
from toy_world import write_encoder, write_root, write_treebank

CHOSEN = ("head_start", "learning_rate")


@pytest.fixture
def encoder(tmp_path: Path) -> Path:
    return write_encoder(tmp_path / "tiny")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_root(tmp_path / "data")


def study(encoder: Path, root: Path, tables: str = "table2", **changes: Any) -> Study:
    plain = {
        "seeds": [1], "sources": ["en"], "targets": ["en", "de"], "epochs": 1, "precision": "fp32", "device": "cpu",
    }  # fmt: skip
    return reproduce_study(tables.split(), [f"m-bert={encoder}"], root, **(plain | changes))


def states(plan: StudyPlan) -> set[str]:
    return {planned.state for planned in plan.states()}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_was_found_is_kept_in_the_store_and_the_users_folder_is_left_as_it_was(
    encoder: Path, root: Path, tmp_path: Path
) -> None:
    (encoder / "crossglot.json").write_text('{"role": "m-bert", "made_by": {"steps": 9}}', encoding="utf-8")
    asked, out, before = study(encoder, root), tmp_path / "out", contents(encoder)
    (search,) = plan_study(asked, out).searches
    run_study(asked, out, Local())
    assert contents(encoder) == before
    found = read_search(Store(out / "steps").result(search))
    facts = json.loads((out / "versions.json").read_text(encoding="utf-8"))
    tuned = facts["encoders"]["tiny"]["fine_tuning"]["pos"]
    assert {name: tuned["recipe"][name] for name in CHOSEN} == {name: found[name] for name in CHOSEN}
    assert tuned["search"]["trials"] == found["trials"]
    assert len(found["trials"]) == 8
    results = (out / "results.csv").read_bytes()
    again = plan_study(asked, out)
    assert (states(again), [step.id for step in again.searches]) == ({"finished"}, [])
    trained = [step for step in again.steps.steps if isinstance(step, MatrixRow) and step.seed is not None]
    assert {read_about(again.store.result(step))["learning_rate"] for step in trained} == {found["learning_rate"]}
    run_study(asked, out, Local())
    assert (out / "results.csv").read_bytes() == results
    given = plan_study(study(encoder, root, **{name: found[name] for name in CHOSEN}), out)
    assert states(given) == {"finished"}, "a row knows its recipe, not where that came from"


def test_before_the_search_a_plan_shows_it_and_rows_that_wait_for_it(encoder: Path, root: Path, tmp_path: Path) -> None:
    plan = plan_study(study(encoder, root), tmp_path / "out")
    titles = [planned.step.title for planned in plan.states() if planned.state == "to do"]
    assert titles[0] == "tiny, pos: start and learning rate on en dev"
    assert "tiny, pos: en, seed 1 → de, en, with the start and learning rate to be found" in titles
    assert "tiny untrained, pos: en, seed 1 → de, en, with the start and learning rate to be found" in titles
    assert "tiny linear probe, pos: en → de, en" in titles, "a probe has nothing to wait for"
    assert not (tmp_path / "out").exists()


def test_what_is_given_is_not_searched(encoder: Path, root: Path, tmp_path: Path) -> None:
    assert plan_study(study(encoder, root, learning_rate=1e-3), tmp_path / "out").searches == ()
    (search,) = plan_study(study(encoder, root, head_start="probe"), tmp_path / "out").searches
    assert (search.starts, search.sought) == (("probe",), "learning rate")
    (search,) = plan_study(study(encoder, root, head_learning_rate=1e-2, decay="throughout"), tmp_path / "out").searches
    assert (search.recipe.head_learning_rate, search.recipe.decay) == (1e-2, "throughout")


def test_a_search_trains_on_as_many_sentences_as_the_real_training(encoder: Path, root: Path, tmp_path: Path) -> None:
    write_treebank(root, "UD_English-EWT", "en_ewt", [[("yes", "INTJ"), (".", "PUNCT")]] * 2100)
    (whole,) = plan_study(study(encoder, root), tmp_path / "out").searches
    (part,) = plan_study(study(encoder, root, max_train=7), tmp_path / "out").searches
    assert (whole.max_train, part.max_train) == (None, 7)
    run_study(study(encoder, root, max_train=7, head_start="random"), tmp_path / "out", Local())
    facts = json.loads((tmp_path / "out" / "versions.json").read_text(encoding="utf-8"))
    assert facts["encoders"]["tiny"]["fine_tuning"]["pos"]["search"]["sentences"] == 7


def test_narrow_encoders_of_the_hub_are_searched_too(encoder: Path, root: Path, tmp_path: Path) -> None:
    snapshot = tmp_path / "models--someone--tiny" / "snapshots" / "abc"
    snapshot.parent.mkdir(parents=True)
    encoder.rename(snapshot)
    before = contents(snapshot)
    asked = study(snapshot, root)
    assert len(plan_study(asked, tmp_path / "out").searches) == 1
    run_study(asked, tmp_path / "out", Local())
    assert contents(snapshot) == before


def test_an_encoder_as_wide_as_the_papers_has_the_papers_recipe(encoder: Path, tmp_path: Path) -> None:
    config = json.loads((encoder / "config.json").read_text(encoding="utf-8"))
    for width, searched in ((767, True), (768, False), (1024, False)):
        (encoder / "config.json").write_text(json.dumps(config | {"hidden_size": width}), encoding="utf-8")
        (candidate,) = find_candidates(reproduce_study(["table2"], [str(encoder)]))
        assert (candidate.grid is not None, candidate.recipe) == (searched, Recipe())


def test_start_and_rate_kept_beside_an_encoder_are_used_for_each_task(
    encoder: Path, root: Path, tmp_path: Path
) -> None:
    notes = {"learning_rate": 1e-3, "finetuning": {"ner": {"head_start": "probe", "learning_rate": 3e-4}}}
    (encoder / "crossglot.json").write_text(json.dumps(notes), encoding="utf-8")
    plan = plan_study(study(encoder, root, "table1 table2"), tmp_path / "out")
    assert plan.searches == ()
    (candidate,) = plan.setting.candidates
    kept = {
        task: (candidate.recipe_for(task).head_start, candidate.recipe_for(task).learning_rate)
        for task in ("pos", "ner")
    }
    assert kept == {"pos": ("random", 1e-3), "ner": ("probe", 3e-4)}


@pytest.mark.parametrize(
    "finetuning",
    [{"ner": {"head_start": "guess", "learning_rate": 1e-3}}, {"ner": {"head_start": "probe"}}, {"ner": 1}, 3],
)
def test_notes_that_name_no_start_and_rate_are_refused(encoder: Path, finetuning: object) -> None:
    (encoder / "crossglot.json").write_text(json.dumps({"finetuning": finetuning}), encoding="utf-8")
    with pytest.raises(ModelError, match="head_start"):
        find_origin(encoder).fine_tuning("ner")


def test_a_search_that_fails_leaves_its_encoders_cells_empty_and_fills_the_others(
    encoder: Path, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    searches = []

    def diverge(*_: object, **__: object) -> None:
        searches.append(1)
        raise CrossglotError("the training loss was not a number at any rate")

    monkeypatch.setattr("crossglot.tagging.search.search_recipe", diverge)
    with pytest.raises(CrossglotError, match="not a number at any rate"):
        run_study(study(encoder, root), tmp_path / "out", Local())
    results = read_results(tmp_path / "out" / "results.csv")
    assert set(results.filter(system="tiny")["missing"]) == {"the training loss was not a number at any rate"}
    assert "most frequent tag" in set(results["system"])
    assert len(searches) == 1
    facts = json.loads((tmp_path / "out" / "versions.json").read_text(encoding="utf-8"))
    assert facts["encoders"]["tiny"]["fine_tuning"]["pos"]["recipe"] is None


KILLED = """
from crossglot.engine.local import Local
from pathlib import Path
from crossglot.studies import running
from crossglot.studies.study import load_study
running.run_study(load_study({study!r}), Path({out!r}), Local())
"""


def test_a_study_killed_after_its_search_goes_on_with_what_was_found(encoder: Path, root: Path, tmp_path: Path) -> None:
    asked, out = study(encoder, root, seeds=[1, 2]), tmp_path / "out"
    (tmp_path / "study.toml").write_text(study_toml(asked), encoding="utf-8")
    script = KILLED.format(study=str(tmp_path / "study.toml"), out=str(out))
    process = subprocess.Popen([sys.executable, "-c", script])  # noqa: S603
    while not list((out / "steps").glob("TrainAndPredict-*")) and process.poll() is None:
        time.sleep(0.005)
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    (searched,) = [step for step in Store(out / "steps").known() if step.id.startswith("FindRecipe-")]
    run_study(asked, out, Local())
    kept = [step for step in Store(out / "steps").known() if step.id.startswith("FindRecipe-")]
    assert kept == [searched], "the search was not run again"
    whole = run_study(asked, tmp_path / "whole", Local())
    assert (out / "results.csv").read_bytes() == (whole / "results.csv").read_bytes()


def searching(root: Path, **changes: Any) -> Setting:
    reference = EncoderReference(revision="tiny", location="/models/tiny", name="tiny")
    candidate = Candidate(encoder=reference, role="m-bert", recipe=Recipe(), papers=False, grid=Grid())
    return Setting(candidates=(replace(candidate, **changes),), corpora=Corpora(root), seeds=(1,), runtime=Runtime())


def searched(root: Path, tables: str, tmp_path: Path, **changes: Any) -> list[FindRecipe]:
    tables_asked = [TABLES[key] for key in tables.split()]
    (candidate,) = settle_recipes(searching(root, **changes), tables_asked, Store(tmp_path / "no store")).candidates
    return list(candidate.searches.values())


@pytest.mark.parametrize(
    ("tables", "tasks"), [("table1", ["ner"]), ("table2", ["pos"]), ("table1 table2 table4", ["pos", "ner"])]
)
def test_each_task_has_a_search_of_its_own_on_english_where_it_is_a_source(
    root: Path, tmp_path: Path, tables: str, tasks: list[str]
) -> None:
    found = searched(root, tables, tmp_path)
    assert [search.task for search in found] == tasks
    assert {(search.train.language, search.train.split, search.dev.split) for search in found} == {
        ("en", "train", "dev")
    }
    assert {search.train.task for search in found} == set(tasks)


def test_tables_that_the_encoder_does_not_fill_count_for_nothing(root: Path, tmp_path: Path) -> None:
    (search,) = searched(root, "table2 table3", tmp_path, role="en-bert")
    assert search.task == "ner"


def test_without_any_dev_set_a_rate_has_to_be_given(tmp_path: Path) -> None:
    write_treebank(tmp_path, "UD_English-EWT", "en_ewt", [[("yes", "INTJ")]], "train test")
    with pytest.raises(UsageError, match=r"learning_rate.*head_start"):
        searched(tmp_path, "table2", tmp_path)
