from __future__ import annotations

import pytest

from crossglot.corpora.sentences import TaggedSentence
from crossglot.encoders.encoder import Encoder
from crossglot.errors import CrossglotError, DataError, UsageError
from crossglot.tagging.finetuning import finetune
from crossglot.tagging.rates import find_learning_rate, lowest_nearly_best
from crossglot.tagging.recipe import Recipe

QUICK = Recipe(batch_size=8, max_length=32, epochs=3)


def test_the_rate_best_on_dev_is_taken(encoder: Encoder, sentences: list[TaggedSentence]) -> None:
    train, dev = sentences[:40], sentences[40:]
    seen: list[float] = []
    search = find_learning_rate(
        encoder, train, dev, recipe=QUICK, grid=(3e-3, 1e-6), progress=lambda rate, _: seen.append(rate)
    )
    scores = dict(search.scores)
    assert search.best == 3e-3
    assert search.at_edge
    assert seen == [1e-6, 3e-3]
    best = finetune(encoder, train, recipe=QUICK.model_copy(update={"learning_rate": 3e-3}))
    assert scores[3e-3] == best.evaluate(dev).value > scores[1e-6]


def test_of_rates_that_are_nearly_best_the_lowest_is_taken() -> None:
    assert lowest_nearly_best([(3e-4, 0.785), (1e-3, 0.861), (3e-3, 0.875)]) == 1e-3
    assert lowest_nearly_best([(3e-4, 0.785), (1e-3, 0.850), (3e-3, 0.875), (1e-2, 0.6)]) == 3e-3
    assert lowest_nearly_best([(1e-3, 0.0)]) == 1e-3


def test_rates_that_diverge_are_passed_over(encoder: Encoder, sentences: list[TaggedSentence]) -> None:
    search = find_learning_rate(encoder, sentences, sentences, recipe=QUICK, grid=(1e-3, 1e38))
    assert [rate for rate, _ in search.scores] == [1e-3]
    assert not search.at_edge
    with pytest.raises(CrossglotError, match="at any rate"):
        find_learning_rate(encoder, sentences, sentences, recipe=QUICK, grid=(1e38,))


def test_nothing_to_try_or_to_choose_on_is_an_error(encoder: Encoder, sentences: list[TaggedSentence]) -> None:
    with pytest.raises(UsageError, match="no learning rates"):
        find_learning_rate(encoder, sentences, sentences, grid=())
    with pytest.raises(DataError, match="no words to choose"):
        find_learning_rate(encoder, sentences, [TaggedSentence((), ())])
