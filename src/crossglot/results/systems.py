"""Systems: whatever fills a row of a table has a name and a role, and may be another system's twin."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crossglot.results.rows import Role

UNTRAINED, LINEAR_PROBE, SHARED_PIECES = "untrained", "linear probe", "shared pieces"
"""What makes a twin of an encoder's tagger: random weights, a frozen encoder, its word pieces without an encoder."""


@dataclass(frozen=True, slots=True)
class System:
    """What a table and a file of predictions say of what filled them.

    Attributes:
        name: how tables call it.
        role: `m-bert`, `en-bert`, `other`, `floor`, `baseline` or `published`.
        twin_of: name of the system that it is a floor of; empty for one that stands by itself.
        twin: what makes it another's twin: `untrained`, `linear probe`, `shared pieces`; empty likewise.
    """

    name: str
    role: Role
    twin_of: str = ""
    twin: str = ""

    def make_twin(self, twin: str) -> System:
        """The floor of this system that differs from it in one thing."""
        return System(f"{self.name} {twin}", "floor", self.name, twin)


def find_twin(systems: Iterable[System], name: str, twin: str) -> System | None:
    """The twin of that kind of the system of that name; None if there is none."""
    return next((system for system in systems if (system.twin_of, system.twin) == (name, twin)), None)
