"""How a stacked tagger is trained; sizes and dropout are Bhat et al.'s (2018)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from crossglot.transliteration.settings import Settings as TransliterationSettings


class Settings(BaseModel):
    """Of a training.

    Attributes:
        epochs: passes over the sentences of the languages apart, and over code-switched ones.
        rate: of Adam at its highest; it falls linearly to nothing, in each of the two trainings.
        dropout: share of numbers left out of what LSTMs and the hidden layer read.
        unknown: how often a word is read as an unknown one.
        batch_size: sentences of a step.
        clip: the longest gradient of a step.
        transliterate: whether words in Latin letters of a language in Devanagari are transliterated back.
        normalise: whether unknown words of languages in Latin letters are looked up as misspelled; takes a second
            transliterator's training.
        transliteration: how the transliterators are trained.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    epochs: int = Field(20, ge=1, le=10_000)
    rate: float = Field(2e-3, gt=0, le=1)
    dropout: float = Field(0.3, ge=0, lt=1)
    unknown: float = Field(0.25, ge=0, lt=1)
    batch_size: int = Field(8, ge=1, le=1024)
    clip: float = Field(5.0, gt=0)
    transliterate: bool = True
    normalise: bool = False
    transliteration: TransliterationSettings = TransliterationSettings()
