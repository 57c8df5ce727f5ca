"""Figures 1 and 2 and table 5 from end to end: three languages, one tiny encoder, everything a run leaves."""

from __future__ import annotations

import warnings
from pathlib import Path

import polars as pl
import pytest

from crossglot.probes.results import read_results
from crossglot.report import write_report
from crossglot.studies.running import run_study
from crossglot.studies.study import make_study
from toy_world import write_encoder, write_root


def test_overlap_and_typology_come_out_of_a_study(tmp_path: Path) -> None:
    root, encoder = write_root(tmp_path / "data"), write_encoder(tmp_path / "tiny")
    study = make_study(
        {
            "experiments": ["figure1", "figure2", "table5"], "data": root, "seeds": [1], "epochs": 1,
            "learning_rate": 1e-3, "encoders": [{"encoder": str(encoder), "role": "m-bert"}],
        }
    )  # fmt: skip
    out = tmp_path / "run"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run_study(study, out)
    found = read_results(out / "results.csv")
    assert set(found["experiment"]) == {"figure1", "figure2", "table5"}
    overlap = found.filter(pl.col("metric") == "entity overlap", pl.col("source") == "en", pl.col("target") == "de")
    # A ##n ##a R ##o ##m ##e ##c of Anna, Rome and Acme; of Smith beside S ##i ##t ##h
    assert overlap["value"].item() == pytest.approx(100 * 8 / 12)
    features = found.filter(pl.col("metric") == "common features", pl.col("source") == "de", pl.col("target") == "es")
    assert (features["value"].item(), features["n"].item()) == (4, 6)
    cell = found.filter(pl.col("experiment") == "table5", pl.col("source") == "SVO", pl.col("target") == "SVO")
    assert set(cell["condition"]) >= {"81A", "81A by WALS"}
    claims = pl.read_csv(out / "claims.csv")
    assert set(claims["verdict"]) == {"cannot tell"}
    assert "figure 2" in " ".join(claims["where"])
    assert write_report(out).is_file()
