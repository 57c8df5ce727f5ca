"""Systems: what fills a row of a table. It has a name and a role, and may be another system's twin."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crossglot.results.rows import Role

UNTRAINED, LINEAR_PROBE, SHARED_PIECES = "untrained", "linear probe", "shared pieces"
"""Kinds of twins of an encoder's tagger: with random weights, a frozen encoder, or nothing but its word pieces."""


@dataclass(frozen=True, slots=True)
class System:
    """A system as tables and files of predictions name it.

    Attributes:
        name: how tables call it.
        role: `m-bert`, `en-bert`, `other`, `floor`, `baseline` or `published`.
        twin_of: name of the system that it is a floor for; empty if it is nobody's twin.
        twin: the kind of twin: `untrained`, `linear probe`, `shared pieces`; empty likewise.
    """

    name: str
    role: Role
    twin_of: str = ""
    twin: str = ""

    def make_twin(self, twin: str) -> System:
        """This system's twin of a kind: a floor that differs from it in one thing."""
        return System(f"{self.name} {twin}", "floor", self.name, twin)


def find_twin(systems: Iterable[System], name: str, twin: str) -> System | None:
    """The twin of that kind of the system of that name; None if there is none."""
    return next((system for system in systems if (system.twin_of, system.twin) == (name, twin)), None)
