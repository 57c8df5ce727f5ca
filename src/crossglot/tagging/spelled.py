"""Words as rows of vectors and numbers of characters, for taggers that learn both."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

UNKNOWN = 0
"""The row of unknown words; also the number of the character that a word of none but unknown ones is read as."""

MOST_CHARACTERS = 100
"""Of a longer word its two ends are read, so that one web address does not make a batch as wide as itself."""

_DIGIT = re.compile(r"\d")


def without_digits(word: str) -> str:
    """The word with every digit a 0, as words are looked up and spelled."""
    return _DIGIT.sub("0", word)


def composed(word: str) -> str:
    """The word in canonical composition: Unicode can spell an accent, or a letter of Devanagari, in two ways."""
    return word if word.isascii() else unicodedata.normalize("NFC", word)


def spelled(word: str, numbers: Mapping[str, int]) -> list[int]:
    """Numbers of a word's characters, of a long one's two ends; unknown ones are left out, but never all."""
    half = MOST_CHARACTERS // 2
    read = word if len(word) <= MOST_CHARACTERS else word[:half] + word[-half:]
    return [numbers[character] for character in without_digits(read) if character in numbers] or [UNKNOWN]
