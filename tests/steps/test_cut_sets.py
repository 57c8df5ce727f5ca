"""A node cuts a target set into pieces once, in whichever of its processes; what is kept is what would be cut."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crossglot.encoders.windows import Sequences
from crossglot.engine.local import Local
from crossglot.engine.plan import Plan
from crossglot.engine.step import Step
from crossglot.engine.store import Store
from crossglot.errors import DataError
from crossglot.steps import cut_sets
from crossglot.steps.cut_sets import once_per_node
from crossglot.steps.train_and_predict import TrainAndPredict
from crossglot.studies.planning import plan_study
from crossglot.studies.reproduce import reproduce_study
from crossglot.tagging.prediction import CutSet, cut, prepare
from toy_world import reference_to, write_encoder, write_root

SENTENCES = [["Anna", "sieht", "Rom", "."], [], ["the"] * 50, ["Katze"]]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return reference_to(write_encoder(tmp_path_factory.mktemp("encoder") / "tiny"), "tiny").load("cpu")


def assert_equal(one: CutSet, other: CutSet) -> None:
    for field in fields(Sequences):
        left, right = getattr(one.sequences, field.name), getattr(other.sequences, field.name)
        assert len(left) == len(right)
        for mine, its in zip(left, right, strict=True):
            np.testing.assert_array_equal(mine, its)
            assert np.asarray(mine).dtype == np.asarray(its).dtype
    np.testing.assert_array_equal(one.word_starts, other.word_starts)


@pytest.mark.parametrize("sentences", [SENTENCES, [[]], []])
def test_what_is_kept_is_what_was_cut(encoder: Any, sentences: list[list[str]]) -> None:
    made = cut(encoder, sentences, 16)
    assert_equal(once_per_node(lambda: made, "a"), made)
    assert_equal(once_per_node(lambda: pytest.fail("it was cut before"), "a"), made)
    assert len(prepare(encoder, sentences, max_length=16)) == len(sentences)


def test_other_sets_and_other_versions_are_cut(encoder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    cuts: list[int] = []

    def noted() -> CutSet:
        cuts.append(len(cuts))
        return cut(encoder, SENTENCES, 16)

    for told in (("a", 128), ("a", 128), ("a", 64), ("b", 128)):
        once_per_node(noted, *told)
    assert len(cuts) == 3
    monkeypatch.setattr(cut_sets, "VERSION", "0")
    once_per_node(noted, "a", 128)
    monkeypatch.setattr(cut_sets, "version", lambda name: f"another {name}")
    once_per_node(noted, "a", 128)
    assert len(cuts) == 5


@pytest.mark.parametrize("damage", ["cut off", "changed", "empty", "a folder"])
def test_what_is_damaged_is_cut_anew(encoder: Any, damage: str) -> None:
    made = cut(encoder, SENTENCES, 16)
    once_per_node(lambda: made, "a")
    (kept,) = cut_sets.cut_sets().glob("*.safetensors")
    content = kept.read_bytes()
    if damage == "a folder":
        kept.unlink()
        kept.mkdir()
    else:
        changed = {"cut off": content[:-9], "changed": content[:-1] + b"\x7f", "empty": b""}[damage]
        kept.write_bytes(changed)
    assert_equal(once_per_node(lambda: made, "a"), made)
    if damage != "a folder":
        assert kept.read_bytes() == content


def test_a_cache_that_cannot_be_written_is_none(encoder: Any, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    made = cut(encoder, SENTENCES, 16)
    assert once_per_node(lambda: made, "a") is made


def test_faults_of_a_corpus_are_what_they_were() -> None:
    def fails() -> CutSet:
        raise DataError("words are all '_'", path="x.conllu", line=3, remedy="merge them in")

    with pytest.raises(DataError, match="words are all"):
        once_per_node(fails, "a")
    assert list(cut_sets.cut_sets().iterdir()) == []


def test_what_nobody_used_for_a_month_is_removed(encoder: Any) -> None:
    made = cut(encoder, SENTENCES, 16)
    for name in ("old", "used"):
        once_per_node(lambda: made, name)
        for path in cut_sets.cut_sets().glob("*.safetensors"):
            os.utime(path, (time.time() - 40 * 24 * 3600,) * 2)
    once_per_node(lambda: pytest.fail("it was cut before"), "used")
    once_per_node(lambda: made, "new")
    assert len(list(cut_sets.cut_sets().glob("*.safetensors"))) == 2


TWO_AT_ONCE = """
import sys, time
from pathlib import Path
from crossglot.steps.cut_sets import once_per_node
from crossglot.encoders.loading import load_encoder
from crossglot.tagging.prediction import cut
folder = Path(sys.argv[1])
encoder = load_encoder(folder / "tiny")
(folder / f"ready-{sys.argv[2]}").touch()
while len(list(folder.glob("ready-*"))) < 2:
    time.sleep(0.01)
def noted():
    with (folder / "cuts").open("a") as file:
        file.write("cut\\n")
    time.sleep(0.5)
    return cut(encoder, [["Anna", "sieht"]], 16)
assert len(once_per_node(noted, "a").sequences) == 1
"""


def test_two_processes_that_ask_at_once_cut_it_once(tmp_path: Path) -> None:
    write_encoder(tmp_path / "tiny")
    both = [
        subprocess.Popen([sys.executable, "-c", TWO_AT_ONCE, str(tmp_path), name])  # noqa: S603
        for name in ("one", "two")
    ]
    assert [process.wait() for process in both] == [0, 0]
    assert (tmp_path / "cuts").read_text() == "cut\n"


class Noting(TrainAndPredict):
    """A row that writes down which sets its process cut, and waits until another process has one like it."""

    SKIP_ID_ARGUMENTS = TrainAndPredict.SKIP_ID_ARGUMENTS | {"notes"}
    notes: Path

    def go_on(self, folder: Path, inputs: Any, advance: Any, going: Any) -> None:
        from crossglot.tagging import prediction

        inner = prediction.cut

        def noted(encoder: Any, sentences: Any, max_length: int, reading: Any = None) -> CutSet:
            with self.notes.open("a") as file:
                file.write(json.dumps([os.getpid(), [list(sentence.words) for sentence in sentences]]) + "\n")
            return inner(encoder, sentences, max_length, reading)

        (self.notes.parent / f"process-{os.getpid()}").touch()
        end = time.monotonic() + 60
        while len(list(self.notes.parent.glob("process-*"))) < 2 and time.monotonic() < end:
            time.sleep(0.01)
        prediction.cut = noted
        try:
            super().go_on(folder, inputs, advance, going)
        finally:
            prediction.cut = inner


def rows(folder: Path) -> list[Step]:
    """Rows of two sources and two seeds that predict the same two targets."""
    write_root(folder / "data")
    study = reproduce_study(
        ["table2"], [str(write_encoder(folder / "tiny"))], folder / "data", sources=["en", "de"], targets=["en", "de"],
        seeds=[1, 2], epochs=1, learning_rate=1e-3, precision="fp32", device="cpu", floors=[],
    )  # fmt: skip
    found = [step for step in plan_study(study, folder / "run").steps.steps if isinstance(step, TrainAndPredict)]
    return [
        Noting.model_construct(
            **{name: getattr(step, name) for name in TrainAndPredict.model_fields}, notes=folder / "notes"
        )
        for step in found
    ]


def test_the_processes_of_a_node_cut_each_target_once(tmp_path: Path) -> None:
    steps = rows(tmp_path)
    assert len(steps) == 4
    outcome = Local(jobs=2).run(Plan.of(steps), Store(tmp_path / "steps"))
    assert (len(outcome.done), outcome.error()) == (4, None)
    assert len(list(tmp_path.glob("process-*"))) == 2, "two processes ran them"
    cuts = Counter(json.dumps(json.loads(line)[1]) for line in (tmp_path / "notes").read_text().splitlines())
    assert sorted(cuts.values()) == [1, 1], "each of the two targets was cut once"
