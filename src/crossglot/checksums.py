"""SHA-256 of a folder's files, kept in a file beside them as `sha256sum` writes and checks it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

from crossglot.files import write_whole
from crossglot.known_files import known

CHECKSUMS = "checksums.sha256"

LARGE = 1_000_000
"""Bytes from which on a file's checksum is kept between runs: smaller ones are read as soon as looked up."""

_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")


def write_checksums(folder: Path, names: Collection[str]) -> None:
    """Writes the checksums of these files, once all of them are there; replaces none.

    Raises:
        NotWrittenError: if it cannot be written.
    """
    lines = [f"{file_checksum(folder / name)}  {name}\n" for name in sorted(names)]
    write_whole(folder / CHECKSUMS, "".join(lines), durable=True)


def written_files(folder: Path) -> dict[str, str] | None:
    """Name → SHA-256 of the files that the folder was written with; None where that is not said.

    Raises:
        ValueError: if the file that says it is damaged.
    """
    try:
        text = (folder / CHECKSUMS).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    found = [_LINE.fullmatch(line) for line in text.split("\n")[:-1]]
    if not found or not text.endswith("\n") or not all(found):
        raise ValueError(f"{CHECKSUMS} is damaged")
    return {match[2]: match[1] for match in found if match}


def why_not_whole(folder: Path) -> str | None:
    """Which file of a folder is not as it was written; None if all are, or if there are no checksums."""
    try:
        known = written_files(folder) or {}
        for name, checksum in known.items():
            if not (folder / name).is_file():
                return f"{name} is missing"
            if file_checksum(folder / name) != checksum:
                return f"{name} is not the one that was written with the other files ({CHECKSUMS} tells)"
    except (OSError, ValueError) as error:
        return str(error)
    return None


def file_checksum(path: Path) -> str:
    """SHA-256 (hexadecimal) of a file; worked out again only where size, time or place on the disk have changed."""
    status = path.stat()
    return _checksum(path.absolute(), status.st_size, status.st_mtime_ns, status.st_ino)


@lru_cache(maxsize=4096)
def _checksum(path: Path, size: int, modified: int, number: int) -> str:
    del modified, number  # part of the cache's key
    return str(known("sha256", [path], lambda: _read(path))) if size >= LARGE else _read(path)


def _read(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
