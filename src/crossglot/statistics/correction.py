"""Correction for many tests at once: p-values adjusted so that they may be held against one level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from crossglot.errors import CrossglotError
from crossglot.statistics.resampling import Floats

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def holm(p: ArrayLike) -> Floats:
    """Holm's (1979) adjusted p-values: below α, the chance of even one false alarm among all is at most α.

    Holds however the tests depend on each other.

    Args:
        p: (tests,).

    Raises:
        CrossglotError: if a p-value is not between 0 and 1.
    """
    values = _checked(p)
    order = np.argsort(values, kind="stable")
    steps = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    return _in_place(np.minimum(steps, 1.0), order)


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """Benjamini and Hochberg's (1995) adjusted p-values: below α, at most a share α of the findings is false.

    For independent or positively dependent tests.

    Args:
        p: (tests,).

    Raises:
        CrossglotError: if a p-value is not between 0 and 1.
    """
    values = _checked(p)
    order = np.argsort(values, kind="stable")
    raised = values[order] * len(values) / np.arange(1, len(values) + 1)
    return _in_place(np.minimum.accumulate(raised[::-1])[::-1], order)


def _checked(p: ArrayLike) -> Floats:
    values = np.asarray(p, dtype=np.float64)
    if values.ndim != 1 or not ((values >= 0) & (values <= 1)).all():
        raise CrossglotError("p-values lie between 0 and 1")
    return values


def _in_place(adjusted: Floats, order: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Floats:
    back = np.empty_like(adjusted)
    back[order] = adjusted
    return back
