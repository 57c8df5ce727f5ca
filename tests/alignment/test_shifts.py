"""Shifts: known answers for sentences that differ by a constant, and for vectors without relation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossglot.alignment.neighbours import METRICS, Metric, nearest
from crossglot.alignment.shifts import SHIFTS, Shift, mean_shift, shifted
from crossglot.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray


def gaussian(seed: int, rows: int = 300, columns: int = 24) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=(rows, columns)).astype(np.float32)


def accuracy(source: NDArray[np.float32], target: NDArray[np.float32], shift: Shift, metric: Metric = "l2") -> float:
    found = nearest(*shifted(source, target, shift), metric)
    return float((found == np.arange(len(source))).mean())


@pytest.mark.parametrize("shift", ["mean shift", "held-out mean shift", "centred"])
def test_a_constant_shift_is_undone_completely(shift: Shift) -> None:
    source = gaussian(0)
    target = source + 20 * gaussian(1, 1)
    assert accuracy(source, target, shift) == 1.0
    assert accuracy(target, source, shift) == 1.0
    assert accuracy(source, target, "no shift") < 0.1


@pytest.mark.parametrize("shift", SHIFTS)
@pytest.mark.parametrize("metric", METRICS)
def test_vectors_without_relation_give_one_over_n(shift: Shift, metric: Metric) -> None:
    runs = [accuracy(gaussian(seed, 40), gaussian(1000 + seed, 40), shift, metric) for seed in range(60)]
    # 2,400 queries with one chance in 40 each: the mean's standard error is 0.3 points
    assert np.mean(runs) == pytest.approx(1 / 40, abs=0.016)


def test_the_mean_shift_is_the_papers_formula() -> None:
    source, target = gaussian(2, 7, 3), gaussian(3, 7, 3)
    by_hand = sum((target[i].astype(float) - source[i].astype(float) for i in range(7)), np.zeros(3)) / 7
    np.testing.assert_allclose(mean_shift(source, target), by_hand, rtol=1e-6)
    np.testing.assert_allclose(shifted(source, target, "mean shift")[0], source + by_hand, rtol=1e-5)


def test_held_out_pairs_do_not_shape_their_own_shift() -> None:
    source, target = gaussian(4, 10), gaussian(5, 10)
    changed = target.copy()
    changed[:5] += 100
    before, after = (shifted(source, side, "held-out mean shift")[0] for side in (target, changed))
    np.testing.assert_array_equal(before[:5], after[:5])
    assert np.abs(after[5:] - before[5:]).min() > 50


@given(seed=st.integers(0, 1000))
def test_centring_is_the_mean_shift_in_l2(seed: int) -> None:
    source, target = gaussian(seed, 30, 6), gaussian(seed + 1, 30, 6) + 5
    distances = [
        np.linalg.norm(queries[:, None].astype(float) - candidates[None].astype(float), axis=2)
        for queries, candidates in (shifted(source, target, "centred"), shifted(source, target, "mean shift"))
    ]
    np.testing.assert_allclose(distances[0], distances[1], atol=1e-4)


def test_what_cannot_be_shifted_is_refused() -> None:
    with pytest.raises(UsageError, match="use one of mean shift, held-out mean shift"):
        shifted(gaussian(0), gaussian(1), "median")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="at least two pairs"):
        shifted(gaussian(0, 1), gaussian(1, 1), "held-out mean shift")
