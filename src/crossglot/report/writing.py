"""Writes everything a run folder's readers want: tables/, figures/ and report.html."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path

from crossglot.drawing.explorer import Pair, explored, explorer, measured
from crossglot.drawing.figures import heat_map, write_figure
from crossglot.drawing.interactive import interactive, library
from crossglot.drawing.markup import Markup, element, joined
from crossglot.drawing.matrix_exhibit import CellKey, MatrixExhibit
from crossglot.drawing.wording import calling, place, title
from crossglot.engine.locking import locked
from crossglot.experiments.exhibits import exhibits_of
from crossglot.experiments.overlap.claims import ENTITY_OVERLAP
from crossglot.experiments.typology.common_features import COMMON
from crossglot.files import check_working_folder, write_whole
from crossglot.report.cell_errors import show_errors
from crossglot.report.folder import RunFolder, read_run_folder
from crossglot.report.page import inline_drawing, page
from crossglot.report.table_files import write_tables
from crossglot.results.rows import WRITING, ResultRow
from crossglot.results.signature import signatures


def write_report(folder: str | PathLike[str]) -> Path:
    """Writes tables/*.csv, *.tex and *.md, figures/*.svg and *.pdf and report.html into a run folder; loads no model.

    Returns:
        The path of report.html.

    Raises:
        StorageError: if `folder` is no run folder, one of its files is damaged, or the report cannot be written.
    """
    folder = Path(folder)
    read_run_folder(folder)  # before anything is written
    check_working_folder(folder)
    with locked(folder / WRITING):  # a study that ends just now writes results and claims, which belong together
        run = read_run_folder(folder)
        with calling(run.languages):
            return _write(run)


def _write(run: RunFolder) -> Path:
    rows = run.rows()
    matrices, charts = exhibits_of(rows)
    beneath = signatures(rows, run.versions, run.study)
    write_tables(run.path / "tables", matrices, charts, beneath)
    drawings, live, errors = {}, False, show_errors(run)
    for exhibit in matrices:
        if exhibit.blocks:
            svg = write_figure(heat_map(exhibit), exhibit.name, run.path / "figures")
            pairs = _to_explore(exhibit, _beside(exhibit, rows), links=errors.links)
            drawings[exhibit.name] = joined([inline_drawing(svg, drawing_label(exhibit)), pairs])
            live = live or pairs is not None
    for each in charts:
        if each.chart is not None:
            svg = write_figure(each.chart, each.experiment, run.path / "figures")
            drawn = inline_drawing(svg, f"{each.heading}. The numbers are in the table below.")
            found = explored([row for row in rows if row.experiment == each.experiment])
            pairs = _to_explore(*found, links=errors.links) if found else None
            drawings[each.experiment] = joined([interactive(each.chart, each.experiment, drawn), pairs])
            live = True
    target = run.path / "report.html"
    write_whole(target, page(run, matrices, charts, drawings, errors, library() if live else None, beneath))
    return target


def _beside(exhibit: MatrixExhibit, rows: Iterable[ResultRow]) -> dict[str, dict[Pair, float]]:
    """What figures 1 and 2 of the same run measure of the pairs of a table: entities' overlap, and common features."""
    pairs = {pair for block in exhibit.blocks for grid in block.grids for pair in grid.cells}
    told = (COMMON, ENTITY_OVERLAP) if exhibit.metric == "f1" else (COMMON,)
    return measured(row for row in rows if row.metric in told and (row.source, row.target) in pairs)


def _to_explore(
    exhibit: MatrixExhibit, beside: Mapping[str, Mapping[Pair, float]], *, links: Mapping[CellKey, str]
) -> Markup | None:
    """The exhibit's matrix in a fold, to be ordered and compared; None where it is too small for that."""
    chart = explorer(exhibit, beside, links)
    if chart is None:
        return None
    summary = element("summary", "Each pair, to put in order and to compare")
    return element("details", summary, interactive(chart, f"{exhibit.name}-by-pair"), class_="explore")


def drawing_label(exhibit: MatrixExhibit) -> str:
    """What a screen reader says in place of the figure."""
    return f"Heat maps of {place(exhibit)}, {title(exhibit)}. The numbers are in the table below."
