from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForTokenClassification, AutoTokenizer

from crossglot.corpora.sentences import Sentence, TaggedSentence
from crossglot.encoders.encoder import Encoder
from crossglot.errors import ModelError, StorageError, UsageError
from crossglot.runtime import Runtime
from crossglot.tagging.encoder_tagger import EncoderTagger, load_encoder_tagger
from crossglot.tagging.finetuning import finetune
from crossglot.tagging.metrics import conlleval_chunks
from crossglot.tagging.prediction import prepare
from crossglot.tagging.recipe import Recipe

QUICK = Recipe(batch_size=8, max_length=32, epochs=3, learning_rate=2e-3)


@pytest.fixture(scope="module")
def tagger(encoder: Encoder, sentences: list[TaggedSentence]) -> EncoderTagger:
    return finetune(encoder, sentences, recipe=QUICK)


def test_every_word_gets_one_tag_however_long_the_sentence(tagger: EncoderTagger) -> None:
    sentences = [("house",) * 200, (), ("unbelievably" * 20,) * 3, ("\u200b", "cat"), ("x",)]
    assert [len(tags) for tags in tagger.predict(sentences)] == [200, 0, 3, 2, 1]
    assert tagger.predict([]) == []
    assert tagger.predict([()]) == [()]


def test_tags_do_not_depend_on_what_else_is_predicted(tagger: EncoderTagger, sentences: list[TaggedSentence]) -> None:
    together = tagger.predict(sentences)
    assert together == [tagger.predict([sentence])[0] for sentence in sentences]
    assert together[::-1] == tagger.predict(sentences[::-1])


def test_packed_and_padded_predictions_agree(tagger: EncoderTagger, sentences: list[TaggedSentence]) -> None:
    padded = replace(tagger, encoder=replace(tagger.encoder, packs=False))
    assert padded.predict(sentences) == tagger.predict(sentences)


def test_all_kinds_of_sentences_can_be_tagged(tagger: EncoderTagger) -> None:
    words = ("the", "cat", "sleeps")
    tags = tagger.tag([words])
    assert tags == tagger.predict([Sentence(words)]) == tagger.predict([TaggedSentence(words, ("X", "X", "X"))])


def test_sentences_prepared_once_serve_every_tagger_of_the_encoder(
    encoder: Encoder, tagger: EncoderTagger, sentences: list[TaggedSentence]
) -> None:
    prepared = prepare(encoder, sentences, max_length=32, budget=50)
    assert len(prepared) == len(sentences)
    assert len(prepared.batches) > 1
    assert tagger.predict_prepared(prepared) == tagger.predict(sentences)


def test_a_string_instead_of_words_is_refused(tagger: EncoderTagger) -> None:
    with pytest.raises(UsageError, match="split into words"):
        tagger.tag(["Das ist gut"])
    with pytest.raises(UsageError, match="split into words"):
        tagger.tag("gut")


def test_a_gold_tag_that_was_no_label_in_training_is_scored_as_wrong(tagger: EncoderTagger) -> None:
    gold = [TaggedSentence(("the", "cat"), ("DET", "NOT-A-TAG"))]
    scores = tagger.evaluate(gold)
    assert (scores.metric, scores.n) == ("accuracy", 2)
    assert scores.value <= 0.5
    assert scores.by_label["NOT-A-TAG"].n == 1
    assert scores.by_label["NOT-A-TAG"].recall == 0


def test_evaluation_gives_accuracy_with_its_interval(tagger: EncoderTagger, sentences: list[TaggedSentence]) -> None:
    scores = tagger.evaluate(sentences)
    pairs = [
        pair for s, p in zip(sentences, tagger.predict(sentences), strict=True) for pair in zip(s.tags, p, strict=True)
    ]
    assert scores.value == pytest.approx(sum(a == b for a, b in pairs) / len(pairs))
    assert scores.interval.low <= scores.value <= scores.interval.high
    assert scores.counts.shape == (len(sentences), 2)
    noun = scores.by_label["NOUN"]
    assert noun.recall == pytest.approx(sum(a == b == "NOUN" for a, b in pairs) / noun.n)


def test_entities_are_scored_as_spans(encoder: Encoder, sentences: list[TaggedSentence]) -> None:
    entity = {"NOUN": "B-PER", "DET": "B-LOC", "VERB": "I-LOC"}
    tagged = [TaggedSentence(s.words, tuple(entity.get(tag, "O") for tag in s.tags)) for s in sentences]
    tagger = finetune(encoder, tagged, task="ner", recipe=QUICK)
    scores = tagger.evaluate(tagged)
    gold = [conlleval_chunks(s.tags) for s in tagged]
    predicted = [conlleval_chunks(tags) for tags in tagger.predict(tagged)]
    right = sum(len(g & p) for g, p in zip(gold, predicted, strict=True))
    assert scores.metric == "f1"
    assert scores.value == pytest.approx(2 * right / (sum(map(len, gold)) + sum(map(len, predicted))))
    assert set(scores.by_label) == {"LOC", "PER"}
    only = tagger.evaluate(tagged, types=["PER"])
    assert only.value == pytest.approx(scores.by_label["PER"].f1)
    assert set(only.by_label) == {"PER"}


def test_any_label_column_can_be_learned(encoder: Encoder, sentences: list[TaggedSentence]) -> None:
    tagged = [TaggedSentence(s.words, tuple(str(len(word)) for word in s.words)) for s in sentences]
    tagger = finetune(encoder, tagged, task="labels", recipe=QUICK)
    assert set(tagger.labels.names) == {tag for s in tagged for tag in s.tags}
    assert tagger.evaluate(tagged).metric == "accuracy"


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_saved_tagger_predicts_the_same(
    encoder: Encoder, sentences: list[TaggedSentence], tmp_path: Path, precision: str
) -> None:
    runtime = Runtime("cpu", precision)  # type: ignore[arg-type]
    tagger = finetune(encoder, sentences, recipe=QUICK, precision=precision)
    tagger.save(tmp_path / "tagger")
    loaded = load_encoder_tagger(tmp_path / "tagger", runtime=runtime)
    assert loaded.predict(sentences) == tagger.predict(sentences)
    assert (loaded.labels, loaded.recipe, loaded.seed) == (tagger.labels, tagger.recipe, tagger.seed)


def test_transformers_loads_a_saved_tagger(tagger: EncoderTagger, tmp_path: Path) -> None:
    tagger.save(tmp_path)
    model = AutoModelForTokenClassification.from_pretrained(tmp_path, dtype=torch.float32).eval()
    words = ["the", "unbelievably", "house"]
    inputs = AutoTokenizer.from_pretrained(tmp_path)([words], is_split_into_words=True, return_tensors="pt")
    numbers = model(**inputs).logits[0].argmax(-1).tolist()
    first = {word: place for place, word in reversed(list(enumerate(inputs.word_ids()))) if word is not None}
    assert [model.config.id2label[numbers[first[i]]] for i in range(3)] == list(tagger.tag([words])[0])


def test_a_folder_that_is_no_tagger_or_is_damaged_is_said(tagger: EncoderTagger, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not a tagger"):
        load_encoder_tagger(tmp_path)
    tagger.save(tmp_path)
    about = json.loads((tmp_path / "tagger.json").read_text())
    (tmp_path / "tagger.json").write_text(json.dumps({**about, "task": "parsing"}))
    with pytest.raises(ModelError, match="damaged"):
        load_encoder_tagger(tmp_path)
    (tmp_path / "tagger.json").write_text(json.dumps(about))
    assert "classifier.weight" in load_file(tmp_path / "model.safetensors")
    (tmp_path / "model.safetensors").write_bytes(b"\x08\x00")
    with pytest.raises(ModelError, match="damaged"):
        load_encoder_tagger(tmp_path)


def test_a_tagger_that_cannot_be_written_is_said(tagger: EncoderTagger, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        tagger.save(tmp_path / "file" / "tagger")
