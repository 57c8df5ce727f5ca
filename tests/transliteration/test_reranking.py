"""The best path through a sentence's candidates, beside all paths."""

from __future__ import annotations

import random
from itertools import product

import pytest

from crossglot.transliteration.language_model import EDGE, LanguageModel, language_model
from crossglot.transliteration.reranking import best_path
from crossglot.transliteration.settings import Candidates

TEXT = [("we", "see", "the", "sea"), ("the", "sea", "sees", "us"), ("we", "wee", "see")]


def lattice(chance: random.Random, words: int) -> list[Candidates]:
    known = [*sorted({word for words in TEXT for word in words}), "unknown"]
    return [
        tuple((word, -5 * chance.random()) for word in chance.sample(known, chance.randrange(1, 5)))
        for _ in range(words)
    ]


def score(path: tuple[tuple[str, float], ...], model: LanguageModel, weight: float) -> float:
    words = [EDGE, *(word for word, _ in path), EDGE]
    fluent = sum(model.log_probability(words[at], words[at + 1]) for at in range(len(words) - 1))
    return sum(own for _, own in path) + weight * fluent


@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0, 4.0])
def test_it_is_the_best_of_all_combinations(weight: float) -> None:
    chance, model = random.Random(3), language_model(TEXT)
    for words in (1, 2, 3, 5, 6):
        for _ in range(6):
            candidates = lattice(chance, words)
            best = max(product(*candidates), key=lambda path: score(path, model, weight))
            assert best_path(candidates, model, weight) == tuple(word for word, _ in best)


def test_the_sentence_decides_between_words_spelled_alike() -> None:
    model = language_model(TEXT)
    sea: Candidates = (("see", -0.6), ("sea", -0.7))
    for before, chosen in (("the", "sea"), ("wee", "see")):
        assert best_path([((before, 0.0),), sea], model, 1.0) == (before, chosen)
    assert best_path([(("the", 0.0),), sea], model, 0.0) == ("the", "see")
    assert best_path([], model, 1.0) == ()
