"""Imported by every Python process that finds it: fine-tunings are slower, checkpointed often, and leave a trace.

CROSSGLOT_TESTS_SLOWED is `FILE SECONDS BETWEEN`: a line `PROCESS STEP` is appended to the file after each step of an
optimiser, which takes so many seconds more; the fourth does not end while there is a file `FILE.hold`. Checkpoints are
written so many seconds apart, whatever they cost.
CROSSGLOT_TESTS_STORE may be `slow`, as a network file system under load, or `without locks`, as some are.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Callable
from typing import Any

HELD_AT = 4


def _slow(said: str) -> None:
    from crossglot import checkpoints
    from crossglot.tagging.optimisation import Optimisation

    path, seconds, between = said.rsplit(" ", 2)
    checkpoints.SECONDS_BETWEEN, checkpoints.MOST_OF_TIME = float(between), float("inf")
    checkpoints.WORTH_SAVING = 0.0
    real = Optimisation.step

    def step(self: Optimisation) -> None:
        real(self)
        with open(path, "a") as log:  # noqa: PTH123
            log.write(f"{os.getpid()} {self.done}\n")
        time.sleep(float(seconds))
        while self.done == HELD_AT and os.path.exists(f"{path}.hold"):  # noqa: PTH110
            time.sleep(0.01)

    Optimisation.step = step  # type: ignore[method-assign]


def _later(real: Callable[..., Any]) -> Callable[..., Any]:
    def call(*given: Any, **named: Any) -> Any:
        time.sleep(0.02)
        return real(*given, **named)

    return call


def _no_lock(*given: object) -> None:
    raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))


store = os.environ.get("CROSSGLOT_TESTS_STORE")
if store == "slow":
    for name in ("open", "rename", "replace", "fsync", "mkdir", "rmdir", "unlink", "scandir"):
        setattr(os, name, _later(getattr(os, name)))
elif store == "without locks":
    fcntl.flock = _no_lock
if "CROSSGLOT_TESTS_SLOWED" in os.environ:
    _slow(os.environ["CROSSGLOT_TESTS_SLOWED"])
