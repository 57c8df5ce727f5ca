"""Translations between two languages: the nearest neighbour of every sentence on the other side, in both directions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from crossglot.alignment.neighbours import Found, Metric, nearest_by_cosine, nearest_in_l2
from crossglot.alignment.shifts import Shift, shift_vectors, shifted

if TYPE_CHECKING:
    from numpy.typing import NDArray


def translations(
    source: NDArray[np.float32],
    target: NDArray[np.float32],
    conditions: Sequence[tuple[Shift, Metric]],
    *,
    device: str = "cpu",
) -> NDArray[np.int64]:
    """For each source sentence the target that is nearest once it is shifted, and the other way round.

    All conditions in ℓ2 are answered together, and a shift's cosine together with its CSLS.

    Args:
        source: (pairs, hidden).
        target: (pairs, hidden), of the translations.
        conditions: shift and metric of each search, see `shifted` and `nearest`.
        device: where it is computed.

    Returns:
        int64, (directions, conditions, pairs).
    """
    found = dict[tuple[Shift, Metric], Found]()
    in_l2 = [condition for condition in conditions if condition[1] == "l2"]
    if in_l2:
        shifts = [shift_vectors(source, target, shift) for shift, _ in in_l2]
        found.update(zip(in_l2, nearest_in_l2(source, target, shifts, device=device), strict=True))
    for shift in {shift for shift, metric in conditions if metric != "l2"}:
        by_cosine = _by_cosine(source, target, shift, csls=(shift, "csls") in conditions, device=device)
        found.update({(shift, metric): both for metric, both in by_cosine.items()})
    return np.stack([found[condition] for condition in conditions], axis=1)


def _by_cosine(
    source: NDArray[np.float32], target: NDArray[np.float32], shift: Shift, *, csls: bool, device: str
) -> dict[Metric, Found]:
    """One search finds both ways where both sides stay or are centred; not where only the queries move."""
    there = nearest_by_cosine(*shifted(source, target, shift), csls=csls, device=device)
    if shift in ("no shift", "centred"):
        return there
    back = nearest_by_cosine(*shifted(target, source, shift), csls=csls, device=device)
    return {metric: (there[metric][0], back[metric][0]) for metric in there}
