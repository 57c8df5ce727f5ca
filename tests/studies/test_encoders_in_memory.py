"""Encoders that studies are given in memory: used as they are, known by their revision, kept by nobody."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any
from weakref import ref

import pytest

from crossglot.corpora.sentences import TaggedSentence
from crossglot.encoders.encoder import Encoder
from crossglot.encoders.loading import load_encoder
from crossglot.engine.executor import Outcome
from crossglot.errors import ModelError, UsageError
from crossglot.runs import transfer_matrix
from crossglot.steps.arguments import EncoderReference, forget
from crossglot.studies.candidates import find_candidates
from crossglot.studies.reproduce import reproduce_study
from crossglot.studies.running import run_study
from elsewhere import Elsewhere
from toy_world import write_encoder, write_root


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_encoder(tmp_path / "tiny")


def reference(folder: Path) -> EncoderReference:
    (candidate,) = find_candidates(reproduce_study(["table2"], [folder]))
    return candidate.encoder


def test_steps_use_the_encoder_that_was_given(folder: Path) -> None:
    given = load_encoder(folder)
    study = reproduce_study(["table2"], {"m-bert": given})
    assert (study.encoders[0].role, study.encoders[0].encoder) == ("m-bert", str(folder))
    assert reference(folder).load("cpu") is given
    assert reference(folder).load_tokenizer() is given.tokenizer


def test_one_that_its_caller_lets_go_of_is_freed_and_loaded_anew_where_it_is_needed(folder: Path) -> None:
    given = load_encoder(folder)
    reproduce_study(["table2"], given)
    first = ref(given.model)
    del given
    gc.collect()
    assert first() is None
    assert reference(folder).load("cpu").name == str(folder)


def test_a_matrix_keeps_no_encoder(folder: Path, tmp_path: Path) -> None:
    given = load_encoder(folder)
    transfer_matrix(
        given, "pos", ["en"], ["de"], write_root(tmp_path / "data"), seeds=[1], learning_rate=1e-3, epochs=1
    )
    first = ref(given.model)
    del given
    gc.collect()
    assert first() is None


def test_where_others_run_the_steps_neither_encoders_nor_corpora_stay_in_memory(folder: Path, tmp_path: Path) -> None:
    held: list[int] = []

    class Watched(Elsewhere):
        def run(self, *given: Any) -> Outcome:
            gc.collect()
            held.append(sum(type(thing) in (Encoder, TaggedSentence) for thing in gc.get_objects()))
            return super().run(*given)

    study = reproduce_study(
        ["table2"], [folder], write_root(tmp_path / "data"), sources=["en"], targets=["de"], seeds=[1],
        learning_rate=1e-3, epochs=1,
    )  # fmt: skip
    forget()  # of other tests
    before = sum(type(thing) in (Encoder, TaggedSentence) for thing in gc.get_objects())
    run_study(study, tmp_path / "out", Watched(tmp_path))
    assert held == [before]


def test_one_whose_folder_holds_another_by_now_is_refused(folder: Path) -> None:
    given = load_encoder(folder)
    write_encoder(folder, seed=1)
    with pytest.raises(ModelError, match=f"tiny: its revision is .*, not {given.revision}"):
        find_candidates(reproduce_study(["table2"], [given]))


def test_random_weights_are_no_encoder_of_a_study(folder: Path) -> None:
    with pytest.raises(UsageError, match="untrained twin"):
        reproduce_study(["table2"], [load_encoder(folder).untrained(1)])
