"""Meanings: predicate-argument trees over concepts, drawn in bulk, before any language says them.

Concepts are Zipfian. A sentence has a topic; topics prefer verbs, verbs prefer kinds of subjects, objects and adpositions, nouns
prefer adjectives and owners. So words that mean alike have like neighbours in every language, which is what a masked language
model can find out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossglot.lab.inventory import COMMA, DEMONSTRATIVE_PRONOUN, FULL_STOP, NAMES, QUESTION, Inventory
from crossglot.lab.randomness import stream
from crossglot.lab.slots import PHRASES, SLOTS, slot

TOPICS = 12
CONCENTRATION = 0.25
"""Of the Dirichlet draws that make preferences: the smaller, the fewer kinds of nouns a verb goes with."""

PLURAL, ACCUSATIVE, GENITIVE, PAST = 1, 2, 4, 2
"""Inflection as a number: nouns `PLURAL + ACCUSATIVE` or `PLURAL + GENITIVE`, verbs `PLURAL + PAST`; 0 is bare."""

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


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

    def keys(self) -> NDArray[np.uint64]:
        """(sentences,) a hash of each meaning; equal meanings have equal ones."""
        factors = stream(0, "hash").integers(1, 2**63, self.items.shape[1], dtype=np.uint64) | np.uint64(1)
        both = (self.items.astype(np.int64) * 8 + self.inflection).astype(np.uint64)
        return (both * factors).sum(axis=1, dtype=np.uint64)

    def __getitem__(self, chosen: NDArray[np.bool_] | slice) -> Meanings:
        return Meanings(self.items[chosen], self.inflection[chosen])


class Choice:
    """Draws from one of several distributions over the same things, all rows at once."""

    def __init__(self, weights: Floats) -> None:
        """Takes (conditions, things) weights."""
        shares = np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1)
        shares[:, -1] = 1.0
        self._flat = (shares + np.arange(len(weights))[:, None]).ravel()
        self._width = weights.shape[1]

    def draw(self, rng: np.random.Generator, conditions: Ints) -> Ints:
        """One thing for each condition: two of a condition are independent."""
        found = np.searchsorted(self._flat, conditions + rng.random(len(conditions)), side="right")
        return np.minimum(found - conditions * self._width, self._width - 1)


def zipf(size: int) -> Floats:
    """(size,) Zipf-Mandelbrot weights, 1 / (rank + 2.7)."""
    weights: Floats = 1.0 / (np.arange(size) + 3.7)
    return weights


@dataclass(frozen=True)
class World:
    """What goes with what: preferences that all languages of a lab share.

    Attributes:
        inventory: what there is to say.
        verbs: topic → verb.
        nouns: phrase (`subject` …) → choice of a noun by verb.
        adpositions: verb → adposition.
        adjectives: noun → adjective.
        adverbs: verb → adverb.
        owners: noun → noun in the genitive.
        transitive: (verbs,) whether the verb has an object.
    """

    inventory: Inventory
    verbs: Choice
    nouns: dict[str, Choice]
    adpositions: Choice
    adjectives: Choice
    adverbs: Choice
    owners: Choice
    transitive: Flags


def make_world(inventory: Inventory, seed: int) -> World:
    """Draws the preferences."""
    rng = stream(seed, "world")
    nouns, verbs = len(inventory.blocks["NOUN"]), len(inventory.blocks["VERB"])
    kinds = rng.integers(TOPICS, size=nouns)

    def prefer(conditions: int, things: Ints) -> Choice:
        taste = rng.dirichlet(np.full(TOPICS, CONCENTRATION), conditions) + 1e-3
        return Choice(zipf(len(things)) * taste[:, things])

    def by_kind(size: int) -> Choice:
        taste = rng.dirichlet(np.full(TOPICS, CONCENTRATION), TOPICS) + 1e-3
        return Choice((zipf(size) * taste[:, rng.integers(TOPICS, size=size)])[kinds])

    return World(
        inventory,
        verbs=prefer(TOPICS, rng.integers(TOPICS, size=verbs)),
        nouns={phrase: prefer(verbs, kinds) for phrase in PHRASES},
        adpositions=Choice(rng.dirichlet(np.full(len(inventory.blocks["adposition"]), 0.5), verbs) + 1e-3),
        adjectives=by_kind(len(inventory.blocks["ADJ"])),
        adverbs=prefer(verbs, rng.integers(TOPICS, size=len(inventory.blocks["ADV"]))),
        owners=by_kind(nouns),
        transitive=rng.random(verbs) < 0.65,
    )


def draw_meanings(
    world: World, rng: np.random.Generator, size: int, *, names: float = 0.2, unseen: float = 0.0
) -> Meanings:
    """Draws meanings, all at once.

    Args:
        world: preferences.
        rng: the stream to draw from.
        size: how many.
        names: share of noun phrases that are names.
        unseen: share of names taken from the half of each list that training never sees.
    """
    drawing = _Drawing(world, rng, size, names, unseen)
    topics = np.searchsorted(np.cumsum(zipf(TOPICS) / zipf(TOPICS).sum()), rng.random(size) * (1 - 1e-9))
    drawing.clause(0, topics, np.ones(size, dtype=bool))
    second = drawing.chance(0.25)
    drawing.clause(1, topics, second)
    marks = world.inventory.blocks["mark"]
    drawing.put(slot("comma", clause=1), second, marks[COMMA])
    drawing.put(slot("address"), drawing.chance(0.02), drawing.zipfian("address"))
    drawing.put(slot("stop"), drawing.chance(1.0), marks[FULL_STOP])
    drawing.put(slot("stop"), drawing.chance(0.1), marks[QUESTION])
    return Meanings(drawing.items, drawing.inflection)


class _Drawing:
    """Meanings half made: (sentences, slots) arrays that are filled column by column."""

    def __init__(self, world: World, rng: np.random.Generator, size: int, names: float, unseen: float) -> None:
        self.world, self.rng, self.size, self.names, self.unseen = world, rng, size, names, unseen
        self.items = np.full((size, len(SLOTS)), -1, dtype=np.int32)
        self.inflection = np.zeros((size, len(SLOTS)), dtype=np.int8)

    def chance(self, share: float) -> Flags:
        return self.rng.random(self.size) < share

    def put(self, at: int, where: Flags, items: Ints | int) -> None:
        self.items[:, at] = np.where(where, items, self.items[:, at])

    def zipfian(self, block: str) -> Ints:
        """Items of a block, the first most often; of names only the seen half, but for the share that is unseen."""
        items = self.world.inventory.blocks[block]
        size = len(items) // 2 if block in NAMES else len(items)
        drawn = Choice(zipf(size)[None]).draw(self.rng, np.zeros(self.size, dtype=np.int64))
        if block in NAMES:
            drawn = drawn + np.where(self.chance(self.unseen), len(items) - size, 0)
        return drawn + items.start

    def clause(self, number: int, topics: Ints, there: Flags) -> None:
        world, blocks = self.world, self.world.inventory.blocks
        verbs = world.verbs.draw(self.rng, topics)
        plural = self.phrase("subject", number, verbs, there)
        self.phrase("object", number, verbs, there & world.transitive[verbs])
        oblique = there & self.chance(0.4)
        self.phrase("oblique", number, verbs, oblique)
        self.put(
            slot("case", "oblique", number),
            oblique,
            world.adpositions.draw(self.rng, verbs) + blocks["adposition"].start,
        )
        self.put(slot("verb", clause=number), there, verbs + blocks["VERB"].start)
        self.put(
            slot("adverb", clause=number),
            there & self.chance(0.3),
            world.adverbs.draw(self.rng, verbs) + blocks["ADV"].start,
        )
        auxiliary = there & self.chance(0.2)
        self.put(slot("auxiliary", clause=number), auxiliary, self.zipfian("auxiliary"))
        self.put(slot("not", clause=number), there & self.chance(0.08), blocks["not"].start)
        finite = there & ~auxiliary
        self.inflection[:, slot("verb", clause=number)] = finite * (PLURAL * plural + PAST * self.chance(0.4))
        if number == 1:
            linker = np.where(self.chance(0.5), self.zipfian("and"), self.zipfian("because"))
            self.put(slot("linker", clause=number), there, linker)

    def phrase(self, phrase: str, number: int, verbs: Ints, there: Flags) -> Flags:
        """Fills a noun phrase, and says where it is plural."""
        world, blocks = self.world, self.world.inventory.blocks

        def at(name: str) -> int:
            return slot(name, phrase, number)

        kind = self.rng.random(self.size)
        named = there & (kind < self.names)
        pronoun = there & (kind > 0.85) & ~named
        common = there & ~named & ~pronoun
        nouns = world.nouns[phrase].draw(self.rng, verbs)
        self.put(at("noun"), common, nouns + blocks["NOUN"].start)
        self.name(at("noun"), at("flat"), phrase, named)
        persons = self.zipfian("pronoun")
        self.put(at("noun"), pronoun, persons)
        self.put(at("noun"), pronoun & self.chance(0.3), self.zipfian(DEMONSTRATIVE_PRONOUN))
        self.put(at("demonstrative"), common & self.chance(0.3), self.zipfian("demonstrative"))
        self.put(
            at("adjective"), common & self.chance(0.35), world.adjectives.draw(self.rng, nouns) + blocks["ADJ"].start
        )
        counted = common & self.chance(0.12)
        self.put(at("numeral"), counted, np.where(self.chance(0.5), self.zipfian("numeral"), self.zipfian("figure")))
        owned = common & self.chance(0.15)
        self.put(at("genitive"), owned, world.owners.draw(self.rng, nouns) + blocks["NOUN"].start)
        self.name(at("genitive"), at("genitive flat"), "genitive", owned & self.chance(self.names))
        joined = there & ~pronoun & self.chance(0.06)
        self.put(at("and"), joined, blocks["and"].start)
        self.put(at("conjunct"), joined, world.nouns[phrase].draw(self.rng, verbs) + blocks["NOUN"].start)
        plural = common & (counted | self.chance(0.3))
        case = ACCUSATIVE if phrase == "object" else 0
        self.inflection[:, at("noun")] = plural * PLURAL + case * there
        self.inflection[:, at("conjunct")] = joined * (PLURAL * self.chance(0.3) + case)
        self.inflection[:, at("genitive")] = owned * (PLURAL * self.chance(0.3) + GENITIVE)
        several = (persons - blocks["pronoun"].start) % 2 == 1
        return plural | joined | (pronoun & several)

    def name(self, noun: int, flat: int, where: str, named: Flags) -> None:
        """Puts names into a noun slot; which type depends on the phrase, as people act and places surround."""
        shares = {"subject": (0.6, 0.7, 0.95), "object": (0.35, 0.5, 0.7), "oblique": (0.15, 0.75, 0.9)}.get(
            where, (0.5, 0.7, 0.9)
        )
        kind = np.searchsorted(np.array(shares), self.rng.random(self.size))
        short = self.chance(0.4)
        company = np.where(short, self.zipfian("acronym"), self.zipfian("organisation"))
        picked = np.stack([self.zipfian("first name"), self.zipfian("place"), company, self.zipfian("product")])
        self.put(noun, named, picked[kind, np.arange(self.size)])
        self.put(flat, named & (kind == 0) & self.chance(0.6), self.zipfian("last name"))
        self.put(flat, named & (kind == 2) & ~short & self.chance(0.4), self.zipfian("place"))
        self.put(flat, named & (kind == 3) & self.chance(0.4), self.zipfian("figure"))
