"""Figures fit a paper in two columns as they are: SVG and PDF have its widths, and letters that are legible there."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import matrix, write_made_up_run

from crossglot.drawing.figures import heat_map, write_figure
from crossglot.drawing.matrix_exhibit import matrix_exhibits
from crossglot.drawing.on_paper import Drawn, printed_scale
from crossglot.drawing.scatter import Point, Series, scatter
from crossglot.languages import LANGUAGES
from crossglot.report.writing import write_report

COLUMN, PAGE, HEIGHT = 7.7 / 2.54 * 72, 16 / 2.54 * 72, 24.7 / 2.54 * 72
"""Of ACL's style, in points: a column's width, the text's, the text's height."""
LEAST, MOST = 5.999, 8.001  # points of letters; lengths in files are rounded


def size(svg: Path) -> tuple[float, float, float]:
    """Width, height and the smallest letters on paper, in points, read from the file as XML."""
    root = ET.fromstring(svg.read_text(encoding="utf-8"))  # noqa: S314 - ours
    width, height = (float(root.attrib[name].removesuffix("pt")) for name in ("width", "height"))
    _, _, across, down = map(float, root.attrib["viewBox"].split())
    assert width / across == pytest.approx(height / down, rel=1e-3)
    fonts = [float(each.attrib["font-size"].removesuffix("px")) for each in root.iter() if "font-size" in each.attrib]
    assert not [each for each in root.iter() if "scale(" in each.attrib.get("transform", "") and len(each)]
    return width, height, min(fonts) * width / across


def media_box(pdf: Path) -> tuple[float, float]:
    found = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", pdf.read_bytes())
    assert len(found) == 1
    return float(found[0][0]), float(found[0][1])


@pytest.mark.parametrize("many", [2, 4, 6, 10, 16, 41])
def test_a_heat_map_fits_the_page_and_can_be_read(tmp_path: Path, many: int) -> None:
    keys = tuple(LANGUAGES)[:many]
    rows = [
        row
        for name in ("multilingual-e5-small", "multilingual-e5-small untrained", "most frequent tag")
        for row in matrix("transfer-pos", name, "other" if name[-1] == "l" else "floor", keys, (90.0, 50.0))
    ]
    svg = write_figure(heat_map(matrix_exhibits(rows)[0]), "figure", tmp_path)
    width, height, letters = size(svg)
    assert width <= PAGE
    assert LEAST <= letters <= MOST
    assert height <= HEIGHT or many >= 16  # three matrices of so many rows, one below the other, need more
    assert media_box(tmp_path / "figure.pdf") == pytest.approx((width, height), abs=0.01)


def test_a_plot_of_pairs_is_as_wide_as_a_column(tmp_path: Path) -> None:
    points = tuple(Point("en", f"x{place}", float(place), 40.0 + place) for place in range(30))
    svg = write_figure(scatter([Series("small-m-bert", points)], "shared pieces, %", "accuracy, %"), "f", tmp_path)
    width, height, letters = size(svg)
    assert COLUMN - 2 < width <= COLUMN + 1
    assert letters >= LEAST
    assert media_box(tmp_path / "f.pdf") == pytest.approx((width, height), abs=0.01)


def test_every_figure_of_a_run_fits_the_page_and_the_report_shows_it_larger(tmp_path: Path) -> None:
    page = write_report(write_made_up_run(tmp_path)).read_text(encoding="utf-8")
    figures = sorted(tmp_path.glob("figures/*.svg"))
    assert len(figures) == 3
    for svg in figures:
        width, height, letters = size(svg)
        assert width <= PAGE and height <= HEIGHT and LEAST <= letters <= MOST
        assert media_box(svg.with_suffix(".pdf")) == pytest.approx((width, height), abs=0.01)
    shown = sorted(float(found) for found in re.findall(r'class="drawing"[^>]* style="max-width:(\d+)px"', page))
    assert len(shown) == 3
    assert all(
        wide > 96 / 72 * width for wide, width in zip(shown, sorted(size(svg)[0] for svg in figures), strict=True)
    )


lengths = st.floats(20, 5000)


@given(width=lengths, height=lengths, letters=st.floats(5, 20))
def test_letters_are_legible_wherever_that_is_possible_and_the_page_is_never_left(
    width: float, height: float, letters: float
) -> None:
    scale = printed_scale(Drawn(width, height, letters))
    assert scale * width <= PAGE
    assert scale * letters <= 8.001
    if 6 / letters * width <= PAGE - 1:
        assert scale * letters >= 5.999
    if scale * width > COLUMN and height <= width:  # wider than a column only for the letters' sake
        assert COLUMN / width * letters < 6.1
