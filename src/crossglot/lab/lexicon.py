"""Lexicons: a word for every item, suffixes, and which of them a language has from another one (cognates)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product
from typing import TYPE_CHECKING

import numpy as np

from crossglot.lab.anchors import KINDS, Anchors, own_anchors, partly_shared, shared_anchors
from crossglot.lab.inventory import DEMONSTRATIVE_PRONOUN, NAMES, Inventory
from crossglot.lab.meanings import ACCUSATIVE, GENITIVE, PAST, PLURAL
from crossglot.lab.phonology import Coiner, Phonology, coin_word, draw_phonology
from crossglot.lab.randomness import stream
from crossglot.lab.scripts import Script, capitalise
from crossglot.lab.spec import LabSpec, LanguageSpec

if TYPE_CHECKING:
    from numpy.typing import NDArray

SUFFIXES = ("plural", "past", "accusative", "genitive")
INFLECTIONS = 6
"""Inflections are numbers below it, see `meanings.PLURAL`."""


@dataclass(frozen=True)
class Lexicon:
    """The words of a language as sounds.

    Attributes:
        phonology: what its words sound like.
        stems: stem of each item of the vocabulary.
        homographs: items that have no stem of their own → those whose stem they have.
        suffixes: plural (of nouns and verbs alike), past, accusative, genitive.
        anchors: its figures, names and so on.
    """

    phonology: Phonology
    stems: tuple[str, ...]
    homographs: Mapping[int, int]
    suffixes: tuple[str, ...]
    anchors: Anchors


def make_lexicons(spec: LabSpec, inventory: Inventory) -> dict[str, Lexicon]:
    """The lexicons of all languages of a spec, in its order.

    No coined word has a form, inflected or not, that a word before it has: what is shared is shared on purpose.
    """
    coiner = Coiner()
    shared = shared_anchors(inventory, coiner, stream(spec.seed, "anchors"))
    lexicons: dict[str, Lexicon] = {}
    for number, (key, language) in enumerate(spec.languages.items()):
        if language.lexicon_of:
            lexicon = replace(lexicons[language.lexicon_of], anchors=shared)
        else:
            kin = {other: lexicons[other] for other in language.cognates}
            lexicon = _make_lexicon(spec, inventory, language, kin, shared, coiner, stream(spec.seed, key, "lexicon"))
        if number and set(spec.shared_anchors) != set(KINDS):
            rng = stream(spec.seed, key, "anchors")
            own = own_anchors(inventory, number, lexicon.phonology, coiner, rng)
            lexicon = replace(lexicon, anchors=partly_shared(inventory, shared, own, spec.shared_anchors))
        lexicons[key] = lexicon
    return lexicons


def _make_lexicon(
    spec: LabSpec,
    inventory: Inventory,
    language: LanguageSpec,
    kin: Mapping[str, Lexicon],
    anchors: Anchors,
    coiner: Coiner,
    rng: np.random.Generator,
) -> Lexicon:
    """Words of its own, but for the shares that it has from its kin."""
    nearest = kin[max(kin, key=lambda key: language.cognates[key])] if kin else None
    phonology = nearest.phonology if nearest else draw_phonology(rng)
    homographs = nearest.homographs if nearest else _draw_homographs(spec, inventory, rng)
    words = [item for item in inventory.vocabulary if item not in homographs]
    lenders = _lenders(len(words) + len(SUFFIXES), [(kin[key], rate) for key, rate in language.cognates.items()], rng)
    suffixes = _suffixes(lenders[len(words) :], phonology, rng)
    stems = [""] * len(inventory.vocabulary)
    for item, lender in zip(words, lenders, strict=False):
        if lender:
            stems[item] = lender.stems[item]
            coiner.hear(forms_of(stems[item], suffixes))
        else:
            length = _syllables(inventory, item)
            stems[item] = coiner.coin(phonology, rng, length, lambda stem: forms_of(stem, suffixes))
    for item, other in homographs.items():
        stems[item] = stems[other]
    return Lexicon(phonology, tuple(stems), homographs, suffixes, anchors)


def _lenders(size: int, rates: Sequence[tuple[Lexicon, float]], rng: np.random.Generator) -> list[Lexicon | None]:
    """For each of so many words, whom it comes from, if from anyone: exactly the rates, rounded to words.

    A word that is shared at one rate is shared at every higher one.
    """
    ends = np.round(np.cumsum([0.0, *(rate for _, rate in rates)]) * size).astype(int)
    order = rng.permutation(size)
    lenders: list[Lexicon | None] = [None] * size
    for (lender, _), (start, end) in zip(rates, pairwise(ends), strict=True):
        for at in order[start:end]:
            lenders[at] = lender
    return lenders


def _draw_homographs(spec: LabSpec, inventory: Inventory, rng: np.random.Generator) -> dict[int, int]:
    """Verbs with nouns and adverbs with adjectives of about their frequency, as many as words are too few.

    Demonstratives that stand alone look like those before a noun.
    """
    pairs: list[tuple[int, int]] = []
    for one, other in (("VERB", "NOUN"), ("ADV", "ADJ")):
        items, partners = inventory.blocks[one], inventory.blocks[other]
        chosen = np.sort(rng.choice(len(partners), len(items), replace=False))
        pairs += zip(items, (partners[at] for at in chosen), strict=True)
    kept = np.sort(rng.choice(len(pairs), spec.concepts - spec.words, replace=False))
    alone = zip(inventory.blocks[DEMONSTRATIVE_PRONOUN], inventory.blocks["demonstrative"], strict=True)
    return dict(pairs[at] for at in kept) | dict(alone)


def _syllables(inventory: Inventory, item: int) -> int:
    """Frequent words are short (Zipf): function words have one syllable, concepts two, or three in the rarer half."""
    if item not in inventory.content:
        return 1
    block = inventory.blocks[str(inventory.upos[item])]
    return 2 if item - block.start < len(block) // 2 else 3


def _suffixes(lenders: Sequence[Lexicon | None], phonology: Phonology, rng: np.random.Generator) -> tuple[str, ...]:
    """Suffixes, each its lender's or coined; no two are alike."""
    suffixes = [lender.suffixes[at] if lender else "" for at, lender in enumerate(lenders)]
    for at, lender in enumerate(lenders):
        while not lender and (not suffixes[at] or suffixes.count(suffixes[at]) > 1):
            suffixes[at] = coin_word(phonology, rng, 1)[-2:]
    return tuple(suffixes)


def forms_of(stem: str, suffixes: Sequence[str]) -> set[str]:
    """All forms that a stem with these suffixes can have, as a noun and as a verb."""
    plural, past, accusative, genitive = suffixes
    return {stem + "".join(parts) for parts in product(("", past), ("", plural), ("", accusative, genitive))}


def written_forms(
    lexicon: Lexicon, inventory: Inventory, script: Script, *, cases: bool = False
) -> NDArray[np.object_]:
    """What every item looks like in a script.

    Args:
        lexicon: the words.
        inventory: the items.
        script: what they are written in.
        cases: whether the accusative has its suffix.

    Returns:
        (2, items, inflections): inside a sentence, and as its first word.
    """
    suffixes = _suffixes_by_inflection(lexicon, cases=cases)
    forms = np.empty((2, len(inventory), INFLECTIONS), dtype=object)
    stems = (*lexicon.stems, *lexicon.anchors.stems)
    for block, items in inventory.blocks.items():
        literal = block in lexicon.anchors.literal
        for item in items:
            for at, suffix in enumerate(suffixes.get(str(inventory.upos[item]), ("",) * INFLECTIONS)):
                text = stems[item] if literal else script.write(stems[item] + suffix)
                first = capitalise(text) if script.cased and not literal else text
                forms[:, item, at] = (first if block in NAMES else text), first
    return forms


def _suffixes_by_inflection(lexicon: Lexicon, *, cases: bool) -> dict[str, list[str]]:
    """UPOS → its suffix for each inflection; tags that are not there have none."""
    plural, past, accusative, genitive = lexicon.suffixes
    ending = {0: "", ACCUSATIVE: accusative if cases else "", GENITIVE: genitive}
    nouns = [plural * (at & PLURAL) + ending[at & ~PLURAL] for at in range(INFLECTIONS)]
    verbs = [past * bool(at & PAST) + plural * (at & PLURAL) for at in range(INFLECTIONS)]
    return {"NOUN": nouns, "PRON": nouns, "VERB": verbs}
