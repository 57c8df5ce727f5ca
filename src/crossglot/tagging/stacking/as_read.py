"""Training sentences as a stacked tagger reads them, and the reader that is learned from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from crossglot.corpora.sentences import TaggedSentence
from crossglot.tagging.character_ngrams import CharacterNGrams
from crossglot.tagging.stacking.material import Material, Mixed, taken_apart
from crossglot.tagging.stacking.reader import Reader, transliterators_of
from crossglot.tagging.stacking.settings import Settings
from crossglot.tagging.stacking.sides import side_of, sides_by_script
from crossglot.tagging.stacking.telling import telling_sentences


@dataclass(frozen=True)
class Told:
    """A sentence as it is read, with the language of each word."""

    sentence: TaggedSentence
    languages: tuple[str, ...]


@dataclass(frozen=True)
class AsRead:
    """What both networks are trained on.

    Attributes:
        reader: reads other sentences in the same way.
        base: sentences of languages apart; where there are none, of code-switched ones each language's words.
        mixed: code-switched sentences.
    """

    reader: Reader
    base: Sequence[Told]
    mixed: Sequence[Told]


def as_read(material: Material, settings: Settings, *, seed: int, progress: Callable[[float], None]) -> AsRead:
    """Learns to tell languages and to transliterate, reads what is code-switched, and lists each language's words.

    Args:
        material: see there.
        settings: see there.
        seed: of all that is drawn.
        progress: told how much is done.
    """
    apart = {language: [one.words for one in found if len(one)] for language, found in material.apart.items()}
    apart = {language: words for language, words in apart.items() if words}
    transliterators = transliterators_of(apart, settings, seed=seed, progress=progress)
    teller = _teller(apart, material.mixed, spell=bool(transliterators), seed=seed)
    first = Reader(tuple(side_of(language, words) for language, words in apart.items()), teller, transliterators)
    mixed = _mixed_as_read(material.mixed, first)
    base = [
        Told(one, (language,) * len(one)) for language, found in material.apart.items() for one in found if len(one)
    ]
    pieces = [
        Told(piece, (language,) * len(piece))
        for one in mixed
        for piece, language in taken_apart(one.sentence, one.languages)
    ]
    by_language: dict[str, list[tuple[str, ...]]] = {}
    for one in (*base, *pieces):
        by_language.setdefault(one.languages[0], []).append(one.sentence.words)
    sides = tuple(side_of(language, words) for language, words in by_language.items())
    return AsRead(Reader(sides, teller if len(sides) > 1 else None, transliterators), base or pieces, mixed)


def _teller(
    apart: Mapping[str, Sequence[Sequence[str]]], mixed: Sequence[Mixed], *, spell: bool, seed: int
) -> CharacterNGrams | None:
    """What tells the languages of words; None where there are no two to tell."""
    known = [(one.sentence.words, one.languages) for one in mixed if one.languages is not None]
    if len({*apart, *(language for _, languages in known for language in languages)}) < 2:
        return None
    return CharacterNGrams.fit(telling_sentences(apart, known, spell=spell, seed=seed), task="labels")


def _mixed_as_read(mixed: Sequence[Mixed], reader: Reader) -> list[Told]:
    """Code-switched sentences, in the languages that are known or that the reader tells."""
    unknown = [one for one in mixed if one.languages is None]
    if reader.teller is None:
        found = iter([sides_by_script(one.sentence.words, one.pair) for one in unknown])
    else:
        found = iter(reader.teller.tag([one.sentence.words for one in unknown]))
    languages = [one.languages if one.languages is not None else next(found) for one in mixed]
    words = reader.words([one.sentence.words for one in mixed], languages)
    return [
        Told(TaggedSentence(read, one.sentence.tags), own)
        for read, one, own in zip(words, mixed, languages, strict=True)
    ]
