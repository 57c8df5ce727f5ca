"""Taggers without an encoder in a study that names them: they stand in its tables, with their seeds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crossglot.results.rows import read_results
from crossglot.runs import reproduce
from toy_world import write_encoder, write_root


@pytest.mark.slow
def test_table_3_shows_the_bilstm_crf_beside_the_encoder_and_the_published_row(tmp_path: Path) -> None:
    encoder = write_encoder(tmp_path / "tiny")
    run = reproduce(
        "table3", {"en-bert": encoder}, data=write_root(tmp_path / "data"), out=tmp_path / "run", seeds=[1, 2],
        learning_rate=1e-3, epochs=1, floors=["bilstm-crf", "character-ngrams"],
    ).folder  # fmt: skip
    rows = read_results(run / "results.csv")
    cells = rows.filter(experiment="table3", source="en", target="en", aggregate="mean")
    systems = {(row["system"], row["role"]): row["value"] for row in cells.iter_rows(named=True)}
    assert set(systems) == {
        ("tiny", "en-bert"), ("character n-grams", "floor"), ("BiLSTM-CRF", "baseline"),
        ("Lample et al. (2016)", "published"),
    }  # fmt: skip
    assert systems["BiLSTM-CRF", "baseline"] == 100.0  # the three sentences it was trained on
    seeds = rows.filter(system="BiLSTM-CRF", source="en", target="en")["seed"].drop_nulls()
    assert sorted(seeds.to_list()) == [1, 2]
    facts = json.loads((run / "versions.json").read_text(encoding="utf-8"))
    assert "conll2003/en dev" in facts["data"]
