"""Beam search beside the enumeration of every word that could be written."""

from __future__ import annotations

from itertools import product

import pytest
import torch

from crossglot.transliteration.alphabet import END, Alphabet
from crossglot.transliteration.beam import longest_word, n_best
from crossglot.transliteration.network import EncoderDecoder, draw_network

ALPHABET = Alphabet(("a", "b", "c"), ("x", "y"))


def network(seed: int) -> EncoderDecoder:
    """Weights far from nothing, so that words differ much in probability."""
    found = draw_network(ALPHABET, seed=seed)
    with torch.no_grad():
        for weight in found.parameters():
            weight.mul_(3.0)
    return found


def every_word(spelling: tuple[int, ...]) -> list[tuple[int, ...]]:
    letters = range(1, len(ALPHABET.written) + 1)
    return [word for length in range(longest_word(spelling) + 1) for word in product(letters, repeat=length)]


@torch.no_grad()
def enumerated(model: EncoderDecoder, spelling: tuple[int, ...]) -> list[tuple[str, float]]:
    """Every word with its log probability, one after another, none beside another."""
    found = []
    for word in every_word(spelling):
        numbers = torch.tensor([[*word, END]])
        score = model.log_likelihood(torch.tensor([spelling]), numbers, torch.ones_like(numbers, dtype=torch.bool))
        found.append((ALPHABET.text(word), float(score)))
    return sorted(found, key=lambda one: -one[1])


@pytest.mark.parametrize("seed", range(4))
def test_a_beam_as_wide_as_the_space_finds_what_enumeration_finds(seed: int) -> None:
    model, spellings = network(seed), [(0,), (1, 2), (2,), (1, 0)]
    found = n_best(model, ALPHABET, spellings, 300, beam=2**7)
    for spelling, words in zip(spellings, found, strict=True):
        expected = enumerated(model, spelling)[:300]
        assert len(words) == len(expected) == min(300, 2 ** (longest_word(spelling) + 1) - 1)
        torch.testing.assert_close([score for _, score in words], [score for _, score in expected], atol=1e-4, rtol=0)
        assert [word for word, _ in words[:20]] == [word for word, _ in expected[:20]]


def test_probabilities_of_all_words_and_of_those_too_long_sum_to_one() -> None:
    model = network(5)
    within = sum(float(torch.tensor(score).exp()) for _, score in enumerated(model, (0,)))
    with torch.no_grad():
        read = model.read(torch.tensor([[0]]))
        beyond = 0.0
        for word in product((1, 2), repeat=longest_word((0,))):
            before = torch.tensor([[END, *word]])
            shares = torch.log_softmax(model.next_scores(read, before, read.state)[0], dim=-1)[0]
            begun = sum(float(shares[at, number]) for at, number in enumerate(word))
            beyond += float(torch.tensor(begun).exp() * (1 - shares[-1, END].exp()))
    assert within + beyond == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("n", [1, 3])
def test_a_narrow_beam_gives_true_probabilities_and_no_word_twice(n: int) -> None:
    model = network(1)
    true = dict(enumerated(model, (0,)))
    (words,) = n_best(model, ALPHABET, [(0,)], n, beam=4)
    assert len(words) == len(dict(words)) == n
    assert [score for _, score in words] == sorted((score for _, score in words), reverse=True)
    assert all(score == pytest.approx(true[word], abs=1e-4) for word, score in words)


def test_words_do_not_depend_on_their_company() -> None:
    model = network(2)
    spellings = [(0,), (1, 2, 0), (2, 2), (0, 1), (1,)] * 3
    together = n_best(model, ALPHABET, spellings, 4)
    for spelling, words in zip(spellings, together, strict=True):
        (alone,) = n_best(model, ALPHABET, [spelling], 4)
        assert [word for word, _ in alone] == [word for word, _ in words]
        torch.testing.assert_close([score for _, score in alone], [score for _, score in words], atol=1e-5, rtol=0)
    assert n_best(model, ALPHABET, [], 4) == []


def test_states_are_those_of_words_one_by_one() -> None:
    """The likelihood of words side by side, padded, is that of each alone."""
    model = network(3)
    spellings, words = torch.tensor([[0, 1], [2, 1], [1, 1]]), torch.tensor([[1, 0, 0, 0], [2, 1, 2, 0], [0, 0, 0, 0]])
    lengths = torch.tensor([2, 4, 1])
    inside = torch.arange(4) < lengths[:, None]
    together = model.log_likelihood(spellings, words, inside)
    for at, length in enumerate(lengths.tolist()):
        alone = model.log_likelihood(spellings[at : at + 1], words[at : at + 1, :length], inside[at : at + 1, :length])
        torch.testing.assert_close(together[at : at + 1], alone)
