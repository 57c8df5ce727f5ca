"""What every page of a report is made in: its head, with all style in it, and what it may do."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from crossglot.drawing.markup import Child, Markup, element
from crossglot.report.policy import content_policy


def document(title: str, *body: Child, scripts: Sequence[Markup] = ()) -> str:
    """A page that needs no other file, fetches none, and runs these scripts alone."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        content_policy(scripts),
        element("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name_="color-scheme", content="light dark"),
        element("title", title),
        element("style", Markup(files("crossglot.report").joinpath("page.css").read_text(encoding="utf-8"))),
    )
    return "<!doctype html>\n" + element("html", head, element("body", *body, *scripts), lang="en") + "\n"
