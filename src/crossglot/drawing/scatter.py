"""Scatter of pairs of languages: a score against what may explain it, a trend per system, its interval as a band."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np

from crossglot.drawing.figures import GREY, INK_ON_GROUND
from crossglot.drawing.inline import inline
from crossglot.statistics.association import line_reach, linear_trend

SIZE = (300, 260)
COLOURS = ("#12435a", "#c07f2c", "#6b4f8a", "#5b8c3a")
SHAPES = ("circle", "square", "triangle-up", "diamond")
DASHES = ([1, 0], [6, 3], [2, 2], [9, 3, 2, 3])
"""Each system has a colour of its own lightness, a point and a dash: any of them tells it apart, in grey print too."""
GRID = 25  # points of x at which the band is drawn
FAINT = 0.22  # opacity of grid lines
UNCHOSEN = 0.05  # opacity of the encoders that are not chosen in the legend
NEAR = 0.05  # share of the x axis that still counts as its lowest end
SPREAD = 0.13  # systems stand side by side where x takes whole numbers only


@dataclass(frozen=True)
class Point:
    """One pair of languages: (source, target), x, and its score in per cent."""

    source: str
    target: str
    x: float
    y: float

    @property
    def name(self) -> str:
        """`en→de`."""
        return f"{self.source}→{self.target}"


@dataclass(frozen=True)
class Line:
    """A trend as the run found it: numbers, each with the half width of its interval.

    Attributes:
        slope: points of y per unit of x, and its half width.
        intercept: y where x is 0, and its half width.
        centre: the half width of y at the mean x of the points; None if the run did not write it.
    """

    slope: tuple[float, float]
    intercept: tuple[float, float]
    centre: float | None

    def at(self, x: Any) -> Any:
        """The value of y on the line."""
        return self.intercept[0] + self.slope[0] * np.asarray(x)


@dataclass(frozen=True)
class Series:
    """One system's points, with their trend if there is one."""

    system: str
    points: tuple[Point, ...]
    line: Line | None = None


def scatter(series: Sequence[Series], x_title: str, y_title: str) -> Any:
    """Points, trends with the bands of their intervals, and the names of the most extreme pairs.

    Args:
        series: one per system, in the order of the legend; those without points are left out.
        x_title: title of the x axis.
        y_title: title of the y axis, which runs from 0 to the least multiple of 20 above all points.
    """
    import altair as alt

    shown = [one for one in series if one.points]
    names = [one.system for one in shown]
    whole = all(point.x == round(point.x) for one in shown for point in one.points)
    shifts = [SPREAD * (2 * place - len(shown) + 1) / 2 * whole for place in range(len(shown))]
    points = [record for one, shift in zip(shown, shifts, strict=True) for record in _points(one, shift)]
    lines = [record for one in shown for record in _line(one)]
    legend = alt.Legend(title=None, orient="top", symbolSize=60, symbolOpacity=1, labelLimit=260)

    def scale(values: Sequence[Any]) -> Any:
        return alt.Scale(domain=names, range=[values[place % len(values)] for place in range(len(names))])

    x = _x_axis([point.x for one in shown for point in one.points], x_title, whole)
    axis = alt.Axis(grid=True, gridColor=GREY, gridOpacity=FAINT, tickCount=5)
    top = 20 * ceil(max((point.y for one in shown for point in one.points), default=100) / 20) or 20
    y = alt.Y("y:Q", title=y_title, axis=axis, scale=alt.Scale(domain=[0, top]))
    colour = alt.Color("system:N", scale=scale(COLOURS), legend=legend)
    # All, until the legend is clicked. Charts that stand beside each other need names of their own.
    name = "chosen_" + "".join(letter for letter in x_title if letter.isalnum() and letter.isascii())
    chosen = alt.selection_point(name=name, fields=["system"], bind="legend")

    def opaque(opacity: float) -> Any:
        return alt.condition(chosen, alt.value(opacity), alt.value(UNCHOSEN))

    dots = alt.Chart(inline(points)).encode(x=x, y=y, color=colour)
    trend = alt.Chart(inline(lines)).encode(x=x, color=colour)
    layers = [
        trend.mark_area(clip=True).encode(y=alt.Y("low:Q", title=y_title), y2="high:Q", opacity=opaque(0.2)),
        dots.mark_point(filled=True, size=22)
        .add_params(chosen)
        .encode(
            opacity=opaque(0.62),
            shape=alt.Shape("system:N", scale=scale(SHAPES), legend=legend),
            tooltip=[
                alt.Tooltip("pair:N"),
                alt.Tooltip("system:N"),
                alt.Tooltip("y:Q", title=y_title, format=".1f"),
                alt.Tooltip("at:Q", title=x_title, format=".3~r"),
            ],
        ),
        trend.mark_line(strokeWidth=2, clip=True).encode(
            y=y, strokeDash=alt.StrokeDash("system:N", scale=scale(DASHES), legend=legend), opacity=opaque(1)
        ),
        dots.transform_filter("datum.label !== ''")
        .mark_text(fontSize=11, align="left", dx=5, dy=-5, color=INK_ON_GROUND)
        .encode(text="label:N", color=alt.value(INK_ON_GROUND), opacity=opaque(1)),
    ]
    return alt.layer(*layers).properties(width=SIZE[0], height=SIZE[1])


def _x_axis(values: Sequence[float], title: str, whole: bool) -> Any:
    """The x axis: from 0 for shares; for counts, whole numbers with half a step beyond both ends."""
    import altair as alt

    if whole:
        axis = alt.Axis(
            grid=True, gridColor=GREY, gridOpacity=FAINT, values=[float(v) for v in sorted(set(values))], format="d"
        )
        return alt.X("x:Q", title=title, axis=axis, scale=alt.Scale(domain=[min(values) - 0.5, max(values) + 0.5]))
    axis = alt.Axis(grid=True, gridColor=GREY, gridOpacity=FAINT)
    return alt.X("x:Q", title=title, axis=axis, scale=alt.Scale(domain=[0, max(1.06 * max(values), 1)], nice=False))


def extreme_pairs(series: Series) -> set[str]:
    """Names of the pairs farthest above and below the trend, of the highest x, and of the best score at low x."""
    if len(series.points) < 3:
        return {point.name for point in series.points}
    at = [point.x for point in series.points]
    line = linear_trend(at, [point.y for point in series.points], at=at, resamples=1).line
    fitted = line if len(line) else np.full(len(at), np.mean([point.y for point in series.points]))
    above = [point.y - value for point, value in zip(series.points, fitted, strict=True)]
    lowest = [point for point in series.points if point.x <= min(at) + NEAR * (max(at) - min(at))]
    return {
        series.points[int(np.argmax(above))].name,
        series.points[int(np.argmin(above))].name,
        max(series.points, key=lambda point: (point.x, point.y)).name,
        max(lowest, key=lambda point: point.y).name,
    }


def _points(series: Series, shift: float) -> list[dict[str, Any]]:
    named = extreme_pairs(series)
    return [
        {
            "system": series.system,
            "pair": point.name,
            "at": point.x,
            "x": point.x + shift,
            "y": point.y,
            "label": point.name if point.name in named else "",
        }
        for point in series.points
    ]


def _line(series: Series) -> list[dict[str, Any]]:
    """The trend over the range of its points, with its band; empty for a system without a line."""
    if series.line is None:
        return []
    own = [point.x for point in series.points]
    at = np.linspace(min(own), max(own), GRID)
    line, reach = series.line.at(at), np.zeros(GRID)
    if series.line.centre is not None:
        reaches = series.line.slope[1], series.line.intercept[1], series.line.centre
        reach = line_reach(at, *reaches, float(np.mean(own)))
    columns = (at, line, np.maximum(line - reach, 0), np.minimum(line + reach, 100))
    return [
        {"system": series.system, "x": float(x), "y": float(y), "low": float(low), "high": float(high)}
        for x, y, low, high in zip(*columns, strict=True)
    ]
