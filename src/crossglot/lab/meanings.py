"""Meanings: predicate-argument trees over concepts, drawn in bulk, before any language says them.

A sentence has a topic. Topics prefer verbs, verbs prefer kinds of subjects, objects and adpositions, nouns prefer
adjectives and owners. So words that mean alike have like neighbours in every language, which is what a masked language
model can find out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from crossglot.lab.inventory import COMMA, DEMONSTRATIVE_PRONOUN, FULL_STOP, NAMES, QUESTION
from crossglot.lab.randomness import stream
from crossglot.lab.slots import SLOTS, slot
from crossglot.lab.world import TOPICS, Choice, Ints, World, by_rank

if TYPE_CHECKING:
    from numpy.typing import NDArray

PLURAL, ACCUSATIVE, GENITIVE, PAST = 1, 2, 4, 2
"""Inflection as a number: of nouns PLURAL + ACCUSATIVE or PLURAL + GENITIVE, of verbs PLURAL + PAST; 0 is bare."""

Shares = Mapping[str, tuple[float, float, float, float]]

NAME_SHARES: Shares = {
    "subject": (0.6, 0.1, 0.25, 0.05),
    "object": (0.35, 0.15, 0.2, 0.3),
    "oblique": (0.15, 0.6, 0.15, 0.1),
    "genitive": (0.5, 0.2, 0.2, 0.1),
}
"""Shares of people, places, organisations and products among the names of a phrase: people act, places surround."""

ENTITY_SHARES: Shares = {
    "subject": (0.88, 0.04, 0.04, 0.04),
    "object": (0.04, 0.04, 0.04, 0.88),
    "oblique": (0.04, 0.88, 0.04, 0.04),
    "genitive": (0.04, 0.04, 0.88, 0.04),
}
"""The same for entity sets, where a name that was never seen has to be told by its place: people act, places surround,
organisations own, products are made."""


@dataclass(frozen=True)
class Meanings:
    """Sentences without a language.

    Attributes:
        items: (sentences, slots) int32, the item in each slot, -1 for an empty one.
        inflection: (sentences, slots) int8, see `PLURAL`.
    """

    items: NDArray[np.int32]
    inflection: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, chosen: slice | NDArray[np.bool_]) -> Meanings:
        return Meanings(self.items[chosen], self.inflection[chosen])

    def keys(self) -> NDArray[np.uint64]:
        """(sentences,) a hash of each meaning: equal for equal ones, and hardly for others."""
        factors = stream(0, "keys").integers(2**63, size=self.items.shape[1], dtype=np.uint64)
        said = (self.items * np.int32(8) + self.inflection).astype(np.uint64)
        mixed: NDArray[np.uint64] = (said * factors).sum(axis=1, dtype=np.uint64) >> np.uint64(16)
        return mixed


def join_meanings(parts: Iterable[Meanings]) -> Meanings:
    """One after the other."""
    kept = list(parts)
    return Meanings(np.concatenate([one.items for one in kept]), np.concatenate([one.inflection for one in kept]))


def draw_meanings(
    world: World,
    rng: np.random.Generator,
    size: int,
    *,
    names: float,
    shares: Shares = NAME_SHARES,
    unseen: float = 0.0,
) -> Meanings:
    """Draws meanings, all at once.

    Args:
        world: preferences.
        rng: the stream to draw from.
        size: how many.
        names: share of noun phrases that are names.
        shares: of the types of names in each phrase.
        unseen: share of names taken from the half of each list that is never drawn otherwise.
    """
    drawing = _Drawing(world, rng, size, names, shares, unseen)
    everywhere = np.arange(size)
    topics = by_rank(TOPICS).draw(rng, np.zeros_like(everywhere))
    drawing.clause(0, everywhere, topics)
    second = drawing.some(everywhere, 0.25)
    drawing.clause(1, second, topics[second])
    marks = world.inventory.blocks["mark"]
    drawing.put(slot("comma", clause=1), second, marks[COMMA])
    drawing.by_rank(slot("address"), drawing.some(everywhere, 0.02), "address")
    drawing.put(slot("stop"), everywhere, marks[FULL_STOP])
    drawing.put(slot("stop"), drawing.some(everywhere, 0.1), marks[QUESTION])
    return Meanings(np.ascontiguousarray(drawing.items), np.ascontiguousarray(drawing.inflection))


class _Drawing:
    """Meanings half made, filled slot by slot; `rows` are the numbers of the sentences that something is done to."""

    def __init__(
        self, world: World, rng: np.random.Generator, size: int, names: float, shares: Shares, unseen: float
    ) -> None:
        self.world, self.blocks, self.rng = world, world.inventory.blocks, rng
        self.names, self.shares, self.unseen = names, shares, unseen
        self.items = np.full((size, len(SLOTS)), -1, dtype=np.int32, order="F")  # as it is filled: slot by slot
        self.inflection = np.zeros((size, len(SLOTS)), dtype=np.int8, order="F")

    def some(self, rows: Ints, share: float) -> Ints:
        """So many of the rows, by chance."""
        return rows[self.rng.random(len(rows)) < share]

    def put(self, at: int, rows: Ints, items: Ints | int, inflection: Ints | int = 0) -> None:
        self.items[rows, at] = items
        self.inflection[rows, at] = inflection

    def chosen(self, at: int, rows: Ints, block: str, choice: Choice, conditions: Ints) -> Ints:
        """Puts items of a block that suit the rows' conditions, and gives their numbers in the block."""
        things = choice.draw(self.rng, conditions)
        self.put(at, rows, things + self.blocks[block].start)
        return things

    def by_rank(self, at: int, rows: Ints, block: str) -> Ints:
        """Puts items of a block, the first most often; of names the half for training, or the share of unseen ones."""
        items = self.blocks[block]
        size = len(items) // 2 if block in NAMES else len(items)
        things = by_rank(size).draw(self.rng, np.zeros_like(rows))
        if block in NAMES and self.unseen:
            things += (len(items) - size) * (self.rng.random(len(rows)) < self.unseen)
        self.put(at, rows, things + items.start)
        return things

    def clause(self, number: int, rows: Ints, topics: Ints) -> None:
        """Fills a clause: verb, its phrases, auxiliary or tense, adverb, negation; the second clause's linker too."""
        at = partial(slot, clause=number)
        verbs = np.zeros(len(self.items), dtype=np.int64)
        verbs[rows] = self.chosen(at("verb"), rows, "VERB", self.world.verbs, topics)
        plural = self.phrase("subject", number, rows, verbs)
        self.phrase("object", number, rows[self.world.transitive[verbs[rows]]], verbs)
        around = self.some(rows, 0.4)
        self.phrase("oblique", number, around, verbs)
        self.chosen(at("case", "oblique"), around, "adposition", self.world.adpositions, verbs[around])
        modified = self.some(rows, 0.3)
        self.chosen(at("adverb"), modified, "ADV", self.world.adverbs, verbs[modified])
        self.put(at("not"), self.some(rows, 0.08), self.blocks["not"].start)
        self.inflection[plural, at("verb")] += PLURAL
        self.inflection[self.some(rows, 0.4), at("verb")] += PAST
        helped = self.some(rows, 0.2)
        self.by_rank(at("auxiliary"), helped, "auxiliary")
        self.inflection[helped, at("verb")] = 0  # the auxiliary is the finite verb, and has one form
        if number == 1:
            self.by_rank(at("linker"), rows, "because")
            self.by_rank(at("linker"), self.some(rows, 0.5), "and")

    def phrase(self, phrase: str, number: int, rows: Ints, verbs: Ints) -> Ints:
        """Fills a noun phrase, and gives the rows where it is plural.

        Args:
            phrase: `subject`, `object` or `oblique`.
            number: of the clause.
            rows: where there is one.
            verbs: (sentences,) the verb of each sentence's clause.
        """
        at = partial(slot, phrase=phrase, clause=number)
        case = ACCUSATIVE if phrase == "object" else 0
        kind = self.rng.random(len(rows))
        named, pronoun = rows[kind < self.names], rows[kind > 0.85]
        common = rows[(kind >= self.names) & (kind <= 0.85)]
        nouns = self.chosen(at("noun"), common, "NOUN", self.world.nouns[phrase], verbs[common])
        several = self.modifiers(phrase, number, common, nouns)
        self.name(at("noun"), at("flat"), phrase, named)
        persons = self.by_rank(at("noun"), pronoun, "pronoun")
        alone = self.some(pronoun[persons % 2 == 0], 0.4)
        self.by_rank(at("noun"), alone, DEMONSTRATIVE_PRONOUN)
        self.inflection[rows, at("noun")] = case
        self.inflection[several, at("noun")] += PLURAL
        joined = self.some(np.concatenate([common, named]), 0.06)
        self.put(at("and"), joined, self.blocks["and"].start)
        self.chosen(at("conjunct"), joined, "NOUN", self.world.nouns[phrase], verbs[joined])
        self.inflection[joined, at("conjunct")] = case
        self.inflection[self.some(joined, 0.3), at("conjunct")] += PLURAL
        return np.unique(np.concatenate([several, joined, pronoun[persons % 2 == 1]]))

    def modifiers(self, phrase: str, number: int, rows: Ints, nouns: Ints) -> Ints:
        """Fills what stands around the nouns of these rows, and gives the rows where the noun is plural."""
        at = partial(slot, phrase=phrase, clause=number)
        by_row = np.zeros(len(self.items), dtype=np.int64)
        by_row[rows] = nouns
        self.by_rank(at("demonstrative"), self.some(rows, 0.3), "demonstrative")
        described = self.some(rows, 0.35)
        self.chosen(at("adjective"), described, "ADJ", self.world.adjectives, by_row[described])
        counted = self.some(rows, 0.12)
        self.by_rank(at("numeral"), counted, "numeral")
        self.by_rank(at("numeral"), self.some(counted, 0.5), "figure")
        owned = self.some(rows, 0.15)
        self.chosen(at("genitive"), owned, "NOUN", self.world.owners, by_row[owned])
        self.inflection[owned, at("genitive")] = GENITIVE
        self.inflection[self.some(owned, 0.3), at("genitive")] += PLURAL
        self.name(at("genitive"), at("genitive flat"), "genitive", self.some(owned, self.names))
        return np.union1d(counted, self.some(rows, 0.3))

    def name(self, noun: int, flat: int, phrase: str, rows: Ints) -> None:
        """Puts names into a noun slot, and the rest of longer names into the slot after it."""
        kind = np.searchsorted(np.cumsum(self.shares[phrase])[:-1], self.rng.random(len(rows)), side="right")
        people, places, organisations, products = (rows[kind == at] for at in range(4))
        self.by_rank(noun, people, "first name")
        full = self.some(people, 0.6)
        self.by_rank(flat, full, "last name")
        self.by_rank(flat, self.some(full, 0.15), "place")  # Jack London
        self.by_rank(noun, places, "place")
        self.by_rank(noun, organisations, "organisation")
        self.by_rank(flat, self.some(organisations, 0.25), "place")  # Bayern München
        short = organisations[self.items[organisations, flat] < 0]
        self.by_rank(noun, self.some(short, 0.4), "acronym")
        self.by_rank(noun, products, "product")
        self.by_rank(flat, self.some(products, 0.4), "figure")  # Apollo 11
