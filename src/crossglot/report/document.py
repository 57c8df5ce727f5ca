"""What every page of a report is made in: its head, with all style in it."""

from __future__ import annotations

from importlib.resources import files

from crossglot.drawing.markup import Child, Markup, element


def document(title: str, *body: Child) -> str:
    """A page that needs no other file."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name_="color-scheme", content="light dark"),
        element("title", title),
        element("style", Markup(files("crossglot.report").joinpath("page.css").read_text(encoding="utf-8"))),
    )
    return "<!doctype html>\n" + element("html", head, element("body", *body), lang="en") + "\n"
