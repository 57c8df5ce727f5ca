"""How two measurements of the same cells go together: correlation and straight line, each with its interval.

Cells of a matrix share source and target languages, so naive intervals are far too narrow. Here languages are drawn, as
in `intervals.bootstrap_clusters`: a cell weighs as often as its source was drawn times its target was drawn. Where
cells share nothing, leave out the clusters: then cells themselves are drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from crossglot.errors import CrossglotError
from crossglot.statistics.intervals import NO_INTERVAL, Interval, percent
from crossglot.statistics.resampling import (
    FEWEST_CLUSTERS,
    Clusters,
    Floats,
    Kin,
    cluster_weights,
    t_quantile,
    units_of,
)
from crossglot.statistics.weighted import TINY, weighted_line, weighted_pearson, weighted_spearman

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Method = Literal["pearson", "spearman"]

FEWEST_POINTS = 3
FEWEST_FOR_INTERVAL = 6
"""Draws of languages leave too few different cells of fewer, and intervals come out too narrow."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval, or the reason why there is none.

    Attributes:
        value: the number; None where it is not defined, as the correlation of two cells is not.
        interval: its bounds; `no interval: …` where only these are lacking; None where there is no value.
        n: how many cells it is over.
        why: why there is no value; empty where there is one.
    """

    value: float | None
    interval: Interval | None
    n: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Trend:
    """A straight line through cells, y = intercept + slope · x, fitted by least squares.

    Attributes:
        slope: in units of y per unit of x.
        intercept: in units of y; where x is 0.
        centre: in units of y; where x is the mean of the cells' x.
        at: places on the x axis, (places,).
        line: the fitted line there, (places,); empty if there is none.
        low: lower bound of the line there.
        high: upper bound of the line there.
    """

    slope: Estimate
    intercept: Estimate
    centre: Estimate
    at: Floats
    line: Floats
    low: Floats
    high: Floats


def correlation(
    x: ArrayLike,
    y: ArrayLike,
    clusters: Clusters | None = None,
    *,
    kin: Kin | None = None,
    method: Method = "pearson",
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Estimate:
    """Pearson's or Spearman's correlation over cells, with its interval.

    The interval is made on Fisher's scale, atanh r plus and minus Student's t quantile times the standard deviation
    over draws of languages, and turned back, so that it stays between -1 and 1. Spearman's ranks are taken anew in
    each draw; ties share their mean rank.

    Args:
        x: (cells,).
        y: (cells,).
        clusters: for each cell its labels, one per role: `("en", "de")` for source and target. A role with fewer than
            three labels is held fixed. None: cells share nothing and are drawn themselves.
        kin: language → genus; genera are drawn instead, where each role has at least four of them (`units_of`).
        method: `pearson` or `spearman`.
        resamples: how many.
        seed: of the random draws.
        level: of the interval.

    Raises:
        CrossglotError: if the lengths differ or a value is not a finite number.
    """
    first, second = _checked(x, y, clusters)
    why = _degenerate(first, second)
    if why:
        return Estimate(None, None, len(first), why)
    measure = weighted_pearson if method == "pearson" else weighted_spearman
    value = float(measure(np.ones((1, len(first))), first, second)[0])
    drawn = _Draws.of(clusters, kin, len(first), resamples, seed)
    if isinstance(drawn, str):
        return Estimate(value, Interval(value, value, NO_INTERVAL + drawn), len(first))
    if abs(value) > 1 - TINY:
        return Estimate(value, Interval(value, value, f"{NO_INTERVAL}the cells lie on a line"), len(first))
    # No sample of ours shows more than this; it keeps atanh finite in draws that happen to lie on a line.
    scaled = np.arctanh(np.clip(measure(drawn.weights, first, second), -0.9999, 0.9999))
    return _estimate(np.arctanh(value), scaled, drawn, level, len(first), back=np.tanh)


def slope_difference(
    x: tuple[ArrayLike, ArrayLike],
    y: tuple[ArrayLike, ArrayLike],
    clusters: Clusters,
    *,
    kin: Kin | None = None,
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Estimate:
    """Slope of the first system's trend minus the second's over the same cells; both see the same draws of languages.

    Args:
        x: of each system, (cells,).
        y: of each system, (cells,).
        clusters: as in `correlation`.
        kin: as in `correlation`.
        resamples: how many.
        seed: of the random draws.
        level: of the interval.

    Raises:
        CrossglotError: if the lengths differ or a value is not a finite number.
    """
    columns = [_checked(one, other, clusters) for one, other in zip(x, y, strict=True)]
    cells = len(clusters)
    why = next((why for first, second in columns if (why := _degenerate(first, second, y_may_be_flat=True))), "")
    if why:
        return Estimate(None, None, cells, why)
    even = np.ones((1, cells))
    lines = [weighted_line(even, *pair)[0] for pair in columns]
    value = float(lines[0][0] - lines[1][0])
    drawn = _Draws.of(clusters, kin, cells, resamples, seed)
    if isinstance(drawn, str):
        return Estimate(value, Interval(value, value, NO_INTERVAL + drawn), cells)
    slopes = [weighted_line(drawn.weights, *pair)[0] for pair in columns]
    return _estimate(value, slopes[0] - slopes[1], drawn, level, cells)


def linear_trend(
    x: ArrayLike,
    y: ArrayLike,
    clusters: Clusters | None = None,
    *,
    kin: Kin | None = None,
    at: ArrayLike = (),
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Trend:
    """The least-squares line through cells, with intervals of its slope, its intercept and of the line itself.

    Args:
        x: (cells,).
        y: (cells,).
        clusters: as in `correlation`.
        kin: as in `correlation`.
        at: where on the x axis the line's own interval is wanted.
        resamples: how many.
        seed: of the random draws.
        level: of the intervals, each for itself.

    Raises:
        CrossglotError: if the lengths differ or a value is not a finite number.
    """
    first, second = _checked(x, y, clusters)
    places, none = np.asarray(at, dtype=np.float64), np.empty(0)
    why = _degenerate(first, second, y_may_be_flat=True)
    if why:
        nothing = Estimate(None, None, len(first), why)
        return Trend(nothing, nothing, nothing, places, none, none, none)
    slopes, intercepts = weighted_line(np.ones((1, len(first))), first, second)
    line, middle = intercepts[0] + slopes[0] * places, float(first.mean())
    numbers = [float(number) for number in (slopes[0], intercepts[0], second.mean())]
    drawn = _Draws.of(clusters, kin, len(first), resamples, seed)
    if isinstance(drawn, str):
        slope, intercept, centre = (
            Estimate(number, Interval(number, number, NO_INTERVAL + drawn), len(first)) for number in numbers
        )
        return Trend(slope, intercept, centre, places, line, line, line)
    drawn_slopes, drawn_intercepts = weighted_line(drawn.weights, first, second)
    drawn_numbers = drawn_slopes, drawn_intercepts, drawn_intercepts + drawn_slopes * middle
    slope, intercept, centre = (
        _estimate(number, values, drawn, level, len(first))
        for number, values in zip(numbers, drawn_numbers, strict=True)
    )
    reach = line_reach(places, _reach(slope), _reach(intercept), _reach(centre), middle)
    return Trend(slope, intercept, centre, places, line, line - reach, line + reach)


def _reach(estimate: Estimate) -> float:
    return (estimate.interval.high - estimate.interval.low) / 2 if estimate.interval else 0.0


def line_reach(at: ArrayLike, slope: float, intercept: float, centre: float, middle: float) -> Floats:
    """How far a line's interval reaches to either side at any place, from what it reaches at others.

    The variance of intercept + slope · x is a parabola in x, and so is the squared reach: three numbers tell all of it.

    Args:
        at: places on the x axis, (places,).
        slope: what the slope's interval reaches.
        intercept: what the line's reaches where x is 0.
        centre: what the line's reaches at `middle`.
        middle: a place on the x axis that is not 0.
    """
    places = np.asarray(at, dtype=np.float64)
    bend, foot = slope**2, intercept**2
    tilt = (centre**2 - foot - bend * middle**2) / middle if middle else 0.0
    reach: Floats = np.sqrt(np.maximum(foot + tilt * places + bend * places**2, 0.0))
    return reach


@dataclass(frozen=True, slots=True)
class _Draws:
    """Weights of cells in each draw, (resamples, cells), and what was drawn."""

    weights: Floats
    fewest: int
    what: str

    @staticmethod
    def of(clusters: Clusters | None, kin: Kin | None, cells: int, resamples: int, seed: int) -> _Draws | str:
        """The draws, or why there can be none."""
        if cells < FEWEST_FOR_INTERVAL:
            return f"fewer than {FEWEST_FOR_INTERVAL} cells"
        units = units_of([(str(cell),) for cell in range(cells)] if clusters is None else clusters, kin)
        if not units.roles:
            return f"fewer than {FEWEST_CLUSTERS} languages"
        weights = cluster_weights(units.roles, np.random.default_rng(seed), resamples)
        return _Draws(weights, units.fewest, f"{cells} cells" if clusters is None else units.what)

    def reach(self, level: float) -> float:
        """Standard errors from the estimate to a bound: t with the fewest labels less one, and their small sample."""
        return t_quantile(self.fewest - 1, level) * float(np.sqrt(self.fewest / (self.fewest - 1)))


def _estimate(
    value: float,
    values: Floats,
    drawn: _Draws,
    level: float,
    cells: int,
    back: Callable[[float], float] = float,
) -> Estimate:
    """The interval from what the draws gave; draws in which the number is not defined are left out."""
    defined = values[np.isfinite(values)]
    point = float(back(value))
    if 2 * len(defined) < len(values):
        return Estimate(point, Interval(point, point, f"{NO_INTERVAL}too few different values"), cells)
    reach = drawn.reach(level) * float(defined.std())
    kind = f"{percent(level)} bootstrap over {drawn.what}"
    return Estimate(point, Interval(float(back(value - reach)), float(back(value + reach)), kind), cells)


def _checked(x: ArrayLike, y: ArrayLike, clusters: Clusters | None) -> tuple[Floats, Floats]:
    first, second = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if first.ndim != 1 or first.shape != second.shape or (clusters is not None and len(clusters) != len(first)):
        raise CrossglotError(f"x, y and clusters must be equally long, not {first.shape} and {second.shape}")
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise CrossglotError("x and y must be finite: leave out cells without a value")
    return first, second


def _degenerate(x: Floats, y: Floats, *, y_may_be_flat: bool = False) -> str:
    """Why two columns have no correlation, or no line; empty if they have one."""
    if len(x) < FEWEST_POINTS:
        return f"fewer than {FEWEST_POINTS} cells"
    if np.ptp(x) == 0:
        return "all cells have the same x"
    return "all cells have the same y" if np.ptp(y) == 0 and not y_may_be_flat else ""
