"""Translations found all at once are those that a search each way finds, and brute force in float64."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from crossglot.alignment import neighbours
from crossglot.alignment.neighbours import METRICS, Metric, nearest
from crossglot.alignment.shifts import SHIFTS, Shift, shifted
from crossglot.alignment.translations import translations

if TYPE_CHECKING:
    from numpy.typing import NDArray


def two_sides(pairs: int, hidden: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Translations with noise, the languages apart."""
    draw = np.random.default_rng(5)
    meaning = draw.normal(size=(pairs, hidden))
    source, target = ((meaning + draw.normal(size=meaning.shape) + offset).astype(np.float32) for offset in (-1.5, 2.0))
    return source, target


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("shift", SHIFTS)
def test_one_call_finds_what_a_search_each_way_finds(shift: Shift, metric: Metric) -> None:
    source, target = two_sides(301, 12)
    forth, back = translations(source, target, [(shift, metric)])[:, 0]
    np.testing.assert_array_equal(forth, nearest(*shifted(source, target, shift), metric))
    np.testing.assert_array_equal(back, nearest(*shifted(target, source, shift), metric))


def brute_force(
    queries: NDArray[np.float64], candidates: NDArray[np.float64], shift: Shift, metric: Metric
) -> NDArray[np.int64]:
    """By the definitions, in float64, pairs halved by hand."""
    apart, half = candidates - queries, len(queries) // 2
    if shift == "mean shift":
        queries = queries + apart.mean(axis=0)
    if shift == "held-out mean shift":
        others = [apart[half:].mean(axis=0)] * half + [apart[:half].mean(axis=0)] * (len(queries) - half)
        queries = queries + np.stack(others)
    if shift == "centred":
        queries, candidates = queries - queries.mean(axis=0), candidates - candidates.mean(axis=0)
    if metric == "l2":
        scores: NDArray[np.float64] = -np.linalg.norm(queries[:, None] - candidates[None], axis=2)
    else:
        lengths = np.outer(np.linalg.norm(queries, axis=1), np.linalg.norm(candidates, axis=1))
        cosines = queries @ candidates.T / lengths
        near = np.sort(cosines, axis=0)[-neighbours.NEIGHBOURHOOD :].mean(axis=0) if metric == "csls" else 0.0
        scores = 2 * cosines - near
    found: NDArray[np.int64] = scores.argmax(axis=1)
    return found


@pytest.mark.parametrize("pairs", [120, 121])
@pytest.mark.parametrize("block", [50, 640])
def test_all_conditions_at_once_find_what_brute_force_finds(
    pairs: int, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With blocks that reach over the middle, where the held-out shift changes, and a number that has no middle."""
    monkeypatch.setattr(neighbours, "BLOCK", block)
    source, target = two_sides(pairs, 12)
    conditions = [(shift, metric) for metric in METRICS for shift in SHIFTS]
    found = translations(source, target, conditions)
    assert found.shape == (2, len(conditions), pairs)
    wide = source.astype(np.float64), target.astype(np.float64)
    for place, condition in enumerate(conditions):
        np.testing.assert_array_equal(found[0, place], brute_force(*wide, *condition), err_msg=str(condition))
        np.testing.assert_array_equal(found[1, place], brute_force(*wide[::-1], *condition), err_msg=str(condition))
