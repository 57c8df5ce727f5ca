"""Which finished steps were found sound, kept between runs in the user's cache folder: a store is large, a plan quick.

A step's folder was hashed when it was written or first looked at; it is taken to be as it was for as long as its record
and the files that this names have the sizes, times and places on the disk that they had then. There is a line for each
step, under a checksum of its own, so that many processes may add some at once; a line that is torn or damaged counts as
not there.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
import zlib
from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, cast

from crossglot.engine.record import RECORD, Record
from crossglot.files import user_cache
from crossglot.known_files import FRESH, Stamp, stamp

VERSION = "1"


class KnownStep(NamedTuple):
    """What is known of a finished step without reading its record; see `Record`."""

    id: str
    family: str
    work: tuple[float, str]
    seconds: float
    core_seconds: float | None
    finished: str


def known_step(record: Record) -> KnownStep:
    """What a record says in short."""
    return KnownStep(record.id, record.family, record.work, record.seconds, record.core_seconds, record.finished)


class KnownSteps:
    """The steps of one store that were found sound."""

    def __init__(self, store: Path) -> None:
        self._store = store.absolute()
        name = hashlib.sha256(f"{VERSION} {self._store}".encode()).hexdigest()[:32]
        self._file = user_cache() / "known-steps" / f"{name}.txt"
        self._waiting: dict[str, tuple[KnownStep, dict[str, Stamp]]] = {}

    def find(self, id_: str) -> KnownStep | None:
        """A step that was found sound and whose files are as they were then."""
        line = self._lines.get(id_)
        if line is None:
            return None
        with suppress(ValueError, TypeError, KeyError):
            said = json.loads(line)
            if self._stamps(id_, said["files"]) == said["files"]:
                size, kind = said["step"].pop("work")
                return KnownStep(work=(size, kind), **said["step"])
        return None

    def add(self, record: Record) -> None:
        """Keeps that a step's files are what its record says.

        What was written a moment ago waits for the next step, until a change would show in its times.
        """
        stamps = self._stamps(record.id, (RECORD, *record.files))
        if stamps is not None and record.files:
            self._waiting[record.id] = known_step(record), stamps
        latest = time.time_ns() - FRESH * 1e9
        ripe = [id_ for id_, (_, stamps) in self._waiting.items() if all(one[1] < latest for one in stamps.values())]
        lines = []
        for id_ in ripe:
            step, stamps = self._waiting.pop(id_)
            if self._stamps(id_, stamps) == stamps:
                lines.append(_line(step, stamps))
        if lines:
            self._write(b"".join(lines))

    def _stamps(self, id_: str, names: Iterable[str]) -> dict[str, Stamp] | None:
        """Of files in a step's folder; None if one is not there."""
        found = {name: stamp(f"{self._store}/{id_}/{name}") for name in names}
        return None if None in found.values() else cast("dict[str, Stamp]", found)

    @cached_property
    def _lines(self) -> dict[str, bytes]:
        """The last whole line about each step."""
        try:
            written = self._file.read_bytes()
        except OSError:
            return {}
        found = {}
        for line in written.splitlines():
            checksum, _, rest = line.partition(b" ")
            if checksum == _checksum(rest):
                id_, _, said = rest.partition(b" ")
                found[id_.decode()] = said
        return found

    def _write(self, lines: bytes) -> None:
        with suppress(OSError):  # a cache that cannot be written is none
            self._file.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
            try:
                os.write(handle, b"\n" + lines)  # what stands before may be torn
            finally:
                os.close(handle)


def _line(step: KnownStep, stamps: dict[str, Stamp]) -> bytes:
    said = f"{step.id} {json.dumps({'step': step._asdict(), 'files': stamps})}".encode()
    return _checksum(said) + b" " + said + b"\n"


def _checksum(text: bytes) -> bytes:
    return b"%08x" % zlib.crc32(text)
