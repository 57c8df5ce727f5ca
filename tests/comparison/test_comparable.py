"""Runs that cannot be compared: each says why, and what to do."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from made_up_runs import right, write_run
from typer.testing import CliRunner

import crossglot
from crossglot.cli import app
from crossglot.errors import StorageError
from crossglot.results.rows import MEAN, ResultRow, write_results


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_run(tmp_path / "run", {("s", "en", 1): {"de": right(30)}})


def without_taggers(folder: Path, experiment: str, task: str) -> Path:
    (folder / "predictions").mkdir(parents=True)
    row = ResultRow(
        experiment=experiment, system="s", role="m-bert", task=task, source="en", target="de", aggregate=MEAN,
        metric="accuracy", value=50.0,
    )  # fmt: skip
    write_results([row], folder / "results.csv")
    return folder


@pytest.mark.parametrize(
    ("experiment", "task", "why"),
    [
        ("figure3", "translation", "figure3 trains no taggers, its numbers are translation accuracies"),
        ("causes", "pos", "causes holds its conditions against each other itself"),
        ("curve", "pos", "curve holds its conditions against each other itself"),
    ],
)
def test_a_run_without_taggers_is_not_sent_to_run_again(
    run: Path, tmp_path: Path, experiment: str, task: str, why: str
) -> None:
    folder = without_taggers(tmp_path / "other", experiment, task)
    result = CliRunner().invoke(app, ["compare", str(run), str(folder)])
    assert result.exit_code == 2
    assert why in result.output
    assert "taggers predicted for the same sentences" in result.output
    assert "run its study again" not in result.output


def test_taggers_without_predictions_are_to_be_run_again(run: Path, tmp_path: Path) -> None:
    folder = without_taggers(tmp_path / "other", "table2", "pos")
    with pytest.raises(StorageError, match="no predictions are kept there; run its study again"):
        crossglot.compare(run, folder)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def turn_a_byte(path: Path) -> None:
    """In what was predicted: the file's structure stays whole."""
    whole = path.read_bytes()
    begin = whole.index(b"\x28\xb5\x2f\xfd", len(whole) // 2 - 400)  # zstd's magic number
    path.write_bytes(whole[:begin] + bytes(8) + whole[begin + 8 :])


def lose_gold(path: Path) -> None:
    pl.read_parquet(path).drop("gold").write_parquet(path)


def lose_tags(path: Path) -> None:
    table = pl.read_parquet(path)
    table.with_columns(predicted=pl.when(pl.col("word") > 0).then(pl.col("predicted"))).write_parquet(path)


def number_targets(path: Path) -> None:
    pl.read_parquet(path).with_columns(target=pl.lit(1)).write_parquet(path)


@pytest.mark.parametrize("damage", [cut, turn_a_byte, lose_gold, lose_tags, number_targets])
def test_a_damaged_file_is_named(run: Path, tmp_path: Path, damage: object) -> None:
    folder = write_run(tmp_path / "damaged", {("s", "en", seed): {"de": right(30)} for seed in (1, 2)})
    path = folder / "predictions" / "s.pos.en.seed2.parquet"
    damage(path)  # type: ignore[operator]
    result = CliRunner().invoke(app, ["compare", str(run), str(folder)])
    assert result.exit_code == 2, result.output
    assert f"{path}: " in result.output
    assert "Traceback" not in result.output
