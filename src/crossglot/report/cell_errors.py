"""Where what is wrong behind each cell is shown: on the page, as far as its budget goes, else on one beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from urllib.parse import quote

from crossglot.drawing.cell_errors import errors_panel
from crossglot.drawing.markup import Markup, element, joined
from crossglot.drawing.matrix_exhibit import ROLE_ORDER, CellKey
from crossglot.drawing.wording import language_name
from crossglot.files import write_whole
from crossglot.report.document import document
from crossglot.report.folder import RunFolder
from crossglot.results.row_errors import FOLDER, RowErrors, read_errors
from crossglot.tagging.cell_errors import CellErrors

CLOSED = "closed"
IN_THE_PAGE = 4_000_000
"""Characters of errors that the page holds itself."""


@dataclass(frozen=True)
class ShownErrors:
    """Where the errors of each cell are shown, and those that the page shows itself.

    Attributes:
        links: cell → where a link from it leads.
        panels: what the page holds, unseen until a link leads there; None without any.
        script: gives an open panel the keyboard; None without any.
    """

    links: Mapping[CellKey, str]
    panels: Markup | None
    script: Markup | None


def show_errors(run: RunFolder) -> ShownErrors:
    """Lays out the errors of all cells of a run; those that do not fit into the page are written beside it.

    Raises:
        StorageError: if a file of them is damaged, or one cannot be written.
    """
    links: dict[CellKey, str] = {}
    panels: list[Markup] = []
    room = IN_THE_PAGE
    for row in sorted(read_errors(run.path), key=lambda row: ROLE_ORDER.index(row.of.system.role)):
        found = {key: errors_panel(cell, key.task) for key, cell in _cells(row)}
        beside = run.path / FOLDER / f"{row.of.file_name}.html"
        size = sum(map(len, found.values()))
        if size <= room:
            room -= size
            for key, panel in found.items():
                links[key] = f"#errors-{len(panels) + 1}"
                panels.append(_opening(panel, key, len(panels) + 1))
            beside.unlink(missing_ok=True)
        else:
            write_whole(beside, _page(row, found))
            links |= {key: f"{FOLDER}/{quote(beside.name)}#{quote(key.target)}" for key in found}
    script = element("script", Markup(files("crossglot.report").joinpath("cell_errors.js").read_text(encoding="utf-8")))
    closed = element("div", id=CLOSED, class_="closed")  # has a fixed place, so that a link to it moves nothing
    return ShownErrors(links, joined([closed, *panels]), script) if panels else ShownErrors(links, None, None)


def _cells(row: RowErrors) -> Iterator[tuple[CellKey, CellErrors]]:
    for cell in row.cells:
        yield CellKey(row.of.task, row.of.system.name, row.of.source, cell.target), cell


def _heading(key: CellKey) -> str:
    return f"{key.system}, trained on {language_name(key.source)}, on {language_name(key.target)}"


def _opening(panel: Markup, key: CellKey, at: int) -> Markup:
    """A panel that a link opens, and another closes."""
    close = element("a", "Close", href=f"#{CLOSED}", class_="close")
    heading = element("h3", _heading(key))
    return element(
        "section", close, heading, panel, class_="errors", id=f"errors-{at}", tabindex="-1", aria_label=_heading(key)
    )


def _page(row: RowErrors, panels: Mapping[CellKey, Markup]) -> str:
    """All targets of one row, as a page of its own."""
    system, source = row.of.system.name, language_name(row.of.source)
    title = f"Errors of {system}, trained on {source}"
    links = (element("li", element("a", language_name(key.target), href=f"#{key.target}")) for key in panels)
    sections = (
        element("section", element("h2", language_name(key.target)), panel, id=key.target)
        for key, panel in panels.items()
    )
    return document(
        title,
        element("p", element("a", "to the report", href="../report.html"), class_="kicker"),
        element("h1", title),
        element("nav", element("ul", *links), aria_label="Targets"),
        element("main", *sections),
    )
