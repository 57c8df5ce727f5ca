"""A run says which of its test sentences were trained on: of the samples it was given, in its remarks and report."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from crossglot.engine.local import Local
from crossglot.report import write_report
from crossglot.studies.planning import plan_study
from crossglot.studies.remarks import remarks_on, warnings_before
from crossglot.studies.reproduce import reproduce_study
from crossglot.studies.running import run_study
from toy_world import write_encoder, write_root, write_treebank

LONG = [f"sentence number {number} is long enough ." for number in range(6)]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("encoders") / "tiny")


def write(root: Path, name: str, code: str, split: str, sentences: Sequence[str]) -> None:
    write_treebank(root, name, code, [[(word, "X") for word in one.split()] for one in sentences], split)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """All that German tests is in English training, in capitals; two sentences of English training are in its test."""
    write(tmp_path, "UD_English-EWT", "en_ewt", "train", LONG)
    write(tmp_path, "UD_English-EWT", "en_ewt", "test", [*LONG[:2], "short one .", "and something else that is new"])
    write(tmp_path, "UD_German-GSD", "de_gsd", "train", ["ganz anderer Text steht hier geschrieben"])
    write(tmp_path, "UD_German-GSD", "de_gsd", "test", [one.upper() for one in LONG])
    return tmp_path


def study(encoder: Path, root: Path, tables: str = "table2", **changes: Any) -> Any:
    plain = {
        "seeds": [1], "sources": ["en", "de"], "targets": ["en", "de"], "precision": "fp32", "device": "cpu",
        "learning_rate": 1e-2, "epochs": 1,
    }  # fmt: skip
    return reproduce_study(tables.split(), [f"m-bert={encoder}"], root, **(plain | changes))


def told(asked: Any, out: Path) -> list[tuple[str, str]]:
    """Of a plan, nothing of which was run: (task, text) of the remarks on tests that were trained on."""
    return [(one.task, one.text) for one in remarks_on(plan_study(asked, out)) if one.kind == "tested on training"]


def test_source_and_target_are_named_with_the_count_of_sentences(encoder: Path, root: Path, tmp_path: Path) -> None:
    ((task, text),) = told(study(encoder, root), tmp_path / "out")
    assert task == "pos"
    assert "en → de 6 of 6 (6 longer than four words), en → en 2 of 4 (2 longer than four words)." in text
    assert "de →" not in text


def test_a_plan_says_it_before_anything_is_run(encoder: Path, root: Path, tmp_path: Path) -> None:
    plan = plan_study(study(encoder, root), tmp_path / "out")
    (said,) = [one.text for one in warnings_before(plan) if one.kind == "tested on training"]
    assert "en → de 6 of 6 (6 longer than four words)" in said


@pytest.mark.parametrize(
    ("limits", "counted"),
    [
        ({"max_train": 2}, "en → de 2 of 6 (2 longer"),
        ({"max_test": 3}, "en → de 3 of 3 (3 longer"),
    ],
)
def test_only_what_is_really_trained_on_and_tested_counts(
    encoder: Path, root: Path, tmp_path: Path, limits: dict[str, Any], counted: str
) -> None:
    ((_, text),) = told(study(encoder, root, **limits), tmp_path / "out")
    assert counted in text


def test_a_source_that_shares_nothing_long_is_not_remarked_on(encoder: Path, root: Path, tmp_path: Path) -> None:
    write(root, "UD_German-GSD", "de_gsd", "train", ["short one .", "ganz anderer Text steht hier geschrieben"])
    assert told(study(encoder, root, sources=["de"]), tmp_path / "out") == []


def test_the_remark_stands_in_the_runs_versions_and_on_its_page(encoder: Path, tmp_path: Path) -> None:
    asked = study(encoder, write_root(tmp_path / "toy"), "table1 table2", sources=["en"])
    folder = run_study(asked, tmp_path / "out", Local())
    remarks = json.loads((folder / "versions.json").read_text(encoding="utf-8"))["remarks"]
    texts = {one["task"]: one["text"] for one in remarks if one["kind"] == "tested on training"}
    assert "en → en 3 of 3 (1 longer than four words)." in texts["ner"]
    assert "en → en 4 of 4 (2 longer than four words)." in texts["pos"]
    page = write_report(folder).read_text(encoding="utf-8")
    assert all(text in page for text in texts.values())
