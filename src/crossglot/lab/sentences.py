"""Saying meanings: which words stand where, with tags, heads and relations, for all sentences at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossglot.corpora.conllu import ConlluSentence, Row
from crossglot.corpora.sentences import TaggedSentence
from crossglot.lab.grammar import Grammar
from crossglot.lab.inventory import ENTITY_TYPES, Inventory
from crossglot.lab.meanings import Meanings
from crossglot.lab.slots import HEADS, SLOTS, slot

_HEADS = np.array(HEADS)
_DEPRELS = np.array([at.deprel for at in SLOTS], dtype=object)
_NUMBERS = np.array([str(number) for number in range(len(SLOTS) + 1)], dtype=object)
_FLAT = np.array([at.name in ("flat", "genitive flat") for at in SLOTS])


@dataclass(frozen=True)
class Said:
    """Sentences in a language, word after word; all arrays but `ends` are (words,).

    Attributes:
        ends: (sentences,) index after each sentence's last word.
        sentences: the sentence that each word stands in.
        slots: the slot that each word fills.
        items: what it says.
        inflection: how it is inflected.
        first: whether it is its sentence's first.
        heads: number of its head in the sentence, from 1; 0 for the root.
        deprels: relation to the head.
        upos: its tag.
    """

    ends: NDArray[np.int64]
    sentences: NDArray[np.int64]
    slots: NDArray[np.int64]
    items: NDArray[np.int32]
    inflection: NDArray[np.int8]
    first: NDArray[np.bool_]
    heads: NDArray[np.int64]
    deprels: NDArray[np.object_]
    upos: NDArray[np.object_]

    def bounds(self) -> list[tuple[int, int]]:
        """Start and end of each sentence."""
        ends = self.ends.tolist()
        return list(zip([0, *ends[:-1]], ends, strict=True))

    def forms(self, written: NDArray[np.object_]) -> NDArray[np.object_]:
        """(words,) what the words look like; see `lexicon.written_forms`."""
        forms: NDArray[np.object_] = written[self.first.astype(np.int8), self.items, self.inflection]
        return forms


def say(meanings: Meanings, inventory: Inventory, grammar: Grammar, rng: np.random.Generator) -> Said:
    """Puts meanings into a language's order; where it has several, each clause takes one by chance."""
    orders = grammar.draw_orders(rng, len(meanings))
    items = np.take_along_axis(meanings.items, orders, axis=1)
    filled = items >= 0
    sentences, _ = np.nonzero(filled)
    numbers = np.cumsum(filled, axis=1)
    by_slot = np.zeros_like(numbers)
    np.put_along_axis(by_slot, orders, numbers, axis=1)
    slots, words = orders[filled], items[filled]
    above = _HEADS[slots]
    heads = np.where(above < 0, 0, by_slot[sentences, above])
    upos, deprels = inventory.upos[words], _DEPRELS[slots]
    joined = upos == "CCONJ"
    deprels[joined] = "cc"
    coordinated = np.isin(meanings.items[:, slot("linker", clause=1)], inventory.blocks["and"])
    second = slots == slot("verb", clause=1)
    deprels[second] = np.where(coordinated[sentences[second]], "conj", "advcl")
    return Said(
        ends=numbers[:, -1].cumsum(),
        sentences=sentences,
        slots=slots,
        items=words,
        inflection=np.take_along_axis(meanings.inflection, orders, axis=1)[filled],
        first=numbers[filled] == 1,
        heads=heads,
        deprels=deprels,
        upos=upos,
    )


def lines(said: Said, forms: NDArray[np.object_]) -> list[str]:
    """Sentences as text, words divided by blanks."""
    words = forms.tolist()
    return [" ".join(words[start:end]) for start, end in said.bounds()]


def treebank(
    said: Said,
    written: NDArray[np.object_],
    name: str,
    misc: list[str] | None = None,
    forms: NDArray[np.object_] | None = None,
) -> list[ConlluSentence]:
    """Sentences with lemma, tag, features, head and relation.

    Args:
        said: the sentences.
        written: forms of all items, see `lexicon.written_forms`.
        name: what sentence ids begin with.
        misc: (words,) the last field.
        forms: (words,) the words, if they are others than `written` has.
    """
    words = (said.forms(written) if forms is None else forms).tolist()
    size = len(words)
    starts = np.repeat(np.concatenate([[0], said.ends[:-1]]), np.diff(said.ends, prepend=0))
    blank = ["_"] * size
    rows = list(
        map(
            Row._make,
            zip(
                _NUMBERS[np.arange(size) - starts + 1].tolist(),
                words,
                written[0, said.items, 0].tolist(),
                said.upos.tolist(),
                blank,
                _features(said).tolist(),
                _NUMBERS[said.heads].tolist(),
                said.deprels.tolist(),
                blank,
                blank if misc is None else misc,
                strict=True,
            ),
        )
    )
    return [
        ConlluSentence(
            (f"# sent_id = {name}-{number}", f"# text = {' '.join(words[start:end])}"), tuple(rows[start:end])
        )
        for number, (start, end) in enumerate(said.bounds(), 1)
    ]


_NOUN_FEATURES = np.array(["Number=Sing", "Number=Plur", "Case=Acc|Number=Sing", "Case=Acc|Number=Plur", "Case=Gen|Number=Sing", "Case=Gen|Number=Plur"], dtype=object)  # fmt: skip
_VERB_FEATURES = np.array(["Number=Sing|Tense=Pres", "Number=Plur|Tense=Pres", "Number=Sing|Tense=Past", "Number=Plur|Tense=Past"], dtype=object)  # fmt: skip


def _features(said: Said) -> NDArray[np.object_]:
    features = np.full(len(said.items), "_", dtype=object)
    for tag, values in (("NOUN", _NOUN_FEATURES), ("VERB", _VERB_FEATURES)):
        where = said.upos == tag
        features[where] = values[said.inflection[where]]
    return features


def entities(said: Said, inventory: Inventory, forms: NDArray[np.object_]) -> list[TaggedSentence]:
    """Sentences with BIO2 tags of their names."""
    kinds = np.full(len(inventory), "", dtype=object)
    for block, kind in ENTITY_TYPES.items():
        kinds[list(inventory.blocks[block])] = kind
    inside = _FLAT[said.slots]
    kind = kinds[said.items]
    starts = (kind != "") & ~inside
    # The rest of a name follows its first word, so the last start before it is its own.
    last = np.maximum.accumulate(np.where(starts, np.arange(len(kind)), 0))
    tags = np.where(inside, "I-" + kind[last], np.where(starts, "B-" + kind, "O")).tolist()
    words = forms.tolist()
    return [TaggedSentence(tuple(words[start:end]), tuple(tags[start:end])) for start, end in said.bounds()]
