"""Exhibits that are no matrices: a chart and a plain table of an experiment's rows, in every form the report writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from crossglot.csv_cells import csv_text
from crossglot.drawing.latex import escaped, latex_float
from crossglot.drawing.links import table_links
from crossglot.drawing.markdown import markdown_page, markdown_rows, plain_markdown
from crossglot.drawing.markup import Markup, element, joined
from crossglot.drawing.wording import NO_VALUE, number, place_of

if TYPE_CHECKING:
    from rich.console import RenderableType

Entry = str | float | int | None
HOW = "How it was computed, and how to read it"
FOLDED_OVER = 24  # lines of a table on the page
SHOWN_LINES = 12  # lines of a long table that the terminal shows, and the page before it is unfolded


@dataclass(frozen=True)
class ChartExhibit:
    """What a chart and its table show.

    Attributes:
        experiment: `figure1`, …; also names its files.
        title: what is shown, in words.
        chart: an altair chart without configuration; None for a table alone.
        columns: heads of the table.
        lines: its lines; text as it is, numbers with one decimal (whole numbers without), None as a dash.
        notes: sentences that readers need with it.
        more: further tables of the same experiment, folded away on the page; their `experiment` names their files only.
    """

    experiment: str
    title: str
    chart: Any
    columns: tuple[str, ...]
    lines: tuple[tuple[Entry, ...], ...]
    notes: tuple[str, ...] = ()
    more: tuple[ChartExhibit, ...] = ()

    @property
    def heading(self) -> str:
        """`Figure 1. Zero-shot F1 and entity overlap`."""
        return f"{place_of(self.experiment)}. {self.title}"


def csv_of(exhibit: ChartExhibit) -> str:
    """The table in full precision."""
    return csv_text([exhibit.columns, *exhibit.lines])


def latex_of(exhibit: ChartExhibit, signature: str = "") -> str:
    r"""A `table` float to `\input`; needs booktabs."""
    sides = "".join("r" if right else "l" for right in _numeric(exhibit))
    tabular = [
        rf"\begin{{tabular}}{{{sides}}}",
        r"\toprule",
        " & ".join(map(escaped, exhibit.columns)) + r" \\",
        r"\midrule",
        *(" & ".join(escaped(_text(entry)) for entry in line) + r" \\" for line in exhibit.lines),
        r"\bottomrule",
        r"\end{tabular}",
    ]
    return latex_float(tabular, exhibit.heading, exhibit.experiment, signature)


def markdown_of(exhibit: ChartExhibit, signature: str = "") -> str:
    """The same lines in Markdown."""
    lines = ([plain_markdown(_text(entry)) for entry in line] for line in exhibit.lines)
    rows = markdown_rows([plain_markdown(head) for head in exhibit.columns], _numeric(exhibit), lines)
    return markdown_page(exhibit.heading, [rows], signature)


def section_of(exhibit: ChartExhibit, drawing: Markup | None, said: Markup | None = None) -> Markup:
    """The page's section: the chart, what is `said` of it, then the table, then the notes.

    A long table is folded away; its first lines stand before it where there is no chart to look at.
    """
    frame = _frame(exhibit)
    if len(exhibit.lines) > FOLDED_OVER:
        first = None if drawing else _frame(replace(exhibit, lines=exhibit.lines[:SHOWN_LINES]))
        frame = joined([first, element("details", element("summary", f"All {len(exhibit.lines)} lines"), frame)])
    return element(
        "section",
        element("h2", element("span", place_of(exhibit.experiment), class_="number"), " ", exhibit.title),
        element("figure", drawing) if drawing else None,
        said,
        frame,
        element("details", element("summary", HOW), _notes(exhibit)) if exhibit.notes else None,
        *(
            element("details", element("summary", f"{part.title} ({len(part.lines)} lines)"), _frame(part))
            for part in exhibit.more
        ),
        table_links(exhibit.experiment),
        id=exhibit.experiment,
    )


def _notes(exhibit: ChartExhibit) -> Markup:
    return element("ul", *(element("li", note) for note in exhibit.notes), class_="notes")


def _frame(exhibit: ChartExhibit) -> Markup:
    """The table in a frame that scrolls sideways on narrow screens."""
    heads = element("tr", *(element("th", head, scope="col") for head in exhibit.columns))
    rows = (
        element(
            "tr", *(element("td", _text(entry), class_="text" if isinstance(entry, str) else None) for entry in line)
        )
        for line in exhibit.lines
    )
    caption = element("caption", exhibit.heading)
    table = element("table", caption, element("thead", heads), element("tbody", *rows), class_="numbers plain")
    return element("div", table, class_="scroll", role="region", tabindex="0", aria_label=exhibit.heading)


def terminal_of(exhibit: ChartExhibit) -> RenderableType:
    """The table for the terminal: its first lines, and how many more there are."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from crossglot.terminal import plain

    more = len(exhibit.lines) - SHOWN_LINES
    table = Table(
        title=plain(exhibit.heading.replace(". ", "  ", 1), "bold"), title_justify="left", title_style="",
        caption=f"and {more} lines more, in the report" if more > 0 else None, caption_justify="left",
        box=SIMPLE_HEAD, pad_edge=False,
    )  # fmt: skip
    for head, right in zip(exhibit.columns, _numeric(exhibit), strict=True):
        table.add_column(plain(head), justify="right" if right else "left", overflow="fold")
    for line in exhibit.lines[:SHOWN_LINES]:
        table.add_row(*(plain(_text(entry)) for entry in line))
    return table


def _numeric(exhibit: ChartExhibit) -> Sequence[bool]:
    """For each column, whether it holds numbers only."""
    return [not any(isinstance(line[at], str) for line in exhibit.lines) for at in range(len(exhibit.columns))]


def _text(entry: Entry) -> str:
    if entry is None:
        return NO_VALUE
    return number(entry) if isinstance(entry, float) else str(entry)
