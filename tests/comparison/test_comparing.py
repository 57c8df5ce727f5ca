"""Comparing runs from what they predicted: who is paired with whom, what counts as a difference, what is refused."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from made_up_runs import GOLD, change_predictions, right, write_run
from typer.testing import CliRunner

import crossglot
from crossglot.cli import app
from crossglot.comparison.comparing import permutations_needed
from crossglot.errors import StorageError, UsageError
from crossglot.results.systems import System


def printed(*arguments: object) -> str:
    """What the command says, its words kept on their lines."""
    result = CliRunner().invoke(app, ["compare", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    """A run whose tagger is better on German and as good on Spanish as the other run's."""
    good = {("ours", "en", seed): {"de": right(57), "es": right(30)} for seed in (1, 2)}
    bad = {("ours", "en", seed): {"de": right(27), "es": right(30)} for seed in (1, 2)}
    return write_run(tmp_path / "a", good), write_run(tmp_path / "b", bad)


def test_a_difference_is_told_from_none(two: tuple[Path, Path]) -> None:
    found = crossglot.compare(*two)
    german, spanish = found.to_dicts()
    assert (german["target"], german["verdict"]) == ("de", "first better")
    # 60 sentences of 3 words: 3 and 33 words wrong
    assert german["value_first"] == pytest.approx(100 * 177 / 180)
    assert german["value_second"] == pytest.approx(100 * 147 / 180)
    assert german["difference"] == pytest.approx(100 * 30 / 180)
    assert german["ci_low"] > 0
    assert (german["seeds_first"], german["seeds_second"], german["sentences"]) == (2, 2, 60)
    assert (spanish["target"], spanish["verdict"], spanish["difference"], spanish["p"]) == ("es", "within noise", 0, 1)


def test_the_other_way_round_all_signs_turn(two: tuple[Path, Path]) -> None:
    german = crossglot.compare(two[1], two[0]).row(0, named=True)
    assert german["verdict"] == "second better"
    assert german["difference"] == pytest.approx(-100 * 30 / 180)
    assert german["ci_high"] < 0


def test_one_cell_that_barely_differs_is_noise_among_many(tmp_path: Path) -> None:
    """Six more words right in six sentences, none worse: p = 2 / 2 ** 6 = 0.031 alone, 0.31 among ten cells."""
    targets = [f"t{number}" for number in range(9)]
    ours = write_run(tmp_path / "a", {("s", "en", 1): {"de": right(36), **{t: right(30) for t in targets}}})
    theirs = write_run(tmp_path / "b", {("s", "en", 1): {"de": right(30), **{t: right(30) for t in targets}}})
    german = crossglot.compare(ours, theirs).filter(target="de").row(0, named=True)
    assert german["p"] == pytest.approx(2 / 2**6, abs=0.01)
    assert german["p_holm"] == pytest.approx(10 * german["p"])
    assert german["ci_low"] > 0
    assert german["verdict"] == "within noise"
    for folder in (ours, theirs):
        frame = pl.read_csv(folder / "results.csv").filter(pl.col("target") == "de")
        frame.write_csv(folder / "results.csv")
        path = folder / "predictions" / "s.pos.en.seed1.parquet"
        change_predictions(path, lambda table: table.filter(target="de"))
    assert crossglot.compare(ours, theirs).row(0, named=True)["verdict"] == "first better"


def test_two_systems_of_one_run_are_compared_by_name(tmp_path: Path) -> None:
    run = write_run(
        tmp_path / "a",
        {("m bert", "hi/en:corrected", 1): {"de": right(60)}, ("flat", "hi/en:corrected", None): {"de": right(6)}},
    )
    found = crossglot.compare(run, run, systems=("m bert", "flat")).row(0, named=True)
    assert (found["first"], found["second"], found["source"]) == ("m bert", "flat", "hi/en:corrected")
    assert found["verdict"] == "first better"
    with pytest.raises(UsageError, match="one and the same run; name two of its systems"):
        crossglot.compare(run, run)
    with pytest.raises(UsageError, match="no system 'bert'; it has m bert, flat"):
        crossglot.compare(run, run, systems=("bert", "flat"))


def test_systems_of_other_names_go_together_by_role_and_so_do_their_untrained_twins(tmp_path: Path) -> None:
    def run(name: str) -> Path:
        systems = {name: System(name, "m-bert"), f"{name}'s": System(f"{name}'s", "floor", name, "untrained")}
        predicted = {(system, "en", 1): {"de": right(30)} for system in systems}
        roles = {system.name: str(system.role) for system in systems.values()}
        return write_run(tmp_path / name, predicted, roles=roles, systems=systems)

    found = crossglot.compare(run("small"), run("large"))
    assert set(found.select("first", "second").rows()) == {
        ("small", "large"),
        ("small's", "large's"),
    }


def test_entities_count_where_both_runs_count_them(tmp_path: Path) -> None:
    gold = ["B-PER O B-LOC"] * 40
    ours = write_run(tmp_path / "a", {("s", "en", 1): {"de": ["B-PER O O"] * 40}}, gold, task="ner", types="LOC PER")
    theirs = write_run(
        tmp_path / "b", {("s", "en", 1): {"de": ["B-PER O B-LOC"] * 40}}, gold, task="ner", types="ORG PER"
    )
    cell = crossglot.compare(ours, theirs).row(0, named=True)
    assert (cell["metric"], cell["types"], cell["value_first"], cell["value_second"]) == ("f1", "PER", 100, 100)


def test_cells_without_anything_to_find_are_not_compared(tmp_path: Path) -> None:
    """F1 is 0 there whatever is predicted: that says nothing about the taggers."""
    gold = {"de": ["B-PER O O"] * 40, "fr": ["O O O"] * 40}

    def run(name: str, tag: str, types: str) -> Path:
        folder = write_run(
            tmp_path / name,
            {("s", "en", 1): {"de": [f"{tag} O O"] * 40, "fr": [f"{tag} O O"] * 40}},
            gold["fr"],
            task="ner",
            types=types,
        )
        path = folder / "predictions" / "s.ner.en.seed1.parquet"
        german = (pl.col("target") == "de") & (pl.col("word") == 0)
        mended = pl.when(german).then(pl.lit("B-PER")).otherwise(pl.col("gold"))
        change_predictions(path, lambda table: table.with_columns(gold=mended))
        return folder

    ours, theirs = run("a", "B-PER", "LOC PER"), run("b", "O", "ORG PER")
    german, french = crossglot.compare(ours, theirs).to_dicts()
    assert (german["target"], german["verdict"], german["p_holm"]) == ("de", "first better", german["p"])
    assert (french["target"], french["verdict"], french["why"]) == ("fr", "not compared", "no entity in gold")
    assert french["difference"] is french["p"] is None
    assert "not compared: en → fr: no entity in gold" in printed(ours, theirs)
    other = run("c", "O", "MISC")
    with pytest.raises(UsageError, match="en → de, en → fr: no entity type that both count"):
        crossglot.compare(ours, other)


@pytest.mark.parametrize("level", [0.95, 0.99])
def test_a_clear_difference_is_found_among_many_cells_at_any_level(tmp_path: Path, level: float) -> None:
    """Holm's factor of 70 cells makes 70 / 5,000 = 0.014 of the smallest p-value of 5,000 swaps."""
    equal = {f"t{number}": right(15, of=30) for number in range(69)}
    ours = write_run(tmp_path / "a", {("s", "en", 1): {"de": right(30, of=30), **equal}}, GOLD[:30])
    theirs = write_run(tmp_path / "b", {("s", "en", 1): {"de": right(0, of=30), **equal}}, GOLD[:30])
    found = crossglot.compare(ours, theirs, level=level)
    assert found.height == 70
    assert found.row(0, named=True)["target"] == "de"
    assert found["verdict"].to_list() == ["first better", *["within noise"] * 69]


@pytest.mark.parametrize("cells", [1, 70, 200, 201, 1681, 6724])
def test_at_the_usual_level_there_are_25_permutations_a_cell(cells: int) -> None:
    assert permutations_needed(cells, 0.95) == max(5000, 25 * cells)
    assert cells / permutations_needed(cells, 0.999) <= 0.0008 * (1 + 1e-9)


def test_other_sentences_are_not_compared(two: tuple[Path, Path], tmp_path: Path) -> None:
    shorter = write_run(
        tmp_path / "c", {("ours", "en", 1): {"de": right(20, of=50), "es": right(20, of=50)}}, GOLD[:50]
    )
    with pytest.raises(
        UsageError, match=r"cannot be compared: en → de, en → es: they predicted different sentences \(60 and 50\)"
    ):
        crossglot.compare(two[0], shorter)
    other = write_run(tmp_path / "d", {("ours", "en", 1): {"de": ["DET NOUN VERB"] * 60}}, ["DET NOUN AUX"] * 60)
    with pytest.raises(UsageError, match="their gold tags differ"):
        crossglot.compare(two[0], other)


def test_what_is_no_run_or_has_nothing_in_common_is_refused(two: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"absent: no such folder\n.*results\.csv"):
        crossglot.compare(two[0], tmp_path / "absent")
    with pytest.raises(StorageError, match=r"not a run folder, it has no results\.csv"):
        crossglot.compare(two[0], tmp_path)
    other = write_run(tmp_path / "c", {("ours", "fr", 1): {"de": right(30)}})
    with pytest.raises(
        UsageError, match=r"common: a has ours \(pos from en to de, es\); c has ours \(pos from fr to de\)"
    ):
        crossglot.compare(two[0], other)
    for path in (other / "predictions").iterdir():
        path.unlink()
    with pytest.raises(StorageError, match="no predictions are kept"):
        crossglot.compare(two[0], other)
    with pytest.raises(UsageError, match="level: has to be a number from 0\\.5 to 0\\.999, not 95"):
        crossglot.compare(*two, level=95)


def test_the_command_prints_a_table_and_writes_all_cells(two: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "cells.csv"
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StorageError, match="cannot be written"):
        crossglot.compare(*two, out=tmp_path / "taken" / "cells.csv")
    result = CliRunner().invoke(app, ["compare", *map(str, two), "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert "en → de" in result.output
    assert "+16.7" in result.output
    assert "2 cells: 1 first better, 1 within noise" in result.output
    assert pl.read_csv(out)["verdict"].to_list() == ["first better", "within noise"]


def test_the_command_says_what_only_one_run_has_and_which_settings_differ(tmp_path: Path) -> None:
    cells = {target: right(30) for target in ("de", "es")}
    ours = write_run(
        tmp_path / "a", {("s", source, 1): cells for source in ("en", "hi", "ja")} | {("t", "en", 1): cells}
    )
    theirs = write_run(tmp_path / "b", {("s", "en", 1): {**cells, "ru": right(30)}})
    for folder, most in ((ours, 100), (theirs, 60)):
        (folder / "study.toml").write_text(f"max_train = {most}\nseeds = [1]\n")
        (folder / "versions.json").write_text('{"device": "cpu"}')
    lines = printed(ours, theirs).splitlines()
    assert "only in first: 6 cells (of t; from hi, ja)" in lines
    assert "only in second: 1 cell (to ru)" in lines
    assert lines[lines.index("Settings that differ, first : second") + 1 :] == ["  max_train 100 : 60"]


def test_the_command_says_when_nothing_else_differs(two: tuple[Path, Path]) -> None:
    for folder in two:
        (folder / "study.toml").write_text("seeds = [1]\n")
        (folder / "versions.json").write_text('{"device": "cpu"}')
    assert printed(*two).splitlines()[-1] == "No setting differs."
    assert "only in" not in printed(*two)
