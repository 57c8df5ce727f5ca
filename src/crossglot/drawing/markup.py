"""HTML into which nothing can be injected: text that was not made here is escaped, its unseen characters shown."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from crossglot.characters import visible

VOID = frozenset({"br", "hr", "meta", "col", "input"})


class Markup(str):
    """Text that is already HTML."""

    __slots__ = ()


Child = str | Iterable["Child"] | None


def element(name: str, *children: Child, **attributes: str | bool | None) -> Markup:
    """`<name attributes>children</name>`; strings are escaped, Markup is taken as it is, None is left out.

    Attribute names follow Python: `class_` and `name_` are `class` and `name`, `aria_label` is `aria-label`.
    True gives a bare attribute, None and False none.
    """
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(visible(value), quote=True)}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{joined(children)}</{name}>")


def joined(children: Iterable[Child]) -> Markup:
    """Children one after another, escaped where they are plain text."""
    parts: list[str] = []
    for child in children:
        if isinstance(child, Markup):
            parts.append(child)
        elif isinstance(child, str):
            parts.append(escape(visible(child), quote=False))
        elif child is not None:
            parts.append(joined(child))
    return Markup("".join(parts))
