"""QAP and two-way effects: false alarms as often as it says, planted relations found, oracles where there are some."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from crossglot.errors import CrossglotError
from crossglot.statistics.matrices import qap, two_way

Array = NDArray[np.float64]


def matrix(rng: np.random.Generator, languages: int, effects: float = 1.0, missing: float = 0.0) -> Array:
    """Source effect + target effect + noise, with no diagonal and perhaps some more cells missing."""
    table = effects * (rng.normal(size=(languages, 1)) + rng.normal(size=(1, languages)))
    table = table + rng.normal(size=(languages, languages))
    table[rng.random(table.shape) < missing] = np.nan
    np.fill_diagonal(table, np.nan)
    return table


def test_effects_of_a_complete_matrix_are_its_margins() -> None:
    table = np.random.default_rng(0).normal(size=(4, 6))
    found = two_way(table)
    assert found.mean == pytest.approx(table.mean())
    assert found.sources == pytest.approx(table.mean(axis=1) - table.mean())
    assert found.targets == pytest.approx(table.mean(axis=0) - table.mean())


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.integers(3, 7), st.floats(0, 0.4))
def test_residuals_of_an_incomplete_matrix_have_nothing_left_in_rows_and_columns(
    seed: int, languages: int, missing: float
) -> None:
    table = matrix(np.random.default_rng(seed), languages, missing=missing)
    if not np.isfinite(table).any():
        return
    residuals = two_way(table).residuals
    assert (np.isfinite(residuals) == np.isfinite(table)).all()
    assert np.nansum(residuals, axis=0) == pytest.approx(np.zeros(languages), abs=1e-8)
    assert np.nansum(residuals, axis=1) == pytest.approx(np.zeros(languages), abs=1e-8)


def test_an_easy_target_is_not_mistaken_for_good_sources() -> None:
    """Each language's own cell is missing: raw row means would punish the source that is the easy target itself."""
    easy = np.array([30.0, 0, 0, 0])
    table = np.zeros((4, 4)) + easy
    np.fill_diagonal(table, np.nan)
    assert two_way(table).sources == pytest.approx(np.zeros(4), abs=1e-9)
    assert np.nanmean(table, axis=1)[0] < np.nanmean(table, axis=1)[1]


def test_the_p_value_is_the_share_of_namings_by_brute_force() -> None:
    rng = np.random.default_rng(1)
    x, y = matrix(rng, 5, missing=0.1), matrix(rng, 5)
    strengths = []
    for names in permutations(range(5)):
        renamed = x[np.ix_(names, names)]
        both = np.isfinite(renamed) & np.isfinite(y)
        strengths.append(abs(scipy.stats.pearsonr(renamed[both], y[both]).statistic))
    found = qap(x, y)
    assert found.permutations == 120
    assert abs(found.value or 0) == pytest.approx(strengths[0])
    assert found.p == pytest.approx(np.mean(np.array(strengths) >= strengths[0] - 1e-12))


def test_without_effects_the_value_is_the_correlation_of_residuals() -> None:
    rng = np.random.default_rng(2)
    x, y = matrix(rng, 8), matrix(rng, 8)
    known = np.isfinite(x)
    oracle = scipy.stats.pearsonr(two_way(x).residuals[known], two_way(y).residuals[known]).statistic
    assert qap(x, y, without_effects=True, permutations=50).value == pytest.approx(oracle)


def test_spearman_is_scipys() -> None:
    rng = np.random.default_rng(3)
    x, y = np.round(matrix(rng, 6)), np.round(matrix(rng, 6))
    known = np.isfinite(x)
    assert qap(x, y, method="spearman", permutations=50).value == pytest.approx(
        scipy.stats.spearmanr(x[known], y[known]).statistic
    )


@pytest.mark.parametrize("without_effects", [False, True])
def test_false_alarms_are_as_many_as_it_says(without_effects: bool) -> None:
    """Unrelated matrices with source and target effects: naive p-values cry wolf far too often, QAP's do not."""
    rng, runs = np.random.default_rng(4), 150
    alarms = naive = 0
    for run in range(runs):
        x, y = matrix(rng, 9), matrix(rng, 9, missing=0.1)
        found = qap(x, y, without_effects=without_effects, permutations=100, seed=run)
        assert found.p is not None
        alarms += found.p <= 0.05
        both = np.isfinite(x) & np.isfinite(y)
        naive += scipy.stats.pearsonr(x[both], y[both]).pvalue <= 0.05
    assert scipy.stats.binomtest(alarms, runs, 0.05).pvalue > 0.005
    assert naive / runs > 0.15


def test_a_planted_relation_is_found() -> None:
    rng = np.random.default_rng(5)
    x, y = matrix(rng, 10), matrix(rng, 10)
    for without_effects in (False, True):
        found = qap(x, y + 2 * x, without_effects=without_effects, permutations=400)
        assert found.p is not None
        assert found.p < 0.01


def test_what_good_sources_share_is_told_apart_from_what_pairs_share() -> None:
    """x and y have the same source effects and nothing else in common."""
    rng = np.random.default_rng(6)
    good = 3 * rng.normal(size=(12, 1))
    x, y = matrix(rng, 12, effects=0) + good, matrix(rng, 12, effects=0) + good
    plain, pairs = qap(x, y, permutations=400), qap(x, y, without_effects=True, permutations=400)
    assert plain.p is not None
    assert plain.p < 0.01
    assert pairs.p is not None
    assert pairs.p > 0.05
    assert abs(pairs.value or 0) < 0.25 < abs(plain.value or 0)


def test_few_sources_and_many_targets_swap_names_among_themselves_only() -> None:
    """One source: then QAP is the permutation test of a plain correlation over targets."""
    rng = np.random.default_rng(9)
    x, y = np.full((2, 7, 7), np.nan)
    x[0, 1:], y[0, 1:] = rng.normal(size=(2, 6))
    oracle = scipy.stats.permutation_test(
        (x[0, 1:],), lambda values: scipy.stats.pearsonr(values, y[0, 1:]).statistic,
        permutation_type="pairings", n_resamples=10_000,
    )  # fmt: skip
    found = qap(x, y)
    assert found.permutations == 720
    assert found.value == pytest.approx(oracle.statistic)
    strengths = np.abs(oracle.null_distribution)
    assert found.p == pytest.approx(np.mean(strengths >= abs(oracle.statistic) - 1e-12))


def test_what_cannot_be_tested_says_why() -> None:
    table = np.full((3, 3), np.nan)
    table[0, 1], table[1, 0], table[0, 2] = 1, 2, 4
    few = qap(table, table)
    assert few.value == pytest.approx(1)
    assert (few.p, few.why) == (None, "too few ways to name 3 languages (1)")
    flat = np.where(np.eye(5), np.nan, 1.0)
    assert "does not vary" in qap(flat, matrix(np.random.default_rng(7), 5)).why
    only_effects = two_way(matrix(np.random.default_rng(8), 5)).sources[:, None] + flat
    assert "source and target effects are removed" in qap(only_effects, only_effects, without_effects=True).why
    with pytest.raises(CrossglotError, match="square"):
        qap(np.ones((2, 3)), np.ones((2, 3)))
    with pytest.raises(CrossglotError, match="at least one value"):
        two_way([[float("nan")]])
