"""Translations between two languages: the nearest neighbour of every sentence on the other side, in both directions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossglot.alignment.neighbours import Metric, nearest, nearest_both_ways
from crossglot.alignment.shifts import Shift, shifted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def translations(
    source: NDArray[np.float32], target: NDArray[np.float32], shift: Shift, metric: Metric, *, device: str = "cpu"
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each source sentence the target that is nearest once it is shifted, and the other way round.

    To shift the source by v̄ and the target by -v̄ gives the same differences, and centring moves both sides: one search
    finds both ways. Not so for a shift that is another for each half of the queries, or for cosines after one.

    Args:
        source: (pairs, hidden).
        target: (pairs, hidden), of the translations.
        shift: see `shifted`.
        metric: see `nearest`.
        device: where it is computed.
    """
    if shift == "held-out mean shift" or (shift == "mean shift" and metric != "l2"):
        there, back = shifted(source, target, shift), shifted(target, source, shift)
        return nearest(*there, metric, device=device), nearest(*back, metric, device=device)
    return nearest_both_ways(*shifted(source, target, shift), metric, device=device)
