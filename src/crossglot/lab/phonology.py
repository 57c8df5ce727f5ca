"""Phonotactics: which sounds a language has, what its syllables look like, and words coined by these rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from crossglot.lab.scripts import CONSONANTS, VOWELS

if TYPE_CHECKING:
    import numpy as np

PATIENCE = 20
"""Words tried before one of a syllable more is."""


@dataclass(frozen=True)
class Phonology:
    """What words of a language sound like.

    Attributes:
        onsets: consonants that begin a syllable.
        vowels: its vowels.
        codas: consonants that end a syllable.
        closed: share of syllables that have a coda.
    """

    onsets: str
    vowels: str
    codas: str
    closed: float


NEUTRAL = Phonology(CONSONANTS, VOWELS, "n", 0.2)
"""Of names that all languages share."""


def draw_phonology(rng: np.random.Generator) -> Phonology:
    """Ten to thirteen consonants, four or five vowels, up to five codas."""
    onsets = rng.choice(list(CONSONANTS), rng.integers(10, 14), replace=False)
    vowels = rng.choice(list(VOWELS), rng.integers(4, 6), replace=False)
    codas = rng.choice(list("nmlsrkt"), rng.integers(1, 6), replace=False)
    return Phonology("".join(onsets), "".join(vowels), "".join(codas), float(rng.uniform(0.15, 0.45)))


def coin_word(phonology: Phonology, rng: np.random.Generator, syllables: int) -> str:
    """A word of so many syllables; one in seven begins with a vowel."""
    word = ""
    for at in range(syllables):
        if at or rng.random() > 1 / 7:
            word += phonology.onsets[rng.integers(len(phonology.onsets))]
        word += phonology.vowels[rng.integers(len(phonology.vowels))]
        if rng.random() < phonology.closed:
            word += phonology.codas[rng.integers(len(phonology.codas))]
    return word


class Coiner:
    """Coins words that no language has yet, in any form."""

    def __init__(self) -> None:
        self._heard: set[str] = set()

    def hear(self, forms: Iterable[str]) -> None:
        """Takes note of forms that are in use."""
        self._heard.update(forms)

    def coin(
        self,
        phonology: Phonology,
        rng: np.random.Generator,
        syllables: int,
        forms_of: Callable[[str], set[str]] = lambda stem: {stem},
    ) -> str:
        """A stem of so many syllables, or more where there is no such stem left that is new in all of its forms."""
        for attempt in count():
            stem = coin_word(phonology, rng, syllables + attempt // PATIENCE)
            forms = forms_of(stem)
            if self._heard.isdisjoint(forms):
                self.hear(forms)
                break
        return stem
