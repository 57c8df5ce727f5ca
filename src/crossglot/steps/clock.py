"""Time and memory of what a device does, for estimates."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from typing import TypeVar

Made = TypeVar("Made")


class Clock:
    """Takes time and memory of what a device does: a processor's own time, which other work on it changes little."""

    def __init__(self, device: str) -> None:
        self.device = device
        self._gpu = device != "cpu"

    def now(self) -> float:
        """Seconds; differences of them count."""
        if not self._gpu:
            return time.process_time()
        import torch

        torch.cuda.synchronize(self.device)
        return time.monotonic()

    def seconds(self, do: Callable[[], Made]) -> tuple[float, Made]:
        """How long it takes, and what it gives."""
        began = self.now()
        made = do()
        return self.now() - began, made

    def memory(self) -> int:
        """The most that this process, or on a GPU its tensors, have taken so far."""
        if self._gpu:
            import torch

            return int(torch.cuda.max_memory_allocated(self.device))
        return peak_memory()


def peak_memory() -> int:
    """The most memory that this process has had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
