"""Where words are read and how sentences are cut: no word is lost, and a saved tagger goes on as it was trained."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any, get_args

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast, XLMRobertaConfig, XLMRobertaModel

from crossglot.corpora.sentences import Sentence, TaggedSentence
from crossglot.encoders.encoder import Encoder
from crossglot.encoders.loading import load_encoder
from crossglot.encoders.pieces import Cutting, Subword
from crossglot.tagging.encoder_tagger import EncoderTagger, load_encoder_tagger
from crossglot.tagging.finetuning import finetune
from crossglot.tagging.recipe import Recipe

WAYS = tuple(product(get_args(Subword), get_args(Cutting)))


LETTERS = sorted(set("thecasno.これは本です。"))
PIECES = {"<s>": 0.0, "<pad>": 0.0, "</s>": 0.0, "<unk>": 0.0, "▁": -2.0, "▁the": -3.0, "▁cat": -3.0, "これは": -3.0}
TREEBANK = [
    TaggedSentence(("the", "cat", "sat", "."), ("DET", "NOUN", "VERB", "PUNCT"), unspaced=(2,)),
    TaggedSentence(("これ", "は", "本", "です", "。"), ("PRON", "ADP", "NOUN", "AUX", "PUNCT"), unspaced=(0, 1, 2, 3)),
] * 16


@pytest.fixture(scope="module")
def sentencepiece(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """A tiny encoder with random weights, whose vocabulary has a bare ▁ and a piece of two words."""
    raw = Tokenizer(models.Unigram([*PIECES.items(), *((letter, -4.0) for letter in LETTERS)], unk_id=3))
    raw.pre_tokenizer = pre_tokenizers.Metaspace()
    raw.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    names = {
        "cls_token": "<s>",
        "pad_token": "<pad>",
        "sep_token": "</s>",
        "unk_token": "<unk>",
        "mask_token": "<mask>",
    }
    folder = tmp_path_factory.mktemp("sentencepiece")
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, **names)
    tokenizer.save_pretrained(folder)
    config = XLMRobertaConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=66,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(3)
        XLMRobertaModel(config).save_pretrained(folder)
    return load_encoder(folder)


@pytest.fixture(scope="module", params=WAYS, ids="-".join)
def tagger(request: pytest.FixtureRequest, sentencepiece: Encoder) -> EncoderTagger:
    subword, cutting = request.param
    recipe = Recipe(max_length=32, epochs=1, learning_rate=1e-3, subword=subword, cutting=cutting)
    return finetune(sentencepiece, TREEBANK, recipe=recipe)


def test_every_word_of_a_treebank_gets_one_tag(tagger: EncoderTagger) -> None:
    assert [len(tags) for tags in tagger.predict(TREEBANK)] == [len(sentence) for sentence in TREEBANK]
    assert tagger.evaluate(TREEBANK).n == sum(map(len, TREEBANK))


@given(st.data())
def test_every_word_gets_one_tag(tagger: EncoderTagger, data: st.DataObject) -> None:
    words = data.draw(
        st.lists(st.one_of(st.text(min_size=1, max_size=9), st.sampled_from([*LETTERS, "これ", "は", "▁", "\u3000"])))
    )
    unspaced = tuple(at for at in range(len(words)) if data.draw(st.booleans()))
    assert [len(tags) for tags in tagger.predict([Sentence(tuple(words), unspaced=unspaced), ("a", "\u200b")])] == [
        len(words),
        2,
    ]
    assert len(tagger.tag([words])[0]) == len(words)


def test_a_saved_tagger_reads_as_it_was_trained(tagger: EncoderTagger, tmp_path: Path) -> None:
    tagger.save(tmp_path)
    loaded = load_encoder_tagger(tmp_path)
    assert (loaded.recipe.subword, loaded.recipe.cutting) == (tagger.recipe.subword, tagger.recipe.cutting)
    assert loaded.predict(TREEBANK) == tagger.predict(TREEBANK)


def test_a_tagger_of_before_the_rule_reads_at_the_first_piece(tagger: EncoderTagger, tmp_path: Path) -> None:
    tagger.save(tmp_path)
    about: dict[str, Any] = json.loads((tmp_path / "tagger.json").read_text(encoding="utf-8"))
    for name in ("subword", "cutting"):
        del about["recipe"][name]
    (tmp_path / "tagger.json").write_text(json.dumps(about), encoding="utf-8")
    (tmp_path / "checksums.sha256").unlink()  # there were none either
    recipe = load_encoder_tagger(tmp_path).recipe
    assert (recipe.subword, recipe.cutting) == ("first", "words")


def test_only_what_is_not_the_default_departs_from_it() -> None:
    assert Recipe(subword="first-spelled", cutting="words").departures() == {}
    assert Recipe(subword="first", cutting="text").departures() == {"subword": "first", "cutting": "text"}


def test_reading_is_all_that_recipes_that_read_alike_have_in_common() -> None:
    trained_otherwise = Recipe(
        epochs=9, batch_size=8, learning_rate=1e-3, head_start="probe", decay="throughout", averaged=0.5
    )
    assert trained_otherwise.reading_alone() == Recipe()
    read_otherwise = {"max_length": 64, "subword": "first", "cutting": "text"}
    assert Recipe.model_validate(read_otherwise | {"epochs": 9}).reading_alone().departures() == read_otherwise
