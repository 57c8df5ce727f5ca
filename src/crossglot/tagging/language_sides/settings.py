"""How the tagger is trained; dropout, epochs and sizes are those of Ball and Garrette (2018)."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Weighting = Literal["probabilities", "unweighted", "one-best"]


RESTORER_VERSION = "1"
"""Of what takes text back to its languages' scripts: text that another version made is made anew."""


class Settings(BaseModel):
    """Of a training.

    Attributes:
        weighting: what the languages' readings of a word are multiplied by: the probabilities of the languages there;
            `unweighted`: the same number for each; `one-best`: one for the most probable, nothing for others.
        switch: probability that the next word is of another language, where no sentence with both tells it.
        epochs: passes over the training sentences.
        rate: of Adam, falling to zero.
        clip: the longest gradient.
        dropout: share of numbers that are left out, of words as they are read and of what is made of them.
        unknown: how often a word is read as an unknown one.
        batch_size: sentences of a step.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    weighting: Weighting = "probabilities"
    switch: float = Field(0.1, gt=0, lt=1)
    epochs: int = Field(20, ge=1, le=10_000)
    rate: float = Field(0.003, gt=0, le=10)
    clip: float = Field(5.0, gt=0)
    dropout: float = Field(0.3, ge=0, lt=1)
    unknown: float = Field(0.25, ge=0, le=1)
    batch_size: int = Field(16, ge=1, le=1024)
