"""The learning curve from end to end: a tiny encoder, and a real one for a few sentences where there is one."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from crossglot.engine.local import Local
from crossglot.experiments.curve import plan
from crossglot.report.writing import write_report
from crossglot.results.predictions import whose
from crossglot.results.rows import read_results
from crossglot.steps.rows import AT_CHECKPOINT, read_predictions
from crossglot.studies.planning import plan_study
from crossglot.studies.running import run_study
from crossglot.studies.study import load_study, make_study
from toy_world import ENGLISH, write_encoder, write_root, write_treebank

POINTS = (1, 2, 3, 4, 6, 8, 11, 15)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Curves of 2, 4 and 5 sentences for two encoders, and a table beside them."""
    folder = tmp_path_factory.mktemp("curve")
    root = write_root(folder / "data")
    write_treebank(root, "UD_English-EWT", "en_ewt", [*ENGLISH, *ENGLISH])
    names = {"m-bert": "multi", "en-bert": "english"}
    entries = [
        {"encoder": str(write_encoder(folder / name, seed)), "role": role}
        for seed, (role, name) in enumerate(names.items())
    ]
    study = make_study(
        {
            "experiments": ["curve", "table2"], "encoders": entries, "data": root, "targets": ["de", "es"],
            "sources": ["en"], "seeds": [1, 2, 3], "max_train": 5, "learning_rate": 1e-2, "epochs": 15,
            "floors": ["linear-probe", "most-frequent-tag"],
        }
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        patch.setattr(plan, "SIZES", (2, 4, 2000))
        run_study(study, folder / "run", Local())
    write_report(folder / "run")
    return folder / "run"


def of_curve(run: Path) -> pl.DataFrame:
    return read_results(run / "results.csv").filter(pl.col("experiment") == "curve")


def test_every_size_and_every_point_has_its_cells_and_says_how_much_it_was_trained_with(run: Path) -> None:
    found = of_curve(run).filter(pl.col("system") == "multi", pl.col("aggregate") == "mean")
    ends = ["2 sentences", "4 sentences", "5 sentences"]
    points = [f"5 sentences, point {point} of 8" for point in range(1, 8)]
    cells = found.filter(pl.col("metric") == "accuracy")
    assert set(cells.select("condition", "target").rows()) == {
        (condition, target) for condition in [*ends, *points] for target in ("en", "de", "es")
    }
    said = found.filter(pl.col("metric") == "optimiser steps").sort("value")
    assert dict(said.select("condition", "value").rows()) == dict(zip(points, POINTS, strict=False)) | dict.fromkeys(
        ends, 15
    )
    gained = found.filter(pl.col("metric") == "accuracy gained until the end")
    assert set(gained["condition"]) == set(points)


def test_cells_and_gains_are_those_of_the_predictions(run: Path) -> None:
    """The oracle counts words in the step's own files."""
    (row,) = [whose(path) for path in (run / "predictions").glob("multi.pos.en.5-sentences.seed2.parquet")]
    folder = run / "steps" / row.step
    right = []
    for path in (folder / AT_CHECKPOINT.format(3), folder / "predictions.parquet"):
        german = read_predictions(path).filter(pl.col("target") == "de")
        right.append(100 * np.mean((german["gold"] == german["predicted"]).to_numpy()))
    cells = of_curve(run).filter(pl.col("system") == "multi", pl.col("seed") == 2, pl.col("target") == "de")
    values = {
        (condition, metric): value for condition, metric, value in cells.select("condition", "metric", "value").rows()
    }
    point = "5 sentences, point 3 of 8"
    assert values[point, "accuracy"] == pytest.approx(right[0])
    assert values["5 sentences", "accuracy"] == pytest.approx(right[1])
    assert values[point, "accuracy gained until the end"] == pytest.approx(right[1] - right[0])


def test_floors_have_every_size_and_no_point_on_the_way(run: Path) -> None:
    for floor in ("multi linear probe", "most frequent tag"):
        cells = of_curve(run).filter(
            pl.col("system") == floor, pl.col("metric") == "accuracy", pl.col("target") == "de"
        )
        assert cells.filter(pl.col("aggregate") == "mean")["condition"].to_list() == [
            "2 sentences", "4 sentences", "5 sentences",
        ]  # fmt: skip


def test_predictions_say_how_many_sentences_they_are_from_and_others_do_not(run: Path) -> None:
    said = {(one.system.name, one.sentences) for path in (run / "predictions").iterdir() if (one := whose(path))}
    assert said >= {("multi", 2), ("multi", 4), ("multi", 5), ("multi", None), ("most frequent tag", 4)}
    assert ("most frequent tag", 5) not in said, "it is the table's as well"


def test_comparisons_are_of_the_table_alone(run: Path) -> None:
    from crossglot.comparison.comparable import read_comparable

    kept = read_comparable(run)
    assert {(row.system.name, row.source) for row in kept.rows} == {
        ("multi", "en"), ("multi linear probe", "en"), ("most frequent tag", "en"),
    }  # fmt: skip


def test_a_finished_curve_has_nothing_to_do(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "SIZES", (2, 4, 2000))
    found = plan_study(load_study(run / "study.toml"), run)
    assert {planned.state for planned in found.states()} == {"finished"}


def test_the_report_draws_it_and_judges_its_claims(run: Path) -> None:
    assert (run / "figures/curve.svg").is_file()
    assert pl.read_csv(run / "tables/curve-steps.csv").columns[3:] == [str(step) for step in POINTS]
    claims = {row["id"]: row["why"] for row in pl.read_csv(run / "claims.csv").iter_rows(named=True)}
    assert "no gain with some beyond half of that with many" in claims["half-with-some"]
    assert "targets-forgotten" in claims


def test_a_search_is_for_the_longest_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "SIZES", (1, 3))
    root, encoder = write_root(tmp_path / "data"), write_encoder(tmp_path / "tiny")
    study = make_study(
        {"experiments": ["curve"], "encoders": [{"encoder": str(encoder)}], "data": root, "targets": ["de"]}
    )
    (search,) = plan_study(study, tmp_path / "run").searches
    assert search.max_train == 3


@pytest.mark.slow
def test_a_real_encoder_transfers_from_a_few_sentences(data_root: Path, real_encoders: Path, tmp_path: Path) -> None:
    study = make_study(
        {
            "experiments": ["curve"], "encoders": [{"encoder": str(real_encoders / "multilingual-e5-small")}],
            "data": data_root, "targets": ["de"], "seeds": [1], "max_train": 50, "max_test": 30,
            "learning_rate": 3e-4, "head_start": "probe", "floors": ["linear-probe"],
        }
    )  # fmt: skip
    run = run_study(study, tmp_path / "run", Local())
    cells = of_curve(run).filter(
        pl.col("aggregate") == "mean", pl.col("metric") == "accuracy", pl.col("condition") == "50 sentences"
    )
    scores = {(system, target): value for system, target, value in cells.select("system", "target", "value").rows()}
    name = "multilingual-e5-small"
    assert scores[name, "de"] > scores[f"{name} linear probe", "de"] > 40
    on_the_way = of_curve(run).filter(pl.col("metric") == "optimiser steps", pl.col("system") == name)
    assert sorted(on_the_way["value"].to_list()) == [1, 2, 3, 4, 5, 6]


def test_scores_of_every_size_can_be_made_anew_and_points_on_the_way_cannot(run: Path) -> None:
    from crossglot.comparison.rescoring import ON_THE_WAY
    from crossglot.comparison.verifying import verify

    found = verify(run)
    assert found.first is None
    (curve,) = (part for part in found.parts if part.name == "curve")
    scores = of_curve(run).filter(pl.col("metric") == "accuracy", pl.col("value").is_not_null())
    at_ends = scores.filter(~pl.col("condition").str.contains("point"), pl.col("target").is_not_null())
    assert curve.equal == len(at_ends.filter((pl.col("aggregate") == "mean") | pl.col("seed").is_not_null()))
    assert curve.unchecked[ON_THE_WAY] >= len(scores.filter(pl.col("condition").str.contains("point")))
