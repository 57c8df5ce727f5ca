"""The ranges of numbers, written down once for options of commands, fields of specs and arguments from Python.

The upper ends are there so that a slip of the pen (a rate for a count, a digit too many) is told before any work, and
so that no number asks for work without an end or for memory without a bound. They lie well beyond what anybody trains.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from crossglot.errors import UsageError

_SHOWN = 60  # characters of a value that is no number


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers that are allowed.

    Attributes:
        lowest: the smallest of them.
        highest: the largest.
        whole: whether they are whole.
        above: whether `lowest` itself is not among them.
    """

    lowest: float
    highest: float
    whole: bool = True
    above: bool = False

    def __str__(self) -> str:
        kind = "a whole number" if self.whole else "a number"
        if self.above:
            return f"{kind} above {self.lowest:,} and at most {self.highest:,}"
        return f"{kind} from {self.lowest:,} to {self.highest:,}"

    def fault(self, value: object) -> str:
        """What is wrong with a value; empty if it is right."""
        return "" if self._has(value) else f"has to be {self}, not {shown(value)}"

    def _has(self, value: Any) -> bool:
        numeric = isinstance(value, Integral if self.whole else Real) and not isinstance(value, bool)
        number: Any = value if numeric else float("nan")  # which is neither above nor below anything
        return bool((self.lowest < number if self.above else self.lowest <= number) and number <= self.highest)

    def check(self, value: object, name: str) -> None:
        """Refuses what is outside.

        Raises:
            UsageError: naming it, and what is allowed.
        """
        if fault := self.fault(value):
            raise UsageError(f"{name}: {fault}")


def check_all(values: Sequence[tuple[str, object, Limits]]) -> None:
    """Checks (name, value, limits) one after the other; None stands for a default and is right.

    Raises:
        UsageError: for the first that is outside.
    """
    for name, value, limits in values:
        if value is not None:
            limits.check(value, name)


def shown(value: object) -> str:
    """A value as a message repeats it, however long it is."""
    try:
        text = repr(value)
    except ValueError:  # Python writes no number of more than some thousand digits
        return "a number of thousands of digits"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


RATE = Limits(0, 1, whole=False, above=True)  # of learning
SHARE = Limits(0, 1, whole=False)
SOME_SHARE = Limits(0, 1, whole=False, above=True)
DROPOUT = Limits(0, 0.99, whole=False)
CLIP = Limits(0, 1e9, whole=False, above=True)  # of the gradient's norm
SEED = Limits(0, 2**63 - 1)  # what torch, numpy and the columns of results.csv all hold
FIRST_SEED = Limits(0, 2**63 - 1000)  # of several, one after the other
MOST_SEEDS = 1000
COUNT = Limits(1, 10**9)  # of sentences or lines
BYTES = Limits(1, 2**50)
EPOCHS = Limits(1, 10_000)
BATCH_SIZE = Limits(1, 4_096)  # sentences per step
LENGTH = Limits(3, 65_536)  # pieces per sentence
LAYERS = Limits(1, 256)
WIDTH = Limits(1, 32_768)
VOCABULARY = Limits(6, 2_000_000)  # five pieces are special
BATCH_PIECES = Limits(8, 2**23)
STEPS = Limits(1, 10**8)
SMOOTHING = Limits(0, 10, whole=False)  # exponent of the languages' shares
CONFIDENCE = Limits(0.5, 0.999, whole=False)  # of an interval; beyond, random swaps that tell it apart have no end
COLUMN = Limits(-1_000, 1_000)
THREADS = Limits(1, max(64, os.cpu_count() or 1))
JOBS = Limits(1, max(8, 4 * (os.cpu_count() or 1)))  # each holds torch, an encoder and the corpora
GPUS = Limits(0, 64, whole=False, above=True)  # of a step
