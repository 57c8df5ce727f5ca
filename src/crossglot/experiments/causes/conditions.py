"""The conditions of the causal study as data: a base, and variants of it in which one knob is moved.

Sizes and schedule were settled on the base condition alone, before any knob was moved: see docs/causes.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from crossglot.lab.spec import LabSpec, Sizes, make_spec
from crossglot.pretraining.shapes import Shape
from crossglot.tagging.recipe import Recipe

SOURCE, TARGET = "qaa", "qab"
"""Keys of the two languages; ISO 639 keeps qaa to qtz for local use."""

ORDER: Mapping[str, str] = MappingProxyType(
    {
        "81A": "SVO",
        "85A": "Prepositions",
        "86A": "Noun-Genitive",
        "87A": "Adjective-Noun",
        "88A": "Demonstrative-Noun",
        "89A": "Numeral-Noun",
    }
)
"""Both languages' order in the base, by WALS features: that of most of the paper's European languages."""

FLIPPED: Mapping[str, str] = MappingProxyType(
    {
        "81A": "SOV",
        "85A": "Postpositions",
        "86A": "Genitive-Noun",
        "87A": "Noun-Adjective",
        "88A": "Noun-Demonstrative",
        "89A": "Noun-Numeral",
    }
)
"""The target's order where a knob flips it."""


@dataclass(frozen=True)
class World:
    """Sizes and settings that all conditions share.

    Attributes:
        concepts: of the lab.
        words: of each language for them.
        names: share of noun phrases that are names in the lab's entity sets; elsewhere a third of that.
        sizes: sentences of each file of the lab.
        shape: of the encoder in the base, and its schedule.
        recipe: of the taggers.
    """

    concepts: int
    words: int
    names: float
    sizes: Sizes
    shape: Shape
    recipe: Recipe


WORLD = World(
    concepts=60,
    words=53,
    names=0.2,
    sizes=Sizes(train=600, dev=1, test=400, mono=8000, parallel=8000),
    shape=Shape(
        name="causes", layers=2, hidden=64, heads=2, vocab_size=800, positions=64, length=32, full_share=0.25,
        batch_pieces=1024, steps=2400, learning_rate=4e-3, warmup=0.1, dropout=0.0, initializer_range=0.07,
    ),
    recipe=Recipe(learning_rate=2e-3, epochs=4),
)  # fmt: skip


@dataclass(frozen=True)
class Condition:
    """The base with one knob moved, or another condition with one more knob moved.

    Attributes:
        key: its name in results and figures: `cognates 0.5`.
        target: fields of the target's `LanguageSpec` that differ from the base.
        lab: fields of the `LabSpec` that differ.
        shape: fields of the shape that differ.
        training: fields of the step that differ.
        against: the condition that its effect is measured against.
    """

    key: str
    target: Mapping[str, object] = field(default_factory=dict)
    lab: Mapping[str, object] = field(default_factory=dict)
    shape: Mapping[str, object] = field(default_factory=dict)
    training: Mapping[str, bool] = field(default_factory=dict)
    against: str = "base"


def _order(key: str, *features: str) -> Condition:
    return Condition(key, target={"wals": dict(ORDER) | {name: FLIPPED[name] for name in features}})


def _cognates(rate: float) -> Condition:
    return Condition(f"cognates {rate:g}", target={"cognates": {SOURCE: rate}})


BASE = Condition("base")
UNTRAINED = Condition("untrained", training={"untrained": True})
ALL_FLIPPED = _order("all six orders", *FLIPPED)
CYRILLIC = Condition("Cyrillic", target={"script": "Cyrl"})
COGNATES = tuple(_cognates(rate) for rate in (0.25, 0.5, 1.0))
WITHOUT_ANCHORS = Condition("no anchors", lab={"anchors": False})
DOSE = (
    WITHOUT_ANCHORS,
    *(Condition(f"{kind} only", lab={"anchors": (kind,)}) for kind in ("punctuation", "numbers", "names")),
)
"""Conditions by the anchors that target and source share: none, or one kind; the base shares all."""
WITHOUT_PIECES = replace(CYRILLIC, key="Cyrillic, no anchors", lab=WITHOUT_ANCHORS.lab, against=CYRILLIC.key)
"""Source and target share not even a letter, so no piece but the special ones."""
WITH_BITEXT: Mapping[str, bool] = MappingProxyType({"bitext": True})

CONDITIONS: tuple[Condition, ...] = (
    BASE,
    UNTRAINED,
    CYRILLIC,
    _order("verb last", "81A"),
    _order("postpositions", "85A"),
    _order("owner before noun", "86A"),
    _order("adjective after noun", "87A"),
    _order("demonstrative after noun", "88A"),
    _order("numeral after noun", "89A"),
    ALL_FLIPPED,
    *COGNATES,
    *DOSE,
    WITHOUT_PIECES,
    Condition("separate positions", training={"separate_positions": True}),
    Condition("1 layer", shape={"layers": 1}),
    Condition("4 layers", shape={"layers": 4}),
    Condition("32 wide", shape={"hidden": 32}),
    Condition("128 wide", shape={"hidden": 128}),
    Condition("TLM", training=WITH_BITEXT),
    replace(ALL_FLIPPED, key="TLM, all six orders", training=WITH_BITEXT, against=ALL_FLIPPED.key),
)


def lab_of(condition: Condition, world: World, seed: int) -> LabSpec:
    """The two languages of a condition. The source, all meanings and all sentences' meanings depend on the seed alone.

    The target takes its sounds and its homographs from the source in every condition.
    """
    base = {"script": "Latn", "wals": dict(ORDER)}
    return make_spec(
        {
            "seed": seed,
            "concepts": world.concepts,
            "words": world.words,
            "names": world.names,
            "sizes": world.sizes.model_dump(),
            "languages": {
                SOURCE: {"name": "Source"} | base,
                TARGET: {"name": "Target", "cognates": {SOURCE: 0.0}} | base | dict(condition.target),
            },
        }
        | dict(condition.lab)
    )
