"""The model of languages: forward-backward against every path there is, EM, and what it says of words."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from crossglot.tagging.language_sides.forward_backward import Chain, forward_backward, reestimated
from crossglot.tagging.language_sides.language_hmm import LanguageHmm, switching_chain
from crossglot.tagging.language_sides.sides import sides_of
from crossglot.tagging.language_sides.word_model import WordModel

HINDI = [("यह", "घर", "है", "।"), ("वह", "मेरा", "घर", "नहीं", "है", "।"), ("मेरा", "नाम", "क्या", "है", "?")] * 3
ENGLISH = [
    ("this", "is", "my", "house", "."),
    ("the", "house", "is", "not", "there", "."),
    ("what", "is", "it", "?"),
] * 3


def drawn(seed: int, longest: int, sequences: int, states: int) -> tuple[np.ndarray, np.ndarray, Chain]:
    chance = np.random.default_rng(seed)
    emissions = chance.normal(-5, 3, (longest, sequences, states))
    lengths = np.r_[longest, 1, chance.integers(1, longest + 1, sequences - 2)]
    start, moves = chance.dirichlet(np.ones(states)), chance.dirichlet(np.ones(states), states)
    return emissions, lengths, Chain(np.log(start), np.log(moves))


def by_every_path(emissions: np.ndarray, chain: Chain) -> tuple[float, np.ndarray, np.ndarray]:
    """Likelihood, probabilities of states and expected moves of one sequence, path by path."""
    length, states = emissions.shape
    total, at, moves = 0.0, np.zeros((length, states)), np.zeros((states, states))
    for path in itertools.product(range(states), repeat=length):
        logs = chain.start[path[0]] + sum(emissions[place, state] for place, state in enumerate(path))
        joint = np.exp(logs + sum(chain.transitions[pair] for pair in itertools.pairwise(path)))
        total += joint
        at[np.arange(length), path] += joint
        for pair in itertools.pairwise(path):
            moves[pair] += joint
    return float(np.log(total)), at / total, moves / total


@pytest.mark.parametrize(("longest", "states"), [(1, 1), (1, 3), (6, 1), (7, 2), (5, 3), (4, 4)])
def test_it_finds_what_going_through_every_path_finds(longest: int, states: int) -> None:
    emissions, lengths, chain = drawn(longest + states, longest, 5, states)
    found = forward_backward(emissions, lengths, chain)
    every = [by_every_path(emissions[:length, i], chain) for i, length in enumerate(lengths)]
    np.testing.assert_allclose(found.likelihood, [likelihood for likelihood, _, _ in every])
    np.testing.assert_allclose(found.moves, sum(moves for _, _, moves in every), atol=1e-12)
    for i, (_, at, _) in enumerate(every):
        np.testing.assert_allclose(found.states[: len(at), i], at, atol=1e-12)
        assert not found.states[len(at) :, i].any()


def test_a_thousand_improbable_words_do_not_underflow() -> None:
    emissions = np.full((1000, 2, 2), -700.0)
    found = forward_backward(emissions, np.array([1000, 1]), switching_chain(2, 0.2))
    np.testing.assert_allclose(found.likelihood, [-700_000.0, -700.0])
    np.testing.assert_allclose(found.states[:, 0], 0.5)


@pytest.mark.parametrize("seed", range(5))
def test_em_never_lowers_the_likelihood(seed: int) -> None:
    emissions, lengths, chain = drawn(seed, 9, 6, 3)
    likelihoods = []
    for _ in range(15):
        expected = forward_backward(emissions, lengths, chain)
        likelihoods.append(expected.likelihood.sum())
        chain = reestimated(expected, chain)
        np.testing.assert_allclose(np.exp(chain.transitions).sum(axis=1), 1)
        np.testing.assert_allclose(np.exp(chain.start).sum(), 1)
    assert (np.diff(likelihoods) > -1e-9).all() and likelihoods[-1] > likelihoods[0]


def test_em_with_states_that_words_give_away_counts_their_moves() -> None:
    path = [0, 0, 1, 1, 1, 0, 1]
    emissions = np.full((7, 1, 2), -1000.0)
    emissions[np.arange(7), 0, path] = 0.0
    chain = reestimated(forward_backward(emissions, np.array([7]), switching_chain(2, 0.5)), switching_chain(2, 0.5))
    np.testing.assert_allclose(np.exp(chain.transitions), [[1 / 3, 2 / 3], [1 / 3, 2 / 3]])
    np.testing.assert_allclose(np.exp(chain.start), [1, 0], atol=1e-300)


def test_probabilities_of_all_words_come_to_one() -> None:
    """Over every spelling of two letters, up to a length beyond which next to nothing is left."""
    model = WordModel({"ab": 5, "a": 2, "ba": 1}, 2)
    spellings = ("".join(letters) for length in range(13) for letters in itertools.product("ab", repeat=length))
    total = sum(np.exp(model.log_probability(word)) for word in spellings)
    assert 0.75 < total <= 1  # the rest is longer, or has the letter that stands for unknown ones
    assert model.log_probability("ab") > model.log_probability("a") > model.log_probability("ba")
    assert model.log_probability("bab") > model.log_probability("bbb") > model.log_probability("ccc") > -np.inf


def hmm() -> LanguageHmm:
    sides = sides_of([*HINDI, *ENGLISH], ["hi"] * len(HINDI) + ["en"] * len(ENGLISH))
    return LanguageHmm(sides, switching_chain(2, 0.2))


def test_it_tells_typed_hindi_from_english() -> None:
    found = hmm().probabilities([("mera", "ghar"), ("my", "house"), (), ("kya", "hai"), ("what", "it", "is", "ghar")])
    assert [row.argmax() for row in found] == [0, 0, 1, 1, 0, 0, 1, 1, 1, 0]
    np.testing.assert_allclose(found.sum(axis=1), 1)


def test_words_typed_otherwise_than_by_rule_are_expected_too() -> None:
    """Those of a language in another script, which people spell as they please; never those of the other."""
    hindi, english = hmm()._models
    by_rule = hindi.log_probability("nahin")
    assert by_rule > hindi.log_probability("nahi") > hindi.log_probability("nahq") + 3
    assert english.log_probability("hous") < english.log_probability("house") - 3


def test_neighbours_decide_where_a_word_is_of_no_language() -> None:
    hindi, english = hmm().probabilities([("mera", "ghar", "12"), ("my", "house", "12")])[[2, 5], 0]
    assert hindi > 3 * english


def test_a_word_in_its_own_script_gives_its_language_away() -> None:
    found = hmm().probabilities([("the", "house", "हाउस", "is")])
    assert found[2, 0] > 0.999 and (found[[0, 1, 3], 1] > 0.5).all()


def test_a_sentence_has_the_same_probabilities_beside_any_others() -> None:
    sentences = [("mera", "house"), ("x" * 10_000,), ("my",) * 1000, (), ("😭😭",), ("日本", "Привет")]
    together = hmm().probabilities(sentences)
    np.testing.assert_allclose(together, np.concatenate([hmm().probabilities([words]) for words in sentences]))
    assert np.isfinite(together).all()


def test_switches_are_learned_from_text_that_has_them() -> None:
    """Text that changes language after every word, and text that never does."""
    start = hmm()
    changing = start.learned_from([("ghar", "house", "mera", "my", "kya", "what") * 5])
    staying = start.learned_from([("mera", "ghar", "kya") * 10, ("my", "house", "what") * 10])
    assert np.exp(changing.chain.transitions)[0, 1] > 0.9 > 0.1 > np.exp(staying.chain.transitions)[0, 1]
    assert start.learned_from([]) is start
