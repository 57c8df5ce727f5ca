from __future__ import annotations

from typing import Any

import pytest

from crossglot.corpora.sampling import sample
from crossglot.corpora.sentences import TaggedSentence
from crossglot.encoders.encoder import Encoder
from crossglot.errors import CrossglotError, DataError, UsageError
from crossglot.tagging.encoder_tagger import EncoderTagger
from crossglot.tagging.finetuning import finetune
from crossglot.tagging.fitting import DivergenceError, fit
from crossglot.tagging.grid import Grid, grid_for
from crossglot.tagging.recipe import HeadStart, Recipe
from crossglot.tagging.search import Trial, chosen, search_recipe

QUICK = Recipe(batch_size=8, max_length=32, epochs=3)


def test_every_start_is_tried_with_every_rate_and_the_best_on_dev_is_taken(
    encoder: Encoder, sentences: list[TaggedSentence]
) -> None:
    train, dev = sentences[:40], sentences[40:]
    seen: list[tuple[int, int]] = []
    search = search_recipe(
        encoder, train, dev, recipe=QUICK, grid=Grid(rates=(3e-3, 1e-6)), progress=lambda *of: seen.append(of)
    )
    assert [(trial.head_start, trial.learning_rate) for trial in search.trials] == [
        ("random", 1e-6), ("random", 3e-3), ("probe", 1e-6), ("probe", 3e-3),
    ]  # fmt: skip
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    for trial in search.trials:
        recipe = QUICK.model_copy(update={"head_start": trial.head_start, "learning_rate": trial.learning_rate})
        assert finetune(encoder, train, recipe=recipe).evaluate(dev).value == trial.score
    assert search.best == chosen(search.trials)
    assert search.at_edge


def trials(**scores: dict[float, float]) -> list[Trial]:
    starts: dict[str, HeadStart] = {"random": "random", "probe": "probe"}
    return [Trial(starts[start], rate, score) for start, of_start in scores.items() for rate, score in of_start.items()]


@pytest.mark.parametrize(
    ("tried", "best"),
    [
        (trials(random={3e-4: 0.785, 1e-3: 0.861, 3e-3: 0.875}), ("random", 1e-3)),
        (trials(random={3e-4: 0.785, 1e-3: 0.850, 3e-3: 0.875, 1e-2: 0.6}), ("random", 3e-3)),
        (trials(random={1e-3: 0.0}), ("random", 1e-3)),
        (trials(random={1e-4: 0.1, 3e-4: 0.80}, probe={1e-4: 0.79, 3e-4: 0.82}), ("probe", 3e-4)),
        (trials(random={1e-4: 0.89, 3e-4: 0.90}, probe={1e-4: 0.88, 3e-4: 0.89}), ("random", 1e-4)),
        (trials(random={1e-4: 0.9}, probe={1e-4: 0.9}), ("random", 1e-4)),  # the paper's, where nothing is gained
    ],
)
def test_of_the_better_start_the_lowest_rate_that_is_nearly_best_is_taken(
    tried: list[Trial], best: tuple[str, float]
) -> None:
    found = chosen(tried)
    assert (found.head_start, found.learning_rate) == best


def test_narrow_encoders_are_tried_at_a_higher_rate_too() -> None:
    assert grid_for(384) == Grid(("random", "probe"), (1e-4, 3e-4, 1e-3))
    assert grid_for(128).rates == (1e-4, 3e-4, 1e-3, 3e-3)
    assert grid_for(384, "probe").starts == ("probe",)


def test_rates_that_diverge_are_passed_over(
    encoder: Encoder, sentences: list[TaggedSentence], monkeypatch: pytest.MonkeyPatch
) -> None:
    def diverging(encoder: Encoder, train: list[TaggedSentence], recipe: Recipe, **settings: Any) -> EncoderTagger:
        if recipe.learning_rate > 0.1:
            raise DivergenceError("the training loss is no longer a number")
        return fit(encoder, train, recipe, **settings)

    monkeypatch.setattr("crossglot.tagging.search.fit", diverging)
    search = search_recipe(encoder, sentences, sentences, recipe=QUICK, grid=Grid(("random",), (1e-3, 1.0)))
    assert [trial.learning_rate for trial in search.trials] == [1e-3]
    with pytest.raises(CrossglotError, match="at any rate"):
        search_recipe(encoder, sentences, sentences, recipe=QUICK, grid=Grid(("random",), (1.0,)))


def test_nothing_to_try_or_to_choose_on_is_an_error(encoder: Encoder, sentences: list[TaggedSentence]) -> None:
    with pytest.raises(UsageError, match="nothing to try"):
        search_recipe(encoder, sentences, sentences, grid=Grid((), ()))
    with pytest.raises(DataError, match="no words to choose"):
        search_recipe(encoder, sentences, [TaggedSentence((), ())])


def test_a_large_dev_set_is_sampled(
    encoder: Encoder, sentences: list[TaggedSentence], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crossglot.tagging.search.ENOUGH_DEV", 20)
    grid = Grid(("probe",), (1e-3,))
    (trial,) = search_recipe(encoder, sentences, sentences, recipe=QUICK, grid=grid).trials
    recipe = QUICK.model_copy(update={"head_start": "probe", "learning_rate": 1e-3})
    assert finetune(encoder, sentences, recipe=recipe).evaluate(sample(sentences, 20)).value == trial.score
