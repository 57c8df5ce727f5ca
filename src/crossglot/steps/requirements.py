"""What steps require of the machine that they run on: a device, and an encoder that can be loaded there."""

from __future__ import annotations

from dataclasses import dataclass

from crossglot.runtime import require_device
from crossglot.steps.arguments import EncoderReference


@dataclass(frozen=True, slots=True)
class OnDevice:
    """A device that torch sees."""

    device: str

    def check(self) -> None:
        """See Requirement."""
        require_device(self.device)


@dataclass(frozen=True, slots=True)
class Loaded:
    """An encoder that can be loaded onto a device: one that cannot is found out before anything is trained."""

    encoder: EncoderReference
    device: str

    def check(self) -> None:
        """See Requirement."""
        require_device(self.device)
        self.encoder.load(self.device)
