"""Words of any script in Latin letters, by uroman (Hermjakob, May and Knight 2018), where it is installed."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from crossglot.errors import UsageError

LATIN_ONLY = 0x250
"""The first character that is beyond Latin letters with their marks."""


def romaniser() -> Callable[[str], str]:
    """From a word to how uroman writes it, with no blank in it; a word in Latin letters, or of none, stays as it is.

    Raises:
        UsageError: if uroman is not installed.
    """
    try:
        from uroman import Uroman
    except ImportError as error:
        raise UsageError("romanising needs uroman\n  pip install 'crossglot[romanise]'") from error
    tables = Uroman()

    @lru_cache(maxsize=100_000)
    def romanised(word: str) -> str:
        if all(ord(character) < LATIN_ONLY for character in word):
            return word
        return "".join(str(tables.romanize_string(word)).split()) or word

    return romanised
