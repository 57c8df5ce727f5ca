"""What is said of a transliterator without its network: how one is trained, and what its candidates are."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

Candidates = tuple[tuple[str, float], ...]
"""Words that a spelling may stand for, with their log probabilities, best first."""


class Settings(BaseModel):
    """Of a training.

    Attributes:
        epochs: passes over the words, each spelled anew.
        rate: of Adam at its highest; it falls linearly to nothing.
        batch_size: words of a step, whose spellings are equally long.
        dropout: see `EncoderDecoder`.
        clip: the longest gradient of a step.
        most_pairs: of an epoch; of more, a part is drawn anew each time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    epochs: int = Field(15, ge=1, le=10_000)
    rate: float = Field(4e-3, gt=0, le=1)
    batch_size: int = Field(64, ge=1, le=4096)
    dropout: float = Field(0.2, ge=0, lt=1)
    clip: float = Field(5.0, gt=0)
    most_pairs: int = Field(20_000, ge=1)


def copies(counts: Mapping[str, int]) -> list[str]:
    """Each word as often as an epoch has it: its count to the power of 3/4, so that frequent ones do not take all."""
    return [word for word, count in counts.items() for _ in range(int(count**0.75))]
