"""Amounts of time and of bytes, as messages have them."""

from __future__ import annotations


def spell_seconds(seconds: float) -> str:
    """`12 s`, `3 min 20 s`, `2 h 05 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def spell_size(size: float) -> str:
    """A number of bytes: `20 kB`, `471 MB`, `1.4 GB`, `12 GB`."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    unit, size = ("GB", size) if size < 1000 else ("TB", size / 1000)
    return f"{size:.1f} {unit}" if size < 10 else f"{size:,.0f} {unit}"
