"""Lines of a chart that can be told apart: each has its own colour, dash and point, which tell it in grey print too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

LINES = (
    "#12435a", "#3a838b", "#a0712a", "#6b4f8a", "#5b8c3a", "#9a3b3b", "#c06a8f", "#5f6fc4", "#8a8420",
)  # fmt: skip
DASHES = ([1, 0], [7, 3], [2, 2], [9, 3, 2, 3], [4, 4], [1, 3])
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right")
"""As many of each kind as can be told from each other; where they run out, their combinations still differ."""


def scale_of(names: Sequence[str], values: Sequence[Any]) -> Any:
    """A scale that gives each name one of the values, in their order, and from the first again where they run out."""
    import altair as alt

    return alt.Scale(domain=list(names), range=[values[place % len(values)] for place in range(len(names))])
