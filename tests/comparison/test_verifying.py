"""Verifying a run: what it kept gives its numbers again, and whatever was changed is named, first and alone."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from made_up_runs import change_predictions

from crossglot.comparison.rescoring import NOT_KEPT
from crossglot.comparison.verifying import Difference, Verified, same_results, verify
from crossglot.errors import DataError, StorageError
from crossglot.results.rows import read_results, write_results
from crossglot.runs import reproduce
from toy_world import write_encoder, write_root

KEPT = Path(__file__).parents[2] / "results/pos-tables"
"""Results with real encoders, without predictions."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables 2 and 3 of a tiny encoder, two seeds, in `out`; the data root is `data`."""
    base = tmp_path_factory.mktemp("verified")
    encoders = [f"m-bert={write_encoder(base / 'tiny')}", f"en-bert={write_encoder(base / 'english', seed=1)}"]
    reproduce(
        ["table2", "table3"], encoders, out=base / "out", data=write_root(base / "data"), seeds=[1, 2],
        learning_rate=1e-3, epochs=1, precision="fp32", device="cpu",
    )  # fmt: skip
    return base


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made / "out", tmp_path / "run", ignore=shutil.ignore_patterns("steps")))


def change_results(run: Path, column: str, change: Callable[[Any], Any], **where: Any) -> None:
    """Changes one column of the rows that match."""
    frame = read_results(run / "results.csv")
    rows = [
        row | ({column: change(row[column])} if all(row[key] == value for key, value in where.items()) else {})
        for row in frame.iter_rows(named=True)
    ]
    write_results(pl.DataFrame(rows, schema=frame.schema, orient="row"), run / "results.csv")


def differences(found: Verified) -> list[Difference]:
    return [difference for part in found.parts for difference in part.differences]


def test_an_untouched_run_is_equal_in_every_row_that_has_a_value(run: Path) -> None:
    found = verify(run)
    assert found.first is None
    rows = read_results(run / "results.csv").filter(pl.col("value").is_not_null())
    for part in found.parts[:2]:
        assert part.equal == len(rows.filter(experiment=part.name)), part.name
        assert not part.unchecked
    assert [part.name for part in found.parts] == ["table2", "table3", "claims"]
    assert found.parts[2].equal > 0


def test_a_prediction_that_was_changed_is_named_with_system_languages_seed_and_both_values(run: Path) -> None:
    path = run / "predictions/tiny.pos.en.seed2.parquet"
    kept = (
        read_results(run / "results.csv")
        .filter(experiment="table2", system="tiny", source="en", target="de", seed=2)["value"]
        .item()
    )

    def all_right(frame: pl.DataFrame) -> pl.DataFrame:
        german = pl.col("target") == "de"
        return frame.with_columns(pl.when(german).then("gold").otherwise("predicted").alias("predicted"))

    change_predictions(path, all_right)
    found = verify(run)
    first = found.first
    assert first is not None
    assert (first.part, first.column, first.kept, first.found) == ("table2", "value", kept, 100.0)
    assert {name: first.of[name] for name in ("system", "source", "target", "seed", "metric")} == {
        "system": "tiny", "source": "en", "target": "de", "seed": 2, "metric": "accuracy",
    }  # fmt: skip
    assert str(first) == f"table2, tiny, en → de, seed 2, accuracy: value is {kept}, should be 100.0"
    touched = {(one.of["system"], one.of["source"]) for one in differences(found)}
    assert touched == {("tiny", "en")}, "the seed, the mean and nothing of others"


def test_an_entity_that_was_changed_is_named(run: Path) -> None:
    (path,) = (run / "predictions").glob("most-frequent-tag.ner.en.parquet")
    change_predictions(path, lambda frame: frame.with_columns(pl.lit("B-PER").alias("predicted")))
    first = verify(run).first
    assert first is not None
    assert (first.part, first.of["system"], first.of["metric"]) == ("table3", "most frequent tag", "f1")


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("value", lambda value: value + 0.001),
        ("ci_low", lambda low: low - 1),
        ("ci_high", lambda high: high + 1),
        ("n", lambda n: n + 1),
        ("interval", lambda kind: f"{kind}, really"),
    ],
)
def test_a_value_that_was_changed_in_the_results_is_named(run: Path, column: str, change: Callable[[Any], Any]) -> None:
    where = {"experiment": "table2", "system": "tiny", "source": "es", "target": "de", "seed": 1}
    kept = read_results(run / "results.csv").filter(**where)[column].item()
    change_results(run, column, change, **where)
    (first, *others) = differences(verify(run))
    assert (first.column, first.kept, first.found) == (column, change(kept), kept)
    assert [first.of[name] for name in ("source", "target", "seed")] == ["es", "de", 1]
    assert not [one for one in others if one.of.get("system") != "tiny"]


def test_an_average_that_is_not_that_of_its_cells_is_named(run: Path) -> None:
    where = {"experiment": "table2", "system": "tiny untrained", "aggregate": "zero-shot mean"}
    cells = read_results(run / "results.csv").filter(
        pl.col("source") != pl.col("target"), experiment="table2", system="tiny untrained", aggregate="mean"
    )
    change_results(run, "value", lambda value: value + 1, **where)
    first = next(one for one in differences(verify(run)) if one.part == "table2")
    assert first.of["aggregate"] == "zero-shot mean"
    assert first.found == pytest.approx(cells["value"].mean())


def test_a_verdict_that_was_changed_is_named(tmp_path: Path) -> None:
    run = Path(shutil.copytree(KEPT, tmp_path / "kept"))
    assert verify(run).first is None
    frame = pl.read_csv(run / "claims.csv", infer_schema=False)
    decided = frame.filter(pl.col("value").is_not_null()).row(0, named=True)
    said = "holds" if decided["verdict"] != "holds" else "cannot tell"
    changed = frame.with_columns(
        pl.when(pl.col("id") == decided["id"]).then(pl.lit(said)).otherwise("verdict").alias("verdict")
    )
    changed.write_csv(run / "claims.csv")
    (only,) = differences(verify(run))
    assert (only.part, only.of["id"], only.column) == ("claims", decided["id"], "verdict")
    assert (only.kept, only.found) == (said, decided["verdict"])


def test_what_has_no_predictions_is_counted_and_not_called_equal(run: Path) -> None:
    (run / "predictions/tiny.pos.en.seed2.parquet").unlink()
    table = verify(run).parts[0]
    rows = read_results(run / "results.csv").filter(experiment="table2", system="tiny", source="en")
    assert table.unchecked == {NOT_KEPT: len(rows.filter(pl.col("value").is_not_null()))}
    assert not table.differences
    shutil.rmtree(run / "predictions")
    bare = verify(run)
    assert bare.first is None
    assert set(bare.parts[0].unchecked) == {NOT_KEPT}


def test_data_is_compared_with_the_checksums_of_the_run(run: Path, made: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(made / "data", tmp_path / "data"))
    (data,) = (part for part in verify(run, root).parts if part.name == "data")
    assert data.equal > 4
    assert not data.differences
    assert not data.unchecked
    (path,) = root.glob("ud/UD_German-GSD/*-test.conllu")
    path.write_text(path.read_text(encoding="utf-8") + "\n# more\n", encoding="utf-8")
    (only,) = differences(verify(run, root))
    assert (only.part, dict(only.of), only.column) == ("data", {"corpus": "UD_German-GSD test"}, "checksum")
    path.unlink()
    (data,) = (part for part in verify(run, root).parts if part.name == "data")
    assert sum(data.unchecked.values()) == 1
    with pytest.raises(DataError, match="no such data root"):
        verify(run, tmp_path / "nowhere")


def test_two_runs_of_one_study_are_compared_row_by_row(run: Path, made: Path) -> None:
    assert same_results(made / "out", run).equal == len(read_results(run / "results.csv"))
    change_results(run, "value", lambda value: value - 1, experiment="table3", aggregate="diagonal mean")
    found = same_results(made / "out", run)
    assert {one.of["aggregate"] for one in found.differences} == {"diagonal mean"}


def test_what_is_no_run_folder_and_what_is_damaged_are_errors(run: Path, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no such folder"):
        verify(tmp_path / "nowhere")
    with pytest.raises(StorageError, match=r"not a run folder, it has no results\.csv"):
        verify(tmp_path)
    path = run / "predictions/tiny.pos.en.seed2.parquet"
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(StorageError, match=r"tiny\.pos\.en\.seed2\.parquet"):
        verify(run)
