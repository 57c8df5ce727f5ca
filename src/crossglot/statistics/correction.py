"""Correction for many tests at once."""

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
    values = np.asarray(p, dtype=np.float64)
    if values.ndim != 1 or not ((values >= 0) & (values <= 1)).all():
        raise CrossglotError("p-values lie between 0 and 1")
    order = np.argsort(values, kind="stable")
    steps = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted
