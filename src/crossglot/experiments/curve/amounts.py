"""How much was trained with: the rows of a learning curve, as numbers of sentences and of optimiser steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crossglot.experiments.cells import SENTENCES, STEPS
from crossglot.results.rows import ResultRow


@dataclass(frozen=True, slots=True)
class Trained:
    """One condition of a system and source.

    Attributes:
        condition: as the rows have it.
        sentences: of each source.
        steps: of the optimiser; None where nothing is optimised.
    """

    condition: str
    sentences: int
    steps: int | None


@dataclass(frozen=True, slots=True)
class Curve:
    """The conditions of one system and source.

    Attributes:
        sizes: ends of trainings, by number of sentences.
        points: of the longest training, by number of steps, its end last; empty where it was not asked on its way.
    """

    sizes: tuple[Trained, ...]
    points: tuple[Trained, ...]


def curves_of(rows: Iterable[ResultRow]) -> Mapping[tuple[str, str], Curve]:
    """(system, source) → its curve, in the order of the rows."""
    found: dict[tuple[str, str], dict[str, dict[str, int]]] = {}
    for row in rows:
        if row.metric in (SENTENCES, STEPS) and row.source and row.condition and row.value is not None:
            conditions = found.setdefault((row.system, row.source), {})
            conditions.setdefault(row.condition, {})[row.metric] = int(row.value)
    return {
        place: _curve([Trained(name, of[SENTENCES], of.get(STEPS)) for name, of in conditions.items()])
        for place, conditions in found.items()
    }


def _curve(conditions: Iterable[Trained]) -> Curve:
    """Of the conditions of one size, the one with most steps is the end."""
    of_size: dict[int, list[Trained]] = {}
    for each in sorted(conditions, key=lambda each: (each.sentences, each.steps or 0)):
        of_size.setdefault(each.sentences, []).append(each)
    asked = [members for members in of_size.values() if len(members) > 1]
    return Curve(tuple(members[-1] for members in of_size.values()), tuple(asked[-1]) if asked else ())
