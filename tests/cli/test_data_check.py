"""`crossglot data check` for readers and for scripts: what is told, how much of it, and the exit status."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tiny_world import run


def treebank(sentences: Sequence[str], tag: str = "X") -> str:
    return "".join(
        "".join(f"{at}\t{word}\t_\t{tag}\t_\t_\t_\t_\t_\t_\n" for at, word in enumerate(words.split(), 1)) + "\n"
        for words in sentences
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A corpus trains on what another one is tested on, and thirty others share a short sentence with it."""
    texts = {
        "UD_A-A/a_a-ud-train": ["we have seen all of this", "yes"],
        "UD_B-B/b_b-ud-test": ["We have seen all of this", "Yes", "no"],
    } | {f"UD_C-C{number}/c_c-ud-dev": ["yes"] for number in range(30)}
    for name, sentences in texts.items():
        path = tmp_path / f"ud/{name}.conllu"
        path.parent.mkdir(parents=True)
        path.write_text(treebank(sentences), encoding="utf-8")
    return tmp_path


def said(root: Path, status: int = 0) -> Any:
    found = run("data", "check", root, "--json")
    assert found.exit_code == status, found.output
    return json.loads(found.stdout)


def test_a_script_gets_every_pair_with_its_counts(root: Path) -> None:
    whole = said(root)
    assert whole["ok"] is True
    longest = max(whole["shared"], key=lambda one: one["long"])
    assert longest == {
        "corpus": "UD_B-B", "split": "test", "seen_in": "train", "other": "UD_A-A", "sentences": 2, "long": 1,
        "example": "We have seen all of this", "of": 3, "kind": "training",
    }  # fmt: skip
    training = [one for one in whole["shared"] if one["kind"] == "training"]
    assert len(training) == 31
    assert {"corpus": "UD_B-B", "split": "dev"} in whole["missing"]
    train = next(each for each in whole["files"] if each["path"].endswith("train.conllu"))
    assert (train["sentences"], train["words"], train["labels"]) == (2, 7, {"X": 7})


def test_a_script_gets_the_faults_and_the_exit_status_tells_of_them(root: Path) -> None:
    (root / "ud/UD_B-B/b_b-ud-dev.conllu").write_text(treebank(["what"], "WORD"), encoding="utf-8")
    whole = said(root, status=2)
    assert whole["ok"] is False
    (fault,) = whole["faults"]
    assert (fault["path"], fault["line"]) == ("ud/UD_B-B/b_b-ud-dev.conllu", 1)
    assert "WORD" in fault["what"] and fault["remedy"]


def test_readers_are_told_of_long_sentences_and_of_short_ones_only_how_many_pairs(root: Path) -> None:
    found = run("data", "check", root)
    assert found.exit_code == 0, found.output
    assert "UD_B-B: 2 of 3 of test also in UD_A-A train (1 of them longer than four words)" in found.stdout
    assert "30 pairs share nothing longer than four words (--all shows them)" in found.stdout
    assert "UD_C-C7: 1 of 1 of dev" not in found.stdout


def test_readers_who_ask_for_everything_get_it(root: Path) -> None:
    found = run("data", "check", root, "--all")
    assert all(f"UD_C-C{number}: 1 of 1 of dev also in UD_A-A train (0 of" in found.stdout for number in range(30))
    assert "--all" not in found.stdout
