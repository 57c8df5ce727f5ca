"""The averages of every experiment and system in one table: the first thing to look at."""

from __future__ import annotations

from collections.abc import Sequence

from crossglot.drawing.markup import Markup, element
from crossglot.drawing.matrix_exhibit import Average, MatrixExhibit, is_zero_shot
from crossglot.drawing.wording import COLLAPSED, NO_VALUE, ROLES, bounds, interval_note, number, place, title
from crossglot.experiments.relations import LANGUAGES_DRAWN
from crossglot.results.rows import DIAGONAL_MEAN, ZERO_SHOT_MEAN

KINDS = {DIAGONAL_MEAN: "same language", ZERO_SHOT_MEAN: "zero-shot"}
BRACKETS = (
    "Languages of one genus are alike, so genera are drawn where there are enough; in brackets, as if all languages "
    "were unrelated."
)
PAPER = "paper"
FIGURES = ("ours", "interval", PAPER, "cells")


def overview_section(matrices: list[MatrixExhibit]) -> Markup | None:
    """Means over same-language and zero-shot cells, one row per system; None where no experiment has any."""
    printed = any(exhibit.published for exhibit in matrices)
    names = FIGURES if printed else ("mean", *(name for name in FIGURES[1:] if name != PAPER))
    bodies = [_body(exhibit, names) for exhibit in matrices if exhibit.averages]
    if not bodies:
        return None
    span = str(len(names))
    kinds = (element("th", kind, scope="colgroup", colspan=span, class_="kind") for kind in KINDS.values())
    figures = (element("th", figure, scope="col") for _ in KINDS for figure in names)
    head = element(
        "thead", element("tr", element("th", "system", scope="col", rowspan="2"), *kinds), element("tr", *figures)
    )
    said = "; “paper” is the paper's average over the same cells" if printed else ""
    caption = element("caption", f"Averages over the cells of each table{said}")
    table = element("table", caption, head, *bodies, class_="numbers overview")
    intervals = tuple(dict.fromkeys(kind for exhibit in matrices for kind in exhibit.average_intervals))
    both = any(average.kind not in KINDS for exhibit in matrices for average in exhibit.averages)
    notes = [interval_note(intervals), *([BRACKETS] if both else [])]
    return element(
        "section",
        element("h2", "At a glance"),
        element("div", table, class_="scroll", role="region", tabindex="0", aria_label="Averages"),
        element("ul", *(element("li", note) for note in notes), class_="notes") if intervals else None,
        id="overview",
    )


def published_mean(exhibit: MatrixExhibit, system: str, kind: str) -> float | None:
    """The paper's mean over the cells for which both this system and the paper have a number; None without any."""
    numbers = [
        cell.published
        for block in exhibit.blocks
        for grid in block.grids
        if grid.system == system
        for (source, target), cell in grid.cells.items()
        if cell.value is not None
        and cell.published is not None
        and is_zero_shot(source, target) == (kind == ZERO_SHOT_MEAN)
    ]
    return sum(numbers) / len(numbers) if numbers else None


def _body(exhibit: MatrixExhibit, names: Sequence[str]) -> Markup:
    across = str(1 + len(KINDS) * len(names))
    heading = element("th", f"{place(exhibit)}. {title(exhibit)}, %", colspan=across, scope="rowgroup")
    systems: dict[str, dict[str, Average]] = {}
    for average in exhibit.averages:
        systems.setdefault(average.system, {})[average.kind] = average
    rows = []
    for system, averages in systems.items():
        role = next(iter(averages.values())).role
        label = (element("span", system, class_="name"), " ", element("span", ROLES.get(role, role), class_="role"))
        cells = (
            cell
            for kind in KINDS
            for cell in _cells(exhibit, averages.get(kind), averages.get(kind + LANGUAGES_DRAWN), kind, names)
        )
        rows.append(element("tr", element("th", *label, scope="row"), *cells, class_=role))
    return element("tbody", element("tr", heading, class_="system"), *rows)


def _cells(
    exhibit: MatrixExhibit, average: Average | None, by_languages: Average | None, kind: str, names: Sequence[str]
) -> list[Markup]:
    """The table cells of one average of one system: value, interval, the paper's average, number of cells."""
    if average is None:
        return [element("td", NO_VALUE), *(element("td") for _ in names[1:])]
    cell = average.cell
    paper = published_mean(exhibit, average.system, kind)
    theirs = ["" if paper is None else number(paper)] if PAPER in names else []
    interval = bounds(cell) + (f" ({bounds(by_languages.cell)})" if by_languages else "")
    mark = f"{COLLAPSED} {cell.collapsed} collapsed" if cell.collapsed else ""
    return [
        element(
            "td",
            element("span", number(cell.value), class_="value"),
            element("span", mark, class_="collapsed") if mark else None,
        ),
        *(element("td", shown, class_="aside") for shown in (interval, *theirs, str(cell.n or ""))),
    ]
