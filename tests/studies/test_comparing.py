"""Comparing runs from what they predicted: who is paired with whom, what counts as a difference, what is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

import crossglot
from crossglot.cli import app
from crossglot.errors import StorageError, UsageError
from crossglot.probes.results import MEAN, ResultRow, write_results

Predicted = Mapping[Any, Mapping[str, Sequence[str]]]
"""(system, source, seed) → target → tags of each sentence, blanks between."""

GOLD = ["DET NOUN VERB"] * 60


def write_run(
    folder: Path,
    predicted: Predicted,
    gold: Sequence[str] = GOLD,
    roles: Mapping[str, str] | None = None,
    task: str = "pos",
    types: str | None = None,
) -> Path:
    """A run folder with nothing but results.csv and predictions/."""
    (folder / "predictions").mkdir(parents=True)
    rows = {}
    for (system, source, seed), targets in predicted.items():
        words = [
            {
                "target": target, "sentence": sentence, "word": word, "form": f"w{word}", "gold": tag,
                "predicted": guess,
            }
            for target, guesses in targets.items()
            for sentence, (tags, guessed) in enumerate(zip(gold, guesses, strict=True))
            for word, (tag, guess) in enumerate(zip(tags.split(), guessed.split(), strict=True))
        ]  # fmt: skip
        name = f"{system}.{task}.{source}".replace(" ", "-").replace("/", "-").replace(":", "-")
        suffix = "" if seed is None else f".seed{seed}"
        pl.DataFrame(words).write_parquet(folder / "predictions" / f"{name}{suffix}.parquet")
        for target in targets:
            rows[system, source, target] = ResultRow(
                experiment="table2", system=system, role=(roles or {}).get(system, "other"), task=task, source=source,
                target=target, aggregate=MEAN, metric="f1" if task == "ner" else "accuracy", value=0.0, condition=types,
            )  # fmt: skip
    write_results(list(rows.values()), folder / "results.csv")
    return folder


def right(times: int, of: int = 60) -> list[str]:
    """So many sentences all right, the others with one word of three wrong."""
    return ["DET NOUN VERB"] * times + ["DET NOUN X"] * (of - times)


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
        pl.read_parquet(path).filter(target="de").write_parquet(path)
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
        predicted = {(system, "en", 1): {"de": right(30)} for system in (name, f"{name} untrained")}
        return write_run(tmp_path / name, predicted, roles={name: "m-bert", f"{name} untrained": "floor"})

    found = crossglot.compare(run("small"), run("large"))
    assert set(found.select("first", "second").rows()) == {
        ("small", "large"),
        ("small untrained", "large untrained"),
    }


def test_entities_count_where_both_runs_count_them(tmp_path: Path) -> None:
    gold = ["B-PER O B-LOC"] * 40
    ours = write_run(tmp_path / "a", {("s", "en", 1): {"de": ["B-PER O O"] * 40}}, gold, task="ner", types="LOC PER")
    theirs = write_run(
        tmp_path / "b", {("s", "en", 1): {"de": ["B-PER O B-LOC"] * 40}}, gold, task="ner", types="ORG PER"
    )
    cell = crossglot.compare(ours, theirs).row(0, named=True)
    assert (cell["metric"], cell["types"], cell["value_first"], cell["value_second"]) == ("f1", "PER", 100, 100)


def test_other_sentences_are_not_compared(two: tuple[Path, Path], tmp_path: Path) -> None:
    shorter = write_run(
        tmp_path / "c", {("ours", "en", 1): {"de": right(20, of=50), "es": right(20, of=50)}}, GOLD[:50]
    )
    with pytest.raises(
        UsageError, match=r"cannot be compared: en → de: they predicted different sentences \(60 and 50\)"
    ):
        crossglot.compare(two[0], shorter)
    other = write_run(tmp_path / "d", {("ours", "en", 1): {"de": ["DET NOUN VERB"] * 60}}, ["DET NOUN AUX"] * 60)
    with pytest.raises(UsageError, match="their gold tags differ"):
        crossglot.compare(two[0], other)


def test_what_is_no_run_or_has_nothing_in_common_is_refused(two: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"results\.csv"):
        crossglot.compare(two[0], tmp_path / "absent")
    other = write_run(tmp_path / "c", {("ours", "fr", 1): {"de": right(30)}})
    with pytest.raises(UsageError, match=r"no cell in common: a has ours \(pos from en\); c has ours \(pos from fr\)"):
        crossglot.compare(two[0], other)
    for path in (other / "predictions").iterdir():
        path.unlink()
    with pytest.raises(StorageError, match="no predictions are kept"):
        crossglot.compare(two[0], other)
    with pytest.raises(UsageError, match="between 0\\.5 and 1"):
        crossglot.compare(*two, level=95)


def test_the_command_prints_a_table_and_writes_all_cells(two: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "cells.csv"
    with pytest.raises(StorageError, match="cannot write"):
        crossglot.compare(*two, out=tmp_path / "absent" / "cells.csv")
    result = CliRunner().invoke(app, ["compare", *map(str, two), "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert "en → de" in result.output
    assert "+16.7" in result.output
    assert "2 cells: 1 first better, 1 within noise" in result.output
    assert pl.read_csv(out)["verdict"].to_list() == ["first better", "within noise"]
