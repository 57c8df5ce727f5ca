"""Links from the page to the files that lie beside it."""

from __future__ import annotations

from urllib.parse import quote

from crossglot.drawing.markup import Markup, element

KINDS = {"csv": "CSV", "tex": "LaTeX", "md": "Markdown"}
"""Ending → how a table's file of that kind is called."""


def table_links(name: str) -> Markup:
    """The table's files, a link each."""
    csv, tex, md = (element("a", said, href=f"tables/{quote(name)}.{end}") for end, said in KINDS.items())
    return element("p", "The numbers as ", csv, ", ", tex, " or ", md, ".", class_="files")
