"""Devanagari in Latin letters, as people write Hindi in messages: `यहाँ` → `yahan`, `पड़ता` → `padta`.

A table of letters and one rule of Hindi's sounds. Libraries that transliterate Indic scripts follow scholarly schemes
made for Sanskrit, which write every inherent vowel (`paṛatā`); messages leave out those that are not spoken. Of the
266 Hindi words of HIENCS's full test tweets, this spells 61 % as their writers did; 14 of 100 letters differ
(`python -m benchmarks transliteration`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

DEVANAGARI = "Deva"

_SCHWA = "\ufdd0"  # the inherent vowel until it is decided whether it is spoken: a code point that no text has
_VIRAMA, _NUKTA = "्", "़"


def _table(letters: str) -> Mapping[str, str]:
    """`क k ख kh` → each letter with how it is written."""
    entries = letters.split()
    return dict(zip(entries[::2], entries[1::2], strict=True))


_CONSONANTS = {
    **_table("क k ख kh ग g घ gh ङ n च ch छ ch ज j झ jh ञ n ट t ठ th ड d ढ dh ण n त t थ th द d ध dh न n"),
    **_table("प p फ f ब b भ bh म m य y र r ल l ळ l व w श sh ष sh स s ह h"),
    **{"क" + _NUKTA: "q", "ख" + _NUKTA: "kh", "ग" + _NUKTA: "g", "ज" + _NUKTA: "z", "फ" + _NUKTA: "f"},
    **{"ड" + _NUKTA: "d", "ढ" + _NUKTA: "dh"},
}
_VOWELS = _table("अ a आ a इ i ई i उ u ऊ u ऋ ri ए e ऐ ai ओ o औ au ऑ o ऍ e")
_SIGNS = dict(zip("ािीुूृेैोौॉॅ", list(_VOWELS.values())[1:], strict=True))
_JOINERS = re.compile("(?<=[\u0900-\u097f])[\u200c\u200d]+|[\u200c\u200d]+(?=[\u0900-\u097f])")
"""Beside a letter of the script they say how it is drawn, nothing that is spoken; elsewhere (in emoji) they stay."""
_NASALS = {"ं": "n", "ँ": "n", "ः": "h"}
_SILENT = frozenset({_VIRAMA, _NUKTA})
_LETTERS, _MARKS = frozenset({*_CONSONANTS, *_VOWELS, *_SIGNS}), frozenset({*_NASALS, *_SILENT})
_DIGITS = {chr(0x966 + digit): str(digit) for digit in range(10)}
_ALONE: Mapping[str, str] = {**_VOWELS, **_SIGNS, **_NASALS, **_DIGITS, "।": ".", "॥": "."}
"""How what belongs to no consonant is written."""
_AS_IN_THE_TABLE: Mapping[str, str] = MappingProxyType({})


def is_devanagari(word: str) -> bool:
    """Whether there is a letter or mark of the script in the word."""
    return any("\u0900" <= character <= "\u097f" for character in word)


def romanise(word: str, letters: Mapping[str, str] = _AS_IN_THE_TABLE) -> str:
    """A Hindi word in Latin letters; characters of other scripts stay as they are.

    The inherent vowel is left out at a word's end, and between a vowel and one consonant before it and one consonant
    and a vowel after it, from the right (Ohala 1983, Aspects of Hindi phonology): `करवाने` → `karwane`.

    Args:
        word: in Devanagari.
        letters: letters, vowel signs and nasals that are to be written otherwise than in the table: `{"ा": "aa"}`.
    """
    syllables = _syllables(_JOINERS.sub("", unicodedata.normalize("NFD", word)), letters)
    if len(syllables) > 1 and syllables[-1][1] == _SCHWA:
        syllables[-1] = (syllables[-1][0], "")
    for at in range(len(syllables) - 2, 0, -1):
        consonant, vowel = syllables[at]
        if vowel == _SCHWA and syllables[at - 1][1] and syllables[at + 1][0] and syllables[at + 1][1]:
            syllables[at] = (consonant, "")
    return "".join(consonant + vowel for consonant, vowel in syllables).replace(_SCHWA, "a")


def _syllables(word: str, letters: Mapping[str, str]) -> list[tuple[str, str]]:
    """(consonant, vowel after it) of each letter; a consonant without its own vowel sign has the inherent one.

    A sign takes the place of the vowel of the letter before it; where there is none, as in `1ा`, it is a vowel itself.
    """
    found: list[tuple[str, str]] = []
    at, carried = 0, False  # whether a letter stands before, which a sign can belong to
    while at < len(word):
        letter = word[at]
        if word[at : at + 2] in _CONSONANTS:
            letter = word[at : at + 2]
        at += len(letter)
        if letter in _CONSONANTS:
            found.append((letters.get(letter, _CONSONANTS[letter]), _SCHWA))
        elif letter in _SIGNS and carried:
            found[-1] = (found[-1][0], letters.get(letter, _SIGNS[letter]))
        elif letter in _NASALS and found:
            found[-1] = (found[-1][0], found[-1][1] + letters.get(letter, _NASALS[letter]))
        elif letter == _VIRAMA and found and found[-1][0]:
            found[-1] = (found[-1][0], "")
        elif letter not in _SILENT:  # a nukta left over is one that changes no sound of the table's
            found.append(("", letters.get(letter, _ALONE.get(letter, letter))))
        carried = letter in _LETTERS or (carried and letter in _MARKS)
    return found
