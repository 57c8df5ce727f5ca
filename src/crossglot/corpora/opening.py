"""Corpus files as bytes and text: plain, .gz or .xz, found under any of the three names; errors name the line."""

from __future__ import annotations

import gzip
import hashlib
import lzma
import zlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import IO, cast

from crossglot.errors import DataError
from crossglot.files import whole_file

SUFFIXES = ("", ".gz", ".xz")
_BROKEN = (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile)
_BROKEN_REMEDY = "The file is cut off or damaged: download or copy it again."


def resolve(path: Path | str) -> Path:
    """The file `path`, or else `path.gz` or `path.xz`, whichever exists first.

    Raises:
        DataError: if none of the three is a file.
    """
    path = Path(path)
    for suffix in SUFFIXES:
        candidate = path.with_name(path.name + suffix)
        if candidate.is_file():
            return candidate
    if path.is_dir():
        raise DataError("is a folder, not a file", path=path, remedy="Give the file itself.")
    if path.exists():
        raise DataError("is a pipe or device, not a file", path=path, remedy="Save what it holds to a file first.")
    raise DataError("no such file (nor with .gz or .xz)", path=path, remedy="Check the path, or `crossglot data list`.")


def plain_name(path: Path | str) -> str:
    """The file's name without .gz or .xz."""
    name = Path(path).name
    return name[:-3] if name.endswith((".gz", ".xz")) else name


def _open(path: Path) -> IO[bytes]:
    if path.suffix == ".gz":
        return cast(IO[bytes], gzip.open(path, "rb"))
    if path.suffix == ".xz":
        return lzma.open(path, "rb")
    return path.open("rb")


def read_bytes(path: Path | str) -> bytes:
    """The whole decompressed file.

    Raises:
        DataError: if it is missing, unreadable, or a truncated or damaged archive.
    """
    path = resolve(path)
    try:
        with _open(path) as file:
            return file.read()
    except _BROKEN as error:
        raise DataError(f"cannot be decompressed ({error})", path=path, remedy=_BROKEN_REMEDY) from error
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror or error})", path=path) from error


def decode(data: bytes, path: Path, encoding: str = "utf-8", *, lenient: bool = False) -> str:
    """Text of a file's bytes: no byte-order mark, CRLF as LF, nothing else changed.

    With `lenient`, bytes that are no text become lone surrogates, so that a reader can skip the sentence they stand in.

    Raises:
        DataError: naming the line of the first byte that is not `encoding`.
    """
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if not lenient:
            raise not_decodable(data, error, path) from error
        text = data.decode(encoding, errors="surrogateescape")
    except LookupError as error:
        raise DataError(f"unknown encoding {encoding!r}", path=path, remedy="Try utf-8 or iso-8859-1.") from error
    text = text.removeprefix("\ufeff")
    return text.replace("\r\n", "\n") if "\r" in text else text


def not_decodable(data: bytes, error: UnicodeDecodeError, path: Path) -> DataError:
    """The error that says where a file stops being `error.encoding`."""
    line = data.count(b"\n", 0, error.start) + 1
    what = f"byte 0x{data[error.start]:02x} is not {error.encoding}"
    remedy = "Save the file as UTF-8 (for example `iconv -f ISO-8859-1 -t UTF-8`), or give its encoding."
    return DataError(what, path=path, line=line, remedy=remedy)


def open_text(path: Path | str, encoding: str = "utf-8") -> Iterator[str]:
    r"""Lines of a text file of any size, one at a time, without their line ends; only \n and \r\n end a line.

    Raises:
        DataError: missing file, damaged archive, or a byte that is not `encoding`, with its line.
    """
    return _lines(resolve(path), encoding)  # so that a missing file is an error here, not at the first line


def _lines(path: Path, encoding: str) -> Iterator[str]:
    number = 0
    try:
        with _open(path) as file:
            for number, raw in enumerate(file, 1):
                line = raw.removesuffix(b"\n").removesuffix(b"\r").decode(encoding)
                yield line.removeprefix("\ufeff") if number == 1 else line
    except UnicodeDecodeError as error:
        raise DataError(
            f"byte 0x{error.object[error.start]:02x} is not {error.encoding}",
            path=path,
            line=number,
            remedy="Save the file as UTF-8, or give its encoding.",
        ) from error
    except _BROKEN as error:
        raise DataError(
            f"cannot be decompressed ({error})", path=path, line=number + 1, remedy=_BROKEN_REMEDY
        ) from error
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror or error})", path=path) from error


def checksum(path: Path | str) -> str:
    """SHA-256 (hexadecimal) of the decompressed bytes, so that compressing a corpus does not change its identity."""
    path = resolve(path)
    status = path.stat()
    return _checksum(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=4096)
def _checksum(path: Path, size: int, modified: int) -> str:
    del size, modified  # part of the cache's key: a changed file is read again
    return hashlib.sha256(read_bytes(path)).hexdigest()


def write_text(path: Path | str, pieces: Iterable[str]) -> Path:
    """Write UTF-8 text, compressed as the name's suffix says, whole or not at all.

    Raises:
        StorageError: a full disk, or a folder that cannot be written.
    """
    return write_bytes(path, (piece.encode("utf-8") for piece in pieces))


def write_bytes(path: Path | str, pieces: Iterable[bytes]) -> Path:
    """Write bytes as `write_text` writes text.

    Raises:
        StorageError: a full disk, or a folder that cannot be written.
    """
    path = Path(path)
    with whole_file(path) as half, half.open("wb") as raw, _compressor(raw, path.suffix) as file:
        for piece in pieces:
            file.write(piece)
    return path


def _compressor(raw: IO[bytes], suffix: str) -> IO[bytes]:
    if suffix == ".gz":
        return cast(IO[bytes], gzip.GzipFile(fileobj=raw, mode="wb", mtime=0))  # no time: the same bytes again
    if suffix == ".xz":
        return lzma.open(raw, "wb")
    return raw
