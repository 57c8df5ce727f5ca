"""What reading files told, kept between runs in the user's cache folder for as long as the files are as they were.

A file is taken to be as it was if its path, size, times and place on the disk are. What is kept is a JSON value under a
checksum of its own; many processes may keep and look up at once, and whatever is damaged there counts as not there.
"""

from __future__ import annotations

import hashlib
import json
import stat
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from crossglot.files import NotWrittenError, user_cache, write_whole

VERSION = "1"
"""Raise it when a change of code reads something else out of the same files."""

FRESH = 2.0
"""Seconds after its last change in which a file may change again without a difference in its times."""

Stamp = list[int]


def known_files() -> Path:
    """The folder of what is kept."""
    return user_cache() / "known-files"


def known(what: str, paths: Sequence[Path], find: Callable[[], Any], *key: object) -> Any:
    """What `find` gives, a value that JSON has, or gave when it was last asked of the same files.

    Args:
        what: is asked, in a word or two: other questions have other answers.
        paths: the files that the answer depends on, and nothing else but the key.
        find: reads them and gives the answer. Its errors are not kept.
        key: what else the answer depends on.
    """
    paths = [path.absolute() for path in paths]
    before = _stamps(paths)
    if before is None:
        return find()
    told = [what, VERSION, version("crossglot"), list(map(str, paths)), list(map(str, key))]
    place = known_files() / f"{_digest(told)[:32]}.json"
    with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        kept = json.loads(place.read_text(encoding="utf-8"))
        if kept["told"] == told and kept["stamps"] == before and kept["checksum"] == _digest(kept["value"]):
            return kept["value"]
    value = find()
    if _stamps(paths) == before and not _fresh(before):
        text = json.dumps({"told": told, "stamps": before, "checksum": _digest(value), "value": value})
        with suppress(NotWrittenError, OSError):  # a cache that cannot be written is none
            write_whole(place, text)
    return value


def stamp(path: Path | str) -> Stamp | None:
    """By what a file is known again; None for what is no file on a disk."""
    try:
        status = Path(path).stat()
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


def _stamps(paths: Sequence[Path]) -> list[Stamp] | None:
    found = [one for one in map(stamp, paths) if one is not None]
    return found if len(found) == len(paths) else None


def _fresh(stamps: Sequence[Stamp]) -> bool:
    now = time.time()
    return any(now - modified / 1e9 < FRESH for _, modified, *_ in stamps)


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
