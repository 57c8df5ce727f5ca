"""Means of several runs as lines from run to run, so that checkpoints show a training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, cos, degrees, floor, radians, sin

from crossglot.drawing.markup import Markup, element
from crossglot.drawing.wording import number
from crossglot.report.lines_of_runs import Line

FEWEST = 3  # runs: two are a difference
WIDTH, HEIGHT = 440, 150  # units of a panel's drawing, without its labels
LEFT, EDGE = 30, 16  # units beside it, at least
STEP = 20  # points between two lines of its grid
LETTER = 7.4  # units that a letter of a run's name takes
ANGLE = radians(30)  # at which names are written that are too long for their place
LONGEST = 22  # letters of a run's name


def course(what: str, panels: Sequence[tuple[str, Sequence[Line]]]) -> Markup:
    """A panel for each encoder, whose means go from run to run.

    Args:
        what: is measured.
        panels: names, and lines in the order of the runs, one for each run that has any.
    """
    caption = element(
        "figcaption",
        element("strong", what),
        ", from run to run: ",
        element("span", "●", class_="mark own"),
        " trained on the language itself, ",
        element("span", "○", class_="mark others"),
        " mean over taggers trained on other languages, with its interval, ",
        element("span", "┄", class_="mark floor"),
        " the best floor. The runs have the same settings and data, but not the same encoder.",
    )
    drawn = (_panel(name, lines) for name, lines in panels)
    return element("figure", caption, element("div", *drawn, class_="panels"), class_="targets course")


@dataclass(frozen=True)
class _Plane:
    """Where runs and values lie in a panel's drawing.

    Attributes:
        names: of the runs, as they are written below it.
        aslant: whether they are too long to be written side by side.
        left: where the drawing begins, beside the axis' numbers.
        first: where the first run's points lie.
        last: where the last one's do.
        lowest: the value at its bottom.
        highest: the value at its top.
    """

    names: tuple[str, ...]
    aslant: bool
    left: float
    first: float
    last: float
    lowest: int
    highest: int

    @classmethod
    def of(cls, lines: Sequence[Line]) -> _Plane:
        found = [value for line in lines for value in _numbers(line) if value is not None]
        lowest, highest = STEP * floor(min(found) / STEP), STEP * ceil(max(found) / STEP)
        names = tuple(line.run if len(line.run) <= LONGEST else f"…{line.run[1 - LONGEST :]}" for line in lines)
        wide = LETTER * max(map(len, names))
        aslant = wide > (WIDTH - LEFT - 2 * EDGE) / (len(lines) - 1)
        before, behind = (cos(ANGLE) * wide, EDGE) if aslant else (wide / 2, wide / 2)
        first, last = max(LEFT + EDGE, before), WIDTH - max(EDGE, behind)
        return cls(names, aslant, first - EDGE, first, last, lowest, max(highest, lowest + STEP))

    def across(self, at: int) -> str:
        return f"{self.first + (self.last - self.first) * at / (len(self.names) - 1):.1f}"

    def up(self, value: float) -> str:
        return f"{6 + HEIGHT * (self.highest - value) / (self.highest - self.lowest):.1f}"

    @property
    def bottom(self) -> int:
        """Where the names begin."""
        return HEIGHT + 22

    @property
    def height(self) -> int:
        longest = LETTER * max(map(len, self.names))
        return self.bottom + 8 + (ceil(sin(ANGLE) * longest) if self.aslant else 0)


def _panel(name: str, lines: Sequence[Line]) -> Markup:
    plane = _Plane.of(lines)
    reach = [
        element("line", x1=plane.across(at), x2=plane.across(at), y1=plane.up(line.low), y2=plane.up(line.high),
                class_="reach")
        for at, line in enumerate(lines)
        if line.low is not None and line.high is not None
    ]  # fmt: skip
    drawing = element(
        "svg",
        element("title", f"{name}: " + "; ".join(f"{line.run}: {_in_words(line)}" for line in lines)),
        *_grid(plane),
        *_labels(plane, lines),
        *reach,
        _path(plane, [line.floor for line in lines], "floor"),
        _path(plane, [line.own for line in lines], "own"),
        _path(plane, [line.others for line in lines], "others"),
        *_points(plane, lines),
        viewBox=f"0 0 {WIDTH} {plane.height}",
        role="img",
    )
    return element("div", element("p", element("span", name, class_="name")), drawing)


def _grid(plane: _Plane) -> Iterator[Markup]:
    left = f"{plane.left:.1f}"
    for tick in range(plane.lowest, plane.highest + 1, STEP):
        yield element("line", x1=left, x2=str(WIDTH), y1=plane.up(tick), y2=plane.up(tick), class_="grid")
        yield element("text", str(tick), x=left, dx="-6", y=plane.up(tick), dy="4", text_anchor="end")


def _labels(plane: _Plane, lines: Sequence[Line]) -> Iterator[Markup]:
    for at, (shown, line) in enumerate(zip(plane.names, lines, strict=True)):
        turned = f" rotate(-{degrees(ANGLE):.0f})" if plane.aslant else ""
        placed = f"translate({plane.across(at)} {plane.bottom}){turned}"
        anchor = "end" if plane.aslant else "middle"
        yield element("text", element("title", line.run), shown, transform=placed, text_anchor=anchor)


def _path(plane: _Plane, values: Sequence[float | None], kind: str) -> Markup:
    points = (f"{plane.across(at)},{plane.up(value)}" for at, value in enumerate(values) if value is not None)
    return element("polyline", points=" ".join(points), class_=kind)


def _points(plane: _Plane, lines: Sequence[Line]) -> Iterator[Markup]:
    for at, line in enumerate(lines):
        for kind, value in (("own", line.own), ("others", line.others)):
            if value is not None:
                said = element("title", f"{line.run}: {_in_words(line)}")
                yield element("circle", said, cx=plane.across(at), cy=plane.up(value), r="4", class_=kind)


def _numbers(line: Line) -> tuple[float | None, ...]:
    return line.own, line.others, line.floor, line.low, line.high


def _in_words(line: Line) -> str:
    """`66.9 of its own, 55.3 from others, best floor 40.8`."""
    return f"{number(line.own)} of its own, {number(line.others)} from others, best floor {number(line.floor)}"
