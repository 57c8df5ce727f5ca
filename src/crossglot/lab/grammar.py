"""Grammar: the order of a sentence's slots, given by the values of six WALS features.

What the features leave open is the same for all languages. Adjective, owner, numeral, demonstrative and adposition
stand around a noun in this order, from the inside (Greenberg's universal 20, mirrored after the noun). Where the object
comes before the verb the adverb does too, and the auxiliary comes after it; else the other way round (universal 16).
An oblique stands beside the object, on the side away from the verb. The second clause follows the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from crossglot.lab.slots import CLAUSE_SLOTS, OUTSIDE, PHRASES, slot

if TYPE_CHECKING:
    from numpy.typing import NDArray

EITHER = "No dominant order"
ORDERS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "81A": {name: (name,) for name in ("SOV", "SVO", "VSO", "VOS", "OVS", "OSV")} | {EITHER: ("SOV", "SVO")},
        "85A": {"Postpositions": ("after",), "Prepositions": ("before",), EITHER: ("before", "after")},
        "86A": {"Genitive-Noun": ("before",), "Noun-Genitive": ("after",), EITHER: ("before", "after")},
        "87A": {"Adjective-Noun": ("before",), "Noun-Adjective": ("after",), EITHER: ("before", "after")},
        "88A": {"Demonstrative-Noun": ("before",), "Noun-Demonstrative": ("after",), "Mixed": ("before", "after")},
        "89A": {"Numeral-Noun": ("before",), "Noun-Numeral": ("after",), EITHER: ("before", "after")},
    }
)
"""WALS feature → name of a value → the orders it allows; where it allows two, each clause takes one of them by chance.

Languages without a dominant order of subject, object and verb vary between SOV and SVO, as German and Dutch do.
"""

_FEATURE_OF = {"case": "85A", "genitive": "86A", "adjective": "87A", "demonstrative": "88A", "numeral": "89A"}
_DISTANCE = ("adjective", "genitive", "numeral", "demonstrative", "case")


@dataclass(frozen=True)
class Grammar:
    """Possible orders of a clause's slots.

    Attributes:
        orders: (variants, clause slots) slots of clause 0, in the order in which they are said.
    """

    orders: NDArray[np.int64]

    def draw_orders(self, rng: np.random.Generator, size: int) -> NDArray[np.int64]:
        """(size, slots) all slots of each sentence in the order in which they are said, each clause drawn anew."""
        first, second = (self.orders[rng.integers(len(self.orders), size=size)] for _ in range(2))
        comma, address, stop = (np.full((size, 1), at) for at in OUTSIDE)
        return np.hstack([first, comma, second + CLAUSE_SLOTS, address, stop])


def make_grammar(wals: Mapping[str, str]) -> Grammar:
    """The grammar of these values, `{"81A": "SVO", …}`."""
    return _make_grammar(tuple((feature, wals[feature]) for feature in ORDERS))


@lru_cache(maxsize=256)
def _make_grammar(wals: tuple[tuple[str, str], ...]) -> Grammar:
    choices = product(*(ORDERS[feature][value] for feature, value in wals))
    return Grammar(np.array([_clause(dict(zip(ORDERS, sides, strict=True))) for sides in choices]))


def _clause(order: Mapping[str, str]) -> list[int]:
    """Slots of clause 0 in this order."""
    sequence = order["81A"]
    object_first = sequence.index("O") < sequence.index("V")
    verb = [slot("adverb"), slot("not"), slot("verb"), slot("auxiliary")]
    if not object_first:
        verb = [slot("not"), slot("auxiliary"), slot("verb"), slot("adverb")]
    phrases = {phrase: _phrase(phrase, order) for phrase in PHRASES}
    theme = [*phrases["oblique"], *phrases["object"]]
    if not object_first:
        theme = [*phrases["object"], *phrases["oblique"]]
    parts = {"S": phrases["subject"], "O": theme, "V": verb}
    return [slot("linker"), *(at for letter in sequence for at in parts[letter])]


def _phrase(phrase: str, order: Mapping[str, str]) -> list[int]:
    before: list[str] = []
    after: list[str] = []
    for name in _DISTANCE:
        side = before if order[_FEATURE_OF[name]] == "before" else after
        block = ["genitive", "genitive flat"] if name == "genitive" else [name]
        if name == "case":
            after += ["and", "conjunct"]
        if side is before:
            before[:0] = block
        else:
            after += block
    return [slot(name, phrase) for name in (*before, "noun", "flat", *after)]
