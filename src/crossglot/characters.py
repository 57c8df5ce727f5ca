r"""Characters that are never shown as they are: they steer a terminal, break a drawing or reorder a line.

Names, labels, paths and messages of other programs may hold any character. Whatever of them is shown, in a terminal, on
a page, in a drawing, passes `visible` first: there an escape character is the four letters `\x1b`. Data (tagged text,
results.csv) is never changed so.
"""

from __future__ import annotations

import codecs
import logging
import re
from typing import Any

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters but tab and newline: they steer terminals, XML forbids most
    "\u2028\u2029"  # they end lines in some places and not in others
    "\u202a-\u202e\u2066-\u2069"  # they turn the order of what follows, in the line or beyond
    "\ufeff\ufff9-\ufffb"  # a byte-order mark within a text, and annotations that hide what they hold
    "\ud800-\udfff"  # halves of characters, out of file names that are not UTF-8: they cannot be encoded
    "\ufdd0-\ufdef\ufffe\uffff"  # what Unicode says is never a character; renderers of XML end their process at some
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "]"
)

IN_PLAIN_LETTERS = {
    "✓": "v", "✗": "x", "±": "+-", "…": "...", "–": "-", "—": "-", "−": "-", "→": "->", "·": "-", "×": "x",
    "“": '"', "”": '"', "‘": "'", "’": "'", "†": "+", "‡": "#", "≥": ">=", "≤": "<=", "∩": "&", "∪": "|",
}  # fmt: skip
"""How our own signs are written where the terminal's encoding lacks them; the rest is written `\\u4e2d`."""

PLAIN_LETTERS = "crossglot.plain-letters"
"""Name of the codecs' error handler that writes so."""


def visible(text: str) -> str:
    r"""The text with unseen and steering characters written out, as `\x1b` or `\u202e`; tabs and newlines stay.

    What comes out can be encoded in UTF-8 and is legal in XML 1.0.
    """
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def _in_plain_letters(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    written = (IN_PLAIN_LETTERS.get(one) or one.encode("unicode_escape").decode("ascii") for one in lacking)
    return "".join(written), error.end


def write_any_text(stream: Any) -> None:
    """Makes a text stream write any text, whatever its encoding: what that lacks is put into plain letters."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors=PLAIN_LETTERS)


class _Visibly(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return visible(super().format(record))


def log_visibly() -> None:
    """Makes what is logged visible text; for processes of our own, where nobody has set up logging."""
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(_Visibly())


codecs.register_error(PLAIN_LETTERS, _in_plain_letters)
