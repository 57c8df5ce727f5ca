"""Figures 1 and 2 and table 5 from end to end: three languages, one tiny encoder, everything a run leaves."""

from __future__ import annotations

import warnings
from pathlib import Path

import polars as pl
import pytest

from crossglot.engine.local import Local
from crossglot.report import write_report
from crossglot.results.rows import read_results
from crossglot.studies.running import run_study
from crossglot.studies.study import make_study
from toy_world import write_encoder, write_entities, write_root


def run_of(experiments: list[str], root: Path, encoder: Path, out: Path) -> Path:
    study = make_study(
        {
            "experiments": experiments, "data": root, "seeds": [1], "epochs": 1, "learning_rate": 1e-3,
            "encoders": [{"encoder": str(encoder), "role": "m-bert"}],
        }
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run_study(study, out, Local())
    return out


def test_overlap_and_typology_come_out_of_a_study(tmp_path: Path) -> None:
    root, encoder = write_root(tmp_path / "data"), write_encoder(tmp_path / "tiny")
    out = run_of(["figure1", "figure2", "table5"], root, encoder, tmp_path / "run")
    found = read_results(out / "results.csv")
    assert set(found["experiment"]) == {"figure1", "figure2", "table5"}
    overlap = found.filter(pl.col("metric") == "entity overlap", pl.col("source") == "en", pl.col("target") == "de")
    # A ##n ##a R ##o ##m ##e of Anna and Rome; Acme, whose ##c German has, is an ORG, and German annotates none
    assert overlap["value"].item() == pytest.approx(100 * 7 / 12)
    assert overlap["types"].item() == "LOC PER"
    features = found.filter(pl.col("metric") == "common features", pl.col("source") == "de", pl.col("target") == "es")
    assert (features["value"].item(), features["n"].item()) == (4, 6)
    cell = found.filter(pl.col("experiment") == "table5", pl.col("source") == "SVO", pl.col("target") == "SVO")
    assert set(cell["condition"]) >= {"81A", "81A by WALS"}
    claims = pl.read_csv(out / "claims.csv")
    assert set(claims["verdict"]) == {"cannot tell"}
    assert "figure 2" in " ".join(claims["where"])
    assert write_report(out).is_file()


def test_a_test_set_without_entities_leaves_its_cells_empty(tmp_path: Path) -> None:
    root, encoder = write_root(tmp_path / "data"), write_encoder(tmp_path / "tiny")
    write_entities(root, "germeval2014/de", [[("Anna", "O"), ("sieht", "O"), ("Rome", "O")]], "test")
    write_entities(root, "conll2002/es", [[("Anna", "O")]])
    out = run_of(["table1", "figure1"], root, encoder, tmp_path / "run")
    found = read_results(out / "results.csv")
    cells = found.filter(pl.col("metric") == "f1", pl.col("source").is_not_null(), pl.col("role") != "published")
    german = cells.filter(pl.col("target") == "de", pl.col("source").is_in(["en", "de"]))
    assert german["value"].null_count() == german.height == 2 * 2 * 4, "two experiments, two sources, four systems"
    assert set(german["missing"]) == {"no entity of the scored types in germeval2014/de test"}
    spanish = cells.filter((pl.col("target") == "es") | (pl.col("source") == "es"))
    assert set(spanish["missing"].drop_nulls()) >= {"no entity in conll2002/es"}
    assert not any("none in common" in str(why) for why in cells["missing"])
    averages = found.filter(
        pl.col("experiment") == "table1", pl.col("aggregate").str.ends_with("mean").fill_null(False)
    )
    averages = averages.filter(pl.col("aggregate") != "mean", pl.col("system") == "tiny")
    assert dict(averages.select("aggregate", "n").rows()) == {"zero-shot mean": 1, "diagonal mean": 1}
    overlap = found.filter(pl.col("metric") == "entity overlap", pl.col("source") == "en", pl.col("target") == "de")
    assert overlap["missing"].item() == "no entity in germeval2014/de test"
    assert write_report(out).is_file()
