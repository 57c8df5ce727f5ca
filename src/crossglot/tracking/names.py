"""Names as MLflow takes them, on any system and in stores that keep each in a file of its own."""

from __future__ import annotations

import re

_ELSE = re.compile(r"[^\w.\- ]")


def metric_name(*parts: str) -> str:
    """`accuracy` and `hi/en:corrected` → `accuracy/hi-en-corrected`; metrics that begin alike stand side by side."""
    return "/".join(_ELSE.sub("-", part).strip() or "-" for part in parts)
