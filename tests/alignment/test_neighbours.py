"""Nearest neighbours: against brute force in float64, and the definition of CSLS word for word."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from crossglot.alignment import neighbours
from crossglot.alignment.neighbours import METRICS, Found, nearest, nearest_by_cosine, nearest_in_l2
from crossglot.errors import UsageError

Floats = NDArray[np.float64]


def gaussian(seed: int, rows: int, columns: int) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=(rows, columns)).astype(np.float32)


def both_ways(
    left: NDArray[np.float32], right: NDArray[np.float32], metric: neighbours.Metric, k: int = neighbours.NEIGHBOURHOOD
) -> Found:
    if metric == "l2":
        return nearest_in_l2(left, right, [np.zeros((1, 1))])[0]
    return nearest_by_cosine(left, right, csls=metric == "csls", neighbourhood=k)[metric]


def cosines(queries: Floats, candidates: Floats) -> Floats:
    table: Floats = np.array([[q @ c / np.sqrt((q @ q) * (c @ c)) for c in candidates] for q in queries])
    return table


def naive_scores(queries: NDArray[np.float32], candidates: NDArray[np.float32], metric: str, k: int) -> Floats:
    """The greater the nearer, by the definitions, in float64."""
    wide, narrow = queries.astype(np.float64), candidates.astype(np.float64)
    if metric == "l2":
        return -np.array([[np.linalg.norm(q - c) for c in narrow] for q in wide])
    table = cosines(wide, narrow)
    if metric == "cosine":
        return table
    r_of_queries = [np.mean(sorted(row)[-k:]) for row in table]
    r_of_candidates = [np.mean(sorted(column)[-k:]) for column in table.T]
    return np.array(
        [[2 * table[i, j] - r_of_queries[i] - r_of_candidates[j] for j in range(len(narrow))] for i in range(len(wide))]
    )


@pytest.mark.parametrize("metric", METRICS)
def test_blocks_find_what_brute_force_finds(metric: neighbours.Metric, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "BLOCK", 16)
    queries, candidates = gaussian(1, 45, 9), gaussian(2, 70, 9)
    expected = naive_scores(queries, candidates, metric, 10).argmax(axis=1)
    np.testing.assert_array_equal(nearest(queries, candidates, metric), expected)


@given(
    seed=st.integers(0, 10_000),
    queries=st.integers(1, 12),
    candidates=st.integers(1, 12),
    k=st.integers(1, 12),
    metric=st.sampled_from(METRICS),
)
def test_no_candidate_is_nearer_than_the_one_found(
    seed: int, queries: int, candidates: int, k: int, metric: neighbours.Metric
) -> None:
    left, right = gaussian(seed, queries, 4), gaussian(seed + 1, candidates, 4)
    scores = (
        naive_scores(left, right, metric, min(k, queries)) if metric == "csls" else naive_scores(left, right, metric, 1)
    )
    found = nearest(left, right, metric, neighbourhood=k)
    np.testing.assert_allclose(scores[np.arange(queries), found], scores.max(axis=1), atol=1e-5)


def test_a_large_common_offset_does_not_drown_the_distances() -> None:
    queries, candidates = gaussian(3, 200, 32), gaussian(4, 200, 32)
    expected = nearest(queries, candidates)
    offset = np.float32(3000)
    far = naive_scores(queries + offset, candidates + offset, "l2", 1)
    found = nearest(queries + offset, candidates + offset)
    loss = far.max(axis=1) - far[np.arange(len(queries)), found]
    assert (found == expected).mean() > 0.99
    assert loss.max() < 1e-2


def test_of_equal_candidates_the_first_is_taken_within_and_across_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "BLOCK", 4)
    one = np.ones((1, 8), np.float32)
    queries, candidates = np.repeat(one, 5, axis=0), np.repeat(one, 11, axis=0)
    for metric in METRICS:
        assert nearest(queries, candidates, metric).tolist() == [0] * 5


def test_hubs_lose_under_csls() -> None:
    """A candidate in the middle is near to all queries; CSLS gives each query its own."""
    corners = np.eye(6, dtype=np.float32)
    queries = corners + 0.9
    candidates = np.concatenate([np.ones((1, 6), np.float32), corners + np.float32(0.25)])
    assert nearest(queries, candidates, "cosine").tolist() == [0] * 6
    assert nearest(queries, candidates, "csls", neighbourhood=3).tolist() == [1, 2, 3, 4, 5, 6]


def test_vectors_of_zeros_have_a_neighbour_and_no_nan() -> None:
    zeros = np.zeros((2, 3), np.float32)
    for metric in METRICS:
        assert nearest(zeros, np.concatenate([zeros, gaussian(0, 1, 3)]), metric).min() >= 0


def test_what_cannot_be_searched_is_refused() -> None:
    with pytest.raises(UsageError, match="use one of l2, cosine, csls"):
        nearest(gaussian(0, 2, 2), gaussian(1, 2, 2), "manhattan")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="nothing to find"):
        nearest(gaussian(0, 2, 2), gaussian(1, 2, 3))
    with pytest.raises(UsageError, match="nothing to find"):
        nearest(gaussian(0, 2, 2), gaussian(1, 0, 2))
    for few in (0, -1):
        with pytest.raises(UsageError, match="at least one neighbour"):
            nearest(gaussian(0, 2, 2), gaussian(1, 2, 2), "csls", neighbourhood=few)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("strange", [[np.nan], [np.inf], [np.inf, -np.inf]])
def test_vectors_that_are_not_finite_are_refused(metric: neighbours.Metric, strange: list[float]) -> None:
    sound, broken = gaussian(0, 5, 3), gaussian(1, 5, 3)
    broken[2, : len(strange)] = strange
    with pytest.raises(UsageError, match="row 2 of the candidates is not finite"):
        nearest(sound, broken, metric)
    with pytest.raises(UsageError, match="row 2 of the queries is not finite"):
        nearest(broken, sound, metric)
    broken[4, 0] = np.nan
    with pytest.raises(UsageError, match="row 2 and 1 more of the queries"):
        nearest(broken, sound, metric)


@given(
    seed=st.integers(0, 10_000),
    left=st.integers(1, 12),
    right=st.integers(1, 12),
    k=st.integers(1, 12),
    metric=st.sampled_from(METRICS),
    apart=st.sampled_from([0.0, 3.0]),
)
def test_one_search_finds_the_nearest_both_ways(
    seed: int, left: int, right: int, k: int, metric: neighbours.Metric, apart: float
) -> None:
    sides = gaussian(seed, left, 4), gaussian(seed + 1, right, 4) + np.float32(apart)
    forth, back = both_ways(*sides, metric, k)
    for queries, candidates, found in ((*sides, forth), (*sides[::-1], back)):
        scores = naive_scores(queries, candidates, metric, min(k, len(queries)))
        np.testing.assert_allclose(scores[np.arange(len(queries)), found], scores.max(axis=1), atol=2e-5)


@pytest.mark.parametrize("metric", METRICS)
def test_blocks_of_both_sides_find_what_brute_force_finds(
    metric: neighbours.Metric, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With neighbourhoods so small that groups of scores are looked at before the scores."""
    monkeypatch.setattr(neighbours, "BLOCK", 40)
    monkeypatch.setattr(neighbours, "GROUP", 4)
    left, right = gaussian(1, 95, 9), gaussian(2, 130, 9)
    forth, back = both_ways(left, right, metric, 3)
    np.testing.assert_array_equal(forth, naive_scores(left, right, metric, 3).argmax(axis=1))
    np.testing.assert_array_equal(back, naive_scores(right, left, metric, 3).argmax(axis=1))


def test_of_equal_ones_the_first_is_taken_on_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "BLOCK", 4)
    one = np.ones((1, 8), np.float32)
    for metric in METRICS:
        forth, back = both_ways(np.repeat(one, 5, axis=0), np.repeat(one, 11, axis=0), metric)
        assert (forth.tolist(), back.tolist()) == ([0] * 5, [0] * 11)


def test_both_sides_of_a_search_both_ways_need_somebody() -> None:
    for metric in METRICS:
        with pytest.raises(UsageError, match="nothing to find"):
            both_ways(gaussian(0, 0, 2), gaussian(1, 2, 2), metric)
