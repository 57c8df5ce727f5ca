from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pytest
import torch

import crossglot as cg
from crossglot.corpora.sentences import Sentence, TaggedSentence
from crossglot.errors import DataError
from crossglot.tagging.character_ngrams import PENALTY, REACH, CharacterNGrams, spelling
from crossglot.tagging.loading import load_tagger
from crossglot.tagging.most_frequent_tag import MostFrequentTag

TRAIN = [
    TaggedSentence(("la", "mesa", "cantaba"), ("DET", "NOUN", "VERB")),
    TaggedSentence(("el", "gato", "saltaba"), ("DET", "NOUN", "VERB")),
    TaggedSentence(("el", "perro", "hablaba", "."), ("DET", "NOUN", "VERB", "PUNCT")),
    TaggedSentence(("la", "casa", "."), ("DET", "NOUN", "PUNCT")),
] * 5


def by_hand(words: tuple[str, ...], buckets: int) -> np.ndarray:
    """Features of each word, one row a word, written out: place after place, ones in the buckets of its form."""
    rows = np.zeros((len(words), 2 * REACH + 1, buckets))
    for at in range(len(words)):
        for place, other in enumerate(range(at - REACH, at + REACH + 1)):
            form = words[other] if 0 <= other < len(words) else ""
            for feature in spelling(form):
                rows[at, place, zlib.crc32(feature.encode()) % buckets] = 1.0
    return rows


def test_a_words_scores_are_the_weights_of_its_own_and_its_neighbours_spelling() -> None:
    floor = CharacterNGrams.fit(TRAIN)
    words = ("la", "mesa", "andaba", "la", "casa", "roja")
    weight = floor.weight.double().numpy().reshape(len(floor.weight), 2 * REACH + 1, len(floor.labels))
    scores = np.einsum("wpb,bpl->wl", by_hand(words, len(weight)), weight) + floor.bias.double().numpy()
    assert floor.tag([words]) == [tuple(floor.labels.names[i] for i in scores.argmax(axis=1))]


def test_the_fit_is_where_the_penalised_loss_is_flat(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gradient at the fit, by autograd on features written out by hand, beside that at zero, where it started."""
    monkeypatch.setattr("crossglot.tagging.character_ngrams.MOST_BUCKETS", 64)
    monkeypatch.setattr("crossglot.tagging.character_ngrams.MOST_ITERATIONS", 2000)
    monkeypatch.setattr("crossglot.tagging.character_ngrams.TOLERANCE", 1e-12)
    monkeypatch.setattr("crossglot.tagging.character_ngrams.PENALTY", 100 * PENALTY)
    floor = CharacterNGrams.fit(TRAIN)
    rows = np.concatenate([by_hand(sentence.words, 64) for sentence in TRAIN])
    features = torch.from_numpy(rows).transpose(1, 2).flatten(1)
    labels = torch.tensor(floor.labels.encode(TRAIN))

    def slope(weight: torch.Tensor, bias: torch.Tensor) -> float:
        weight, bias = weight.double().requires_grad_(), bias.double().requires_grad_()
        flat = weight.reshape(64 * (2 * REACH + 1), -1)
        squares = weight.square().sum() + bias.square().sum()
        loss = torch.nn.functional.cross_entropy(features @ flat + bias, labels) + 50 * PENALTY * squares
        gradients = torch.autograd.grad(loss, (weight, bias))
        return max(float(gradient.abs().max()) for gradient in gradients)

    assert slope(floor.weight, floor.bias) < 1e-3 * slope(torch.zeros_like(floor.weight), torch.zeros(17))


def test_unseen_words_are_told_by_their_endings() -> None:
    assert CharacterNGrams.fit(TRAIN).tag([("el", "gato", "miraba")]) == [("DET", "NOUN", "VERB")]


def test_one_form_is_told_by_what_stands_beside_it() -> None:
    train = [
        TaggedSentence(("to", "run"), ("PART", "VERB")),
        TaggedSentence(("a", "run"), ("DET", "NOUN")),
        TaggedSentence(("run", "away", "now"), ("VERB", "ADV", "ADV")),
    ] * 5
    floor = CharacterNGrams.fit(train)
    assert floor.tag([("to", "run"), ("a", "run"), ("run", "away", "now")]) == [s.tags for s in train[:3]]


def test_entities_are_labels_whose_spans_are_scored() -> None:
    train = [
        TaggedSentence(("Ana", "Ruiz", "vive", "en", "Lima"), ("B-PER", "I-PER", "O", "O", "B-LOC")),
        TaggedSentence(("ayer", "en", "Quito"), ("O", "O", "B-LOC")),
    ] * 5
    floor = CharacterNGrams.fit(train, task="ner")
    scores = floor.evaluate(train)
    assert (scores.metric, scores.value) == ("f1", 1.0)


def test_tags_depend_on_the_sentence_alone() -> None:
    floor = CharacterNGrams.fit(TRAIN)
    sentences = [("la",), (), ("mesa",) * 1000, ("el", "gato"), ("日本", "語"), ("a" * 5000,)]
    together = floor.tag(iter(sentences))
    assert together == [floor.tag([sentence])[0] for sentence in sentences]
    assert [len(tags) for tags in together] == [1, 0, 1000, 2, 2, 1]
    assert floor.tag([()]) == [()] and floor.tag([]) == []
    assert floor.tag([Sentence(("la",)), TRAIN[0]]) == floor.tag([["la"], list(TRAIN[0].words)])


def test_nothing_is_random(tmp_path: Path) -> None:
    first, again = CharacterNGrams.fit(TRAIN, seed=1), CharacterNGrams.fit(iter(TRAIN), seed=2)
    assert torch.equal(first.weight, again.weight) and torch.equal(first.bias, again.bias)


def test_a_saved_floor_is_loaded_whole(tmp_path: Path) -> None:
    floor = CharacterNGrams.fit(TRAIN)
    floor.save(tmp_path / "floor")
    loaded = load_tagger(tmp_path / "floor")
    assert isinstance(loaded, CharacterNGrams)
    assert torch.equal(loaded.weight, floor.weight) and loaded.labels == floor.labels
    assert loaded.tag(TRAIN) == floor.tag(TRAIN)
    floor.save(tmp_path / "floor")  # in place of the earlier one


def test_many_labels_have_fewer_buckets() -> None:
    words = tuple(f"w{i}" for i in range(1000))
    floor = CharacterNGrams.fit([TaggedSentence(words, tuple(f"L{i % 500}" for i in range(1000)))], task="labels")
    assert (len(floor.labels), len(floor.weight)) == (500, 512)


def test_no_words_is_an_error() -> None:
    with pytest.raises(DataError, match="no words"):
        CharacterNGrams.fit([])
    with pytest.raises(DataError, match="no entity"):
        CharacterNGrams.fit([TaggedSentence(("a",), ("O",))], task="ner")


@pytest.mark.slow
@pytest.mark.parametrize(("task", "above"), [("pos", 0.05), ("ner", 0.12)])
def test_on_real_text_it_stands_above_most_frequent_tags(data_root: Path, task: str, above: float) -> None:
    if task == "pos":
        train, test = (
            cg.read_conllu(next((data_root / "ud/UD_English-EWT").glob(f"*-{split}.conllu*")))
            for split in ("train", "test")
        )
    else:
        train, test = (cg.read_columns(data_root / f"ner/conll2002/es-{split}.conll.gz") for split in ("train", "test"))
    train = train[:3000]
    floors = (CharacterNGrams.fit(train, task=task), MostFrequentTag.fit(train, task=task))
    spelled, counted = (floor.evaluate(test).value for floor in floors)
    assert spelled > counted + above
