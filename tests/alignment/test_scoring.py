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


def test_the_least_of_several_is_the_least_in_every_resample() -> None:
    rows = np.random.default_rng(1).random((2, 4, 200)) < 0.4
    accuracies = resampled_accuracies(rows)
    least = accuracies.least(1, slice(1, None))
    assert least.value == pytest.approx(100 * rows[1, 1:].mean(axis=1).min())
    assert (least.draws <= accuracies.at(1, 2).draws).all()


def test_all_found_or_none_is_as_unsure_as_the_binomial() -> None:
    for right, bounds in ((np.ones(100, dtype=bool), (96.38, 100)), (np.zeros(100, dtype=bool), (0, 3.62))):
        interval = resampled_accuracies(right).at().interval(0, 100)
        assert (interval.low, interval.high) == pytest.approx(bounds, abs=0.01)
        assert interval.kind == "95 % exact over 100 pairs"


def test_one_pair_has_no_interval() -> None:
    interval = resampled_accuracies(np.array([True])).at().interval(0, 100)
    assert not interval.known
    assert (interval.low, interval.high) == (100, 100)
