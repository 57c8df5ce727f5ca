"""Corrections, swaps and contrasts of groups: scipy's and brute force's values, and false alarms as announced."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from crossglot.errors import CrossglotError
from crossglot.statistics.correction import holm
from crossglot.statistics.groups import group_contrast
from crossglot.statistics.intervals import accuracy, bootstrap_clusters
from crossglot.statistics.randomisation import swap_test

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


@given(P_VALUES, st.floats(0.001, 0.5))
def test_holm_rejects_what_its_steps_reject(p: list[float], level: float) -> None:
    """Holm's own words: go up from the smallest; stop at the first that is above α / (tests still to come)."""
    rejected = set()
    for step, place in enumerate(np.argsort(p, kind="stable")):
        if p[place] * (len(p) - step) > level:
            break
        rejected.add(int(place))
    assert set(np.flatnonzero(holm(p) <= level).tolist()) == rejected


def test_p_values_outside_0_to_1_are_refused() -> None:
    with pytest.raises(CrossglotError, match="between 0 and 1"):
        holm([0.1, 1.1])
    assert len(holm([])) == 0


def test_swapping_sentences_gives_the_exact_p_value() -> None:
    """Against all 2^8 assignments."""
    rng = np.random.default_rng(0)
    a, b = (np.stack([rng.integers(0, 6, 8), np.full(8, 5)], axis=1) for _ in range(2))
    observed = abs(accuracy(a.sum(axis=0)) - accuracy(b.sum(axis=0)))
    as_large = [
        abs((np.array(signs) * (a - b)[:, 0]).sum() / a[:, 1].sum()) >= observed - 1e-12
        for signs in product([-1, 1], repeat=8)
    ]
    found = swap_test(a, b, accuracy, permutations=20_000)
    assert found.value == pytest.approx(accuracy(a.sum(axis=0)) - accuracy(b.sum(axis=0)))
    assert found.p == pytest.approx(np.mean(as_large), abs=0.015)
    assert found.sentences == 8


def test_equal_systems_seem_to_differ_as_often_as_announced() -> None:
    rng, runs = np.random.default_rng(1), 200
    alarms = 0
    for run in range(runs):
        hard = rng.uniform(0.3, 0.9, 60)
        a, b = (np.stack([rng.binomial(10, hard), np.full(60, 10)], axis=1) for _ in range(2))
        alarms += swap_test(a, b, accuracy, permutations=100, seed=run).p <= 0.05
    assert scipy.stats.binomtest(int(alarms), runs, 0.05).pvalue > 0.005


def test_systems_that_never_differ_have_p_of_one_and_different_ones_a_small_one() -> None:
    same = np.stack([np.arange(10), np.full(10, 10)], axis=1)
    assert swap_test(same, same, accuracy, permutations=50).p == 1
    worse = same - np.array([1, 0])
    assert swap_test(same[1:], worse[1:], accuracy, permutations=2000).p < 0.02
    with pytest.raises(CrossglotError, match="same sentences"):
        swap_test(same, same[1:], accuracy)


GROUP = {f"a{i}": "A" for i in range(6)} | {f"b{i}": "B" for i in range(5)}
PAIRS = list(permutations(GROUP, 2))
CELLS = [f"{GROUP[source]}→{GROUP[target]}" for source, target in PAIRS]


def test_a_contrast_is_the_difference_of_plain_means() -> None:
    values = np.random.default_rng(2).normal(50, 10, len(PAIRS))
    means = {name: values[[cell == name for cell in CELLS]].mean() for name in set(CELLS)}
    found = group_contrast(values, CELLS, PAIRS, {"A→A": 1, "A→B": -1})
    assert found.value == pytest.approx(means["A→A"] - means["A→B"])
    assert found.n == 6 * 5 + 6 * 5


def test_a_contrast_of_one_group_is_its_average() -> None:
    values = np.random.default_rng(3).normal(50, 10, len(PAIRS))
    ours = [place for place, cell in enumerate(CELLS) if cell == "A→A"]
    oracle = bootstrap_clusters(values[ours], [PAIRS[place] for place in ours])
    found = group_contrast(values, CELLS, PAIRS, {"A→A": 1}).interval
    assert found is not None
    assert (found.low, found.high) == pytest.approx((oracle.low, oracle.high), rel=0.1)


def test_contrasts_hold_the_truth() -> None:
    """Source and target effects and noise; in every other run, same-kind pairs are 4 better."""
    rng, runs = np.random.default_rng(4), 120
    names = list(GROUP)
    held = 0
    for run in range(runs):
        truth = 4.0 * (run % 2)
        source, target = rng.normal(0, 4, (2, len(names)))
        values = [
            source[names.index(one)] + target[names.index(other)] + truth * (GROUP[one] == GROUP[other])
            for one, other in PAIRS
        ] + rng.normal(0, 3, len(PAIRS))
        weights = {"A→A": 1.0, "B→B": 1.0, "A→B": -1.0, "B→A": -1.0}
        found = group_contrast(values, CELLS, PAIRS, weights, resamples=120, seed=run).interval
        assert found is not None
        held += found.low <= 2 * truth <= found.high
    assert held / runs >= 0.9


def test_too_few_languages_of_a_kind_give_no_interval_and_an_empty_group_no_value() -> None:
    pairs = [(one, other) for one, other in PAIRS if other in ("b0", "b1") or GROUP[other] == "A"]
    cells = [f"{GROUP[one]}→{GROUP[other]}" for one, other in pairs]
    found = group_contrast(range(len(pairs)), cells, pairs, {"A→A": 1, "A→B": -1})
    assert found.interval is not None
    assert found.interval.kind == "no interval: fewer than 3 languages in A→B"
    empty = group_contrast(range(len(pairs)), cells, pairs, {"A→A": 1, "A→C": -1})
    assert (empty.value, empty.why) == (None, "no cell in A→C")
