"""What scripts read: one JSON document on standard output, and nothing beside it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from tiny_world import run

from crossglot.results.rows import read_results
from crossglot.results.verdicts import read_claims


def said(*arguments: object) -> Any:
    found = run(*arguments, "--json")
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


@pytest.fixture
def finished(world: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(world / "run", tmp_path / "run"))


def test_a_finished_study_says_what_it_found(world: Path, finished: Path) -> None:
    whole = said(
        "reproduce", "table2", "--encoder", f"m-bert={world / 'encoder'}", "--data", world / "root", "--out", finished,
        "--seeds", 1, "--sources", "en", "--targets", "en,de", "--epochs", 1, "--lr", "0.01", "--precision", "fp32",
        "--device", "cpu",
    )  # fmt: skip
    assert Path(whole["report"]).is_file()
    results = read_results(finished / "results.csv")
    means = results.filter(results["aggregate"].is_in(["zero-shot mean", "diagonal mean"]))
    assert [(each["system"], each["value"]) for each in whole["means"]] == means.select("system", "value").rows()
    assert [each["id"] for each in whole["claims"]] == [claim.id for claim in read_claims(finished / "claims.csv")]
    assert list(map(int, re.findall(r"\d+", whole["found"][-1]))) == list(whole["verdicts"].values())
    assert whole["found"] and all(isinstance(sentence, str) for sentence in whole["found"])


def test_a_plan_says_what_is_finished(world: Path, finished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(world)  # paths of a study are relative to where the command is given
    whole = said("plan", finished / "study.toml", "--out", finished)
    assert {step["state"] for step in whole["steps"]} == {"finished"}
    assert whole["store"] == str(finished / "steps")
    shutil.rmtree(next(finished.glob("steps/TrainAndPredict-*")))
    states = [step["state"] for step in said("plan", finished / "study.toml", "--out", finished)["steps"]]
    assert states.count("to do") == 1


def test_a_report_says_where_its_pages_are(finished: Path, tmp_path: Path) -> None:
    one = said("report", finished)
    assert [Path(each["report"]).is_file() for each in one["runs"]] == [True]
    assert one["side_by_side"] is None
    assert str(finished / "tables" / "table2.tex") in one["runs"][0]["files"]
    other, page = Path(shutil.copytree(finished, tmp_path / "other")), tmp_path / "both.html"
    two = said("report", finished, other, "--out", page)
    assert (len(two["runs"]), two["side_by_side"]) == (2, str(page))
    assert page.is_file()


def test_several_reports_are_put_side_by_side_in_the_terminal(finished: Path, tmp_path: Path) -> None:
    other, page = Path(shutil.copytree(finished, tmp_path / "other")), tmp_path / "both.html"
    found = run("report", finished, other, "--out", page)
    assert found.exit_code == 0, found.output
    assert "cells in common: 1" in " ".join(found.stdout.split())
    assert f"wrote {page}" in found.stderr.replace("\n", "")


def test_the_page_replaces_nothing_that_is_read(finished: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(finished, tmp_path / "other"))
    refused = run("report", finished, other, "--out", finished / "results.csv")
    assert refused.exit_code == 2
    assert "results.csv" in refused.stderr
    assert read_results(finished / "results.csv").height
