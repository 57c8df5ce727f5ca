"""From a word typed in Latin letters back to the word in its language's own script.

Whatever does this is a `BackTransliterator`; the one here knows a list of words and how they are typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from crossglot.tagging.language_sides.devanagari_letters import in_devanagari
from crossglot.tagging.language_sides.scripts import in_latin

BackTransliterator = Callable[[str], str]
"""A word in small Latin letters → its likeliest word in the other script."""

LONGEST = 30
"""Characters of words that are looked up loosely."""

_LOOSER: Sequence[tuple[re.Pattern[str], str]] = tuple(
    (re.compile(pattern), simpler)
    for pattern, simpler in (
        ("ee|ii", "i"), ("oo|uu|ou", "u"), (r"(.)\1+", r"\1"), ("ph", "f"), ("ck|q|c(?!h)", "k"),
        ("x", "ks"), ("w", "v"), ("z", "j"), ("(?<=[kgcjtdbs])h", ""), ("e[iy]|a[iy]|ae", "e"), ("au", "o"),
        ("(?<=[aeiou])[nmh]$", ""), ("(?<=[eiou])a$", ""), (r"(.)\1+", r"\1"), ("(?<=.)a(?=.)", ""),
    )
)  # fmt: skip


def loosened(word: str) -> str:
    """A spelling that words typed differently have in common: single letters, no aspirates, short vowels left out.

    >>> loosened("nahin") == loosened("nahi") == loosened("nhi")
    True
    """
    for pattern, simpler in _LOOSER:
        word = pattern.sub(simpler, word)
    return word


class WordList:
    """Looks a typed word up among known ones: as they are typed by rule, else loosely.

    Of several words that fit the most frequent is taken; of equally frequent ones the first in the alphabet. What is
    like no known word is spelled by `letters`: to take a known one that is like it but for a letter mostly gives
    another word, of another part of speech.

    Args:
        words: of the language, in its script, with their counts.
        letters: spells a word letter by letter.
    """

    def __init__(self, words: Mapping[str, int], letters: BackTransliterator) -> None:
        self._letters = letters
        self._exact: dict[str, str] = {}
        self._loose: dict[str, str] = {}
        for word in sorted(words, key=lambda word: (-words[word], word)):
            typed = in_latin(word).lower()
            self._exact.setdefault(typed, word)
            if len(typed) <= LONGEST:
                self._loose.setdefault(loosened(typed), word)

    def exact(self, typed: str) -> str | None:
        """The most frequent word that is typed so by rule."""
        return self._exact.get(typed)

    def __call__(self, typed: str) -> str:
        """See `BackTransliterator`."""
        known = self._exact.get(typed)
        if known is None and len(typed) <= LONGEST:
            known = self._loose.get(loosened(typed))
        return self._letters(typed) if known is None else known


def letters_of(words: Mapping[str, int]) -> BackTransliterator:
    """Spells by the letters of known words, each for the sound that it is typed as: for scripts without a table."""
    counts: dict[str, int] = {}
    for word, count in words.items():
        for letter in word.lower():
            counts[letter] = counts.get(letter, 0) + count
    letter_of: dict[str, str] = {}
    for letter in sorted(counts, key=lambda letter: (-counts[letter], letter)):
        typed = in_latin(letter).lower()
        if typed != letter and typed:
            letter_of.setdefault(typed, letter)
    if not letter_of:
        return lambda typed: typed
    parts = re.compile("|".join(map(re.escape, sorted(letter_of, key=lambda typed: (-len(typed), typed)))))
    return lambda typed: parts.sub(lambda found: letter_of[found[0]], typed)


def word_list(words: Mapping[str, int], script: str) -> WordList:
    """The words of a language as they are found when they are typed in Latin letters."""
    return WordList(words, in_devanagari if script == "DEVANAGARI" else letters_of(words))
