"""Encoders whose languages have position ids of their own: every language reads with its block, or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from crossglot.corpora.sentences import TaggedSentence
from crossglot.encoders.encoder import Encoder
from crossglot.encoders.forward import last_hidden, make_batch
from crossglot.encoders.loading import load_encoder
from crossglot.errors import ModelError, UsageError
from crossglot.pretraining.pretrain import pretrain
from crossglot.pretraining.shapes import SHAPES
from crossglot.tagging.encoder_tagger import load_encoder_tagger
from crossglot.tagging.finetuning import finetune
from crossglot.tagging.recipe import Recipe

SHAPE = SHAPES["tiny"].changed(
    name="test", layers=2, hidden=16, heads=2, vocab_size=200, positions=24, length=16, batch_pieces=192, steps=8
)
FP32: dict[str, Any] = {"device": "cpu", "precision": "fp32"}


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("texts")
    for language, sentence in (("en", "the dog of house {} sees a cat"), ("de", "der Hund von Haus {} sieht Katzen")):
        lines = [sentence.format(number) for number in range(120)]
        (folder / f"{language}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {language: folder / f"{language}.txt" for language in ("en", "de")}


@pytest.fixture(scope="module")
def folder(texts: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "separate"
    return pretrain(texts, out, shape=SHAPE, separate_positions=True, **FP32)


@pytest.fixture(scope="module")
def encoder(folder: Path) -> Encoder:
    return load_encoder(folder)


def test_each_language_has_a_block_as_long_as_the_longest_input(encoder: Encoder) -> None:
    assert encoder.position_blocks == {"en": 0, "de": 24}
    assert encoder.max_positions == 24
    assert encoder.model.config.max_position_embeddings == 48
    assert encoder.packs and encoder.packs_up_to == 24


@pytest.mark.parametrize(("language", "first"), [("en", 0), ("de", 24)])
@pytest.mark.parametrize("packs", [True, False])
def test_hidden_states_are_those_of_the_languages_own_positions(
    encoder: Encoder, language: str, first: int, packs: bool
) -> None:
    from dataclasses import replace

    sequences = [np.array([2, *range(10, 10 + length), 3]) for length in (5, 12, 3)]
    batch = make_batch(replace(encoder, packs=packs).for_language(language), sequences, 24)
    assert batch.packed == packs
    with torch.no_grad():
        found = last_hidden(encoder.model, batch)
        expected = [
            encoder.model(
                torch.from_numpy(ids)[None], position_ids=torch.arange(first, first + len(ids))[None]
            ).last_hidden_state[0]
            for ids in sequences
        ]
    torch.testing.assert_close(found, torch.cat(expected), atol=1e-5, rtol=1e-5)


def test_without_a_language_or_with_a_strange_one_nothing_is_read(encoder: Encoder) -> None:
    with pytest.raises(ModelError, match=r"separate position ids .*\(de, en\): choose that of the sentences"):
        make_batch(encoder, [np.array([2, 10, 3])])
    with pytest.raises(ModelError, match="none for 'fr'"):
        encoder.for_language("fr")


def test_where_positions_are_shared_the_language_does_not_matter(texts: dict[str, Path], tmp_path: Path) -> None:
    shared = load_encoder(pretrain(texts, tmp_path / "run", shape=SHAPE, steps=1, **FP32))
    assert not shared.position_blocks
    assert shared.for_language("fr") is shared


def test_a_tagger_trained_on_one_language_predicts_another_and_is_kept_so(encoder: Encoder, tmp_path: Path) -> None:
    sentences = [TaggedSentence(("the", "dog", "sees"), ("DET", "NOUN", "VERB"))] * 8
    german = [["der", "Hund", "sieht"], ["Katzen"]]
    tagger = finetune(encoder.for_language("en"), sentences, recipe=Recipe(epochs=1, learning_rate=1e-2, max_length=24))
    tagger.save(tmp_path / "tagger")
    kept = load_encoder_tagger(tmp_path / "tagger")
    assert kept.for_language("de").predict(german) == tagger.for_language("de").predict(german)
    with pytest.raises(ModelError, match="for_language"):
        kept.predict(german)


def test_one_language_cannot_be_separated(texts: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="several languages"):
        pretrain({"en": texts["en"]}, tmp_path / "run", shape=SHAPE, separate_positions=True, **FP32)
    assert not (tmp_path / "run").exists()


def test_depth_and_width_are_options_of_any_shape(texts: dict[str, Path], tmp_path: Path) -> None:
    out = pretrain(texts, tmp_path / "run", shape=SHAPE, steps=1, layers=1, hidden=24, heads=3, **FP32)
    config = load_encoder(out).model.config
    assert (config.num_hidden_layers, config.hidden_size, config.num_attention_heads) == (1, 24, 3)
    assert config.intermediate_size == 96
