"""What a page may do: run the scripts that it came with, each known by its checksum; fetch nothing from anywhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable

from crossglot.drawing.markup import Markup, element

SCRIPT, END = "<script>", "</script>"
FORBIDDEN = ("default-src 'none'", "base-uri 'none'", "form-action 'none'")
"""Whatever is not allowed besides: images, fonts, frames, styles and scripts of other places, requests of any kind."""
STYLES = "style-src 'unsafe-inline'"
"""The page's own, and those that Vega writes into its drawings."""


def content_policy(scripts: Iterable[Markup]) -> Markup:
    """The `meta` element of the page's Content-Security-Policy; it holds for what stands after it.

    A script that something else brought into the page is not run, nor is text run as a program (`eval`). Data in
    `<script type="application/json">` are no scripts.

    Args:
        scripts: all that the page runs, as its inline `<script>` elements.

    Raises:
        ValueError: for a script that is another kind of element.
    """
    checksums = [f"'sha256-{_checksum(script)}'" for script in scripts]
    allowed = [STYLES, *([f"script-src {' '.join(checksums)}"] if checksums else [])]
    return element("meta", http_equiv="Content-Security-Policy", content="; ".join([*FORBIDDEN, *allowed]))


def _checksum(script: Markup) -> str:
    if not (script.startswith(SCRIPT) and script.endswith(END)):
        raise ValueError("not an inline script without attributes")
    text = script.removeprefix(SCRIPT).removesuffix(END)
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
