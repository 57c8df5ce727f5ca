"""Heat maps of an exhibit's matrices, and how every chart is written: one definition for SVG, PDF and the page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crossglot.characters import visible
from crossglot.drawing.inline import inline
from crossglot.drawing.matrix_exhibit import Block, Grid, MatrixExhibit, is_zero_shot
from crossglot.drawing.on_paper import drawn, printed, printed_scale
from crossglot.drawing.wording import COLLAPSED, ROLES, language_name, metric, number, published_name
from crossglot.files import write_whole

RAMP = ["#f5f1e8", "#cfe0d9", "#86b8b2", "#3a838b", "#12435a"]  # lightness falls evenly: it survives greyscale printing
DARK_FROM = 70  # from this value on the cell is so dark that white reads better on it
NAMED_UP_TO = 6  # more languages than this are labelled by key
NUMBERED_UP_TO = 16  # in larger matrices the numbers would not be legible
LETTER = 6.5  # pixels that a letter of a column's head takes, at most
SPACING = 22  # pixels between panels
LEGEND = 70  # pixels that a legend beside them takes
ROOM = 830  # pixels of a drawing in whose letters, across a paper's page, 6 points are left of 11 pixels
INK, INK_ON_GROUND = "#23282b", "#23282c"
"""Of all texts; and the same to the eye of labels beside marks, which a dark page draws in its own ink: those in pale
cells stay."""
GREY = "#808588"
OF_EVERY_OBJECT = (
    "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__", "__proto__", "constructor",
    "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toString", "valueOf",
)  # fmt: skip


THEME: dict[str, Any] = {
    "font": "Helvetica, Arial, 'Liberation Sans', 'Noto Sans', sans-serif",
    "background": "transparent",
    "padding": 4,
    "aria": False,
    "view": {"continuousWidth": 300, "continuousHeight": 300, "stroke": None},
    "axis": {
        "grid": False, "domain": False, "ticks": False, "labelColor": INK, "titleColor": INK, "labelFontSize": 11,
        "titleFontSize": 11, "titleFontWeight": "normal", "labelPadding": 5, "titlePadding": 8, "labelLimit": 220,
    },
    "title": {
        "color": INK, "fontSize": 12, "fontWeight": "bold", "subtitleColor": INK, "subtitleFontSize": 11, "offset": 6,
    },
    "legend": {
        "labelColor": INK, "titleColor": INK, "titleFontWeight": "normal", "labelFontSize": 11, "titleFontSize": 11,
    },
}  # fmt: skip
"""Vega-Lite's configuration of every figure: no grid or frame, and no labels for screen readers on marks, since the
renderer puts titles unescaped into the expressions that make these labels. The page says what a figure shows, and has
its numbers in a table."""


def heat_map(exhibit: MatrixExhibit) -> Any:
    """One panel per system and block, the paper's numbers first; the colour scale is 0 to 100 in all.

    Cells framed by a heavy line are not zero-shot (the target's language was trained on); grey cells were not run.
    """
    import altair as alt

    if exhibit.same_language:
        parts = [_panel(exhibit, *_systems_by_target(block)) for block in exhibit.blocks]
        chart = alt.vconcat(*parts) if len(parts) > 1 else parts[0]
    else:
        rows = [_matrices(exhibit, block) for block in exhibit.blocks]
        chart = alt.vconcat(*rows, spacing=28) if len(rows) > 1 else rows[0]
    return chart


def specification(chart: Any) -> dict[str, Any]:
    """The chart as Vega-Lite, in the report's fonts and inks, with every text made safe for the renderer.

    The renderer ends the whole process at characters that XML forbids. It is a JavaScript program that looks marks up
    by their systems' names: a name that every JavaScript object has as a property would find that property instead.
    """
    # altair has checked every part as it was made.
    plain: dict[str, Any] = drawable(chart.to_dict(validate=False))
    return plain | {"config": plain.get("config", {}) | THEME}


def themed(chart: Any) -> Any:
    """The chart in the report's fonts and inks, for a notebook; on white, for a notebook may be dark."""
    chart.config = THEME | {"background": "white"}
    return chart


def drawable(part: Any) -> Any:
    """Texts, alone or within mappings and lists, as the renderer takes them."""
    if isinstance(part, dict):
        return {drawable(key): drawable(value) for key, value in part.items()}
    if isinstance(part, (list, tuple)):
        return [drawable(value) for value in part]
    if isinstance(part, str):
        return f"{part} " if part in OF_EVERY_OBJECT else visible(part)
    return part


def write_figure(chart: Any, name: str, folder: Path) -> Path:
    """Writes a chart, themed, as `<name>.svg` and `<name>.pdf`, sized for a paper; returns the SVG's path."""
    import altair as alt
    import vl_convert

    spec, version = specification(chart), "_".join(alt.SCHEMA_VERSION.split(".")[:2])
    svg = folder / f"{name}.svg"
    # The renderer numbers gradients over its lifetime. Named after the figure instead, they are the same in every
    # report, and differ among the figures of one page.
    drawing = vl_convert.vegalite_to_svg(spec, vl_version=version)
    drawing = re.sub(r'(\bid="|\burl\(#)gradient_\d+', rf"\g<1>{name}-ramp", drawing)
    scale = printed_scale(drawn(drawing))
    write_whole(svg, printed(drawing, scale))
    # It makes a point of every pixel.
    write_whole(folder / f"{name}.pdf", vl_convert.svg_to_pdf(printed(drawing, scale, unit="")))
    return svg


def _matrices(exhibit: MatrixExhibit, block: Block) -> Any:
    import altair as alt

    panels, published = [], []
    for grid in block.grids:
        theirs = {pair: cell.published for pair, cell in grid.cells.items() if cell.published is not None}
        if theirs and theirs not in published:
            published.append(theirs)
            panels.append(
                _panel(exhibit, *published_name(grid), _records(grid, "published"), block.sources, block.targets)
            )
        if grid.role != "published":
            subtitle = ROLES.get(grid.role, grid.role)
            panels.append(_panel(exhibit, grid.system, subtitle, _records(grid, "value"), block.sources, block.targets))
    return alt.concat(*panels, columns=_side_by_side(block), spacing=SPACING)


def _records(grid: Grid, what: str) -> list[dict[str, Any]]:
    return [
        {
            "source": source,
            "target": target,
            "value": getattr(cell, what),
            "text": number(getattr(cell, what)) + (COLLAPSED if what == "value" and cell.collapsed else ""),
            "zero_shot": is_zero_shot(source, target),
        }
        for (source, target), cell in grid.cells.items()
    ]


def _systems_by_target(block: Block) -> tuple[str, str, list[dict[str, Any]], tuple[str, ...], tuple[str, ...]]:
    """The panel of a same-language block: one row per system, and one for the published numbers beside it."""
    records: list[dict[str, Any]] = []
    for grid in block.grids:
        for what, label in (("published", ", ".join(published_name(grid))), ("value", grid.system)):
            if any(getattr(cell, what) is not None for cell in grid.cells.values()):
                records += [{**record, "source": label, "zero_shot": True} for record in _records(grid, what)]
    return "", "", records, tuple(dict.fromkeys(record["source"] for record in records)), block.targets


def _cell_size(block: Block) -> tuple[int, int]:
    many = max(len(block.sources), len(block.targets))
    return (52, 34) if many <= NAMED_UP_TO else (36, 26) if many <= NUMBERED_UP_TO else (17, 17)


def _side_by_side(block: Block) -> int:
    """How many panels stand in a row: as many as leave their letters legible on paper, but one at least."""
    named = max(len(block.sources), len(block.targets)) <= NAMED_UP_TO
    longest = max(len(language_name(key) if named else key) for key in (*block.sources, *block.targets))
    panel = len(block.targets) * _cell_size(block)[0] + longest * LETTER + SPACING
    return max(1, int((ROOM - LEGEND + SPACING) // panel))


def _angle(names: Sequence[str], width: int, many: int) -> int:
    """The angle of column heads, in degrees: names that are wider than their columns must not run into each other."""
    if many > NUMBERED_UP_TO:
        return -90
    return 0 if max(map(len, names)) * LETTER <= width else -40


def _panel(
    exhibit: MatrixExhibit,
    heading: str,
    subtitle: str,
    records: list[dict[str, Any]],
    rows: tuple[str, ...],
    columns: tuple[str, ...],
) -> Any:
    import altair as alt

    many = max(len(rows), len(columns))
    width, height = (52, 34) if many <= NAMED_UP_TO else (36, 26) if many <= NUMBERED_UP_TO else (17, 17)
    name = language_name if many <= NAMED_UP_TO else str
    for record in records:
        record |= {"row": name(record["source"]), "column": name(record["target"])}
    gaps = alt.Scale(paddingInner=0.07, paddingOuter=0.035)
    base = alt.Chart(inline(records)).encode(
        x=alt.X("column:N", scale=gaps, sort=[name(key) for key in columns], title=None,
                axis=alt.Axis(orient="top", labelAngle=_angle([name(key) for key in columns], width, many))),
        y=alt.Y("row:N", scale=gaps, sort=[name(key) for key in rows], title=None),
    )  # fmt: skip
    colour = alt.Color("value:Q", scale=alt.Scale(domain=[0, 100], range=RAMP, clamp=True), title=metric(exhibit),
                       legend=alt.Legend(orient="right", gradientLength=90, gradientThickness=9))  # fmt: skip
    cells = base.transform_filter("datum.value !== null").mark_rect().encode(color=colour)
    empty = base.transform_filter("datum.value === null").mark_rect(color=GREY, opacity=0.2)
    layers = [empty, cells]
    layers.append(base.transform_filter("!datum.zero_shot").mark_rect(filled=False, stroke=INK, strokeWidth=1.6))
    if many <= NUMBERED_UP_TO:
        ink = alt.condition(f"datum.value >= {DARK_FROM}", alt.value("#ffffff"), alt.value(INK))
        layers.append(
            base.transform_filter("datum.value !== null").mark_text(fontSize=11).encode(text="text:N", color=ink)
        )
        layers.append(
            base.transform_filter("datum.value === null").mark_text(fontSize=11, color=GREY).encode(text="text:N")
        )
    shown = alt.layer(*layers).properties(width=width * len(columns), height=height * len(rows))
    if heading:
        shown = shown.properties(title=alt.TitleParams(heading, subtitle=subtitle, anchor="start"))
    return shown
