"""The world that all languages of a lab speak of: how frequent its concepts are, and what goes with what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from crossglot.lab.inventory import Inventory
from crossglot.lab.randomness import stream
from crossglot.lab.slots import PHRASES

TOPICS = 12
CONCENTRATION = 0.25
"""Of the Dirichlet draws that make preferences: the smaller it is, the fewer kinds of nouns a verb goes with."""

TRANSITIVE = 0.65
"""Share of verbs that have an object."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Choice:
    """Draws from one of several distributions over the same things, many rows at once."""

    def __init__(self, weights: Floats) -> None:
        """Takes (conditions, things) weights."""
        shares = np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1)
        self._flat = (shares + np.arange(len(weights))[:, None]).ravel()
        self._things = weights.shape[1]

    def draw(self, rng: np.random.Generator, conditions: Ints) -> Ints:
        """(rows,) one thing for each row's condition."""
        found = self._flat.searchsorted(conditions + rng.random(len(conditions)), side="right")
        things: Ints = np.clip(found - conditions * self._things, 0, self._things - 1)
        return things


def zipf(size: int) -> Floats:
    """(size,) weights 1 / (rank + 2.7), the law of Zipf and Mandelbrot."""
    weights: Floats = 1.0 / (np.arange(size, dtype=np.float64) + 3.7)
    return weights


@lru_cache
def by_rank(size: int) -> Choice:
    """The choice among so many things whose frequency follows their rank alone."""
    return Choice(zipf(size)[None])


@dataclass(frozen=True)
class World:
    """Preferences; all things are counted from 0 within their part of speech.

    Attributes:
        inventory: what there is to say.
        verbs: verb by topic.
        nouns: for each noun phrase (`subject` …), noun by verb.
        adpositions: adposition by verb.
        adjectives: adjective by noun.
        adverbs: adverb by verb.
        owners: noun in the genitive by noun.
        transitive: (verbs,) whether the verb has an object.
    """

    inventory: Inventory
    verbs: Choice
    nouns: Mapping[str, Choice]
    adpositions: Choice
    adjectives: Choice
    adverbs: Choice
    owners: Choice
    transitive: NDArray[np.bool_]


def make_world(inventory: Inventory, seed: int) -> World:
    """Draws the preferences: every thing has a kind, and what chooses it prefers some kinds."""
    rng = stream(seed, "world")
    sizes = {name: len(items) for name, items in inventory.blocks.items()}
    kinds = rng.integers(TOPICS, size=sizes["NOUN"])

    def tastes(conditions: int, kinds_of_things: Ints) -> Floats:
        taste = rng.dirichlet(np.full(TOPICS, CONCENTRATION), conditions) + 1e-3
        weights: Floats = zipf(len(kinds_of_things)) * taste[:, kinds_of_things]
        return weights

    def any_kinds(upos: str) -> Ints:
        return rng.integers(TOPICS, size=sizes[upos])

    return World(
        inventory,
        verbs=Choice(tastes(TOPICS, any_kinds("VERB"))),
        nouns={phrase: Choice(tastes(sizes["VERB"], kinds)) for phrase in PHRASES},
        adpositions=Choice(rng.dirichlet(np.full(sizes["adposition"], 0.5), sizes["VERB"]) + 1e-3),
        adjectives=Choice(tastes(TOPICS, any_kinds("ADJ"))[kinds]),
        adverbs=Choice(tastes(sizes["VERB"], any_kinds("ADV"))),
        owners=Choice(tastes(TOPICS, kinds)[kinds]),
        transitive=rng.random(sizes["VERB"]) < TRANSITIVE,
    )
