"""Cells of CSV files: a name that a spreadsheet would run as a formula is written so that it does not.

A cell that begins with `=`, `+`, `-` or `@` (or with a tab or line end before them, or their full-width forms) is a
formula to spreadsheets, and labels, words and names of encoders may begin so. They are written with an apostrophe
before them, as spreadsheets themselves mark text; numbers stay numbers. What we read back is what it was.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars

_STARTS = "[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
_RUN = f"^(?:'?{_STARTS}|'')"  # what would be run, or would be taken for something that we have marked
_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_MARKED = f"^'(?:{_STARTS}|')"


def inert(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula: `=x` becomes `'=x`, `-3.2` stays."""
    return f"'{text}" if re.match(_RUN, text) and not re.fullmatch(_NUMBER, text) else text


def restored(cell: str) -> str:
    """The inverse of `inert`."""
    return cell[1:] if re.match(_MARKED, cell) else cell


def csv_text(lines: Iterable[Sequence[object]], delimiter: str = ",") -> str:
    """Lines of a CSV file, heads among them, with every text inert."""
    return "".join(_line(line, delimiter) for line in lines)


def _line(line: Sequence[object], delimiter: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")  # so that it quotes any line end in a cell
    writer.writerow([inert(cell) if isinstance(cell, str) else cell for cell in line])
    return out.getvalue().removesuffix("\r\n") + "\n"


def inert_frame(frame: polars.DataFrame) -> polars.DataFrame:
    """A frame whose texts are inert; to be written as CSV."""
    import polars as pl

    text = pl.col(pl.String)
    is_run = text.str.contains(_RUN) & ~text.str.contains(f"^(?:{_NUMBER})$")
    return frame.with_columns(pl.when(is_run).then(pl.lit("'") + text).otherwise(text).name.keep())


def restored_frame(frame: polars.DataFrame) -> polars.DataFrame:
    """The inverse of `inert_frame`."""
    import polars as pl

    text = pl.col(pl.String)
    return frame.with_columns(pl.when(text.str.contains(_MARKED)).then(text.str.slice(1)).otherwise(text).name.keep())
