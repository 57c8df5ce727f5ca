"""No cell of a CSV file that we write is run by a spreadsheet, and what we read back is what it was."""

from __future__ import annotations

import csv
import io
import re

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crossglot.csv_cells import csv_text, inert, inert_frame, restored, restored_frame
from odd_names import ODD_NAMES

RISKY = st.text(alphabet="=+-@'\t\r\n\"1.eE,; ＝a0", max_size=6) | st.text(max_size=20)


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1+1", "-x", "-", "--", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "-1-1", "'=x"]
)
def test_what_would_be_run_is_marked_as_text(cell: str) -> None:
    assert inert(cell) == f"'{cell}"


@pytest.mark.parametrize(
    "cell", ["-3.2", "+7", "-.5", "-1e-07", "0.3", "1.", "-12", "", "B-PER", "'tis", "'", "a=b", "_"]
)
def test_numbers_and_plain_words_stay(cell: str) -> None:
    assert inert(cell) == restored(cell) == cell


@given(RISKY)
@example("''")
@example("'-x")
@example("''=x")
@example("-3\n")
def test_a_cell_is_what_it_was_when_it_is_read_back(cell: str) -> None:
    assert restored(inert(cell)) == cell
    assert not re.match("[=+\\-@\t\r\n]", inert(cell)) or re.fullmatch(r"[+-]?[0-9.]+([eE][+-]?[0-9]+)?", inert(cell))


@given(st.lists(RISKY | st.none(), min_size=1, max_size=5))
def test_frames_are_made_inert_as_cells_are(cells: list[str | None]) -> None:
    cells = [cell and cell.replace("\ud800", "") for cell in cells]
    frame = pl.DataFrame({"cell": cells, "n": range(len(cells))}, schema={"cell": pl.String, "n": pl.Int64})
    assert inert_frame(frame)["cell"].to_list() == [None if cell is None else inert(cell) for cell in cells]
    assert restored_frame(inert_frame(frame)).equals(frame)


@given(
    st.lists(st.lists(RISKY.map(lambda text: text.replace("\0", "")), min_size=2, max_size=2), min_size=1, max_size=3)
)
def test_a_csv_text_is_read_back_by_any_reader(lines: list[list[str]]) -> None:
    read = list(csv.reader(io.StringIO(csv_text(lines), newline="")))
    assert [[restored(cell) for cell in line] for line in read] == lines


def test_names_of_every_kind_are_read_back() -> None:
    frame = pl.DataFrame({"name": list(ODD_NAMES.values())})
    written = inert_frame(frame).write_csv().encode()
    assert restored_frame(pl.read_csv(written, infer_schema=False)).equals(frame)
