"""What became of the entities of a test set: found, with another type, within other bounds, missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from crossglot.tagging.cell_errors import Group
from crossglot.tagging.error_groups import FREQUENCIES, SEEN, SOME_SEEN, Evaluated, by_label, grouped, in_bin
from crossglot.tagging.metrics import Tags, chunks_by_sentence

if TYPE_CHECKING:
    from numpy.typing import NDArray

LENGTHS = {"1 word": 2, "2 words": 3, "3 words": 4, "4 words or more": None}
"""Of an entity → below how many words."""
FOUND, OTHER_TYPE, OTHER_BOUNDS, MISSED = OUTCOMES = ("found", "other type", "other bounds", "missed")
OUT_OF_NOTHING = "out of nothing"


class _Entity(NamedTuple):
    """A span, and the number of its sentence."""

    sentence: int
    kind: str
    start: int
    end: int


def count_entities(cell: Evaluated) -> dict[str, tuple[Group, ...]]:
    """Groups of gold entities, all of them in each kind of groups: see `cell_errors.CellErrors`."""
    entities, seeds = _entities(cell.gold), len(cell.predictions)
    predicted = [_entities(tags) for tags in cell.predictions]
    outcomes = [[_outcome(entity, found) for entity in entities] for found in map(_by_sentence, predicted)]
    right = np.array([[outcome == FOUND for outcome in of_seed] for of_seed in outcomes], dtype=np.int64).sum(axis=0)
    forms = [tuple(cell.words[sentence][start:end]) for sentence, _, start, end in entities]
    times = (cell.seen.entities.get(form, 0) for form in forms)
    given = Counter(entity.kind for found in predicted for entity in found)
    became = Counter(chain.from_iterable(outcomes))
    kinds = (Group(name=kind, n=became.total(), right=became[kind]) for kind in OUTCOMES)
    groups = {
        "labels": by_label([entity.kind for entity in entities], right, given, seeds),
        "outcomes": (*kinds, _out_of_nothing(entities, predicted)),
        "lengths": grouped((in_bin(len(form), LENGTHS) for form in forms), right, LENGTHS, seeds),
        "frequencies": grouped((in_bin(count, FREQUENCIES) for count in times), right, FREQUENCIES, seeds),
    }
    if cell.pieces_seen is not None:
        begins = np.concatenate([[0], np.cumsum([len(sentence) for sentence in cell.words])])
        starts = (begins[one.sentence] + one.start for one in entities)
        seen = (cell.pieces_seen[at : at + len(form)] for at, form in zip(starts, forms, strict=True))
        groups["pieces"] = grouped((SEEN[_together(kinds)] for kinds in seen), right, SEEN, seeds)
    return groups


def _entities(tags: Tags) -> list[_Entity]:
    return [_Entity(at, *chunk) for at, chunks in enumerate(chunks_by_sentence(tags)) for chunk in chunks]


def _by_sentence(entities: Iterable[_Entity]) -> dict[int, list[_Entity]]:
    found: dict[int, list[_Entity]] = {}
    for entity in entities:
        found.setdefault(entity.sentence, []).append(entity)
    return found


def _outcome(entity: _Entity, predicted: Mapping[int, Sequence[_Entity]]) -> str:
    """What became of a gold entity."""
    near = [other for other in predicted.get(entity.sentence, ()) if _overlap(entity, other)]
    if entity in near:
        return FOUND
    if any((other.start, other.end) == (entity.start, entity.end) for other in near):
        return OTHER_TYPE
    return OTHER_BOUNDS if near else MISSED


def _out_of_nothing(entities: Iterable[_Entity], predicted: Iterable[Sequence[_Entity]]) -> Group:
    """Of all predicted entities, those that no gold entity has a word of."""
    real, every = _by_sentence(entities), list(chain.from_iterable(predicted))
    nothing = sum(not any(_overlap(one, other) for other in real.get(one.sentence, ())) for one in every)
    return Group(name=OUT_OF_NOTHING, n=len(every), right=nothing)


def _overlap(one: _Entity, other: _Entity) -> bool:
    return one.start < other.end and other.start < one.end


def _together(kinds: NDArray[np.int8]) -> int:
    """How many of the pieces of several words were seen, as a place in `SEEN`."""
    return int(kinds[0]) if (kinds == kinds[0]).all() else SEEN.index(SOME_SEEN)
