"""Anchors: punctuation, figures, addresses and names, which languages share, or of which each has its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, get_args

from crossglot.lab.inventory import ANCHORS, NAMES, Inventory
from crossglot.lab.phonology import NEUTRAL, Coiner, Phonology

if TYPE_CHECKING:
    import numpy as np

Kind = Literal["punctuation", "numbers", "addresses", "names"]
KINDS: tuple[Kind, ...] = get_args(Kind)
BLOCKS: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {"punctuation": ("mark",), "numbers": ("figure",), "addresses": ("address",), "names": NAMES}
)
"""Kind of anchors → its blocks in `inventory.ANCHORS`. Numbers are those in figures; numerals are words."""

SHARED_MARKS = (".", ",", "?")
OWN_MARKS = "‖†‡•‣‥…‧‰‱′″‴‵‶‷‸※‼‽⁁⁂⁃⁇⁈⁉⁊⁋⁌⁍⁎⁏⁐⁑⁓⁕⁖⁗⁘⁙⁚⁛⁜⁝⁞、。〃〽・׀׃؛؟۔।॥"
"""Marks, three for each language that has its own: full stop, comma, question."""

MOST_OWN = len(OWN_MARKS) // len(SHARED_MARKS)
"""How many languages there is punctuation for."""


@dataclass(frozen=True)
class Anchors:
    """Stems of all anchors.

    Attributes:
        stems: of the items of the blocks in `inventory.ANCHORS`, in their order: sounds, or texts.
        literal: blocks whose stems are texts, the same in every script.
    """

    stems: tuple[str, ...]
    literal: frozenset[str]


def shared_anchors(inventory: Inventory, coiner: Coiner, rng: np.random.Generator) -> Anchors:
    """Western marks and digits, Latin addresses and acronyms; other names sound alike everywhere."""
    texts: dict[str, Callable[[int, str], str]] = {
        "mark": lambda at, _: SHARED_MARKS[at],
        "figure": lambda at, _: str(1900 + at if at % 2 else 2 + at),
        "address": lambda _, word: f"www.{word}.org",
        "acronym": lambda at, word: f"{word[:3].upper()}{at + 1}",
    }
    stems = []
    for block in ANCHORS:
        for at in range(len(inventory.blocks[block])):
            word = coiner.coin(NEUTRAL, rng, 2)
            stems.append(texts[block](at, word) if block in texts else word)
    return Anchors(tuple(stems), frozenset(texts))


def own_anchors(
    inventory: Inventory, number: int, phonology: Phonology, coiner: Coiner, rng: np.random.Generator
) -> Anchors:
    """Marks of its own, and words for everything else, for the language of that number."""
    marks = OWN_MARKS[len(SHARED_MARKS) * number :][: len(SHARED_MARKS)]
    blocks = [block for block in ANCHORS if block != "mark"]
    words = [coiner.coin(phonology, rng, 2) for block in blocks for _ in inventory.blocks[block]]
    return Anchors((*marks, *words), frozenset({"mark"}))


def partly_shared(inventory: Inventory, shared: Anchors, own: Anchors, kinds: Collection[Kind]) -> Anchors:
    """The shared anchors of these kinds, and a language's own of all others."""
    taken = {block for kind in kinds for block in BLOCKS[kind]}
    stems: list[str] = []
    for block in ANCHORS:
        start, size = len(stems), len(inventory.blocks[block])
        stems += (shared if block in taken else own).stems[start : start + size]
    return Anchors(tuple(stems), (shared.literal & taken) | (own.literal - taken))
