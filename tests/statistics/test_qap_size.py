"""The size of QAP: no relation is found in 5 % of runs, whatever tells sources from other languages; planted ones are.

Bounds are binomial: for a test that is exact, how far from 5 % the share of so many runs may come to lie by chance in
all but one of a thousand cases.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
import scipy.stats
from numpy.typing import NDArray

from crossglot.statistics.matrices import qap

Array = NDArray[np.float64]
Method = Literal["pearson", "spearman"]

BY_CHANCE = 0.001
NAMINGS = 100  # the observed one among them: an exact test's p-value is then at most 5 % in 5 % of runs
SHAPES = [(12, 30), (20, 41), (12, 12), (30, 30)]
"""Sources and targets; each source is a target too."""


def matrices(
    rng: np.random.Generator, sources: int, targets: int, *, role: float, effects: float, relation: float = 0.0
) -> tuple[Array, Array]:
    """x of all pairs, y of those with a source, both with effects of rows and columns and of being a source."""
    is_source = (np.arange(targets) < sources).astype(np.float64)

    def one() -> Array:
        table = effects * (rng.normal(size=(targets, 1)) + rng.normal(size=(1, targets)))
        table = table + rng.normal(size=(targets, targets)) + role * (is_source[:, None] + is_source)
        np.fill_diagonal(table, np.nan)
        return table

    x = one()
    y = one() + relation * x
    y[is_source == 0] = np.nan
    return x, y


def share_found(
    runs: int, shape: tuple[int, int], *, role: float, effects: float, relation: float = 0.0,
    method: Method = "pearson", without_effects: bool = False,
) -> int:  # fmt: skip
    """In how many runs the p-value is at most 5 %."""
    rng, found = np.random.default_rng(0), 0
    for run in range(runs):
        pair = matrices(rng, *shape, role=role, effects=effects, relation=relation)
        test = qap(*pair, method=method, without_effects=without_effects, permutations=NAMINGS, seed=run)
        assert test.p is not None
        found += test.p <= 0.05
    return found


@pytest.mark.parametrize("method", ["pearson", "spearman"])
@pytest.mark.parametrize("without_effects", [False, True])
@pytest.mark.parametrize("effects", [0.0, 1.0])
def test_being_a_source_is_no_relation(method: Method, without_effects: bool, effects: float) -> None:
    """Sources differ from other languages in x and in y; where the others shared names with them, this was 'found'."""
    runs = 300
    found = share_found(runs, (12, 30), role=2.0, effects=effects, method=method, without_effects=without_effects)
    assert scipy.stats.binomtest(found, runs, 0.05).pvalue > BY_CHANCE


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("method", ["pearson", "spearman"])
@pytest.mark.parametrize("without_effects", [False, True])
@pytest.mark.parametrize("effects", [0.0, 1.0])
@pytest.mark.parametrize("role", [0.0, 2.0])
def test_no_relation_is_found_in_five_runs_of_a_hundred(
    shape: tuple[int, int], method: Method, without_effects: bool, effects: float, role: float
) -> None:
    runs = 500
    found = share_found(runs, shape, role=role, effects=effects, method=method, without_effects=without_effects)
    assert scipy.stats.binomtest(found, runs, 0.05).pvalue > BY_CHANCE


@pytest.mark.parametrize("shape", [(12, 30), (20, 41), (12, 12)])
@pytest.mark.parametrize("method", ["pearson", "spearman"])
@pytest.mark.parametrize("without_effects", [False, True])
def test_a_relation_is_found(shape: tuple[int, int], method: Method, without_effects: bool) -> None:
    """x explains a fifth of what effects leave of y (r about 0.45)."""
    found = share_found(
        20, shape, role=2.0, effects=1.0, relation=0.5, method=method, without_effects=without_effects
    )  # fmt: skip
    assert found >= (20 if without_effects else 14)


def test_what_is_never_scored_is_not_looked_at() -> None:
    """x of pairs whose source is no source says nothing about the scores."""
    rng = np.random.default_rng(3)
    x, y = matrices(rng, 6, 12, role=1.0, effects=1.0)
    blank = x.copy()
    blank[6:] = np.nan
    for without_effects in (False, True):
        assert qap(x, y, without_effects=without_effects) == qap(blank, y, without_effects=without_effects)


def test_sources_and_other_targets_are_renamed_apart_by_brute_force() -> None:
    """4 sources, of which 3 are targets, and 3 targets more: 3! · 1 · 3! namings, a row together with its column."""
    from itertools import permutations, product

    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(2, 7, 7))
    np.fill_diagonal(x, np.nan)
    np.fill_diagonal(y, np.nan)
    y[4:], y[:, 3] = np.nan, np.nan  # 0, 1, 2 are both; 3 a source alone; 4, 5, 6 targets alone
    known, strengths = np.isfinite(y), []
    for both, targets in product(permutations((0, 1, 2)), permutations((4, 5, 6))):
        names = [*both, 3, *targets]
        strengths.append(abs(scipy.stats.pearsonr(x[np.ix_(names, names)][known], y[known]).statistic))
    found = qap(x, y)
    assert found.permutations == 36
    assert abs(found.value or 0) == pytest.approx(strengths[0])
    assert found.p == pytest.approx(np.mean(np.array(strengths) >= strengths[0] - 1e-12))
