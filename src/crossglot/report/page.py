"""report.html: one self-contained page that opens offline, light or dark, on a phone or on paper."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from crossglot.drawing.chart_exhibit import HOW, ChartExhibit, section_of
from crossglot.drawing.links import table_links
from crossglot.drawing.markup import Markup, element, joined
from crossglot.drawing.matrix_exhibit import CellKey, MatrixExhibit
from crossglot.drawing.tables import exhibit_notes, exhibit_table
from crossglot.drawing.wording import place, place_of, title
from crossglot.report.answer import answer_section
from crossglot.report.cell_errors import ShownErrors
from crossglot.report.document import document
from crossglot.report.fine_tuning import remarks_list
from crossglot.report.folder import RunFolder
from crossglot.report.overview import overview_section
from crossglot.report.provenance import in_one_line, provenance_section

HOW_TO_READ = (
    "Rows are the language a tagger was trained on, columns the language it is evaluated on. Framed cells are not "
    "zero-shot: there the tagger was trained on the language itself. Every other cell is zero-shot: no labelled "
    "sentence of its language was seen."
)
OF_ERRORS = "An underlined number opens what its taggers got wrong."
OF_INTERVALS = "Small figures are the bounds of the interval named below each table."
OF_THE_PAPER = (
    "“paper” is what Pires, Schlinger and Garrette (2019) printed, with their encoder on their data; where a run "
    "uses both, the cell says “reproduces” and the difference."
)
OF_FLOORS = (
    "Floors show what needs less: each word's most frequent "
    "tag, a linear probe (logistic regression on the encoder's vectors, without fine-tuning: what is above it, "
    "fine-tuning adds), and an encoder of the same shape with random weights, fine-tuned alike."
)


def how_to_read(matrices: list[MatrixExhibit], links: Mapping[CellKey, str]) -> str:
    """How the matrices are read: what they have of links, intervals, published numbers and floors is explained."""
    grids = [grid for exhibit in matrices for block in exhibit.blocks for grid in block.grids]
    parts = {
        OF_ERRORS: bool(links),
        OF_INTERVALS: any(exhibit.intervals for exhibit in matrices),
        OF_THE_PAPER: any(exhibit.published for exhibit in matrices),
        OF_FLOORS: any(grid.role == "floor" for grid in grids),
    }
    return " ".join([HOW_TO_READ, *(said for said, there in parts.items() if there)])


def page(
    run: RunFolder,
    matrices: list[MatrixExhibit],
    charts: list[ChartExhibit],
    drawings: Mapping[str, Markup],
    errors: ShownErrors,
    script: Markup | None,
    signatures: Mapping[str, str],
) -> str:
    """The whole page: matrices, then charts.

    Args:
        run: what it is about.
        matrices: its tables.
        charts: its figures.
        drawings: what is drawn of each, by its name.
        errors: what is behind the cells.
        script: what draws them live; None where nothing is to be.
        signatures: experiment → the signature of its tables.
    """
    name = run.path.resolve().name
    sections = [
        answer_section(run),
        overview_section(matrices),
        element("p", how_to_read(matrices, errors.links), class_="lead") if matrices else None,
        *(_exhibit_section(exhibit, drawings.get(exhibit.name), errors.links) for exhibit in matrices),
        *(section_of(each, drawings.get(each.experiment)) for each in charts),
        provenance_section(run, signatures),
    ]
    return document(
        f"{name} · crossglot report",
        element("a", "Skip to the results", class_="skip", href="#results"),
        element(
            "header",
            element("p", "crossglot report", class_="kicker"),
            element("h1", name),
            element("p", in_one_line(run), class_="what"),
            remarks_list(run),
        ),
        _navigation(run, matrices, charts),
        element("main", *sections, id="results"),
        errors.panels,
        scripts=[each for each in (errors.script, script) if each is not None],
    )


def inline_drawing(svg: Path, label: str) -> Markup:
    """An SVG file as markup of the page: as wide as its column, described for screen readers, in the page's colours."""
    text = svg.read_text(encoding="utf-8")
    start = text.index("<svg")
    opening, _, rest = text[start:].partition(">")
    view = opening.partition('viewBox="')[2].partition('"')[0]
    width = 1.2 * float(view.split()[2])
    attributes = f'class="drawing" role="img" viewBox="{view}" style="max-width:{width:.0f}px"'
    described = element("title", label)
    return Markup(f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{described}{rest}')


def _navigation(run: RunFolder, matrices: list[MatrixExhibit], charts: list[ChartExhibit]) -> Markup:
    links = [("results", "What was found"), *([("claims", "Claims")] if run.claims else [])]
    links += [("overview", "At a glance")] if any(exhibit.averages for exhibit in matrices) else []
    links += [(exhibit.name, place(exhibit)) for exhibit in matrices]
    links += [(each.experiment, place_of(each.experiment)) for each in charts]
    links.append(("provenance", "How it was made"))
    items = (element("li", element("a", text, href=f"#{target}")) for target, text in links)
    return element("nav", element("ul", *items), aria_label="Sections")


def _exhibit_section(exhibit: MatrixExhibit, drawing: Markup | None, links: Mapping[CellKey, str]) -> Markup:
    return element(
        "section",
        element("h2", element("span", place(exhibit), class_="number"), " ", title(exhibit)),
        element("figure", drawing) if drawing else None,
        joined(exhibit_table(exhibit, block, links) for block in exhibit.blocks),
        element("details", element("summary", HOW), exhibit_notes(exhibit)),
        table_links(exhibit.name),
        id=exhibit.name,
    )
