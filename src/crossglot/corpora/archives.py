"""Read files out of downloaded archives without trusting them: nothing is ever extracted to a path they name."""

from __future__ import annotations

import io
import stat
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Literal, cast

from crossglot.corpora.unpacking import CHUNK, Counted, Limits, TooMuchError
from crossglot.errors import DataError

LIMITS = Limits()

_REMEDY = "Do not use this archive: it is damaged, or made to do harm."
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # those whose memory is bounded, and that corpora come in
_ENCRYPTED = 0x1
END = bytes(tarfile.BLOCKSIZE)  # of a tar archive: a block of zeros

Entry = tuple[str, str, Callable[[], IO[bytes]]]  # path, why it cannot be read (empty if it can), how to open it


def read_members(
    path: Path, wanted: Callable[[str], bool], *, name: str, limits: Limits = LIMITS
) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of each wanted file in a tar or zip archive, in the archive's order.

    An archive inside it that is itself wanted is opened too, and its files are called `inner.tar.gz/path`. A file that
    is no archive comes out as itself.

    Args:
        path: the downloaded file.
        wanted: told a path, says whether to read it.
        name: what to call the file in errors, and the path of a file that is no archive.
        limits: bytes that reading it may take.

    Raises:
        DataError: a damaged or encrypted archive, an absolute path or one with `..` in it, a wanted file that is a link
            or comes twice, more than the limits.
    """
    with path.open("rb") as file:
        yield from _Reading(wanted, name, limits).files(file)


class _Reading:
    """One archive being read, with what is left of its limits."""

    def __init__(self, wanted: Callable[[str], bool], name: str, limits: Limits) -> None:
        self._wanted, self._name, self._limits = wanted, name, limits
        self._left = limits.total
        self._seen: set[str] = set()

    def files(self, file: IO[bytes]) -> Iterator[tuple[str, bytes]]:
        """Of an archive, or the file itself."""
        with self._damage_named():
            kind = _kind(file, self._limits)
        if kind is not None:
            yield from self._members(file, kind, "")
        elif self._wanted(self._name):
            with self._damage_named():
                data = self._read(file, self._name)
            yield self._name, data

    def _members(self, file: IO[bytes], kind: Literal["tar", "zip"], prefix: str) -> Iterator[tuple[str, bytes]]:
        counted = Counted(file, self._limits)
        entries = _zip(counted) if kind == "zip" else _tar(counted)
        while (entry := self._next(entries)) is not None:
            member, fault, opened = entry
            full = self._checked(member, prefix)
            if not full or not self._wanted(full):
                continue
            if fault:
                raise DataError(f"the archive holds {fault} in place of {full!r}", path=self._name, remedy=_REMEDY)
            self._check_once(full)
            with self._damage_named():
                inside = opened()
                with counted.in_file():
                    data = self._read(inside, full)
                inner = io.BytesIO(data)
                inner_kind = None if prefix else _kind(inner, self._limits)
            if inner_kind is not None:
                yield from self._members(inner, inner_kind, f"{full}/")
            else:
                yield full, data

    def _next(self, entries: Iterator[Entry]) -> Entry | None:
        with self._damage_named():
            return next(entries, None)

    def _checked(self, member: str, prefix: str) -> str:
        """The path of a member; empty if it names nothing."""
        parts = PurePosixPath(member).parts
        if member.startswith("/") or "\\" in member or ".." in parts or (parts and ":" in parts[0]):
            raise DataError(f"the archive holds an unsafe path, {member!r}", path=self._name, remedy=_REMEDY)
        return prefix + "/".join(parts) if parts else ""

    def _check_once(self, full: str) -> None:
        """Refuses a name that differs from another in case or composition alone: on many disks they are one file."""
        key = unicodedata.normalize("NFC", full).casefold()
        if key in self._seen:
            what = f"the archive holds {full!r} twice, or another that differs from it in case alone"
            raise DataError(what, path=self._name, remedy=_REMEDY)
        self._seen.add(key)

    def _read(self, file: IO[bytes], what: str) -> bytes:
        pieces, size = [], 0
        while data := file.read(CHUNK):
            size += len(data)
            if size > self._limits.member:
                raise TooMuchError(f"holds a file of more than {self._limits.member} bytes, {what!r}")
            if size > self._left:
                raise TooMuchError(f"holds files of more than {self._limits.total} bytes in all")
            pieces.append(data)
        self._left -= size
        return b"".join(pieces)

    @contextmanager
    def _damage_named(self) -> Iterator[None]:
        """Turns whatever the standard library's readers raise at damaged bytes into one error."""
        try:
            yield
        except TooMuchError as error:
            raise DataError(str(error), path=self._name, remedy=_REMEDY) from error
        except Exception as error:
            said = str(error) or type(error).__name__
            raise DataError(f"cannot be unpacked ({said})", path=self._name, remedy="Download it again.") from error


def _kind(file: IO[bytes], limits: Limits) -> Literal["tar", "zip"] | None:
    """What kind of archive a file is, by its first bytes."""
    file.seek(0)
    is_zip = file.read(4) in _ZIP
    first = b"" if is_zip else Counted(file, limits).read(tarfile.BLOCKSIZE)
    file.seek(0)
    if is_zip:
        return "zip"
    try:
        tarfile.TarInfo.frombuf(first, tarfile.ENCODING, "surrogateescape")
    except (tarfile.HeaderError, ValueError):
        return None
    return "tar"


def _zip(file: Counted) -> Iterator[Entry]:
    with zipfile.ZipFile(cast(IO[bytes], file)) as archive:
        for entry in archive.infolist():
            if entry.filename and not entry.is_dir():
                yield entry.filename, _why_not(entry), lambda entry=entry: archive.open(entry)  # type: ignore[misc]


def _why_not(entry: zipfile.ZipInfo) -> str:
    if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
        return "a link or device"
    if entry.flag_bits & _ENCRYPTED:
        return "an encrypted file"
    return "" if entry.compress_type in _PACKINGS else "a file packed in a way that is not supported"


def _tar(file: Counted) -> Iterator[Entry]:
    with tarfile.TarFile(fileobj=cast(IO[bytes], file), errors="surrogateescape") as archive:
        while (entry := archive.next()) is not None:
            archive.members.clear()  # type: ignore[attr-defined]  # it would keep them all
            if not entry.isdir():
                fault = "" if entry.isreg() and not entry.issparse() else "a link or device"
                yield entry.name, fault, lambda entry=entry: archive.extractfile(entry)  # type: ignore[misc]
    # tarfile takes a damaged header for the end, and what comes behind it is lost without a word.
    if file.header != END:
        raise tarfile.ReadError("a header is damaged, or its end is missing")
    file.read_rest()
