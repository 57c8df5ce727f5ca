"""What a search for a recipe tries: starts of the new layer and learning rates, by the encoder's width."""

from __future__ import annotations

from dataclasses import dataclass

from crossglot.tagging.recipe import HeadStart

STARTS: tuple[HeadStart, ...] = ("random", "probe")
RATES = (1e-4, 3e-4, 1e-3)
NARROW, NARROW_RATE = 200, 3e-3
"""Encoders narrower than this need higher rates still, and are tried at this one as well."""

ENOUGH_DEV = 1000
"""Sentences that tell rates apart, however many a dev set has."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Each start is tried with each rate."""

    starts: tuple[HeadStart, ...] = STARTS
    rates: tuple[float, ...] = RATES


def grid_for(width: int, start: HeadStart | None = None) -> Grid:
    """What to try with an encoder of this hidden size; with one start alone where that is given."""
    return Grid(STARTS if start is None else (start,), RATES if width >= NARROW else (*RATES, NARROW_RATE))
