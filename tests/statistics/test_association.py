"""Correlations and trends: scipy's values, planted ones found, planted absences not, intervals that hold the truth."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from crossglot.errors import CrossglotError
from crossglot.statistics.association import correlation, linear_trend, slope_difference

Array = NDArray[np.float64]

PAIRS = list(permutations([f"l{i}" for i in range(10)], 2))


def language_effects(rng: np.random.Generator, pairs: list[tuple[str, str]], sd: float) -> Array:
    """What a source adds to its row and a target to its column, for each pair."""
    names = sorted({name for pair in pairs for name in pair})
    source, target = rng.normal(0, sd, (2, len(names)))
    return np.array([source[names.index(one)] + target[names.index(other)] for one, other in pairs])


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=30))
def test_values_are_scipys(cells: list[tuple[int, int]]) -> None:
    x, y = (np.array(column, dtype=float) for column in zip(*cells, strict=True))
    for method, oracle in (("pearson", scipy.stats.pearsonr), ("spearman", scipy.stats.spearmanr)):
        found = correlation(x, y, method=method, resamples=20)  # type: ignore[arg-type]
        if np.ptp(x) == 0 or np.ptp(y) == 0:
            assert found.value is None
            assert "all cells have the same" in found.why
        else:
            assert found.value == pytest.approx(oracle(x, y).statistic)


def test_the_line_is_scipys() -> None:
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 40, 60)
    y = 20 + 0.7 * x + rng.normal(0, 5, 60)
    trend, oracle = linear_trend(x, y, at=[0, 20]), scipy.stats.linregress(x, y)
    assert trend.slope.value == pytest.approx(oracle.slope)
    assert trend.intercept.value == pytest.approx(oracle.intercept)
    assert trend.line[1] == pytest.approx(oracle.intercept + 20 * oracle.slope)
    assert trend.slope.interval is not None
    half = (trend.slope.interval.high - trend.slope.interval.low) / 2
    assert half == pytest.approx(1.96 * oracle.stderr, rel=0.25)
    assert (trend.low < trend.line).all()
    assert (trend.line < trend.high).all()


def test_an_independent_interval_is_close_to_fishers() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=200)
    y = 0.5 * x + rng.normal(size=200)
    found, fisher = correlation(x, y), scipy.stats.pearsonr(x, y).confidence_interval()
    assert found.interval is not None
    assert found.interval.low == pytest.approx(fisher.low, abs=0.04)
    assert found.interval.high == pytest.approx(fisher.high, abs=0.04)


@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_a_planted_correlation_is_found_and_a_planted_absence_is_not(method: str) -> None:
    rng = np.random.default_rng(2)
    x = rng.uniform(0, 50, len(PAIRS))
    noise = language_effects(rng, PAIRS, 3) + rng.normal(0, 3, len(PAIRS))
    planted = correlation(x, 0.8 * x + noise, PAIRS, method=method)  # type: ignore[arg-type]
    absent = correlation(x, noise, PAIRS, method=method)  # type: ignore[arg-type]
    assert planted.interval is not None
    assert planted.interval.low > 0.5
    assert absent.interval is not None
    assert absent.interval.low < 0 < absent.interval.high
    assert planted.interval.kind == "95 % bootstrap over 10 languages"


def test_intervals_over_languages_hold_the_truth_where_naive_ones_do_not() -> None:
    """x and y both have source and target effects of their own: their true correlation is 0."""
    rng, runs = np.random.default_rng(3), 120
    held = naive = 0
    for run in range(runs):
        x, y = (language_effects(rng, PAIRS, 1) + rng.normal(0, 0.5, len(PAIRS)) for _ in range(2))
        found = correlation(x, y, PAIRS, resamples=120, seed=run)
        assert found.interval is not None
        held += found.interval.low <= 0 <= found.interval.high
        naive += scipy.stats.pearsonr(x, y).pvalue >= 0.05
    assert held / runs >= 0.90
    assert naive / runs < 0.75


def test_slopes_of_two_systems_are_told_apart_on_the_same_languages() -> None:
    rng = np.random.default_rng(4)
    x = rng.uniform(0, 50, len(PAIRS))
    shared = language_effects(rng, PAIRS, 5)
    steep, flat = 1.0 * x + shared, 0.1 * x + shared + rng.normal(0, 1, len(PAIRS))
    found = slope_difference((x, x), (steep, flat), PAIRS)
    assert found.value == pytest.approx(0.9, abs=0.05)
    assert found.interval is not None
    assert found.interval.low > 0.7
    alone = linear_trend(x, steep, PAIRS).slope.interval
    assert alone is not None
    assert found.interval.high - found.interval.low < alone.high - alone.low, "what both share must cancel out"


def test_one_seed_gives_one_result() -> None:
    x, y = np.random.default_rng(5).normal(size=(2, len(PAIRS)))
    assert correlation(x, y, PAIRS, seed=7) == correlation(x, y, PAIRS, seed=7)
    assert correlation(x, y, PAIRS, seed=7) != correlation(x, y, PAIRS, seed=8)


def test_too_little_says_why_instead_of_nan() -> None:
    assert correlation([1, 2], [1, 2]).why == "fewer than 3 cells"
    assert linear_trend([1], [2]).slope.why == "fewer than 3 cells"
    assert correlation([1, 1, 1], [1, 2, 3]).why == "all cells have the same x"
    for cells, why in ((5, "fewer than 6 cells"), (6, "fewer than 3 languages")):
        x, y = np.random.default_rng(0).normal(size=(2, cells))
        of_two = [("en", "de"), ("de", "en")] * 3
        for found in (correlation(x, y, of_two[:cells]), linear_trend(x, y, of_two[:cells]).slope):
            assert found.value is not None
            assert found.interval is not None
            assert found.interval.kind == f"no interval: {why}"


def test_a_perfect_line_has_no_interval_of_its_correlation() -> None:
    found = correlation(range(10), range(10))
    assert found.value == pytest.approx(1)
    assert found.interval is not None
    assert found.interval.kind == "no interval: the cells lie on a line"


def test_missing_values_and_unequal_lengths_are_refused() -> None:
    with pytest.raises(CrossglotError, match="leave out cells without a value"):
        correlation([1, 2, float("nan")], [1, 2, 3])
    with pytest.raises(CrossglotError, match="equally long"):
        correlation([1, 2, 3], [1, 2])
