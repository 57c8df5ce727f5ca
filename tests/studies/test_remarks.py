"""What went wrong in training is said wherever its numbers are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from rich.console import Console

from crossglot.engine.local import Local
from crossglot.report import terminal_tables, write_report
from crossglot.results.rows import read_results
from crossglot.studies.planning import plan_study
from crossglot.studies.remarks import forewarnings
from crossglot.studies.reproduce import reproduce_study
from crossglot.studies.running import run_study
from toy_world import write_encoder, write_root

COLLAPSING = 0.9  # a rate at which no weight keeps anything of what it was


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("encoders") / "tiny")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_root(tmp_path_factory.mktemp("data"))


def study(encoder: Path, root: Path, tables: str = "table2", **changes: Any) -> Any:
    plain = {"seeds": [1], "sources": ["en"], "targets": ["en", "de"], "precision": "fp32", "device": "cpu"}
    return reproduce_study(tables.split(), [f"m-bert={encoder}"], root, **(plain | changes))


def seen(folder: Path) -> str:
    console = Console(width=100)
    with console.capture() as captured:
        for table in terminal_tables(folder):
            console.print(table)
    return captured.get()


def test_a_collapsed_training_is_named_in_log_table_results_and_report(
    encoder: Path, root: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    asked = study(encoder, root, learning_rate=COLLAPSING, epochs=12)
    folder = run_study(asked, tmp_path / "out", Local())
    assert "tiny, pos: en, seed 1 → de, en: collapsed, every word gets " in caplog.text
    assert "(head_start probe)" in caplog.text
    results = read_results(folder / "results.csv")
    counted = {
        (system, seed): set(of["collapsed"].to_list())
        for (system, seed), of in results.filter(pl.col("target").is_not_null()).group_by("system", "seed")
    }
    assert counted["tiny", 1] == counted["tiny", None] == {1}
    assert counted["tiny linear probe", None] == counted["most frequent tag", None] == {None}
    averages = results.filter(system="tiny", aggregate="zero-shot mean")
    assert averages["collapsed"].to_list() == [1]
    facts = json.loads((folder / "versions.json").read_text(encoding="utf-8"))
    assert ("collapsed", "tiny", "pos") in {(each["kind"], each["system"], each["task"]) for each in facts["remarks"]}
    page = write_report(folder).read_text(encoding="utf-8")
    assert "† collapsed" in page
    assert "tiny, pos: collapsed, every word gets" in page
    assert r"$^\dagger$" in (folder / "tables/table2.tex").read_text(encoding="utf-8")
    assert "en_collapsed" in (folder / "tables/table2.csv").read_text(encoding="utf-8")
    assert "†" in seen(folder)
    assert "training collapsed" in seen(folder)


def test_a_training_that_began_with_a_probe_is_not_told_to(
    encoder: Path, root: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    asked = study(encoder, root, learning_rate=COLLAPSING, epochs=12, head_start="probe")
    folder = run_study(asked, tmp_path / "out", Local())
    remarks = json.loads((folder / "versions.json").read_text(encoding="utf-8"))["remarks"]
    for said in (
        caplog.text,
        *(each["text"] for each in remarks if (each["kind"], each["system"]) == ("collapsed", "tiny")),
    ):
        assert "collapsed, every word gets" in said
        assert "train longer or take another rate" in said
        assert "start the new layer" not in said


def test_a_training_that_learned_is_not_called_collapsed(encoder: Path, root: Path, tmp_path: Path) -> None:
    folder = run_study(study(encoder, root, learning_rate=1e-2, epochs=12), tmp_path / "out", Local())
    tagger = read_results(folder / "results.csv").filter(system="tiny")
    assert tagger["collapsed"].null_count() == len(tagger)
    assert "†" not in seen(folder)


def test_trainings_too_short_for_their_new_layer_are_warned_of_before_they_start(
    encoder: Path, root: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    asked = study(encoder, root, "table1 table2", learning_rate=3e-5, sources=["en", "de"])
    plan = plan_study(asked, tmp_path / "out")
    found = forewarnings(plan.steps.steps, plan.setting.candidates)
    assert [(remark.kind, remark.system, remark.task) for remark in found] == [
        ("too short", "tiny", "ner"), ("too short", "tiny", "pos"),
    ]  # fmt: skip
    assert "3 training steps at a rate of 3e-05" in found[1].text
    assert "(sources: en, de)" in found[1].text
    run_study(asked, tmp_path / "out", Local())
    assert [record.getMessage() for record in caplog.records][:2] == [remark.text for remark in found], (
        "before all else"
    )
    assert found[1].text in write_report(tmp_path / "out").read_text(encoding="utf-8").replace("&#x27;", "'")


@pytest.mark.parametrize("way_out", [{"head_start": "probe"}, {"head_learning_rate": 0.05}, {"epochs": 400}])
def test_each_way_out_that_is_named_is_one(encoder: Path, root: Path, tmp_path: Path, way_out: dict[str, Any]) -> None:
    plan = plan_study(study(encoder, root, **({"learning_rate": 3e-5} | way_out)), tmp_path / "out")
    assert forewarnings(plan.steps.steps, plan.setting.candidates) == []


def test_what_a_search_chose_is_not_warned_of_and_the_grids_edge_is(encoder: Path, root: Path, tmp_path: Path) -> None:
    asked = study(encoder, root)
    assert (
        forewarnings(
            plan_study(asked, tmp_path / "out").steps.steps, plan_study(asked, tmp_path / "out").setting.candidates
        )
        == []
    )
    folder = run_study(asked, tmp_path / "out", Local())
    facts = json.loads((folder / "versions.json").read_text(encoding="utf-8"))
    search = facts["encoders"]["tiny"]["fine_tuning"]["pos"]["search"]
    edges = [each["text"] for each in facts["remarks"] if each["kind"] == "edge of the grid"]
    assert bool(edges) == (search["learning_rate"] in (1e-4, 3e-3)) == search["at_edge"]
    assert "new layer" in seen(folder)
    assert "en dev after 4 training sentences: random 1e-4 " in seen(folder)


@pytest.mark.slow
def test_entities_from_300_spanish_sentences_collapse_from_a_random_start_and_not_from_a_probe(
    real_encoders: Path, data_root: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    e5, out = real_encoders / "multilingual-e5-small", tmp_path / "out"
    few = {
        "sources": ["es"], "targets": ["es", "nl"], "seeds": [1], "max_train": 300, "max_test": 60, "epochs": 3,
        "learning_rate": 3e-5, "precision": "fp32",
    }  # fmt: skip
    values = {}
    for start in ("random", "probe"):
        folder = run_study(reproduce_study(["table1"], [str(e5)], data_root, head_start=start, **few), out, Local())
        cells = read_results(folder / "results.csv").filter(system=e5.name, aggregate="mean")
        values[start] = dict(cells.select("target", "value").iter_rows())
        assert cells["collapsed"].to_list() == [{"random": 1, "probe": None}[start]] * 2
        if start == "random":
            assert "30 training steps at a rate of 3e-05 can hardly move the new layer" in caplog.text
            assert f"{e5.name}, ner: es (300 sentences), seed 1 → es, nl: collapsed, every word gets O" in caplog.text
    assert values["random"] == {"es": 0.0, "nl": 0.0}
    assert min(values["probe"].values()) > 25
