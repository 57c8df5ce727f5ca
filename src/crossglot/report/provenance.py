"""What was run: the study as run, and the versions, corpora and machine that it ran on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossglot.report.folder import RunFolder
from crossglot.report.markup import Markup, element


def provenance_section(run: RunFolder) -> Markup:
    """The study and versions as nested lists of names and values."""
    parts = [
        part
        for heading, mapping in (("Study", run.study), ("Versions", run.versions))
        if mapping
        for part in (element("h3", heading), described(mapping))
    ]
    return element("section", element("h2", "What was run"), *parts, id="provenance")


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
