"""JSON objects from files that may be damaged: each fault in one message that names the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

from crossglot.errors import CrossglotError

DEEPEST = 64
"""Most levels of nesting: code that reads an object further recurses level by level."""


def read_object(path: Path, kind: type[CrossglotError], *, finite: bool = True) -> dict[str, Any]:
    """A JSON object from a file.

    Args:
        path: the file.
        kind: of error, for its faults.
        finite: refuse NaN and Infinity, which are no JSON, though other libraries write them.

    Raises:
        CrossglotError: of that kind, if it is no file, not UTF-8, not JSON, nested too deep
            or no object.
    """

    def no_number(name: str) -> NoReturn:
        raise kind(f"{path}: cannot read it: not readable as JSON: {name} is no number there")

    try:
        if not path.is_file():  # a pipe would be waited for
            raise kind(f"{path}: cannot read it: not a file")
        found = json.loads(path.read_text(encoding="utf-8"), parse_constant=no_number if finite else None)
    except UnicodeDecodeError as error:
        raise kind(f"{path}: cannot read it: not UTF-8 (byte {error.start}), not readable as JSON") from error
    except json.JSONDecodeError as error:
        if "BOM" in error.msg:
            raise kind(
                f"{path}: cannot read it: it begins with a byte order mark\n  save it as UTF-8 without one"
            ) from error
        raise kind(f"{path}: cannot read it: line {error.lineno}: not readable as JSON: {error.msg}") from error
    except ValueError as error:  # a number of more digits than Python reads
        raise kind(f"{path}: cannot read it: not readable as JSON: {error}") from error
    except RecursionError as error:
        raise kind(f"{path}: cannot read it: nested too deep") from error
    except OSError as error:
        raise kind(f"{path}: cannot read it: {error.strerror}") from error
    if not isinstance(found, dict):
        raise kind(f"{path}: a JSON object is wanted, not {type(found).__name__}")
    if too_deep(found):
        raise kind(f"{path}: cannot read it: nested too deep, {DEEPEST} levels are the most")
    return found


def too_deep(value: object) -> bool:
    """Whether mappings and lists lie in one another beyond DEEPEST levels."""
    level: list[object] = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for item in level
            if isinstance(item, dict | list)
            for inner in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return False
    return True
