"""An exhibit's numbers as HTML tables: published beside ours, intervals, floors, and why a cell is empty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from crossglot.drawing.markup import Child, Markup, element
from crossglot.drawing.matrix_exhibit import Block, Cell, CellKey, Grid, MatrixExhibit, is_zero_shot
from crossglot.drawing.wording import (
    COLLAPSED,
    COLLAPSED_NOTE,
    NO_VALUE,
    ROLES,
    bounds,
    interval_note,
    language_name,
    number,
    place,
    title,
)

NAMED_UP_TO = 8  # columns; wider tables are headed by keys, with the name as a tooltip
CELLS_NAMED = 12  # a note names so many cells and counts the rest


def exhibit_table(exhibit: MatrixExhibit, block: Block, links: Mapping[CellKey, str] = MappingProxyType({})) -> Markup:
    """One block as a table in a frame that scrolls sideways on narrow screens.

    Args:
        exhibit: the table.
        block: of it.
        links: cell → where a link from its value leads.
    """
    drawn = _Cells(exhibit.task, empty_reasons(exhibit), links)
    short = len(block.targets) > NAMED_UP_TO
    corner = "system" if exhibit.same_language else element("span", "trained on ↓ · evaluated on →")
    head = element(
        "thead",
        element(
            "tr", element("th", corner, scope="col"), *(_language_header(key, "col", short) for key in block.targets)
        ),
    )
    if exhibit.same_language:
        bodies = [element("tbody", *(_system_row(grid, block, drawn) for grid in block.grids))]
    else:
        bodies = [_system_body(grid, block, drawn) for grid in block.grids]
    caption = f"{place(exhibit)}. {title(exhibit)}, in per cent"
    if len(exhibit.blocks) > 1:
        caption += f" ({', '.join(language_name(key) for key in block.sources[:NAMED_UP_TO])})"
    table = element(
        "table",
        element("caption", caption),
        head,
        *bodies,
        class_="numbers same-language" if exhibit.same_language else "numbers",
    )
    return element("div", table, class_="scroll", role="region", tabindex="0", aria_label=caption)


def exhibit_notes(exhibit: MatrixExhibit) -> Markup:
    """The notes under the tables: intervals, seeds, entity types, corpora, reasons for empty cells."""
    notes: list[Child] = []
    if exhibit.intervals:
        notes.append(element("li", interval_note(exhibit.intervals)))
    if exhibit.seeds:
        notes.append(element("li", f"Seeds: {', '.join(map(str, exhibit.seeds))}; a cell is the mean over them."))
    if exhibit.collapsed:
        notes.append(element("li", f"{COLLAPSED} {COLLAPSED_NOTE} (of one seed at least)."))
    for types, cells in exhibit.types.items():
        where = "in every cell" if len(exhibit.types) == 1 else "in " + cell_names(cells)
        notes.append(element("li", f"Entity types scored {where}: {', '.join(types.split())}."))
    if exhibit.corpora:
        named = "; ".join(f"{language_name(key)} {corpus}" for key, corpus in exhibit.corpora.items())
        notes.append(element("li", f"Corpora: {named}."))
    for reason, letter in empty_reasons(exhibit).items():
        notes.append(element("li", element("sup", letter), f" No value: {reason}."))
    return element("ul", *notes, class_="notes")


def cell_names(cells: tuple[tuple[str, str], ...]) -> str:
    """`en→de, en→nl and 10 more`."""
    named = ", ".join(f"{source}→{target}" for source, target in cells[:CELLS_NAMED])
    return named + (f" and {len(cells) - CELLS_NAMED} more" if len(cells) > CELLS_NAMED else "")


def empty_reasons(exhibit: MatrixExhibit) -> dict[str, str]:
    """Reason for an empty cell of a system that was run → the letter that stands in the cell."""
    cells = [
        cell
        for block in exhibit.blocks
        for grid in block.grids
        if grid.role != "published"
        for cell in grid.cells.values()
    ]
    reasons = dict.fromkeys(cell.why_empty for cell in cells if cell.why_empty)
    return {reason: _letter(index) for index, reason in enumerate(reasons)}


def _letter(index: int) -> str:
    """0 → a, 25 → z, 26 → aa."""
    return (_letter(index // 26 - 1) if index >= 26 else "") + chr(ord("a") + index % 26)


def _language_header(key: str, scope: str, short: bool) -> Markup:
    name = language_name(key)
    return element("th", element("abbr", key, title=name) if short and name != key else name, scope=scope)


def _system_body(grid: Grid, block: Block, drawn: _Cells) -> Markup:
    heading = element("th", *_system_label(grid), colspan=str(len(block.targets) + 1), scope="rowgroup")
    rows = [
        element(
            "tr",
            _language_header(source, "row", short=False),
            *(drawn.cell(grid, source, target) for target in block.targets),
        )
        for source in block.sources
    ]
    return element("tbody", element("tr", heading, class_="system"), *rows, class_=grid.role)


def _system_row(grid: Grid, block: Block, drawn: _Cells) -> Markup:
    cells = (drawn.cell(grid, target, target) for target in block.targets)
    return element("tr", element("th", *_system_label(grid), scope="row"), *cells, class_=grid.role)


def _system_label(grid: Grid) -> tuple[Child, ...]:
    return (
        element("span", grid.system, class_="name"),
        " ",
        element("span", ROLES.get(grid.role, grid.role), class_="role"),
    )


@dataclass(frozen=True)
class _Cells:
    """What the cells of a table are drawn with.

    Attributes:
        task: of the table.
        reasons: see `empty_reasons`.
        links: see `exhibit_table`.
    """

    task: str
    reasons: Mapping[str, str]
    links: Mapping[CellKey, str]

    def cell(self, grid: Grid, source: str, target: str) -> Markup:
        cell = grid.cells.get((source, target), Cell(missing="not part of this experiment"))
        zero_shot = is_zero_shot(source, target)
        parts: list[Child] = []
        if cell.value is not None:
            href = self.links.get(CellKey(self.task, grid.system, source, target))
            value = element("a", number(cell.value), href=href) if href else number(cell.value)
            parts.append(element("span", value, class_="value"))
            if cell.collapsed:
                parts.append(element("span", f"{COLLAPSED} collapsed", class_="collapsed"))
            elif bounds(cell):
                parts.append(element("span", bounds(cell), class_="bounds"))
        elif grid.role != "published":
            letter = self.reasons.get(cell.why_empty)
            mark = element("sup", letter) if letter else None
            parts.append(element("span", NO_VALUE, mark, class_="value", title=cell.why_empty))
        if cell.published is not None and grid.role == "published":
            parts.append(element("span", number(cell.published), class_="value"))
            parts.append(element("span", "published", class_="paper"))
        elif cell.published is not None:
            parts.append(element("span", _published(cell), class_="paper"))
        if not zero_shot:
            parts.append(element("span", "trained on this language", class_="unseen"))
        return element("td", *parts, class_="zero-shot" if zero_shot else "diagonal")


def _published(cell: Cell) -> str:
    if cell.value is None or cell.published is None or not cell.comparable:
        return f"paper {number(cell.published)}"
    return f"reproduces {number(cell.published)}: {cell.value - cell.published:+.1f}"
