"""Which script a word is in, and the word in Latin letters, whatever script that is."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from crossglot.corpora.transliteration import is_devanagari, romanise

LATIN = "LATIN"

_NAMED = re.compile(r"(?:LETTER|SYLLABLE)(?: SMALL| CAPITAL)? (?:SHORT |FINAL |SMALL )?([A-Z]+)$")
_SOUND = re.compile("(?:E(?=[LMNRSF]$)|I(?=E$))?(SHCH|SH|CH|ZH|TS|DZ|TH|PH|KH|GH|Y[AEOU]|[A-Z])")
"""The sound that a letter's name begins with, which is the letter's own: `BETA`, `BEH` and `BET` are b, `EM` is m."""
_WHOLE = ("KATAKANA", "HIRAGANA", "HANGUL", "ETHIOPIC")
"""Scripts whose letters are syllables and called as they sound."""
_SHARE = 0.1


@lru_cache(maxsize=8192)
def _named(character: str) -> str:
    return unicodedata.name(character, "") if unicodedata.category(character)[0] in "LM" else ""


def script_of(word: str) -> str:
    """The script of a word's first letter, as Unicode's names call it; nothing for a word without letters.

    >>> script_of("(है)"), script_of("it's"), script_of("12.30")
    ('DEVANAGARI', 'LATIN', '')
    """
    for character in word:
        if character.isascii():
            if character.isalpha():
                return LATIN
        elif (name := _named(character)) and not name.startswith(("COMBINING", "VARIATION", "MODIFIER")):
            return re.split("[ -]", name, maxsplit=1)[0]
    return ""


def scripts_of(words: Mapping[str, int]) -> tuple[str, ...]:
    """The scripts that a tenth of a language's words or more are in, by how often they are; words with their counts."""
    counts: Counter[str] = Counter()
    for word, count in words.items():
        counts[script_of(word)] += count
    del counts[""]
    enough = _SHARE * sum(counts.values())
    return tuple(
        script for script, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if count >= enough
    )


@lru_cache(maxsize=65536)
def in_latin(word: str) -> str:
    """A word in Latin letters, as it might be typed; marks and figures stay.

    Devanagari is written as messages have it (`corpora.transliteration`). Of other scripts each letter is taken for
    the sound that its Unicode name begins with, which is rough and never asks for a table: `пока` → `poka`.
    """
    if word.isascii():
        return word
    return "".join(map(_letter, romanise(word) if is_devanagari(word) else unicodedata.normalize("NFC", word)))


@lru_cache(maxsize=8192)
def _letter(character: str) -> str:
    name = "" if character.isascii() else _named(character)
    if not name or name.startswith(LATIN):
        return character
    if name.endswith(" SIGN"):
        return ""
    found = _NAMED.search(name)
    if found is None:
        return character
    sound = found[1] if name.startswith(_WHOLE) else _SOUND.match(found[1])[1]  # type: ignore[index]
    return sound.lower()
