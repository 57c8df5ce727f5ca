"""What steps cost, added up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """What a step takes.

    Attributes:
        seconds: the processor's on a CPU, a clock's on a GPU.
        memory: bytes of the process that does it; on a GPU the GPU's.
        disk: bytes that it leaves in the run's folder.
    """

    seconds: float = 0.0
    memory: int = 0
    disk: float = 0.0


FOLDER = 12_000
"""Bytes of a step's folder beside its results: its record, and what every file takes of the disk's blocks."""

FILES = 4
"""Files and folders of a step: the folder, its record, and mostly two of results."""

PROCESS = 300_000_000
"""Bytes of a process that has read the libraries and computes with no encoder, about."""
