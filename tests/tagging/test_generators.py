"""Every public function that takes sentences takes them from a generator too, with the same result as from a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest
import torch

from crossglot.alignment.vectors import embed
from crossglot.corpora.columns import read_columns, write_columns
from crossglot.corpora.sentences import Sentence, TaggedSentence
from crossglot.encoders.encoder import Encoder
from crossglot.errors import UsageError
from crossglot.runs import transfer_matrix
from crossglot.tagging.encoder_tagger import EncoderTagger
from crossglot.tagging.evaluation import evaluate
from crossglot.tagging.finetuning import finetune
from crossglot.tagging.grid import Grid
from crossglot.tagging.linear_probe import linear_probe
from crossglot.tagging.most_frequent_tag import MostFrequentTag
from crossglot.tagging.overlap import entity_overlap
from crossglot.tagging.recipe import Recipe
from crossglot.tagging.search import search_recipe

QUICK = Recipe(batch_size=16, max_length=32, epochs=1, learning_rate=2e-3)


@pytest.fixture(scope="module")
def tagger(encoder: Encoder, sentences: list[TaggedSentence]) -> EncoderTagger:
    return finetune(encoder, sentences, recipe=QUICK)


def same_weights(one: EncoderTagger, other: EncoderTagger) -> bool:
    return torch.equal(one.head.weight, other.head.weight) and one.labels == other.labels


def test_tagging_takes_a_generator_of_anything_that_has_words(
    tagger: EncoderTagger, sentences: list[TaggedSentence]
) -> None:
    expected = tagger.predict(sentences)
    assert len(expected) == len(sentences)
    kinds: list[Callable[[TaggedSentence], Any]] = [
        lambda s: s,
        lambda s: Sentence(s.words),
        lambda s: list(s.words),
        lambda s: iter(s.words),
        lambda s: np.array(s.words, dtype=object),
        lambda s: dict.fromkeys(range(len(s.words))) and (word for word in s.words),
    ]
    for kind in kinds:
        assert tagger.predict(map(kind, sentences)) == expected
        assert tagger.tag(kind(sentence) for sentence in sentences) == expected
    assert tagger.predict(" ".join(s.words).split() for s in sentences) == expected


def test_scoring_takes_generators(tagger: EncoderTagger, sentences: list[TaggedSentence]) -> None:
    assert tagger.evaluate(iter(sentences)).value == tagger.evaluate(sentences).value
    predicted = tagger.predict(sentences)
    scored = evaluate("pos", iter(sentences), iter(predicted))
    assert (scored.value, scored.n) == (tagger.evaluate(sentences).value, sum(map(len, sentences)))


def test_training_takes_generators(encoder: Encoder, tagger: EncoderTagger, sentences: list[TaggedSentence]) -> None:
    assert same_weights(finetune(encoder, iter(sentences), recipe=QUICK), tagger)
    assert same_weights(linear_probe(encoder, iter(sentences)), linear_probe(encoder, sentences))
    floor = MostFrequentTag.fit(iter(sentences))
    assert floor.tag(iter(sentences)) == MostFrequentTag.fit(sentences).tag(sentences)
    grid = Grid(("random",), (2e-3,))
    found = search_recipe(encoder, iter(sentences[:20]), iter(sentences[20:40]), recipe=QUICK, grid=grid)
    assert (
        found.best.score == search_recipe(encoder, sentences[:20], sentences[20:40], recipe=QUICK, grid=grid).best.score
    )


def test_vectors_and_overlap_take_generators(encoder: Encoder, sentences: list[TaggedSentence]) -> None:
    texts = [" ".join(sentence.words) for sentence in sentences]
    np.testing.assert_array_equal(embed(encoder, iter(texts), layers=iter([1])), embed(encoder, texts, layers=[1]))
    words = embed(encoder, sentences)
    np.testing.assert_array_equal(embed(encoder, iter(sentences)), words)
    np.testing.assert_array_equal(embed(encoder, (iter(sentence.words) for sentence in sentences)), words)
    entities = [TaggedSentence(s.words, ("B-PER",) * len(s)) for s in sentences]
    halves = entities[:30], entities[30:]
    assert entity_overlap(iter(halves[0]), iter(halves[1]), encoder.tokenizer) == entity_overlap(
        *halves, encoder.tokenizer
    )


def test_writing_takes_a_generator(sentences: list[TaggedSentence], tmp_path: Any) -> None:
    path = write_columns(iter(sentences), tmp_path / "x.conll")
    assert [s.words for s in read_columns(path, scheme="none")] == [s.words for s in sentences]


def test_what_is_no_list_of_sentences_is_refused_plainly(
    encoder: Encoder, tagger: EncoderTagger, sentences: list[TaggedSentence]
) -> None:
    wrong: list[tuple[Any, str]] = [
        ("gut", "a str is no list of sentences that are split into words"),
        (b"gut", "a bytes is no list"),
        (sentences[0], "a TaggedSentence is no list"),
        (Sentence(("a",)), "a Sentence is no list"),
        (["gut"], "split into words"),
        (iter(["gut"]), "split into words"),
        ([3], "split into words"),
        (7, "a int is no list"),
        ([["a", 3]], "sentence 1: 3 is no word"),
        ([["a"], ["a", None]], "sentence 2: None is no word"),
    ]
    for given, said in wrong:
        with pytest.raises(UsageError, match=said):
            tagger.predict(given)
    for call in (lambda given: finetune(encoder, given), lambda given: linear_probe(encoder, given), tagger.evaluate):
        with pytest.raises(UsageError, match="sentence 1 has no tags: it is a list"):
            call([["Das", "ist"]])  # type: ignore[list-item]
    with pytest.raises(UsageError, match="have to be a list of language keys"):
        transfer_matrix("encoder", "pos", "en", ["de"], "root")


def test_a_generator_that_fails_fails_as_itself(tagger: EncoderTagger) -> None:
    def broken() -> Iterable[list[str]]:
        yield ["the", "cat"]
        raise OSError("the line went dead")

    with pytest.raises(OSError, match="the line went dead"):
        tagger.predict(broken())
