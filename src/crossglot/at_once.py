"""How many pieces are computed at a time; half as many where the memory did not suffice for a first attempt."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

_here = {"halved": False}


@contextmanager
def halved() -> Iterator[None]:
    """In the block half as many pieces are computed at a time."""
    before = _here["halved"]
    _here["halved"] = True
    try:
        yield
    finally:
        _here["halved"] = before


def are_halved() -> bool:
    """Whether they are, here and now."""
    return _here["halved"]


def pieces(usual: int) -> int:
    """So many pieces at a time, or half as many."""
    return max(1, usual // 2) if are_halved() else usual
