"""Facts about a run as HTML: small tables that a phone shows line by line, values of any shape, what folds away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crossglot.drawing.markup import Child, Markup, element


def facts_table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Markup | None:
    """A table whose first column heads the lines; None without any.

    Every cell also carries its column's head, which narrow screens show beside it instead of columns.
    """
    lines = [
        element(
            "tr",
            element("th", first, scope="row"),
            *(element("td", value, data_head=head) for head, value in zip(heads[1:], rest, strict=True)),
        )
        for first, *rest in rows
    ]
    if not lines:
        return None
    head = element("thead", element("tr", *(element("th", name, scope="col") for name in heads)))
    table = element("table", element("caption", caption), head, element("tbody", *lines), class_="facts")
    return element("div", table, class_="scroll", role="region", tabindex="0", aria_label=caption)


def folded(summary: str, *parts: Child) -> Markup:
    """What is seen when its summary is opened."""
    return element("details", element("summary", summary), *parts, class_="fold")


def described(value: Any) -> Markup | str:
    """Any TOML or JSON value as HTML: mappings as definition lists, lists in one line where they are plain."""
    if isinstance(value, Mapping):
        pairs = (element("div", element("dt", str(key)), element("dd", described(item))) for key, item in value.items())
        return element("dl", *pairs)
    if isinstance(value, list | tuple):
        if any(isinstance(item, Mapping | list | tuple) for item in value):
            return element("ul", *(element("li", described(item)) for item in value))
        return ", ".join(str(item) for item in value) or "none"
    return "not given" if value is None else str(value)
