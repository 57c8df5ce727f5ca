"""The places of a sentence: a tree of slots that a meaning fills and that a grammar puts into an order.

A sentence has two clauses, of which the second may be empty, and a clause has three noun phrases. Slots are numbered.
What is said of a slot here holds in every language: what it depends on, and by which relation of UD.
"""

from __future__ import annotations

from dataclasses import dataclass

PHRASES = ("subject", "object", "oblique")
RELATIONS = {"subject": "nsubj", "object": "obj", "oblique": "obl"}


@dataclass(frozen=True)
class Slot:
    """A place in a sentence.

    Attributes:
        name: of the place within its phrase or clause (`noun`, `adjective`, `verb` …).
        phrase: `subject`, `object` or `oblique`; empty for what stands in none.
        clause: 0 or 1.
        head: the name of the slot it depends on, in its own phrase or else in its clause; empty for clause 0's verb.
        deprel: its relation to the head.
    """

    name: str
    phrase: str
    clause: int
    head: str
    deprel: str


_IN_PHRASE = (
    ("case", "noun", "case"),
    ("demonstrative", "noun", "det"),
    ("numeral", "noun", "nummod"),
    ("adjective", "noun", "amod"),
    ("genitive", "noun", "nmod"),
    ("genitive flat", "genitive", "flat"),
    ("noun", "verb", ""),
    ("flat", "noun", "flat"),
    ("and", "conjunct", "cc"),
    ("conjunct", "noun", "conj"),
)
_IN_CLAUSE = (
    ("linker", "verb", "mark"),
    ("not", "verb", "advmod"),
    ("auxiliary", "verb", "aux"),
    ("verb", "", "root"),
    ("adverb", "verb", "advmod"),
)


def _clause(number: int) -> list[Slot]:
    slots = [Slot(name, "", number, head, deprel) for name, head, deprel in _IN_CLAUSE]
    for phrase in PHRASES:
        slots += [Slot(name, phrase, number, head, deprel or RELATIONS[phrase]) for name, head, deprel in _IN_PHRASE]
    return slots


CLAUSE_SLOTS = len(_clause(0))
"""Slots of a clause; those of the second clause follow the first's, in the same order."""

SLOTS: tuple[Slot, ...] = (
    *_clause(0),
    *_clause(1),
    Slot("comma", "", 1, "verb", "punct"),
    Slot("address", "", 0, "verb", "parataxis"),
    Slot("stop", "", 0, "verb", "punct"),
)
_INDEX = {(slot.clause, slot.phrase, slot.name): at for at, slot in enumerate(SLOTS)}

OUTSIDE = tuple(range(2 * CLAUSE_SLOTS, len(SLOTS)))
"""The slots that belong to neither clause: comma, address, stop."""


def slot(name: str, phrase: str = "", clause: int = 0) -> int:
    """The number of a slot."""
    return _INDEX[clause, phrase, name]


def _head(at: Slot) -> int:
    if at.name == "verb":
        return -1 if at.clause == 0 else slot("verb")
    inside = _INDEX.get((at.clause, at.phrase, at.head))
    return slot(at.head, clause=at.clause) if inside is None else inside


HEADS: tuple[int, ...] = tuple(map(_head, SLOTS))
"""The slot that each slot depends on; -1 for the root."""
