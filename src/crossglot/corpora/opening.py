"""Corpus files as bytes and text: plain, .gz or .xz, found under any of the three names; errors name the line.

A file and a pipe with the same bytes give the same text. How a file is packed, its name has to say; what comes through
a pipe has no name of its own, and its first bytes say it.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import zlib
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, cast

from crossglot.corpora.first_bytes import ENOUGH, GZIP, XZ, packing, wide_encoding
from crossglot.corpora.pipes import is_read_once, read_once
from crossglot.errors import DataError
from crossglot.files import whole_file

SUFFIXES = ("", ".gz", ".xz")
LARGEST = 1 << 30
"""Bytes that a packed file may always become; more only if it is not packed `TIGHTEST` times as tightly."""
TIGHTEST = 200

_PACKED = {".gz": GZIP, ".xz": XZ}
_BROKEN = (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile)
_BROKEN_REMEDY = "The file is cut off or damaged: download or copy it again."


@dataclass(frozen=True, slots=True)
class Held:
    """Bytes at hand that are read as a file's would be, standard input's for example; `name` is for errors."""

    name: str
    data: bytes


Source = Path | str | Held
"""What a reader reads."""


def resolve(path: Path | str) -> Path:
    """The file `path`, or else `path.gz` or `path.xz`, whichever exists first; a pipe, too.

    Raises:
        DataError: if none of the three is a file.
    """
    if not str(path):
        raise DataError("the name of a file is empty", remedy="Give the file's name.")
    path = Path(path)
    for suffix in SUFFIXES if path.name else ():
        candidate = path.with_name(path.name + suffix)
        try:
            if candidate.is_file():
                return candidate
        except OSError as error:  # a name that is too long for any file, or a folder that may not be looked into
            if not suffix:
                raise DataError(f"cannot be read ({error.strerror or error})", path=path) from error
    if path.is_dir():
        raise DataError("is a folder, not a file", path=path, remedy="Give the file itself.")
    if is_read_once(path):
        return path
    if path.is_symlink():
        what = "is a link to a file that is not there"
        raise DataError(what, path=path, remedy="Mend the link, or give the file itself.")
    raise DataError("no such file (nor with .gz or .xz)", path=path, remedy="Check the path, or `crossglot data list`.")


def plain_name(path: Path | str) -> str:
    """The file's name without .gz or .xz."""
    name = Path(path).name
    return name[:-3] if name.endswith((".gz", ".xz")) else name


def named(source: Source) -> Path:
    """What errors call a source: the file that `resolve` finds, or the name of bytes at hand."""
    return Path(source.name) if isinstance(source, Held) else resolve(source)


def _open(source: Path | Held) -> io.BufferedReader:
    """Unpacked bytes of a file that `resolve` found, or of what was at hand.

    Raises:
        DataError: if its packing is not the one that its name tells, or none that can be undone here.
    """
    path = Path(source.name) if isinstance(source, Held) else source
    if isinstance(source, Path) and is_read_once(source):
        source = Held(str(source), read_once(source))
    raw: io.BufferedReader
    if isinstance(source, Held):
        raw, size = io.BufferedReader(io.BytesIO(source.data)), len(source.data)
        found = told = packing(source.data[:ENOUGH])
    else:
        raw, size = source.open("rb"), source.stat().st_size
        found, told = packing(raw.peek(ENOUGH)), _PACKED.get(source.suffix, "")
    if found != told or found not in ("", *_PACKED.values()):
        raw.close()
        raise _mispacked(path, found, told)
    if not found:
        return raw
    unpacked = gzip.GzipFile(fileobj=raw) if found == GZIP else lzma.LZMAFile(raw)  # noqa: SIM115 - closed with the rest
    return io.BufferedReader(_Unpacking(cast(IO[bytes], unpacked), raw, max(LARGEST, TIGHTEST * size), path), 1 << 17)


def _mispacked(path: Path, found: str, told: str) -> DataError:
    if found and found not in _PACKED.values():
        return DataError(
            f"is packed with {found}, which is not read", path=path, remedy="Unpack it, or use gzip or xz."
        )
    if not found:
        what = f"cannot be decompressed: it is not packed with {told}, though its name ends in {path.suffix}"
        return DataError(what, path=path, remedy=f"If it is plain, take the {path.suffix} off its name.")
    ending = next(suffix for suffix, name in _PACKED.items() if name == found)
    what = f"is packed with {found}, though its name does not end in {ending}"
    return DataError(what, path=path, remedy=f"Rename it so that its name ends in {ending}, or unpack it.")


class _Unpacking(io.RawIOBase):
    """Reads what is packed, and no further than `most` bytes: a small file can be made to become any number of them."""

    def __init__(self, unpacked: IO[bytes], packed: IO[bytes], most: int, path: Path) -> None:
        self._unpacked, self._packed, self._left, self._most, self._path = unpacked, packed, most, most, path

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        part = self._unpacked.read(len(buffer))
        self._left -= len(part)
        if self._left < 0:
            what = f"becomes more than {self._most} bytes when it is unpacked, which no text does"
            raise DataError(what, path=self._path, remedy="Look at what it holds; unpack it yourself if it is right.")
        buffer[: len(part)] = part
        return len(part)

    def close(self) -> None:
        self._unpacked.close()
        self._packed.close()
        super().close()


def read_bytes(source: Source) -> bytes:
    """The whole decompressed file.

    Raises:
        DataError: if it is missing, unreadable, or a truncated or damaged archive.
    """
    path = named(source)
    try:
        with _open(source if isinstance(source, Held) else path) as file:
            return file.read()
    except _BROKEN as error:
        raise DataError(f"cannot be decompressed ({error})", path=path, remedy=_BROKEN_REMEDY) from error
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror or error})", path=path) from error


def read_encoded(source: Source, encoding: str = "utf-8") -> tuple[Path, bytes]:
    """What errors call a text file, and all its bytes.

    Raises:
        DataError: as `read_bytes`; and if the bytes are UTF-16 and another `encoding` is wanted.
    """
    path, data = named(source), read_bytes(source)
    _refuse_wide(data[:ENOUGH], path, encoding)
    return path, data


def _refuse_wide(head: bytes, path: Path, encoding: str) -> None:
    found = wide_encoding(head)
    if found and not encoding.lower().replace("_", "-").startswith(("utf-16", "utf-32", "utf16", "utf32")):
        raise DataError(f"is {found}, not UTF-8", path=path, remedy=f"Save it as UTF-8: `iconv -f {found} -t UTF-8`.")


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
            raise _not_decodable(error, path, data.count(b"\n", 0, error.start) + 1) from error
        text = data.decode(encoding, errors="surrogateescape")
    except LookupError as error:
        raise _unknown(encoding, path) from error
    text = text.removeprefix("\ufeff")
    return text.replace("\r\n", "\n") if "\r" in text else text


def _not_decodable(error: UnicodeDecodeError, path: Path, line: int) -> DataError:
    what = f"byte 0x{error.object[error.start]:02x} is not {error.encoding}"
    return DataError(
        what, path=path, line=line, remedy="Save it as UTF-8: `iconv -f ISO-8859-1 -t UTF-8`, for example."
    )


def _unknown(encoding: str, path: Path) -> DataError:
    return DataError(f"unknown encoding {encoding!r}", path=path, remedy="Try utf-8 or iso-8859-1.")


def open_text(source: Source, encoding: str = "utf-8") -> Iterator[str]:
    r"""Lines of a text file of any size, one at a time, without their line ends; only \n and \r\n end a line.

    Raises:
        DataError: missing file, damaged archive, or a byte that is not `encoding`, with its line.
    """
    return _lines(source, named(source), encoding)  # so that a missing file is an error here, not at the first line


def _lines(source: Source, path: Path, encoding: str) -> Iterator[str]:
    number = 0
    try:
        with _open(source if isinstance(source, Held) else path) as file:
            _refuse_wide(file.peek(ENOUGH)[:ENOUGH], path, encoding)
            with io.TextIOWrapper(file, encoding, newline="\n") as lines:
                for number, line in enumerate(lines, 1):
                    if line.endswith("\n"):
                        line = line[:-2] if line.endswith("\r\n") else line[:-1]
                    yield line.removeprefix("\ufeff") if number == 1 else line
    except UnicodeDecodeError as error:
        # of a stretch of bytes that the lines given so far come before
        raise _not_decodable(error, path, number + 1 + error.object.count(b"\n", 0, error.start)) from error
    except LookupError as error:
        raise _unknown(encoding, path) from error
    except _BROKEN as error:
        raise DataError(
            f"cannot be decompressed ({error})", path=path, line=number + 1, remedy=_BROKEN_REMEDY
        ) from error
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror or error})", path=path) from error


def checksum(path: Path | str) -> str:
    """SHA-256 (hexadecimal) of the decompressed bytes, so that compressing a corpus does not change its identity.

    Raises:
        DataError: as `read_bytes`; and for a pipe, of which nothing is left to be read.
    """
    path = resolve(path)
    if is_read_once(path):
        raise DataError("is a pipe, and has to be read more than once", path=path, remedy="Save it to a file first.")
    status = path.stat()
    return _checksum(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=4096)
def _checksum(path: Path, size: int, modified: int) -> str:
    del size, modified  # part of the cache's key: a changed file is read again
    return hashlib.sha256(read_bytes(path)).hexdigest()


def write_text(path: Path | str, pieces: Iterable[str]) -> Path:
    """Write UTF-8 text, compressed as the name's suffix says, whole or not at all.

    Raises:
        DataError: for a lone surrogate, which is no character.
        StorageError: a full disk, or a folder that cannot be written.
    """
    return write_bytes(path, encoded(pieces, path))


def encoded(pieces: Iterable[str], name: Path | str, errors: str = "strict") -> Iterator[bytes]:
    """UTF-8 that `decode` gives back as it was: before text that begins with U+FEFF stands another, since one goes.

    Args:
        pieces: the text.
        name: of the file, for errors.
        errors: what becomes of lone surrogates, as in `str.encode`.

    Raises:
        DataError: for a lone surrogate, which is no character, if `errors` is strict.
    """
    begun = False
    for piece in pieces:
        try:
            data = piece.encode("utf-8", errors)
        except UnicodeEncodeError as error:
            what = f"U+{ord(piece[error.start]):04X} cannot be written: it is half a character"
            raise DataError(what, path=name, remedy="Mend the text that it stands in.") from error
        if data and not begun:
            begun = True
            yield BOM_UTF8 if data.startswith(BOM_UTF8) else b""
        yield data


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
