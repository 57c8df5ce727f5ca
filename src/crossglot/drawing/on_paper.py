"""How large a figure is printed: as wide as a column of a paper in two columns, or its page, with legible letters."""

from __future__ import annotations

import re
from dataclasses import dataclass

COLUMN, PAGE, TALLEST = 218.0, 453.0, 650.0
"""Points (72 to an inch, as in PDF) of a column's and a page's width in ACL's style, 7.7 and 16 cm, and of a page's
height less a caption."""
LEAST, MOST = 6.0, 8.0
"""Points of a figure's smallest letters: no smaller in print if it can be helped, and no larger than the captions."""

_SIZE = re.compile(r'(<svg\b[^>]*?) width="([\d.]+)" height="([\d.]+)"')
_LETTERS = re.compile(r'\bfont-size="([\d.]+)px"')


@dataclass(frozen=True, slots=True)
class Drawn:
    """The size of a drawing in its own units, pixels: width, height, and its smallest letters (None without any)."""

    width: float
    height: float
    letters: float | None


def drawn(svg: str) -> Drawn:
    """The size of an SVG that the renderer made.

    Raises:
        ValueError: if it does not say its width and height.
    """
    size = _SIZE.search(svg)
    if size is None:
        raise ValueError("an SVG without width and height in pixels")
    letters = [float(found) for found in _LETTERS.findall(svg)]
    return Drawn(float(size[2]), float(size[3]), min(letters, default=None))


def printed_scale(size: Drawn) -> float:
    """Points for each pixel of a drawing.

    A drawing is as wide as a column if its smallest letters are still of `LEAST` points there; else wider, until they
    are, at most as wide as the page. One that is too large even for that has letters of `LEAST` points, if it can have
    them within the page's width, however high it becomes; else the page's width, whatever its letters.
    """
    least, most = (0.0, float("inf")) if size.letters is None else (LEAST / size.letters, MOST / size.letters)
    for room in (COLUMN, PAGE):
        scale = min(room / size.width, TALLEST / size.height, most)
        if scale >= least:
            return scale
    return min(PAGE / size.width, max(TALLEST / size.height, least))


def printed(svg: str, scale: float, unit: str = "pt") -> str:
    """The SVG with its width and height in points, or as many of another unit; what is in it stays as it is."""

    def sized(found: re.Match[str]) -> str:
        width, height = (f"{float(length) * scale:.2f}{unit}" for length in found.groups()[1:])
        return f'{found[1]} width="{width}" height="{height}"'

    return _SIZE.sub(sized, svg, count=1)
