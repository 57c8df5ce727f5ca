"""The data of a drawing, inside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def inline(records: Iterable[Mapping[str, Any]]) -> Any:
    """Records as a chart's own data.

    altair copies a chart at each step in which it is made, and lists in it record by record: of a large report that was
    half the time. It leaves tuples as they are.
    """
    import altair as alt

    return alt.InlineData(values=tuple(records))
