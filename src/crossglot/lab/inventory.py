"""What there is to say, before any language: concepts by part of speech, function words, names, figures, marks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

CONTENT_SHARES: Mapping[str, float] = MappingProxyType({"NOUN": 0.45, "VERB": 0.25, "ADJ": 0.2, "ADV": 0.1})
"""How the concepts divide into parts of speech; roughly the types of an English dictionary."""

FUNCTION_WORDS: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        "adposition": ("ADP", 8),
        "demonstrative": ("DET", 2),
        "pronoun": ("PRON", 6),
        "numeral": ("NUM", 10),
        "and": ("CCONJ", 2),
        "because": ("SCONJ", 3),
        "auxiliary": ("AUX", 2),
        "not": ("PART", 1),
    }
)
"""Block → (UPOS, how many). A demonstrative on its own is a PRON of the same form (`DEMONSTRATIVE_PRONOUN`)."""

DEMONSTRATIVE_PRONOUN = "demonstrative pronoun"
ANCHORS: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        "mark": ("PUNCT", 3),
        "figure": ("NUM", 90),
        "address": ("SYM", 30),
        "first name": ("PROPN", 200),
        "last name": ("PROPN", 200),
        "place": ("PROPN", 200),
        "organisation": ("PROPN", 160),
        "acronym": ("PROPN", 40),
        "product": ("PROPN", 200),
    }
)
"""What languages may share, see `anchors.KINDS`: block → (UPOS, how many). The marks are full stop, comma, question."""

FULL_STOP, COMMA, QUESTION = range(3)
NAMES = ("first name", "last name", "place", "organisation", "acronym", "product")
ENTITY_TYPES: Mapping[str, str] = MappingProxyType(
    {"first name": "PER", "place": "LOC", "organisation": "ORG", "acronym": "ORG", "product": "MISC"}
)
"""Block of a name's first word → the type of the entity."""


@dataclass(frozen=True)
class Inventory:
    """Items numbered from 0, block by block.

    Attributes:
        blocks: name of a block (`NOUN`, `adposition`, `place` …) → its items.
        upos: (items,) UPOS of each.
    """

    blocks: Mapping[str, range]
    upos: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.upos)

    @property
    def content(self) -> range:
        """The concepts: items of NOUN, VERB, ADJ and ADV, which come first."""
        return range(self.blocks["ADV"].stop)

    @property
    def vocabulary(self) -> range:
        """Concepts and function words: what a language has words of its own for."""
        return range(self.blocks[DEMONSTRATIVE_PRONOUN].stop)


def make_inventory(concepts: int) -> Inventory:
    """The items of a world with so many concepts.

    Args:
        concepts: how many nouns, verbs, adjectives and adverbs together.
    """
    sizes: dict[str, tuple[str, int]] = {
        upos: (upos, round(share * concepts)) for upos, share in CONTENT_SHARES.items()
    }
    sizes["NOUN"] = ("NOUN", concepts - sum(size for upos, (_, size) in sizes.items() if upos != "NOUN"))
    sizes |= {**FUNCTION_WORDS, DEMONSTRATIVE_PRONOUN: ("PRON", FUNCTION_WORDS["demonstrative"][1]), **ANCHORS}
    blocks: dict[str, range] = {}
    upos: list[str] = []
    for name, (tag, size) in sizes.items():
        blocks[name] = range(len(upos), len(upos) + size)
        upos += [tag] * size
    return Inventory(MappingProxyType(blocks), np.array(upos, dtype=object))
