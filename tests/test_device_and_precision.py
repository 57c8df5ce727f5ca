"""Where and how precisely a function computes is said by name, and in the same words everywhere."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

import crossglot as cg
from toy_world import ENGLISH, write_encoder

SENTENCES = [cg.TaggedSentence(tuple(word for word, _ in one), tuple(tag for _, tag in one)) for one in ENGLISH]
COMPUTING: dict[str, Callable[..., Any]] = {
    "embed": lambda encoder, _, **how: cg.embed(encoder, SENTENCES, **how),
    "finetune": lambda encoder, _, **how: cg.finetune(encoder, SENTENCES, **how),
    "linear_probe": lambda encoder, _, **how: cg.linear_probe(encoder, SENTENCES, **how),
    "load_tagger": lambda encoder, out, **how: cg.load_tagger(saved(encoder, out), **how),
    "pretrain": lambda _, out, **how: cg.pretrain({"en": written(out)}, out / "pretrained", **how),
}


def saved(encoder: cg.Encoder, out: Path) -> Path:
    cg.linear_probe(encoder, SENTENCES).save(out / "tagger")
    return out / "tagger"


def written(out: Path) -> Path:
    (out / "en.txt").write_text("the cat sleeps\n" * 50, encoding="utf-8")
    return out / "en.txt"


@pytest.fixture
def encoder(tmp_path: Path) -> cg.Encoder:
    return cg.load_encoder(write_encoder(tmp_path / "tiny"))


@pytest.mark.parametrize("name", COMPUTING)
@pytest.mark.parametrize("wrong", [{"device": "tpu"}, {"device": "cuda:99"}, {"precision": "fp8"}])
def test_what_there_is_not_is_refused(name: str, wrong: dict[str, str], encoder: cg.Encoder, tmp_path: Path) -> None:
    with pytest.raises(cg.CrossglotError, match=next(iter(wrong))):
        COMPUTING[name](encoder, tmp_path, **wrong)


@pytest.mark.parametrize("name", cg.__all__)
def test_nothing_public_takes_the_two_as_one_object(name: str) -> None:
    found = getattr(cg, name)
    if inspect.isfunction(found):
        assert "runtime" not in inspect.signature(found).parameters


def test_taggers_are_trained_where_their_encoder_is_and_in_fp32(encoder: cg.Encoder) -> None:
    tagger = cg.finetune(encoder, SENTENCES, recipe=cg.Recipe(epochs=1))
    assert (tagger.runtime.device, tagger.runtime.precision) == ("cpu", "fp32")
    assert cg.finetune(encoder, SENTENCES, recipe=cg.Recipe(epochs=1), precision="bf16").runtime.precision == "bf16"


def test_an_encoder_is_loaded_where_it_is_wanted(tmp_path: Path) -> None:
    folder = write_encoder(tmp_path / "tiny")
    assert cg.load_encoder(folder).device == "cpu"
    there = "cuda:0" if torch.cuda.is_available() else "cpu"
    assert cg.load_encoder(folder, device="auto").device == there
    with pytest.raises(cg.CrossglotError, match="tpu"):
        cg.load_encoder(folder, device="tpu")
