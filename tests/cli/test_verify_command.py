"""`crossglot verify`: its exit status says whether anything differs, its lines say what; so does its JSON."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tiny_world import run

from crossglot.results.rows import read_results, write_results


@pytest.fixture
def folder(world: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(world / "run", tmp_path / "run", ignore=shutil.ignore_patterns("steps")))


def tamper(folder: Path) -> None:
    """One point more for a training of one seed."""
    import polars as pl

    frame = read_results(folder / "results.csv")
    of_seed = pl.col("seed").is_not_null() & (pl.col("target") == "de")
    more = pl.when(of_seed).then(pl.col("value") + 1).otherwise("value").alias("value")
    write_results(frame.with_columns(more), folder / "results.csv")


def test_a_run_as_it_was_written_ends_with_0(folder: Path, world: Path) -> None:
    found = run("verify", folder, "--data", world / "root")
    assert found.exit_code == 0, found.output
    assert "that could be made anew are equal" in found.stdout
    assert "data" in found.stdout


def test_a_changed_number_ends_with_3_and_is_named(folder: Path) -> None:
    tamper(folder)
    found = run("verify", folder)
    assert found.exit_code == 3
    assert "could be made anew differ. The first:\n  table2, " in found.stdout
    assert "en → de, seed 1, accuracy: value is " in found.stdout
    assert "Traceback" not in found.output


def test_json_has_the_first_difference_and_all_counts(folder: Path) -> None:
    same = json.loads(run("verify", folder, "--json").stdout)
    assert (same["same"], same["first"]) == (True, None)
    assert same["parts"][0]["name"] == "table2"
    assert same["parts"][0]["equal"] > 0
    tamper(folder)
    found = run("verify", folder, "--json")
    assert found.exit_code == 3
    said = json.loads(found.stdout)
    assert said["same"] is False
    assert said["first"]["of"]["target"] == "de"
    assert said["first"]["kept"] == pytest.approx(said["first"]["found"] + 1)
    assert said["first"] == said["parts"][0]["differences"][0]


def test_a_second_run_gives_the_same_rows_and_says_which_do_not(folder: Path) -> None:
    found = run("verify", folder, "--rerun", "--json")
    assert found.exit_code == 0, found.output
    again = json.loads(found.stdout)["parts"][-1]
    assert again["name"] == "rerun"
    assert again["equal"] == len(read_results(folder / "results.csv"))
    tamper(folder)
    (folder / "predictions").rename(folder / "gone")
    found = run("verify", folder, "--rerun")
    assert found.exit_code == 3
    assert "seed 1, accuracy" in found.stdout


def test_a_folder_without_results_ends_with_2(tmp_path: Path) -> None:
    found = run("verify", tmp_path)
    assert found.exit_code == 2
    assert "not a run folder, it has no results.csv" in found.stderr


def test_a_folder_without_a_study_cannot_be_run_again(folder: Path) -> None:
    (folder / "study.toml").unlink()
    found = run("verify", folder, "--rerun")
    assert found.exit_code == 2
    assert "has no study.toml" in found.stderr
