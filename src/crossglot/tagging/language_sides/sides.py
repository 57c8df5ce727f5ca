"""A language's side of a tagger: the words that training has of it, and how any word is read there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from crossglot.corpora.codemix import is_switch_key
from crossglot.tagging.language_sides.back_transliteration import WordList, word_list
from crossglot.tagging.language_sides.scripts import LATIN, in_latin, script_of, scripts_of
from crossglot.tagging.spelled import UNKNOWN, composed, spelled, without_digits


@dataclass(frozen=True)
class Side:
    """A language.

    Attributes:
        language: its key, or a script's name where languages are not known.
        words: those of its training sentences as they are written, most frequent first, with their counts.
    """

    language: str
    words: Mapping[str, int]

    @cached_property
    def scripts(self) -> tuple[str, ...]:
        """Those that it is written in; none where it has no letters."""
        return scripts_of(self.words)

    @cached_property
    def known(self) -> tuple[str, ...]:
        """Words that there are vectors of, digits as 0; their rows follow that of unknown words."""
        return tuple(dict.fromkeys(map(without_digits, self.words)))

    @cached_property
    def characters(self) -> tuple[str, ...]:
        """Of its own words; numbered from 1."""
        return tuple(sorted({character for word in self.known for character in word}))

    @cached_property
    def _row_of(self) -> Mapping[str, int]:
        return {word: 1 + place for place, word in enumerate(self.known)}

    @cached_property
    def _number_of(self) -> Mapping[str, int]:
        return {character: 1 + place for place, character in enumerate(self.characters)}

    @cached_property
    def _typed(self) -> WordList:
        return word_list(self.words, self.scripts[0] if self.scripts else "")

    def reading(self, word: str) -> str:
        """The word as this language would have it in its own script.

        A word in that script, and one that the language knows, is itself. Another is written in Latin letters and, if
        the language has another script, taken back from there to a word of it.
        """
        word = composed(word)
        script = script_of(word)
        if word in self.words or script in self.scripts or not self.scripts:
            return word
        typed = in_latin(word).lower()
        if not script:
            return self._typed.exact(typed) or word
        if LATIN in self.scripts:
            return self._typed.exact(typed) or in_latin(word)
        return self._typed(typed)

    def row(self, word: str) -> int:
        """The row of a word as it is, else that of it in small letters, else that of unknown words."""
        spelled = without_digits(word)
        return self._row_of.get(spelled) or self._row_of.get(spelled.lower(), UNKNOWN)

    def spell(self, word: str) -> list[int]:
        """Numbers of a word's characters, of a long one's two ends; unknown ones are left out, but never all."""
        return spelled(word, self._number_of)


def sides_of(sentences: Sequence[Sequence[str]], languages: Sequence[str]) -> tuple[Side, ...]:
    """One side for each language that there are sentences of.

    Words of sentences in several languages, or in one that is not known, go to the side that is written in their
    script. Where all sentences are such, each script is a side.

    Args:
        sentences: to learn from, at least one of them with words.
        languages: of each sentence its language's key; a switch key or nothing where that is not one language. May be
            empty, if no sentence's language is known.
    """
    counts: dict[str, Counter[str]] = {}
    mixed: Counter[str] = Counter()
    for words, language in zip(sentences, languages or [""] * len(sentences), strict=True):
        known = language and not is_switch_key(language)
        (counts.setdefault(language, Counter()) if known else mixed).update(map(composed, words))
    counts = {language: words for language, words in counts.items() if words}
    by_script: dict[str, Counter[str]] = {}
    for word, count in mixed.items():
        by_script.setdefault(script_of(word), Counter())[word] += count
    if not counts:
        scripts = scripts_of(mixed)
        if not scripts:
            return (_side("all", mixed),)
        every = by_script.get("", Counter())
        return tuple(_side(script.lower(), by_script[script] + every) for script in scripts)
    written = {language: scripts_of(words) for language, words in counts.items()}
    for script, found in by_script.items():
        for language in counts:
            if script in written[language]:
                counts[language].update(found)
                break
    return tuple(_side(language, words) for language, words in counts.items())


def _side(language: str, counts: Counter[str]) -> Side:
    return Side(language, dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))))
