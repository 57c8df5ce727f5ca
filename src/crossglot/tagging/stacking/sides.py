"""The languages that a stacked tagger reads apart: their sentences, their words and their characters."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from crossglot.corpora.codemix import is_switch_key, split_switch_key
from crossglot.corpora.transliteration import is_devanagari
from crossglot.languages import LANGUAGES
from crossglot.tagging.spelled import UNKNOWN, composed, spelled, without_digits

LATIN = "LATIN"
"""What Unicode calls Latin letters."""

_SCRIPTS = {"Latn": LATIN, "Deva": "DEVANAGARI", "Cyrl": "CYRILLIC", "Grek": "GREEK", "Arab": "ARABIC"}


@dataclass(frozen=True)
class Side:
    """One language's own dictionaries.

    Attributes:
        language: its key; of a language that is not known, the name of its script.
        words: in small letters and with every digit 0; their rows follow that of unknown words.
        characters: numbered from 1.
    """

    language: str
    words: tuple[str, ...]
    characters: tuple[str, ...]

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {word: row for row, word in enumerate(self.words, 1)}

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {character: number for number, character in enumerate(self.characters, 1)}

    def row(self, word: str) -> int:
        """A word's row."""
        return self._rows.get(plain(word), UNKNOWN)

    def spell(self, word: str) -> list[int]:
        """Numbers of a word's characters; unknown ones are left out, but never all."""
        return spelled(composed(word), self._numbers)


def plain(word: str) -> str:
    """A word as it is looked up: composed, in small letters, digits as 0."""
    return without_digits(composed(word).lower())


def side_of(language: str, words: Iterable[tuple[str, ...]]) -> Side:
    """The dictionaries of these sentences of a language, frequent words first."""
    counts: Counter[str] = Counter()
    characters: set[str] = set()
    for sentence in words:
        counts.update(map(plain, sentence))
        characters.update(*(without_digits(composed(word)) for word in sentence))
    return Side(language, tuple(word for word, _ in counts.most_common()), tuple(sorted(characters)))


def script(words: Iterable[str]) -> str:
    """The script of most letters, as Unicode calls it: `LATIN`; nothing where there are no letters."""
    found: Counter[str] = Counter(
        unicodedata.name(character, "").partition(" ")[0] for word in words for character in word if character.isalpha()
    )
    return found.most_common(1)[0][0] if found else ""


def languages_by_script(sentences: Sequence[Sequence[str]]) -> list[str]:
    """For each sentence the name of its script, which stands for its language; without letters, the commonest."""
    scripts = [script(words) for words in sentences]
    commonest = Counter(filter(None, scripts)).most_common(1)
    return [one or (commonest[0][0] if commonest else LATIN) for one in scripts]


def mixed_languages(key: str) -> tuple[str, str] | None:
    """The two languages that a switch key names; None for the key of one language."""
    return split_switch_key(key)[0] if is_switch_key(key) else None


def sides_by_script(words: Sequence[str], pair: tuple[str, str]) -> tuple[str, ...]:
    """Which of two languages each word is of, as far as scripts tell: the first whose script it is in, else the last.

    What has no letters is of the language before it.
    """
    scripts = [_SCRIPTS.get(LANGUAGES[key].script, "") if key in LANGUAGES else "" for key in pair]
    found: list[str] = []
    for word in words:
        if not any(map(str.isalpha, word)):
            found.append(found[-1] if found else pair[-1])
            continue
        own = "DEVANAGARI" if is_devanagari(word) else script([word])
        found.append(pair[scripts.index(own)] if own in scripts else pair[-1])
    return tuple(found)
