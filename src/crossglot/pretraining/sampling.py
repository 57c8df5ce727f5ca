"""Exponentially smoothed sampling: small languages are seen more often than their size says, large ones less."""

from __future__ import annotations

from collections.abc import Mapping

EXPONENT = 0.7
"""M-BERT's: English fell from 21 % of the text to 12 % of the data (google-research/bert, multilingual.md)."""


def smoothed_shares(sizes: Mapping[str, int], exponent: float = EXPONENT) -> dict[str, float]:
    """Each language's share of the data, p_l^s / Σ p^s with p_l its share of the text.

    Args:
        sizes: amount of text per language, in any unit, above 0.
        exponent: 1 keeps the shares of the text, 0 makes all languages equal.
    """
    total = sum(sizes.values())
    powers = {language: (size / total) ** exponent for language, size in sizes.items()}
    norm = sum(powers.values())
    return {language: power / norm for language, power in powers.items()}
