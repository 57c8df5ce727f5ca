"""Steps small enough to test an engine with: they count how often they ran in a file beside the store."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
import time
from pathlib import Path
from typing import ClassVar

from crossglot import at_once
from crossglot.engine.step import Advance, Inputs, Step, Work
from crossglot.errors import DataError


class Add(Step):
    """Adds two numbers, or what two other additions gave, and leaves a mark of having run."""

    SKIP_ID_ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"log", "pause"})
    SKIP_DEFAULT_ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"times"})

    left: int | Add
    right: int | Add
    times: int = 1
    log: Path
    pause: float = 0.0

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:
        with self.log.open("a") as file:
            file.write(self.id + "\n")
        (folder / "half").write_text("half of it")
        advance(0.5)
        time.sleep(self.pause)
        values = [value if isinstance(value, int) else result(inputs(value)) for value in (self.left, self.right)]
        (folder / "sum").write_text(str(sum(values) * self.times))

    @property
    def work(self) -> Work:
        return Work(1.0, "addition")


class Fail(Step):
    """Finds its corpus broken."""

    number: int = 0

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:  # noqa: ARG002
        raise DataError("words are all '_'", path="corpus.conllu", line=3, remedy="merge the words in")


class After(Step):
    """Needs another step."""

    needed: Fail

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:  # noqa: ARG002
        raise AssertionError("ran without what it needs")


class FillDisk(Step):
    """Writes to a device without room."""

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:  # noqa: ARG002
        (folder / "begun").write_text("begun")
        with Path("/dev/full").open("w") as file:
            file.write("x" * 100_000)


class Tell(Step):
    """Writes down in which process it runs, and waits for a file to be there."""

    SKIP_ID_ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"where", "until"})

    number: int = 0
    where: Path
    until: Path | None = None

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:  # noqa: ARG002
        (folder / "process").write_text(str(os.getpid()))
        with self.where.open("a") as file:
            file.write(f"{os.getpid()}\n")
        while self.until is not None and not self.until.exists():
            time.sleep(0.01)


class OddError(Exception):
    """An error that can be neither copied to another process nor spelled."""

    def __init__(self, *, needed: object) -> None:
        self.lock = needed

    def __str__(self) -> str:
        raise RuntimeError("no words")


class Misbehave(Step):
    """Prints, leaves, or raises what it should not."""

    how: str

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:  # noqa: ARG002
        if self.how == "prints":
            print("a library says hello")  # noqa: T201
            (folder / "done").write_text("done")
        elif self.how == "exits":
            sys.exit(0)
        elif self.how == "lacks memory":
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 99 bytes")
        elif self.how == "lacks it in Python":
            raise MemoryError
        else:
            raise OddError(needed=threading.Lock())


class Lack(Step):
    """Needs more memory than there is, unless half as much is computed at a time, if that `suffices`."""

    SKIP_ID_ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"log"})

    how: str
    suffices: bool = True
    log: Path

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:  # noqa: ARG002
        with self.log.open("a") as file:
            file.write("halved\n" if at_once.are_halved() else "whole\n")
        if at_once.are_halved() and self.suffices:
            (folder / "done").write_text("done")
        elif self.how == "is killed":
            os.kill(os.getpid(), signal.SIGKILL)
        else:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")


class Die(Step):
    """Ends its process, as the system does when memory runs out."""

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:  # noqa: ARG002
        os.kill(os.getpid(), signal.SIGKILL)


class Lose(Step):
    """Loses a folder above it, or a file or another folder stands there suddenly; then writes.

    `by` says what does: each finds out in its own words.
    """

    SKIP_ID_ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"lost"})

    lost: Path
    file_instead: bool = False
    made_anew: bool = False
    by: str = "Python"

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:  # noqa: ARG002
        import polars

        shutil.rmtree(self.lost)
        if self.file_instead:
            self.lost.write_text("something of the user's")
        if self.made_anew:  # as another process does that begins a step just then
            (self.lost / "of-another-process").mkdir(parents=True)
        if self.by == "Python":
            (folder / "result").write_text("1")
        elif self.by == "polars":
            polars.DataFrame({"a": [1]}).write_parquet(folder / "result")
        elif self.by == "a library without words":
            raise RuntimeError("No such file or directory (os error 2)")


class OnGpu(Step):
    """Writes down which GPUs its process sees, and waits for a file to be there."""

    SKIP_ID_ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"where", "until", "device"})

    number: int = 0
    device: str = "cuda"
    where: Path
    until: Path | None = None

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:  # noqa: ARG002
        (folder / "done").write_text("done")
        with self.where.open("a") as file:
            file.write(f"{os.environ.get('CUDA_VISIBLE_DEVICES')} {os.getpid()}\n")
        while self.until is not None and not self.until.exists():
            time.sleep(0.01)

    @property
    def gpu(self) -> str:
        return self.device


def result(folder: Path) -> int:
    """What an addition gave."""
    return int((folder / "sum").read_text())
