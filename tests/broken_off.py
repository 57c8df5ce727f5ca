"""What a process leaves that dies at a file-system event, without starting one; and single events that fail.

From its death on nothing that the process would do reaches the file system: no clean-up, nothing. What the system does
for a dead process is done here: what it had open is closed, so its locks are gone.
"""

from __future__ import annotations

import builtins
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import safetensors.torch

from crossglot.files import whole

EVENTS = ("mkdir", "rmdir", "unlink", "rename", "replace", "link", "chmod", "fsync", "open")


class DiedError(BaseException):
    """The process is dead: not even `except Exception` hears of it."""


class _Events:
    def __init__(self, at: int, error: int | None) -> None:
        self.at, self.error, self.count = at, error, 0
        self.held: set[int] = set()

    def happen(self) -> None:
        self.count += 1
        if self.error is None and self.count >= self.at:
            raise DiedError
        if self.error is not None and self.count == self.at:
            raise OSError(self.error, os.strerror(self.error))

    def before(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            self.happen()
            return real(*args, **kwargs)

        return call

    def opening(self, real: Callable[..., int]) -> Callable[..., int]:
        def call(*args: Any, **kwargs: Any) -> int:
            self.happen()
            handle = real(*args, **kwargs)
            self.held.add(handle)
            return handle

        return call

    def syncing(self, real: Callable[[int], None]) -> Callable[[int], None]:
        """What dies here is a process and no machine: nothing need reach the disk."""
        del real
        return lambda _: self.happen()

    def closed(self, real: Callable[[int], None]) -> Callable[[int], None]:
        def call(handle: int) -> None:
            self.held.discard(handle)
            real(handle)

        return call

    def writing(self, real: Callable[..., Any]) -> Callable[..., Any]:
        """A file that is opened to be written is empty when the process dies."""

        def call(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
            opened = real(file, mode, *args, **kwargs)
            if set("wax") & set(mode):
                try:
                    self.happen()
                except BaseException:
                    opened.close()
                    raise
            return opened

        return call

    def saving(self, real: Callable[..., Any]) -> Callable[..., Any]:
        """Weights are half there when the process dies."""

        def call(tensors: Any, path: Any, *args: Any, **kwargs: Any) -> Any:
            real(tensors, path, *args, **kwargs)
            try:
                self.happen()
            except BaseException:
                os.truncate(path, Path(path).stat().st_size // 2)
                raise

        return call


@contextmanager
def broken_off(at: int, error: int | None = None) -> Iterator[_Events]:
    """Dies at event number `at`; or, with an error number, lets that event alone fail."""
    events = _Events(at, error)
    kept: list[tuple[Any, str, Callable[..., Any]]] = [(os, name, getattr(os, name)) for name in (*EVENTS, "close")]
    kept += [(io, "open", io.open), (builtins, "open", builtins.open), (whole, "_exchange", whole._exchange)]
    kept += [(safetensors.torch, "save_file", safetensors.torch.save_file)]
    special: dict[tuple[Any, str], Any] = {
        (os, "open"): events.opening,
        (os, "close"): events.closed,
        (os, "fsync"): events.syncing,
        (io, "open"): events.writing,
        (builtins, "open"): events.writing,
        (safetensors.torch, "save_file"): events.saving,
    }
    for module, name, real in kept:
        wrap = special.get((module, name), events.before)
        setattr(module, name, wrap(real))
    try:
        yield events
    finally:
        for module, name, real in kept:
            setattr(module, name, real)
        for handle in events.held:
            with suppress(OSError):
                os.close(handle)


def every_death(
    prepare: Callable[[int], Path], do: Callable[[Path], object], *, step: int = 1, error: int | None = None
) -> Iterator[tuple[int, Path]]:
    """Calls `do` on what `prepare` makes and dies at the first event; on another and dies at the second, and so on.

    Yields after each death the event's number and what was prepared; the last time after the whole, with number 0.
    """
    at = 1
    while True:
        prepared = prepare(at)
        with suppress(DiedError, Exception), broken_off(at, error) as events:  # libraries make their own errors of it
            do(prepared)
        if events.count < at:
            assert at > 1, "nothing was written at all"
            yield 0, prepared
            return
        yield at, prepared
        at += step


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every file in a folder, by name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
