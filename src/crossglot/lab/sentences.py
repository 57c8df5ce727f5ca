"""Saying meanings: which words stand where, with tags, heads and relations, for all sentences at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crossglot.corpora.conllu import ConlluSentence, Row
from crossglot.corpora.sentences import TaggedSentence
from crossglot.lab.grammar import Grammar
from crossglot.lab.inventory import ENTITY_TYPES, Inventory
from crossglot.lab.meanings import Meanings
from crossglot.lab.slots import HEADS, SLOTS, slot

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HEADS = np.array(HEADS)
_DEPRELS = np.array([at.deprel for at in SLOTS], dtype=object)
_NUMBERS = np.array([str(number) for number in range(len(SLOTS) + 1)], dtype=object)
_FLAT = np.array([at.name in ("flat", "genitive flat") for at in SLOTS])
_FEATURES = {
    "NOUN": (
        *("Number=Sing", "Number=Plur", "Case=Acc|Number=Sing", "Case=Acc|Number=Plur"),
        *("Case=Gen|Number=Sing", "Case=Gen|Number=Plur"),
    ),
    "VERB": ("Number=Sing|Tense=Pres", "Number=Plur|Tense=Pres", "Number=Sing|Tense=Past", "Number=Plur|Tense=Past"),
}
"""FEATS by inflection, see `meanings.PLURAL`."""


@dataclass(frozen=True)
class Said:
    """Sentences in some language's order, word after word; all arrays but `ends` are (words,).

    Attributes:
        ends: (sentences,) index after each sentence's last word.
        sentences: the sentence that each word stands in.
        slots: the slot that it fills.
        items: what it says.
        inflection: how it is inflected.
        numbers: its place in the sentence, from 1.
        heads: the place of its head; 0 for the root.
        deprels: its relation to the head.
        upos: its tag.
    """

    ends: NDArray[np.int64]
    sentences: NDArray[np.int64]
    slots: NDArray[np.int64]
    items: NDArray[np.int32]
    inflection: NDArray[np.int8]
    numbers: NDArray[np.int64]
    heads: NDArray[np.int64]
    deprels: NDArray[np.object_]
    upos: NDArray[np.object_]

    def bounds(self) -> list[tuple[int, int]]:
        """Start and end of each sentence."""
        ends = self.ends.tolist()
        return list(zip([0, *ends[:-1]], ends, strict=True))

    def forms(self, written: NDArray[np.object_]) -> NDArray[np.object_]:
        """(words,) what the words look like, given how a language writes all items (`lexicon.written_forms`)."""
        forms: NDArray[np.object_] = written[(self.numbers == 1).astype(np.int8), self.items, self.inflection]
        return forms

    def lemmas(self, written: NDArray[np.object_]) -> NDArray[np.object_]:
        """(words,) what the words look like without inflection."""
        lemmas: NDArray[np.object_] = written[0, self.items, 0]
        return lemmas


def say(meanings: Meanings, inventory: Inventory, grammar: Grammar, rng: np.random.Generator) -> Said:
    """Puts meanings into a language's order; where it has several, each clause takes one by chance."""
    orders = grammar.draw_orders(rng, len(meanings))
    items = np.take_along_axis(meanings.items, orders, axis=1)
    filled = items >= 0
    numbers = np.cumsum(filled, axis=1, dtype=np.int64)
    number_of_slot = np.empty_like(numbers)
    np.put_along_axis(number_of_slot, orders, numbers, axis=1)
    sentences, _ = np.nonzero(filled)
    slots, words = orders[filled], items[filled]
    above = _HEADS[slots]
    upos, deprels = inventory.upos[words], _DEPRELS[slots]
    # The second clause is coordinated or subordinate, as its linker is a CCONJ or a SCONJ.
    deprels[upos == "CCONJ"] = "cc"
    coordinated = np.isin(meanings.items[:, slot("linker", clause=1)], inventory.blocks["and"])
    second = slots == slot("verb", clause=1)
    deprels[second] = np.where(coordinated[sentences[second]], "conj", "advcl")
    return Said(
        ends=numbers[:, -1].cumsum(),
        sentences=sentences,
        slots=slots,
        items=words,
        inflection=np.take_along_axis(meanings.inflection, orders, axis=1)[filled],
        numbers=numbers[filled],
        heads=np.where(above < 0, 0, number_of_slot[sentences, above]),
        deprels=deprels,
        upos=upos,
    )


def lines(said: Said, forms: NDArray[np.object_]) -> list[str]:
    """Sentences as text, words divided by blanks."""
    words = forms.tolist()
    return [" ".join(words[start:end]) for start, end in said.bounds()]


def treebank(
    said: Said,
    forms: NDArray[np.object_],
    lemmas: NDArray[np.object_],
    name: str,
    misc: Sequence[str] | None = None,
) -> list[ConlluSentence]:
    """Sentences with all that UD says of a word.

    Args:
        said: the sentences.
        forms: (words,) the words.
        lemmas: (words,) their lemmas.
        name: what sentence ids begin with.
        misc: (words,) their last fields.
    """
    words, blank = forms.tolist(), ["_"] * len(forms)
    fields = (
        *(_NUMBERS[said.numbers].tolist(), words, lemmas.tolist(), said.upos.tolist(), blank, _features(said)),
        *(_NUMBERS[said.heads].tolist(), said.deprels.tolist(), blank, misc or blank),
    )
    rows = list(map(Row._make, zip(*fields, strict=True)))
    return [
        ConlluSentence(
            (f"# sent_id = {name}-{number}", f"# text = {' '.join(words[start:end])}"), tuple(rows[start:end])
        )
        for number, (start, end) in enumerate(said.bounds(), 1)
    ]


def _features(said: Said) -> list[str]:
    features = np.full(len(said.items), "_", dtype=object)
    for tag, values in _FEATURES.items():
        where = said.upos == tag
        features[where] = np.array(values, dtype=object)[said.inflection[where]]
    found: list[str] = features.tolist()
    return found


def entities(said: Said, inventory: Inventory, forms: NDArray[np.object_]) -> list[TaggedSentence]:
    """Sentences with BIO2 tags of their names: PER, LOC, ORG, MISC."""
    types = np.full(len(inventory), "", dtype=object)
    for block, kind in ENTITY_TYPES.items():
        types[list(inventory.blocks[block])] = kind
    inside = _FLAT[said.slots]
    begins = (types[said.items] != "") & ~inside
    # The rest of a name stands right after its first word, in every language.
    before = np.where(inside, np.arange(len(inside)) - 1, np.arange(len(inside)))
    tags = np.where(begins, "B-", np.where(inside, "I-", "O")).astype(object) + np.where(
        begins | inside, types[said.items[before]], ""
    )
    words, labels = forms.tolist(), tags.tolist()
    return [TaggedSentence(tuple(words[start:end]), tuple(labels[start:end])) for start, end in said.bounds()]
