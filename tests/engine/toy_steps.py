"""Steps small enough to test an engine with: they count how often they ran in a file beside the store."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import ClassVar

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


class Die(Step):
    """Ends its process, as the system does when memory runs out."""

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:  # noqa: ARG002
        os.kill(os.getpid(), signal.SIGKILL)


def result(folder: Path) -> int:
    """What an addition gave."""
    return int((folder / "sum").read_text())
