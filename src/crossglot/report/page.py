"""report.html: one self-contained page that opens offline, light or dark, on a phone or on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from crossglot.drawing.chart_exhibit import HOW, ChartExhibit, section_of
from crossglot.drawing.links import table_links
from crossglot.drawing.markup import Markup, element, joined
from crossglot.drawing.matrix_exhibit import CellKey, MatrixExhibit
from crossglot.drawing.tables import exhibit_notes, exhibit_table
from crossglot.drawing.wording import papers_place, place, place_of, title
from crossglot.experiments.registry import EXPERIMENTS
from crossglot.report.answer import answer_section
from crossglot.report.cell_errors import ShownErrors
from crossglot.report.claims_list import claims_said
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
    """The whole page; matrices and charts in the paper's order.

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
    of_matrices = (
        _Part(each.experiment, each.name, _exhibit_section(each, drawings.get(each.name), errors.links))
        for each in matrices
    )
    of_charts = (
        _Part(each.experiment, each.experiment, section_of(each, drawings.get(each.experiment), _said(each, run)))
        for each in charts
    )
    parts = sorted((*of_matrices, *of_charts), key=lambda part: papers_place(part.experiment))
    sections = [
        answer_section(run),
        overview_section(matrices),
        element("p", how_to_read(matrices, errors.links), class_="lead") if matrices else None,
        *(part.section for part in parts),
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
        _navigation(run, parts, overview=any(exhibit.averages for exhibit in matrices)),
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


class _Part(NamedTuple):
    """A section of the page about an experiment, and the name that links to it have."""

    experiment: str
    name: str
    section: Markup


def _said(exhibit: ChartExhibit, run: RunFolder) -> Markup | None:
    """What the paper says of a figure, which has no numbers to print beside it, with the verdicts."""
    experiment = EXPERIMENTS.get(exhibit.experiment)
    claimed = {claim.id for claim in experiment.claims if exhibit.experiment in claim.experiments} if experiment else ()
    return claims_said(run.claims, claimed)


def _navigation(run: RunFolder, parts: Sequence[_Part], *, overview: bool) -> Markup:
    links = [("results", "What was found"), *([("claims", "Claims")] if run.claims else [])]
    links += [("overview", "At a glance")] if overview else []
    links += [(part.name, place_of(part.experiment)) for part in parts]
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
