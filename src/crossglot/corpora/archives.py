"""Read files out of downloaded archives without trusting them: nothing is ever extracted to a path they name."""

from __future__ import annotations

import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from crossglot.errors import DataError

MEMBER_LIMIT = 1 << 30
"""Bytes that a file out of an archive may have: more is taken for a decompression bomb."""

_REMEDY = "Do not use this archive: it is damaged, or made to do harm."
_BROKEN = (tarfile.TarError, zipfile.BadZipFile, EOFError, zlib.error, lzma.LZMAError, OSError, NotImplementedError)


def read_members(
    path: Path, wanted: Callable[[str], bool], *, name: str, limit: int = MEMBER_LIMIT
) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of each wanted file in a tar or zip archive, in the archive's order.

    An archive inside it that is itself wanted is opened too, and its files are called `inner.tar.gz/path`. A file that
    is no archive comes out as itself.

    Args:
        path: the downloaded file.
        wanted: told a path, says whether to read it.
        name: what to call the file in errors, and the path of a file that is no archive.
        limit: bytes that a single file may have.

    Raises:
        DataError: a damaged archive, an absolute path or one with `..` in it, a wanted link, a file over the limit.
    """
    try:
        with path.open("rb") as file:
            if _is_archive(file):
                yield from _members(file, wanted, name, limit, "")
            elif wanted(name):
                yield name, _read(file, name, limit)
    except _BROKEN as error:
        raise DataError(f"cannot be unpacked ({error})", path=name, remedy="Download it again.") from error


def _is_archive(file: IO[bytes]) -> bool:
    magic = file.read(4)
    file.seek(0)
    found = magic == b"PK\x03\x04" or tarfile.is_tarfile(file)
    file.seek(0)
    return found


def _members(
    file: IO[bytes], wanted: Callable[[str], bool], name: str, limit: int, prefix: str
) -> Iterator[tuple[str, bytes]]:
    for member, is_file, opened in _zip(file) if file.read(4) == b"PK\x03\x04" else _tar(file):
        parts = PurePosixPath(member).parts
        if member.startswith("/") or "\\" in member or ".." in parts or ":" in parts[0]:
            raise DataError(f"the archive holds an unsafe path, {member!r}", path=name, remedy=_REMEDY)
        full = prefix + "/".join(parts)
        if not wanted(full):
            continue
        if not is_file:
            raise DataError(f"the archive holds a link or device in place of {full!r}", path=name, remedy=_REMEDY)
        data = _read(opened(), f"{name}: {full}", limit)
        inner = io.BytesIO(data)
        if not prefix and _is_archive(inner):
            yield from _members(inner, wanted, name, limit, f"{full}/")
        else:
            yield full, data


def _zip(file: IO[bytes]) -> Iterator[tuple[str, bool, Callable[[], IO[bytes]]]]:
    with zipfile.ZipFile(file) as archive:
        for entry in archive.infolist():
            if not entry.is_dir():
                is_link = (entry.external_attr >> 16) & 0o170000 == 0o120000
                yield entry.filename, not is_link, lambda entry=entry: archive.open(entry)  # type: ignore[misc]


def _tar(file: IO[bytes]) -> Iterator[tuple[str, bool, Callable[[], IO[bytes]]]]:
    file.seek(0)
    with tarfile.open(fileobj=file, mode="r:*") as archive:
        for entry in archive:
            if not entry.isdir():
                yield entry.name, entry.isreg(), lambda entry=entry: archive.extractfile(entry)  # type: ignore[misc]


def _read(file: IO[bytes], name: str, limit: int) -> bytes:
    data = file.read(limit + 1)
    if len(data) > limit:
        raise DataError(f"holds a file of more than {limit} bytes", path=name, remedy=_REMEDY)
    return data
