"""The files in a run's tables/: every exhibit's numbers as CSV, LaTeX and Markdown, and all signatures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from crossglot.characters import visible
from crossglot.drawing.chart_exhibit import ChartExhibit, csv_of, latex_of, markdown_of
from crossglot.drawing.latex import latex_table
from crossglot.drawing.markdown import markdown_table
from crossglot.drawing.matrix_exhibit import MatrixExhibit
from crossglot.drawing.spreadsheet import csv_table
from crossglot.files import write_whole


def write_tables(
    folder: Path, matrices: Iterable[MatrixExhibit], charts: Iterable[ChartExhibit], signatures: Mapping[str, str]
) -> None:
    """Writes the tables, each with its experiment's signature beneath, and signatures.txt with a line each.

    Raises:
        NotWrittenError: if a file cannot be written.
    """
    for exhibit in matrices:
        beneath = signatures.get(exhibit.experiment, "")
        write_whole(folder / f"{exhibit.name}.csv", csv_table(exhibit))
        write_whole(folder / f"{exhibit.name}.tex", latex_table(exhibit, beneath))
        write_whole(folder / f"{exhibit.name}.md", markdown_table(exhibit, beneath))
    for each in charts:
        beneath = signatures.get(each.experiment, "")
        for part in (each, *each.more):
            write_whole(folder / f"{part.experiment}.csv", csv_of(part))
            write_whole(folder / f"{part.experiment}.tex", latex_of(part, beneath))
            write_whole(folder / f"{part.experiment}.md", markdown_of(part, beneath))
    write_whole(folder / "signatures.txt", "".join(f"{visible(line)}\n" for line in signatures.values()))
