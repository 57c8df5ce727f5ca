"""Steps that compute on a device, and what they require of the machine that they run on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from crossglot.engine.step import Requirement, Step
from crossglot.runtime import Precision, Runtime, require_device
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


class DeviceStep(Step):
    """A step that computes on a device.

    Attributes:
        precision: resolved, never `auto`.
        device_kind: `cpu`, `cuda`.
        device: where it runs this time; no part of its identity.
    """

    SKIP_ID_ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"device"})

    precision: Precision
    device_kind: str
    device: str

    @property
    def runtime(self) -> Runtime:
        """Device and precision."""
        return Runtime(self.device, self.precision)

    @property
    def gpu(self) -> str:
        """See Step."""
        return "" if self.device_kind == "cpu" else self.device

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """See Step."""
        return (OnDevice(self.device),)


class EncoderStep(DeviceStep):
    """A step that computes with an encoder."""

    encoder: EncoderReference

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """See Step."""
        return (Loaded(self.encoder, self.device),)
