"""How else a word might be typed in Latin letters: nobody spells Hindi in messages by rule.

Long vowels are doubled or not, short ones left out, an aspirate's or a last nasal's letter too, and some sounds have
two letters. Chance decides where a habit shows; the same word always comes to the same spellings.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Sequence

_HABITS: Sequence[tuple[re.Pattern[str], tuple[str, ...], float]] = tuple(
    (re.compile(pattern), others, share)
    for pattern, others, share in (
        ("(?<=[^aeiou])a(?=[^aeiou])", ("", "aa", "u"), 0.25), ("(?<=[^aeiou])a$", ("aa", "ah"), 0.1),
        ("i(?=.)", ("ee", "e", ""), 0.15), ("i$", ("ee", "e", "y"), 0.15), ("u", ("oo", "o", ""), 0.15),
        ("e$", ("ay", "ey", "y"), 0.1), ("e(?=n$)", ("ei", "ai"), 0.3), ("ai", ("e", "ay", "ei"), 0.2),
        ("au|o", ("ou", "au", "o"), 0.1), ("(?<=[aeiou])n$", ("",), 0.3), ("(?<=[bcdgjkpst])h", ("",), 0.15),
        ("w", ("v",), 0.5), ("v", ("w",), 0.3), ("j", ("z",), 0.1), ("z", ("j",), 0.3), ("y", ("i", ""), 0.1),
        ("d", ("r",), 0.1), ("ks", ("x",), 0.3), ("f", ("ph",), 0.3), (r"(.)\1", (r"\1",), 0.3),
    )
)  # fmt: skip


def typed_otherwise(typed: str, times: int) -> list[str]:
    """So many spellings of a word that by rule is typed so; some may be the same."""
    chance = random.Random(zlib.crc32(typed.encode("utf-8", "surrogatepass")))  # noqa: S311
    return [_once(typed, chance) for _ in range(times)]


def _once(typed: str, chance: random.Random) -> str:
    word = typed
    for pattern, others, share in _HABITS:
        word = _perhaps(pattern, others, share, word, chance)
    return word or typed


def _perhaps(pattern: re.Pattern[str], others: Sequence[str], share: float, word: str, chance: random.Random) -> str:
    """The word with some of what a pattern finds in it replaced."""

    def replaced(found: re.Match[str]) -> str:
        return found.expand(chance.choice(others)) if chance.random() < share else found[0]

    return pattern.sub(replaced, word)
