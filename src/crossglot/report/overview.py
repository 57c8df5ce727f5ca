"""The averages of every experiment and system in one table: the first thing to look at."""

from __future__ import annotations

from crossglot.probes.results import DIAGONAL_MEAN, ZERO_SHOT_MEAN
from crossglot.report.exhibits import Average, Exhibit, is_zero_shot
from crossglot.report.markup import Child, Markup, element
from crossglot.report.wording import NO_VALUE, ROLES, bounds, number, place, title

COLUMNS = {DIAGONAL_MEAN: "same language", ZERO_SHOT_MEAN: "zero-shot"}


def overview_section(shown: list[Exhibit]) -> Markup | None:
    """Means over same-language and zero-shot cells, a row a system; None where no experiment has any."""
    bodies = [_body(exhibit) for exhibit in shown if exhibit.averages]
    if not bodies:
        return None
    intervals = "; ".join(
        dict.fromkeys(a.cell.condition for exhibit in shown for a in exhibit.averages if a.cell.condition)
    )
    heads = ("system", *COLUMNS.values())
    table = element(
        "table",
        element("caption", "Averages over the cells of each table, beside the paper's over the same cells"),
        element("thead", element("tr", *(element("th", head, scope="col") for head in heads))),
        *bodies,
        class_="numbers",
    )
    return element(
        "section",
        element("h2", "At a glance"),
        element("div", table, class_="scroll", role="region", tabindex="0", aria_label="Averages"),
        element("ul", element("li", intervals), class_="notes") if intervals else None,
        id="overview",
    )


def published_mean(exhibit: Exhibit, system: str, kind: str) -> float | None:
    """The paper's mean over the cells for which this system has a value and the paper a number, if there are any."""
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


def _body(exhibit: Exhibit) -> Markup:
    heading = element("th", f"{place(exhibit)}  {title(exhibit)}, %", colspan="3", scope="rowgroup")
    systems: dict[str, dict[str, Average]] = {}
    for average in exhibit.averages:
        systems.setdefault(average.system, {})[average.kind] = average
    rows = []
    for system, averages in systems.items():
        role = next(iter(averages.values())).role
        label = (element("span", system, class_="name"), " ", element("span", ROLES.get(role, role), class_="role"))
        cells = (_cell(exhibit, averages.get(kind), system, kind) for kind in COLUMNS)
        rows.append(element("tr", element("th", *label, scope="row"), *cells, class_=role))
    return element("tbody", element("tr", heading, class_="system"), *rows)


def _cell(exhibit: Exhibit, average: Average | None, system: str, kind: str) -> Markup:
    if average is None:
        return element("td", element("span", NO_VALUE, class_="value"))
    cell, paper = average.cell, published_mean(exhibit, system, kind)
    parts: list[Child] = [element("span", number(cell.value), class_="value")]
    parts.append(element("span", bounds(cell), class_="bounds") if bounds(cell) else None)
    parts.append(element("span", f"paper {number(paper)}", class_="paper") if paper is not None else None)
    parts.append(element("span", f"{cell.n} cells", class_="bounds") if cell.n else None)
    return element("td", *parts)
