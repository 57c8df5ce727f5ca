"""The columns of results.csv, each with what it holds, for whoever computes with the run's numbers."""

from __future__ import annotations

import re
from itertools import zip_longest

from crossglot.drawing.markup import Markup, element, joined
from crossglot.report.facts import folded
from crossglot.results.rows import ResultRow

ABOUT = (
    "results.csv lies beside this page and has every number of it, one in a row, and more. A column is empty where it "
    "does not apply. In rows whose `aggregate` is `mean` are the cells of the tables."
)
_QUOTED = re.compile("`([^`]+)`")


def columns_list() -> Markup:
    """All columns in the file's order, folded away."""
    columns = ResultRow.model_fields.items()
    pairs = (
        element("div", element("dt", element("code", name)), element("dd", with_code(field.description or "")))
        for name, field in columns
    )
    about = element("p", with_code(ABOUT), class_="aside")
    return folded(f"The columns of results.csv: {len(ResultRow.model_fields)}", about, element("dl", *pairs))


def with_code(text: str) -> Markup:
    """Text in which what stands between backticks is code."""
    plain, code = _QUOTED.split(text)[::2], _QUOTED.split(text)[1::2]
    return joined(
        joined([outside, element("code", inside) if inside else None]) for outside, inside in zip_longest(plain, code)
    )
