"""Imported by every Python process that finds it: fine-tunings are slower, checkpointed often, and leave a trace.

CROSSGLOT_TESTS_SLOWED is `FILE SECONDS BETWEEN`: a line `PROCESS STEP` is appended to the file after each step of an
optimiser, which takes so many seconds more; checkpoints are written so many seconds apart, whatever they cost.
"""

from __future__ import annotations

import os
import time


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

    Optimisation.step = step  # type: ignore[method-assign]


if "CROSSGLOT_TESTS_SLOWED" in os.environ:
    _slow(os.environ["CROSSGLOT_TESTS_SLOWED"])
