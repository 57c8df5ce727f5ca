from __future__ import annotations

import random

import pytest

from crossglot.transliteration.language_model import EDGE, LanguageModel, language_model

FEW = [("a", "b"), ("a", "c", "a")]


def many() -> list[tuple[str, ...]]:
    """Sentences of words whose frequencies fall as in text, so that there are counts of one, two, three and four."""
    chance = random.Random(1)
    words, shares = [f"w{number}" for number in range(60)], [1 / (1 + number) for number in range(60)]
    return [tuple(chance.choices(words, shares, k=chance.randrange(12))) for _ in range(400)]


@pytest.mark.parametrize("sentences", [FEW, many(), []])
def test_probabilities_after_every_word_sum_to_one(sentences: list[tuple[str, ...]]) -> None:
    model = language_model(sentences)
    for before in (EDGE, "never seen", *sorted(model.words)[:20]):
        total = sum(model.probability(before, word) for word in (*model.words, EDGE, "another unknown one"))
        assert total == pytest.approx(1.0, abs=1e-12)


def test_smoothing_is_kneser_neys_and_no_count_of_words() -> None:
    """`Francisco` is frequent and follows one word only: after another it is less likely than what follows many."""
    sentences = [("San", "Francisco")] * 30 + [
        (place, "glasses") for place in ("my", "her", "old", "new", "his", "two")
    ]
    model = language_model([*sentences, ("the",)])
    assert model.probability("the", "glasses") > 2 * model.probability("the", "Francisco")
    assert model.probability("San", "Francisco") > 0.9


def test_probabilities_are_those_worked_out_by_hand() -> None:
    """Of `a b` and `a c a`; too little text to tell discounts, which are a half each.

    Pairs: edge→a twice, a→b, a→c, a→edge, b→edge, c→a. After different words stand a: 2, b: 1, c: 1, edge: 2, in all 6.
    Half of each of these four goes to five alike: 4 · 0.5 / 6 / 5 = 1/15.
    """
    model = language_model(FEW)
    share = {"a": 1.5 / 6 + 1 / 15, "b": 0.5 / 6 + 1 / 15, EDGE: 1.5 / 6 + 1 / 15, "?": 1 / 15}
    assert model.probability("nowhere", "b") == pytest.approx(share["b"])
    assert model.probability(EDGE, "a") == pytest.approx(1.5 / 2 + 0.5 / 2 * share["a"])
    assert model.probability("a", "b") == pytest.approx(0.5 / 3 + 1.5 / 3 * share["b"])
    assert model.probability("a", EDGE) == pytest.approx(0.5 / 3 + 1.5 / 3 * share[EDGE])
    assert model.probability("a", "?") == pytest.approx(1.5 / 3 * share["?"])


def test_discounts_are_chen_and_goodmans() -> None:
    """Of 8 pairs seen once, 4 twice, 2 three times and 1 four times: Y = 8 / 16."""
    times = [1] * 8 + [2] * 4 + [3] * 2 + [4]
    model = LanguageModel({f"v{number}": {f"w{number}": count} for number, count in enumerate(times)})
    assert model._of_pairs == pytest.approx((1 - 2 * 0.5 * 4 / 8, 2 - 3 * 0.5 * 2 / 4, 3 - 4 * 0.5 * 1 / 2))
