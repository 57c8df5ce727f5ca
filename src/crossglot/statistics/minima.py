"""The interval of a minimum over several numbers that have intervals of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from crossglot.statistics.intervals import Interval
from crossglot.statistics.resampling import t_quantile

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

FROM_CELLS = "from the cells' own intervals"


def minimum_interval(
    values: ArrayLike, lows: ArrayLike, highs: ArrayLike, *, most: float = np.inf, level: float = 0.95
) -> Interval:
    """Bounds of the least of several true values, of each of which an estimate with its interval is known.

    The lower bound is the lowest of the lower bounds: it is too high only if that of the truly least number is, so it
    needs no correction (the intersection-union test: "all above" is said where each is above, Berger 1982). The upper
    bound is too low if any one of many upper bounds is. So each number's upper bound is first put as far as Bonferroni
    asks for that many numbers, on the normal scale. A number whose few seeds happen to agree would still lie far too
    near: none is taken to be surer than the root of the mean square of all their reaches.

    In simulations of 2 to 100 numbers of 2 to 5 seeds, all true values equal (the worst case), seeds' spread equal or
    not, the upper bound was below the truth in at most 4 % of runs, and in at most 2 % from three seeds on (2.5 %
    wanted); uncorrected, in 27 to 52 % of those with twelve numbers.

    Args:
        values: the estimates, (numbers,); at least one.
        lows: lower bounds of each.
        highs: upper bounds of each.
        most: the largest possible value.
        level: of the intervals, given and wanted.
    """
    estimates, lower, upper = (np.asarray(part, dtype=np.float64) for part in (values, lows, highs))
    number = len(estimates)
    reaches = upper - estimates
    further = t_quantile(np.inf, 1 - (1 - level) / number) / t_quantile(np.inf, level)
    if number > 1:
        reaches = further * np.maximum(reaches, np.sqrt(np.mean(reaches**2)))
    kind = FROM_CELLS if number == 1 else f"{FROM_CELLS}, the upper bound for the least of {number}"
    return Interval(float(lower.min()), min(float((estimates + reaches).min()), most), kind)
