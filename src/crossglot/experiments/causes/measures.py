"""The accuracies that the causal study measures, over which words, and how they are counted in one run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crossglot.experiments.causes.conditions import SOURCE, TARGET
from crossglot.experiments.setting import TRANSLATION
from crossglot.results.claims import MOST_FREQUENT_TAG
from crossglot.results.rows import Role
from crossglot.steps.lab_translations import read_translations
from crossglot.steps.rows import read_predictions, tags_of
from crossglot.steps.train_on_lab import ANCHOR, CUT_OUT, MOST_FREQUENT, OWN_SOURCE, OWN_TARGET, SHUFFLED, ZERO_SHOT

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]  # (sentences, 2): right, total

ENCODER = "BERT of this condition"
ALL_WORDS, OTHER_WORDS, WITHOUT = "accuracy", "accuracy of other words", "accuracy, anchors cut out"
TRANSLATED, TRANSLATED_WITHOUT = "translation accuracy", "translation accuracy, anchors cut out"
OF_TRANSLATION = (TRANSLATED, TRANSLATED_WITHOUT)
"""Measures of translations found; the others are of tags."""
MEASURES = (OTHER_WORDS, ALL_WORDS, WITHOUT, TRANSLATED_WITHOUT, TRANSLATED)
"""Metrics: tagging of words that are no anchors (the study's measure), of all words, and of the first in sentences
without anchors; translations found between sentences without anchors, and between whole sentences."""


def task_of(measure: str) -> str:
    """The `task` of rows of a measure, and of its differences."""
    return TRANSLATION if measure in OF_TRANSLATION else "pos"


def effect_on(measure: str) -> str:
    """The metric of rows that hold a difference between two outcomes of a measure, in points."""
    return f"{measure} difference"


@dataclass(frozen=True)
class Outcome:
    """One accuracy of one condition.

    Attributes:
        predicted: the key of the step's prediction that it scores.
        source: language trained on.
        target: language evaluated.
        system: what predicted.
        role: the system's.
    """

    predicted: str
    source: str
    target: str
    system: str
    role: Role


OUTCOMES: tuple[Outcome, ...] = (
    Outcome(ZERO_SHOT, SOURCE, TARGET, ENCODER, "other"),
    Outcome(OWN_SOURCE, SOURCE, SOURCE, ENCODER, "other"),
    Outcome(OWN_TARGET, TARGET, TARGET, ENCODER, "other"),
    Outcome(MOST_FREQUENT, SOURCE, TARGET, MOST_FREQUENT_TAG, "floor"),
)

TAGGED = (ALL_WORDS, OTHER_WORDS)
"""Measures that have all outcomes; the others have the first only."""


def outcomes_of(measure: str) -> tuple[Outcome, ...]:
    """The outcomes that a measure has."""
    return OUTCOMES if measure in TAGGED else OUTCOMES[:1]


def counts_of(folder: Path) -> dict[tuple[str, str], Counts]:
    """(measure, key of a prediction) → (sentences, 2): right, total; for outcomes that the measure has."""
    import numpy as np
    import polars as pl

    from crossglot.tagging.metrics import accuracy_counts

    predictions = read_predictions(folder)
    others = predictions.filter(~pl.col(ANCHOR))
    counts = {(WITHOUT, ZERO_SHOT): accuracy_counts(*tags_of(predictions, CUT_OUT))}
    for predicted in (*(outcome.predicted for outcome in OUTCOMES), SHUFFLED):
        for measure, words in ((ALL_WORDS, predictions), (OTHER_WORDS, others)):
            counts[measure, predicted] = accuracy_counts(*tags_of(words, predicted))
    for measure, right in zip((TRANSLATED, TRANSLATED_WITHOUT), read_translations(folder), strict=True):
        counts[measure, ZERO_SHOT] = np.stack([right, np.ones_like(right)], axis=1).astype(np.int64)
    return counts
