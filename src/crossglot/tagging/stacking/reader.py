"""How sentences are read: which language each word is of, and which of that language's words it stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from crossglot.corpora.transliteration import is_devanagari
from crossglot.tagging.spelled import UNKNOWN
from crossglot.tagging.stacking.settings import Settings
from crossglot.tagging.stacking.sides import LATIN, Side, script

if TYPE_CHECKING:
    from crossglot.tagging.character_ngrams import CharacterNGrams
    from crossglot.transliteration.transliterator import Transliterator

FEWEST_WORDS = 20
"""Words of a language below which no transliterator is trained."""


@dataclass(frozen=True, eq=False)
class Reader:
    """See the module.

    Attributes:
        sides: the languages that there are.
        teller: gives every word its language for a tag; None where there is one language.
        transliterators: of some languages, by their keys.
    """

    sides: tuple[Side, ...]
    teller: CharacterNGrams | None
    transliterators: Mapping[str, Transliterator]

    @cached_property
    def _own_scripts(self) -> dict[str, str]:
        """Scripts that one language alone is written in, and that language."""
        scripts = [script(side.words) for side in self.sides]
        return {
            one: side.language for one, side in zip(scripts, self.sides, strict=True) if one and scripts.count(one) == 1
        }

    def languages(self, sentences: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
        """The language of each word.

        Only Latin letters are borrowed: a sentence in which another language's own script is, is written in scripts of
        their own throughout, which tell the languages of all words with letters.
        """
        if self.teller is None:
            return [(self.sides[0].language,) * len(words) for words in sentences]
        told = self.teller.tag(sentences)
        return [self._by_scripts(words, own) for words, own in zip(sentences, told, strict=True)]

    def _by_scripts(self, words: Sequence[str], told: Sequence[str]) -> tuple[str, ...]:
        if all(map(str.isascii, words)):
            return tuple(told)
        scripts = [script([word]) for word in words]
        if not {*scripts} & {*self._own_scripts} - {LATIN}:
            return tuple(told)
        return tuple(self._own_scripts.get(own, one) for own, one in zip(scripts, told, strict=True))

    def words(self, sentences: Sequence[Sequence[str]], languages: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
        """What each word is read as in its language.

        Words in Latin letters of a language in Devanagari are transliterated back. Of a language in Latin letters those
        that it does not know are read as one that it knows, if the transliterator finds one.
        """
        found = [tuple(words) for words in sentences]
        for side in self.sides:
            transliterator = self.transliterators.get(side.language)
            if transliterator is None:
                continue
            which = [
                [one == side.language and self._strange(side, word) for word, one in zip(words, own, strict=True)]
                for words, own in zip(found, languages, strict=True)
            ]
            chosen = transliterator.sentences(found, which)
            found = [
                tuple(_known(side, word, best) for word, best in zip(words, others, strict=True))
                for words, others in zip(found, chosen, strict=True)
            ]
        return found

    def _strange(self, side: Side, word: str) -> bool:
        return not is_devanagari(word) and side.row(word) == UNKNOWN


def _known(side: Side, word: str, best: str) -> str:
    return best if is_devanagari(best) or side.row(best) != UNKNOWN else word


def transliterators_of(
    apart: Mapping[str, Sequence[Sequence[str]]],
    settings: Settings,
    *,
    seed: int,
    progress: Callable[[float], None],
) -> dict[str, Transliterator]:
    """Transliterators of the languages that can be mixed in one script: where one is in Devanagari and one is not."""
    from crossglot.transliteration.transliterator import Transliterator

    native = {language: _in_devanagari(sentences) for language, sentences in apart.items()}
    if not (settings.transliterate and any(native.values()) and not all(native.values())):
        return {}
    wanted = [
        language
        for language, sentences in apart.items()
        if (native[language] or settings.normalise) and _lettered(sentences) >= FEWEST_WORDS
    ]
    found = {}
    for place, language in enumerate(wanted):

        def told(share: float, before: int = place) -> None:
            progress((before + share) / len(wanted))

        found[language] = Transliterator.fit(
            apart[language], seed=seed, settings=settings.transliteration, progress=told
        )
    return found


def _in_devanagari(sentences: Sequence[Sequence[str]]) -> bool:
    words = [word for sentence in sentences for word in sentence if any(map(str.isalpha, word))]
    return 2 * sum(map(is_devanagari, words)) > len(words)


def _lettered(sentences: Sequence[Sequence[str]]) -> int:
    return sum(any(map(str.isalpha, word)) for words in sentences for word in words)
