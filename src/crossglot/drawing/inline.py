"""Data that a chart carries in its own specification."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def inline(records: Iterable[Mapping[str, Any]]) -> Any:
    """Records as a chart's own data.

    altair copies a chart at every step of making it, and lists in it record by record, which took half the time of a
    large report. It does not copy tuples.
    """
    import altair as alt

    return alt.InlineData(values=tuple(records))
