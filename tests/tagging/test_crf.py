"""Likelihood and Viterbi of the CRF beside all sequences of tags, written out and added up."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from crossglot.tagging.bilstm_crf.crf import Chain, best_paths, log_likelihood, log_partition

SIZES = st.tuples(st.integers(1, 4), st.lists(st.integers(1, 5), min_size=1, max_size=4), st.integers(0, 10**6))


def drawn(tags: int, lengths: list[int], seed: int, padding: int = 0) -> tuple[torch.Tensor, torch.Tensor, Chain]:
    """Emissions (longest + padding, sentences, tags) in double precision, lengths, and a chain."""
    chance = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> torch.Tensor:
        return 2 * torch.randn(*shape, generator=chance, dtype=torch.float64)

    chain = Chain(normal(tags, tags), normal(tags), normal(tags))
    return normal(max(lengths) + padding, len(lengths), tags), torch.tensor(lengths), chain


def every_sequence(emissions: torch.Tensor, length: int, chain: Chain) -> dict[tuple[int, ...], float]:
    """The score of each sequence of tags of one sentence, term by term."""
    scores = {}
    for tags in product(range(emissions.shape[1]), repeat=length):
        score = float(chain.start[tags[0]]) + float(chain.end[tags[-1]])
        score += sum(float(emissions[at, tag]) for at, tag in enumerate(tags))
        score += sum(float(chain.transitions[a, b]) for a, b in pairwise(tags))
        scores[tags] = score
    return scores


@given(SIZES)
def test_likelihoods_are_shares_of_all_sequences(sizes: tuple[int, list[int], int]) -> None:
    emissions, lengths, chain = drawn(*sizes)
    for sentence, length in enumerate(sizes[1]):
        scores = every_sequence(emissions[:, sentence], length, chain)
        total = torch.logsumexp(torch.tensor(list(scores.values()), dtype=torch.float64), 0)
        for tags in list(scores)[:: max(1, len(scores) // 7)]:
            given_tags = torch.zeros(len(emissions), len(lengths), dtype=torch.int64)
            given_tags[:length, sentence] = torch.tensor(tags)
            found = log_likelihood(emissions, given_tags, lengths, chain)[sentence]
            assert float(found) == pytest.approx(scores[tags] - float(total), abs=1e-9)


@given(SIZES)
def test_viterbi_finds_the_sequence_of_highest_score(sizes: tuple[int, list[int], int]) -> None:
    emissions, lengths, chain = drawn(*sizes)
    paths = best_paths(emissions, lengths, chain)
    for sentence, length in enumerate(sizes[1]):
        scores = every_sequence(emissions[:, sentence], length, chain)
        assert tuple(paths[:length, sentence].tolist()) == max(scores, key=scores.__getitem__)
        assert not paths[length:, sentence].any()


@given(SIZES, st.integers(0, 3))
def test_neither_padding_nor_other_sentences_change_anything(sizes: tuple[int, list[int], int], padding: int) -> None:
    emissions, lengths, chain = drawn(*sizes, padding)
    emissions.requires_grad_()
    tags = torch.randint(sizes[0], emissions.shape[:2], generator=torch.Generator().manual_seed(1))
    together = log_likelihood(emissions, tags, lengths, chain)
    paths = best_paths(emissions.detach(), lengths, chain)
    for sentence, length in enumerate(sizes[1]):
        own = slice(sentence, sentence + 1)
        alone = log_likelihood(emissions[:length, own], tags[:length, own], lengths[own], chain)
        torch.testing.assert_close(alone[0], together[sentence])
        own_path = best_paths(emissions.detach()[:length, own], lengths[own], chain)
        assert own_path[:, 0].tolist() == paths[:length, sentence].tolist()
    (slope,) = torch.autograd.grad(together.sum(), emissions)
    beyond = torch.arange(len(emissions))[:, None] >= lengths
    assert not slope[beyond].any()


def test_slopes_are_gold_minus_expected_tags() -> None:
    """What the likelihood's gradient is by theory: for each word, one for its tag minus the share of each tag."""
    emissions, lengths, chain = drawn(3, [4], seed=5)
    tags = torch.tensor([[2], [0], [0], [1]])
    (slope,) = torch.autograd.grad(log_likelihood(emissions.requires_grad_(), tags, lengths, chain).sum(), emissions)
    scores = every_sequence(emissions.detach()[:, 0], 4, chain)
    shares = torch.softmax(torch.tensor(list(scores.values()), dtype=torch.float64), 0)
    expected = torch.zeros(4, 3, dtype=torch.float64)
    for sequence, share in zip(scores, shares, strict=True):
        for at, tag in enumerate(sequence):
            expected[at, tag] += share
    gold = torch.nn.functional.one_hot(tags[:, 0], 3)
    torch.testing.assert_close(slope[:, 0], gold - expected)


def test_a_thousand_words_leave_everything_finite() -> None:
    emissions, lengths, chain = drawn(17, [1000], seed=2)
    single = Chain(chain.transitions.float(), chain.start.float(), chain.end.float())
    assert torch.isfinite(log_partition(emissions.float(), lengths, single)).all()
