"""How a BiLSTM-CRF is trained; the defaults are Lample et al.'s (2016, section 5.1), but for batches of sentences."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Of a training.

    Attributes:
        epochs: passes over the training sentences; the state after the one with the best dev score is kept.
        rate: of stochastic gradient descent, for each sentence (the released code has 0.005).
        clip: the longest gradient of a sentence; a batch's, which is a sum, may be as many times longer.
        dropout: share of the numbers of a word's vector and of its characters' that are left out.
        unknown: how often a word that training has once is read as an unknown one.
        batch_size: sentences of a step; Lample et al. take 1.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    epochs: int = Field(100, ge=1, le=10_000)
    rate: float = Field(0.01, gt=0, le=10)
    clip: float = Field(5.0, gt=0)
    dropout: float = Field(0.5, ge=0, lt=1)
    unknown: float = Field(0.5, ge=0, le=1)
    batch_size: int = Field(8, ge=1, le=1024)
