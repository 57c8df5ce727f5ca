"""Lexicons: a word for every item, suffixes, and which of them a language has from another (cognates)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from crossglot.lab.inventory import DEMONSTRATIVE_PRONOUN, NAMES, Inventory
from crossglot.lab.meanings import ACCUSATIVE, GENITIVE, PAST, PLURAL
from crossglot.lab.phonology import NEUTRAL, Phonology, coin_word, draw_phonology
from crossglot.lab.randomness import stream
from crossglot.lab.scripts import Script, capitalise
from crossglot.lab.spec import LabSpec, LanguageSpec

SUFFIXES = ("plural", "past", "accusative", "genitive")
SHARED_MARKS = (".", ",", "?")
OWN_MARKS = "‖†‡•‣‥…‧‰‱′″‴‵‶‷‸※‼‽⁁⁂⁃⁇⁈⁉⁊⁋⁌⁍⁎⁏⁐⁑⁓⁕⁖⁗⁘⁙⁚⁛⁜⁝⁞、。〃〽・׀׃؛؟۔।॥"
"""Punctuation of languages that share none: three a language, so enough for nineteen."""

INFLECTIONS = 6


@dataclass(frozen=True)
class Lexicon:
    """The words of a language as sounds.

    Attributes:
        phonology: what its words sound like.
        stems: item → its stem; for marks, figures, addresses and acronyms that are shared, the text itself.
        homographs: verbs → nouns and adverbs → adjectives that have the same stem.
        suffixes: plural, past, accusative, genitive.
        literal: items that are written the same in every script.
    """

    phonology: Phonology
    stems: tuple[str, ...]
    homographs: Mapping[int, int]
    suffixes: tuple[str, str, str, str]
    literal: frozenset[int]


def make_lexicons(spec: LabSpec, inventory: Inventory) -> dict[str, Lexicon]:
    """The lexicons of all languages of a spec, in its order.

    No coined word has a form, inflected or not, that another language's word has: what is shared is shared on purpose.
    """
    coiner = _Coiner()
    shared = _anchors(coiner, inventory, NEUTRAL, stream(spec.seed, "anchors"), shared=True) if spec.anchors else None
    lexicons: dict[str, Lexicon] = {}
    for number, (key, language) in enumerate(spec.languages.items()):
        rng = stream(spec.seed, key, "lexicon")
        lexicons[key] = _make_lexicon(spec, inventory, language, lexicons, coiner, rng)
        stems, literal = shared or _anchors(
            coiner, inventory, lexicons[key].phonology, stream(spec.seed, key, "anchors"), own=number
        )
        lexicons[key] = _with_anchors(lexicons[key], stems, literal)
    return lexicons


class _Coiner:
    """Coins words none of whose forms has been heard before."""

    def __init__(self) -> None:
        self._heard: set[str] = set()

    def hear(self, forms: Iterable[str]) -> None:
        self._heard.update(forms)

    def coin(
        self,
        phonology: Phonology,
        rng: np.random.Generator,
        syllables: int,
        forms: Callable[[str], set[str]] = lambda stem: {stem},
    ) -> str:
        """A word of about so many syllables; longer ones are tried when short ones run out."""
        for attempt in range(10_000):
            stem = coin_word(phonology, rng, syllables + attempt // 20)
            said = forms(stem)
            if self._heard.isdisjoint(said):
                self._heard |= said
                return stem
        raise AssertionError("no word left to coin")


def _make_lexicon(
    spec: LabSpec,
    inventory: Inventory,
    language: LanguageSpec,
    earlier: Mapping[str, Lexicon],
    coiner: _Coiner,
    rng: np.random.Generator,
) -> Lexicon:
    """Words and suffixes; anchors are added later."""
    if language.lexicon_of:
        return earlier[language.lexicon_of]
    kin = [earlier[key] for key in language.cognates]
    nearest = max(language.cognates, key=lambda key: language.cognates[key], default=None)
    phonology = earlier[nearest].phonology if nearest else draw_phonology(rng)
    homographs = earlier[nearest].homographs if nearest else _draw_homographs(spec, inventory, rng)
    words = [item for item in inventory.vocabulary if item not in homographs]
    origins = _origins(len(words) + len(SUFFIXES), list(language.cognates.values()), rng)
    suffixes = tuple(
        kin[origin].suffixes[at] if origin >= 0 else _coin_suffix(phonology, rng, coiner)
        for at, origin in enumerate(origins[len(words) :])
    )
    stems = [""] * len(inventory.vocabulary)
    for item, origin in zip(words, origins, strict=False):
        if origin >= 0:
            stems[item] = kin[origin].stems[item]
            coiner.hear(forms_of(stems[item], suffixes))
        else:
            length = _syllables(inventory, item)
            stems[item] = coiner.coin(phonology, rng, length, lambda stem: forms_of(stem, suffixes))
    for item, other in homographs.items():
        stems[item] = stems[other]
    return Lexicon(phonology, tuple(stems), homographs, suffixes, frozenset())


def _origins(size: int, rates: Sequence[float], rng: np.random.Generator) -> NDArray[np.int64]:
    """(size,) for each word the number of the language that it comes from, or -1; exactly the rates, rounded.

    A word that is shared at one rate is shared at every higher one.
    """
    ends = np.round(np.cumsum([0.0, *rates]) * size).astype(int)
    origins = np.full(size, -1)
    order = rng.permutation(size)
    for origin, (start, end) in enumerate(zip(ends, ends[1:], strict=False)):
        origins[order[start:end]] = origin
    return origins


def _draw_homographs(spec: LabSpec, inventory: Inventory, rng: np.random.Generator) -> dict[int, int]:
    """Verbs like nouns and adverbs like adjectives, of all frequencies; as many as concepts have no word of their own."""
    pairs = [
        (second, first)
        for one, other in (("NOUN", "VERB"), ("ADJ", "ADV"))
        for first, second in zip(
            _evenly(inventory.blocks[one], len(inventory.blocks[other])), inventory.blocks[other], strict=True
        )
    ]
    chosen = rng.choice(len(pairs), spec.concepts - spec.words, replace=False)
    same = {pairs[at][0]: pairs[at][1] for at in sorted(chosen)}
    alone = zip(inventory.blocks[DEMONSTRATIVE_PRONOUN], inventory.blocks["demonstrative"], strict=True)
    return same | dict(alone)


def _evenly(items: range, size: int) -> list[int]:
    return [items[at * len(items) // size] for at in range(size)]


def _syllables(inventory: Inventory, item: int) -> int:
    """Frequent words are short (Zipf): one syllable for function words, two, or three for the rarer half."""
    if item not in inventory.content:
        return 1
    block = inventory.blocks[str(inventory.upos[item])]
    return 2 if item - block.start < len(block) // 2 else 3


def _coin_suffix(phonology: Phonology, rng: np.random.Generator, coiner: _Coiner) -> str:
    word = coin_word(phonology, rng, 1)
    return word[-2:] if len(word) > 2 else word


def forms_of(stem: str, suffixes: Sequence[str]) -> set[str]:
    """All forms that a word with these suffixes may have, as noun or verb."""
    plural, past, accusative, genitive = suffixes
    return {stem + "".join(parts) for parts in product(("", past), ("", plural), ("", accusative, genitive))}


def _anchors(
    coiner: _Coiner,
    inventory: Inventory,
    phonology: Phonology,
    rng: np.random.Generator,
    *,
    shared: bool = False,
    own: int = 0,
) -> tuple[dict[int, str], frozenset[int]]:
    """Stems of marks, figures, addresses and names, and which of them are literal."""
    blocks = inventory.blocks
    marks = SHARED_MARKS if shared else OWN_MARKS[3 * own : 3 * own + 3]
    stems = dict(zip(blocks["mark"], marks, strict=True))
    literal = set(blocks["mark"])
    for name in ("figure", "address", *NAMES):
        for item in blocks[name]:
            if shared and name == "figure":
                small, year = item - blocks[name].start, 1900 + item - blocks[name].start
                stems[item] = str(small + 2 if small % 2 else year)
                continue
            word = coiner.coin(phonology, rng, 2)
            if shared and name == "address":
                word = f"www.{word}.org"
            elif shared and name == "acronym":
                word = word[:3].upper() + str(item - blocks[name].start + 1)
            stems[item] = word
        if shared and name in ("figure", "address", "acronym"):
            literal.update(blocks[name])
    return stems, frozenset(literal)


def _with_anchors(lexicon: Lexicon, stems: Mapping[int, str], literal: frozenset[int]) -> Lexicon:
    vocabulary = lexicon.stems[: min(stems)]
    return Lexicon(
        lexicon.phonology,
        (*vocabulary, *(stems[item] for item in sorted(stems))),
        lexicon.homographs,
        lexicon.suffixes,
        literal,
    )


def written_forms(
    lexicon: Lexicon, inventory: Inventory, script: Script, *, cases: bool = False
) -> NDArray[np.object_]:
    """What every item looks like in a script.

    Args:
        lexicon: the words.
        inventory: the items.
        script: what they are written in.
        cases: whether the accusative is marked.

    Returns:
        (2, items, inflections): as inside a sentence, and as its first word.
    """
    plural, past, accusative, genitive = lexicon.suffixes
    forms = np.empty((2, len(inventory), INFLECTIONS), dtype=object)
    names = {item for name in NAMES for item in inventory.blocks[name]}
    for item, stem in enumerate(lexicon.stems):
        for inflection in range(INFLECTIONS):
            suffix = ""
            if inventory.upos[item] in ("NOUN", "PRON"):
                suffix = plural * bool(inflection & PLURAL) + accusative * (cases and bool(inflection & ACCUSATIVE))
                suffix += genitive * bool(inflection & GENITIVE)
            elif inventory.upos[item] == "VERB":
                suffix = past * bool(inflection & PAST) + plural * bool(inflection & PLURAL)
            text = stem if item in lexicon.literal else script.write(stem + suffix)
            first = capitalise(text) if script.cased and item not in lexicon.literal else text
            forms[0, item, inflection] = first if item in names else text
            forms[1, item, inflection] = first
    return forms
