"""Encoders that add an embedding of the language to every piece, as XLM does: each sentence is read with its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import crossglot as cg
from crossglot.corpora.sentences import TaggedSentence
from crossglot.encoders.encoder import Encoder
from crossglot.encoders.forward import last_hidden, make_batch
from crossglot.errors import ModelError
from crossglot.tagging.encoder_tagger import load_encoder_tagger
from crossglot.tagging.recipe import Recipe
from toy_world import ENGLISH, write_root

LANGUAGES = {"de": 1, "en": 2}  # none has the number 0
LETTERS = "abcdefghijklmnopqrstuvwxyz.'"
MERGES = ("t h", "th e</w>", "i n</w>", "d er</w>")


def write_xlm(folder: Path, **changes: Any) -> Path:
    """XLM as the hub has it: its own Python-only tokenizer (BPE after Moses' rules) and two narrow layers."""
    from transformers import XLMConfig, XLMModel, XLMTokenizer

    folder.mkdir(parents=True)
    special = ["<s>", "</s>", "<pad>", "<unk>", *(f"<special{number}>" for number in range(10))]
    pieces = [*special, *LETTERS, *(f"{letter}</w>" for letter in LETTERS), "th", "the</w>", "in</w>"]
    vocabulary, merges = folder / "vocab.json", folder / "merges.txt"
    vocabulary.write_text(json.dumps({piece: number for number, piece in enumerate(pieces)}), encoding="utf-8")
    merges.write_text("".join(f"{pair} {9 - at}\n" for at, pair in enumerate(MERGES)), encoding="utf-8")
    XLMTokenizer(str(vocabulary), str(merges), do_lowercase_and_remove_accent=True).save_pretrained(folder)
    config = XLMConfig(
        vocab_size=len(pieces), emb_dim=16, n_layers=2, n_heads=2, max_position_embeddings=140, n_langs=3,
        use_lang_emb=True, lang2id=LANGUAGES, id2lang={at: language for language, at in LANGUAGES.items()},
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        XLMModel(config).save_pretrained(folder)
    described = folder / "config.json"
    described.write_text(json.dumps(json.loads(described.read_text(encoding="utf-8")) | changes), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_xlm(tmp_path_factory.mktemp("encoders") / "xlm")


@pytest.fixture(scope="module")
def encoder(folder: Path) -> Encoder:
    return cg.load_encoder(folder)


def test_words_are_cut_by_its_own_tokenizer(encoder: Encoder) -> None:
    assert not encoder.tokenizer.is_fast
    assert encoder.tokenizer.tokenize("the Über in") == ["the</w>", "u", "b", "e", "r</w>", "in</w>"]


@pytest.mark.parametrize(("language", "number"), LANGUAGES.items())
def test_hidden_states_are_those_with_the_languages_own_embedding(encoder: Encoder, language: str, number: int) -> None:
    sequences = [np.array([0, *range(20, 20 + length), 1]) for length in (5, 12, 3)]
    with torch.no_grad():
        found = last_hidden(encoder.model, make_batch(encoder.for_language(language), sequences))
        expected = []
        for ids in sequences:
            pieces = torch.from_numpy(ids)[None]
            expected.append(encoder.model(pieces, langs=torch.full_like(pieces, number)).last_hidden_state[0])
    torch.testing.assert_close(found, torch.cat(expected), atol=1e-5, rtol=1e-5)


def test_where_no_language_is_named_there_is_no_embedding_of_one(encoder: Encoder) -> None:
    words = [["the", "cat", "in", "rome"]]
    plain, german = cg.embed(encoder, words), cg.embed(encoder.for_language("de"), words)
    with torch.no_grad():
        pieces = torch.tensor([encoder.tokenizer.convert_tokens_to_ids(encoder.tokenizer.tokenize("the cat in rome"))])
        framed = torch.cat([torch.tensor([[0]]), pieces, torch.tensor([[1]])], dim=1)
        expected = encoder.model(framed).last_hidden_state[0, 1:-1].mean(0).numpy()
    np.testing.assert_allclose(plain[-1, 0], expected, atol=1e-5)
    assert np.abs(plain - german).max() > 0.1


def test_a_language_without_an_embedding_is_refused(encoder: Encoder) -> None:
    with pytest.raises(ModelError, match=r"an embedding for each of its languages \(de, en\), and none for 'fr'"):
        encoder.for_language("fr")


@pytest.mark.parametrize(
    "changes",
    [{"use_lang_emb": False}, {"n_langs": 1}, {"lang2id": {}}, {"lang2id": None}],
    ids=["none", "one language", "unnamed", "nothing"],
)
def test_an_encoder_without_embeddings_of_named_languages_reads_all_alike(
    changes: dict[str, Any], folder: Path, tmp_path: Path
) -> None:
    from crossglot.encoders.languages_apart import language_ids

    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert language_ids(config, "xlm") == LANGUAGES
    assert language_ids(config | changes, "xlm") == {}


@pytest.mark.parametrize("ids", [{"en": "first"}, {"en": 3}, {"en": -1}, ["en"], 7])
def test_numbers_that_the_weights_do_not_have_are_refused_with_the_place(ids: Any, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="lang2id"):
        cg.load_encoder(write_xlm(tmp_path / "xlm", lang2id=ids))


def test_a_tagger_reads_each_sentence_with_its_language_and_is_kept_so(encoder: Encoder, tmp_path: Path) -> None:
    words = [tuple(word for word, _ in sentence) for sentence in ENGLISH]
    gold = [TaggedSentence(each, tuple(tag for _, tag in s)) for each, s in zip(words, ENGLISH, strict=True)]
    tagger = cg.finetune(encoder.for_language("en"), gold * 4, recipe=Recipe(epochs=2, learning_rate=1e-2))
    tagger.save(tmp_path / "tagger")
    kept = load_encoder_tagger(tmp_path / "tagger")
    assert kept.encoder.language_ids == LANGUAGES
    for language in LANGUAGES:
        assert kept.for_language(language).tag(words) == tagger.for_language(language).tag(words)


@pytest.mark.slow
def test_a_study_has_the_cells_that_it_has_embeddings_for_and_says_why_not_the_others(tmp_path: Path) -> None:
    folder = write_xlm(tmp_path / "xlm")
    run = cg.reproduce(
        ["table2"], {"m-bert": folder}, data=write_root(tmp_path / "data"), out=tmp_path / "run", seeds=[1],
        learning_rate=1e-3, epochs=1, floors=["most-frequent-tag"],
    )  # fmt: skip
    rows = run.results.filter(experiment="table2", system="xlm", aggregate="mean")
    cells = {(row["source"], row["target"]): row for row in rows.iter_rows(named=True)}
    assert cells["en", "de"]["value"] is not None
    assert cells["en", "es"]["value"] is None
    assert cells["en", "es"]["missing"] == "xlm has embeddings for de, en, none for es"
