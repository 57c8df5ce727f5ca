"""A part of many sentences or lines, drawn by chance and always the same one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")

SAMPLE_SEED = 0


def sample(items: Sequence[Item], at_most: int | None) -> Sequence[Item]:
    """At most so many items, drawn with a seed of their own and kept in order: whatever seed trains, the same ones."""
    if at_most is None or len(items) <= at_most:
        return items
    return [items[place] for place in _places(len(items), at_most)]


def set_aside(items: Sequence[Item], count: int) -> tuple[list[Item], list[Item]]:
    """The items without so many of them, and these; both in order, drawn as `sample` draws them."""
    aside = set(_places(len(items), count))
    return (
        [item for place, item in enumerate(items) if place not in aside],
        [item for place, item in enumerate(items) if place in aside],
    )


def _places(of: int, count: int) -> list[int]:
    return sorted(random.Random(SAMPLE_SEED).sample(range(of), count))  # noqa: S311
