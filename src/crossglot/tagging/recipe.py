"""The fine-tuning recipe: by the paper's appendix A and, where that says nothing, by BERT's released code."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from crossglot.adamw import linear_rate
from crossglot.encoders.pieces import Cutting, Reading, Subword
from crossglot.limits import BATCH_SIZE, CLIP, DROPOUT, EPOCHS, LENGTH, RATE, SHARE
from crossglot.specs import within

HeadStart = Literal["random", "probe"]
Decay = Literal["after-warmup", "throughout"]


class Recipe(BaseModel):
    """How an encoder is fine-tuned.

    From the paper's appendix A: batches of 32 sentences, at most 128 pieces, 3 epochs, rate 3e-5, 10 % warm-up, linear
    decay, dropout 0.1 on the last layer. From BERT's released code (`optimization.py`): AdamW with decay 0.01 except on
    norms and biases, betas 0.9 and 0.999, epsilon 1e-6, gradients clipped to norm 1, a new layer that starts at random.
    Dropout inside the encoder is as its configuration says. The released code decays the rate over all steps
    (`throughout`), so that it falls by a tenth where warm-up ends; the appendix says "linear decay afterwards", which
    is the default.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    batch_size: Annotated[int, within(BATCH_SIZE)] = Field(32, description="sentences per step")
    max_length: Annotated[int, within(LENGTH)] = Field(
        128, description="pieces per sentence, special tokens included; training truncates"
    )
    epochs: Annotated[int, within(EPOCHS)] = Field(3, description="passes over the training sentences")
    learning_rate: Annotated[float, within(RATE)] = Field(
        3e-5, description="highest learning rate, reached after warm-up"
    )
    warmup: Annotated[float, within(SHARE)] = Field(
        0.1, description="share of the steps over which the rate rises from 0"
    )
    weight_decay: Annotated[float, within(SHARE)] = Field(
        0.01, description="decoupled weight decay, except on norms and biases"
    )
    dropout: Annotated[float, within(DROPOUT)] = Field(0.1, description="dropout on the encoder's last layer")
    clip: Annotated[float, within(CLIP)] = Field(1.0, description="largest norm of the gradient")
    decay: Decay = Field("after-warmup", description="where the linear decay of the rate starts: with warm-up or after")
    head_start: HeadStart = Field("random", description="what the new layer starts from: chance or a linear probe")
    head_learning_rate: Annotated[float, within(RATE)] | None = Field(
        None, description="highest rate of the new layer; None: as all else"
    )
    averaged: Annotated[float, within(SHARE)] = Field(
        0.0, description="share of the steps, the last ones, whose weights are averaged"
    )
    subword: Subword = Field(
        "first-spelled", description="the piece a word is read at: the first that spells, or plain"
    )
    cutting: Cutting = Field("words", description="how sentences are cut into pieces: by words, or their text whole")

    @property
    def reading(self) -> Reading:
        """How sentences are cut into pieces and words are read."""
        return Reading(self.subword, self.cutting)

    def reading_alone(self) -> Recipe:
        """The paper's recipe with this one's reading of words: equal for all recipes that read alike."""
        return Recipe(max_length=self.max_length, subword=self.subword, cutting=self.cutting)

    def rate(self, step: int, steps: int) -> float:
        """Learning rate of the 0-based step of a training that has `steps`."""
        return linear_rate(
            step, steps, peak=self.learning_rate, warmup=int(self.warmup * steps), throughout=self.decay == "throughout"
        )

    def departures(self) -> dict[str, float | str | None]:
        """Settings that are not the paper's, for a report to name."""
        return {
            name: value for name, value in self.model_dump().items() if value != type(self).model_fields[name].default
        }
