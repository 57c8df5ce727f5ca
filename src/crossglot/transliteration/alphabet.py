"""The characters of both sides of a transliteration, as numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

END = 0
"""The number that ends a word that is written, and begins it."""

LONGEST = 30
"""Characters of a word that is still transliterated; no word of a language is longer, addresses and laughter are."""

_INSIDE = frozenset("'’-")
_RUN = re.compile(r"(.)\1{2,}", flags=re.DOTALL)


@dataclass(frozen=True)
class Alphabet:
    """What can be read and what can be written.

    Attributes:
        read: characters of spellings; numbered from 0.
        written: characters of words; numbered from 1, after `END`.
    """

    read: tuple[str, ...]
    written: tuple[str, ...]

    @cached_property
    def _number_read(self) -> dict[str, int]:
        return {character: number for number, character in enumerate(self.read)}

    @cached_property
    def _number_written(self) -> dict[str, int]:
        return {character: number for number, character in enumerate(self.written, start=1)}

    def spelling(self, word: str) -> tuple[int, ...]:
        """A spelling's numbers, in small letters, three and more of a letter as two; unknown ones are left out.

        None at all for a word that is not to be transliterated: without a letter, with marks that words do not have
        (addresses), too long, or of unknown ones only.
        """
        shortened = _RUN.sub(r"\1\1", word.lower())
        lettered = any(map(str.isalpha, shortened)) and all(c.isalnum() or c in _INSIDE for c in shortened)
        if not lettered or len(shortened) > LONGEST:
            return ()
        return tuple(self._number_read[c] for c in shortened if c in self._number_read)

    def word(self, word: str) -> list[int]:
        """A word's numbers with `END` at its end; all its characters have to be known."""
        return [*(self._number_written[character] for character in word), END]

    def text(self, numbers: Sequence[int]) -> str:
        """The word that numbers stand for, without an `END`."""
        return "".join(self.written[number - 1] for number in numbers)


def alphabet_of(pairs: Iterable[tuple[str, str]]) -> Alphabet:
    """The characters of (spelling, word) pairs."""
    every = list(pairs)
    read, written = ({character for pair in every for character in pair[side]} for side in (0, 1))
    return Alphabet(tuple(sorted(read)), tuple(sorted(written)))
