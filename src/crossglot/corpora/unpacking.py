"""Bytes out of compressed files, as tarfile and zipfile read them, with bounds on what that may take.

An archive of a few megabytes may unpack to terabytes, be all headers, or name a file's header as large as the disk; the
standard library reads on. What it reads here is counted, and refused before it is held.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, cast

XZ_MEMORY = 1 << 27
"""Bytes that unpacking .xz may take: `xz -9` takes half of them; a file may ask for 4 GB."""

CHUNK = 1 << 16
"""Bytes that are read at a time, out of which compression may make a thousand times more."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes that reading one archive may take.

    Attributes:
        member: of a single file that is wanted; the largest treebank's largest file has some 200 MB.
        total: of all files that are wanted, and archives among them, together: they are held in memory.
        passed: of what is unpacked in passing, on the way from one wanted file to the next; a matter of seconds.
        headers: of everything that is not in files: names, and what describes them. A thousandth of it would do for any
            corpus; each byte takes some ten in memory.
    """

    member: int = 1 << 29
    total: int = 1 << 30
    passed: int = 1 << 32
    headers: int = 1 << 24


class TooMuchError(Exception):
    """The archive asks for more than it may."""


class Counted:
    """A file as tarfile and zipfile want one; compressed ones are unpacked on the way, and never gone back in.

    `header` is what was last read that is not in a file.
    """

    def __init__(self, file: IO[bytes], limits: Limits) -> None:
        self._file, self._compressed = _unpacked(file)
        self._limits = limits
        self._headers = 0
        self._at = 0
        self._in_file = False
        self.header = b""

    @contextmanager
    def in_file(self) -> Iterator[None]:
        """What is read in the block belongs to a file, and is counted by whoever reads it."""
        self._in_file = True
        try:
            yield
        finally:
            self._in_file = False

    def read(self, size: int = -1) -> bytes:
        """So many bytes, or all that are left."""
        most = CHUNK if self._in_file else self._limits.headers - self._headers
        if size > most:
            if self._in_file:
                size = most
            else:
                raise TooMuchError(f"has more than {self._limits.headers} bytes of names and headers")
        data = self._file.read(size if size >= 0 else most + 1)
        self._move(self._at + len(data))
        if not self._in_file:
            self.header = data
            self._headers += len(data)
            if self._headers > self._limits.headers:
                raise TooMuchError(f"has more than {self._limits.headers} bytes of names and headers")
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Goes elsewhere; in what is compressed only forward."""
        if not self._compressed:
            self._at = self._file.seek(offset, whence)
            return self._at
        if whence == io.SEEK_CUR:
            offset += self._at
        if whence == io.SEEK_END or offset < self._at:
            raise tarfile.ReadError("its headers lead backwards")
        while self._at < offset and (data := self._file.read(min(CHUNK, offset - self._at))):
            self._move(self._at + len(data))
        return self._at

    def tell(self) -> int:
        """Where it is."""
        return self._at

    def seekable(self) -> bool:
        """Whether it can go elsewhere."""
        return True

    def read_rest(self) -> None:
        """Goes to the end, where a compressed file's checksum is compared."""
        while data := self._file.read(CHUNK):
            self._move(self._at + len(data))

    def close(self) -> None:
        """Nothing: the file is its opener's."""

    def _move(self, at: int) -> None:
        if self._compressed and at > self._limits.passed:
            raise TooMuchError(f"unpacks to more than {self._limits.passed} bytes")
        self._at = at


def _unpacked(file: IO[bytes]) -> tuple[IO[bytes], bool]:
    """What the file holds, and whether it is compressed."""
    file.seek(0)
    magic = file.read(6)
    file.seek(0)
    if magic.startswith(b"\x1f\x8b"):
        return cast(IO[bytes], gzip.GzipFile(fileobj=file)), True
    if magic.startswith(b"BZh"):
        return cast(IO[bytes], bz2.BZ2File(file)), True
    if magic == b"\xfd7zXZ\x00":
        return cast(IO[bytes], io.BufferedReader(_Xz(file))), True
    return file, False


class _Xz(io.RawIOBase):
    """The standard library's own reader of .xz takes whatever memory a file asks for."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._decompressor = lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=XZ_MEMORY)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while True:
            if self._decompressor.eof:
                rest = (self._decompressor.unused_data + self._file.read(CHUNK)).lstrip(b"\0")
                if not rest:
                    return 0
                self._decompressor = lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=XZ_MEMORY)
            else:
                rest = self._file.read(CHUNK) if self._decompressor.needs_input else b""
                if not rest and self._decompressor.needs_input:
                    raise EOFError("it ends before its end")
            if data := self._decompressor.decompress(rest, len(buffer)):
                buffer[: len(data)] = data
                return len(data)
