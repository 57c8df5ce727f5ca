"""Phonotactics: which sounds a language has, what its syllables look like, and words coined by these rules."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crossglot.lab.scripts import CONSONANTS, VOWELS


@dataclass(frozen=True)
class Phonology:
    """What words of a language sound like.

    Attributes:
        onsets: consonants that begin a syllable.
        vowels: its vowels.
        codas: consonants that end a syllable; may be none.
        closed: share of syllables that have a coda.
    """

    onsets: str
    vowels: str
    codas: str
    closed: float


NEUTRAL = Phonology(CONSONANTS, VOWELS, "n", 0.2)
"""For names, which all languages take over."""


def draw_phonology(rng: np.random.Generator) -> Phonology:
    """Ten to thirteen consonants, four or five vowels, up to five codas."""
    onsets = rng.choice(list(CONSONANTS), rng.integers(10, 14), replace=False)
    vowels = rng.choice(list(VOWELS), rng.integers(4, 6), replace=False)
    codas = rng.choice(list("nmlsrkt"), rng.integers(1, 6), replace=False)
    return Phonology("".join(onsets), "".join(vowels), "".join(codas), float(rng.uniform(0.15, 0.45)))


def coin_word(phonology: Phonology, rng: np.random.Generator, syllables: int) -> str:
    """A word of so many syllables."""
    word = ""
    for at in range(syllables):
        onset = phonology.onsets[rng.integers(len(phonology.onsets))]
        vowel = phonology.vowels[rng.integers(len(phonology.vowels))]
        coda = phonology.codas[rng.integers(len(phonology.codas))] if rng.random() < phonology.closed else ""
        word += ("" if at == 0 and rng.random() < 0.15 else onset) + vowel + coda
    return word
