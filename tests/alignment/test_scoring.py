"""Accuracies and their bootstrap: against the binomial, and paired where the same sentences were translated."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from crossglot.alignment.scoring import resampled_accuracies


def test_the_interval_of_an_accuracy_is_the_binomials() -> None:
    right = np.arange(400) < 120
    found = resampled_accuracies(right).at()
    low, high = (100 * binom.ppf(q, 400, 0.3) / 400 for q in (0.025, 0.975))
    assert found.value == 30
    interval = found.interval(0, 100)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=0.6)
    assert interval.kind == "95 % bootstrap over 400 pairs"


def test_a_difference_on_the_same_sentences_knows_that_they_are_the_same() -> None:
    draws = np.random.default_rng(0)
    one = draws.random(300) < 0.5
    both = np.stack([one, one])
    both[1, :6] = True
    accuracies = resampled_accuracies(both)
    difference = accuracies.at(1).minus(accuracies.at(0))
    assert difference.value == pytest.approx(100 * (both[1].mean() - both[0].mean()))
    bounds = difference.interval(-100, 100)
    assert bounds.high - bounds.low < 3  # two independent accuracies would differ by ± 8
    assert bounds.low > -0.1


def test_the_least_of_several_is_bounded_from_below_by_the_lowest_bound_and_from_above_for_their_number() -> None:
    rows = np.random.default_rng(1).random((2, 4, 200)) < 0.4
    accuracies = resampled_accuracies(rows)
    value, bounds = accuracies.least(1, slice(1, None))
    own = [accuracies.at(1, layer).interval(0, 100) for layer in (1, 2, 3)]
    assert value == pytest.approx(100 * rows[1, 1:].mean(axis=1).min())
    assert bounds.low == min(one.low for one in own)
    assert bounds.high > own[int(np.argmin(rows[1, 1:].mean(axis=1)))].high
    assert bounds.kind == "95 % bootstrap over 200 pairs, the upper bound for the least of 3"


@pytest.mark.parametrize("kept", [0.0, 0.9])
@pytest.mark.parametrize("layers", [4, 8])
def test_layers_that_are_all_as_good_are_not_said_to_have_a_worse_one(layers: int, kept: float) -> None:
    """Half of the translations are found at each layer, at each other ones, or mostly the same as below.

    A resampled minimum's percentiles called the least of eight such layers worse in 94 % of runs, or in 19.
    """
    chance, runs = np.random.default_rng(3), 400
    above, below = 0, 0
    for _ in range(runs):
        right = [chance.random(300) < 0.5]
        while len(right) < layers:
            right.append(np.where(chance.random(300) < kept, right[-1], chance.random(300) < 0.5))
        _, bounds = resampled_accuracies(np.stack(right)).least(slice(None))
        above, below = above + (bounds.low > 50), below + (bounds.high < 50)
    assert max(above, below) / runs <= 0.025 + 3 * (0.025 * 0.975 / runs) ** 0.5


def test_the_least_of_layers_that_find_all_is_within_what_there_is() -> None:
    _, bounds = resampled_accuracies(np.ones((3, 50), dtype=bool)).least(slice(None))
    assert bounds.high == 100


def test_all_found_or_none_is_as_unsure_as_the_binomial() -> None:
    for right, bounds in ((np.ones(100, dtype=bool), (96.38, 100)), (np.zeros(100, dtype=bool), (0, 3.62))):
        interval = resampled_accuracies(right).at().interval(0, 100)
        assert (interval.low, interval.high) == pytest.approx(bounds, abs=0.01)
        assert interval.kind == "95 % exact over 100 pairs"


def test_one_pair_has_no_interval() -> None:
    interval = resampled_accuracies(np.array([True])).at().interval(0, 100)
    assert not interval.known
    assert (interval.low, interval.high) == (100, 100)
