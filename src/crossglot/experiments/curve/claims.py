"""Claims about the learning curve, all of our own: which findings depend on how much text a tagger was trained on.

The paper trains on whole treebanks, so none of its sentences is about amounts. Written 27 November 2026, before the
first run. A study whose sizes lack one of those named here decides nothing.
"""

from __future__ import annotations

from crossglot.paper.published import M_BERT
from crossglot.results.claims import BIG, Claim, RowStatistic, claim, in_sentences

KEY, MEASURE = "curve", "accuracy"
FEW, SOME, MANY = 50, 200, 2000
"""Training sentences between which the claims compare."""

OVER_HALF = "gain with some beyond half of that with many"
SOURCE_GAINS_MORE = "source's gain minus targets', some to many"
SAME_ORDER = "rank correlation of few and many"
OVER_PROBE, OVER_EN_BERT = "mean over pairs minus linear probe's", "mean over pairs minus en-bert's"
FALL, RISE = "fall from the peak", "source's rise since the peak"
"""Statistics; the two in between have the amount as their condition."""

ALIKE = 0.8
"""Rank correlation from which on two amounts put the targets in the same order."""
NOTICEABLE = 1.0
"""Points that a fall has to exceed: less may be due to what chance does to the highest of several points."""

TRANSFER = "M-BERT's zero-shot POS accuracy"
WHATEVER = "whatever the amount of training text"
EARLY = "beside section 2.3, p. 4997"


def _of_curve(aggregate: str, size: int | None = None) -> RowStatistic:
    return RowStatistic(KEY, M_BERT, MEASURE, aggregate, None if size is None else in_sentences(size))


def _at_both_ends(name: str, where: str, sentence: str, says: str, aggregate: str, threshold: float) -> list[Claim]:
    """One sentence, which has to hold with few training sentences and with many."""
    return [
        claim(
            "ours", f"{name}-with-{amount}", where, sentence, f"{says} with {in_sentences(size)}, mean over pairs",
            _of_curve(aggregate, size), "above", threshold,
        )
        for amount, size in (("few", FEW), ("many", MANY))
    ]  # fmt: skip


FORGETS = "Zero-shot accuracy falls from its peak by more than a point while the source is still being learned"

CLAIMS: tuple[Claim, ...] = (
    claim(
        "ours", "half-with-some", EARLY,
        f"Of the zero-shot accuracy gained from {FEW} to {MANY:,} sentences, more than half is there with {SOME}",
        f"{TRANSFER} with {SOME} sentences minus the mean of those with {FEW} and {MANY:,}, mean over pairs",
        _of_curve(OVER_HALF), "above", 0.0,
    ),
    claim(
        "ours", "source-gains-more", EARLY,
        f"From {SOME} sentences on, more text helps its own language more than others",
        f"M-BERT's gain in POS accuracy from {SOME} to {MANY:,} sentences, the source's minus the target's, mean over "
        "pairs",
        _of_curve(SOURCE_GAINS_MORE), "above", 0.0,
    ),
    claim(
        "ours", "same-order", "beside section 4, p. 4998",
        f"Which targets a source transfers to best shows with {FEW} sentences already",
        f"rank correlation over pairs of {TRANSFER} with {FEW} and with {MANY:,} sentences",
        _of_curve(SAME_ORDER), "above", ALIKE,
    ),
    *_at_both_ends(
        "multilingual", "beside section 3, p. 4998",
        f"Multilingual pretraining is worth more than {BIG:g} points of transfer {WHATEVER}",
        f"{TRANSFER} minus EN-BERT's", OVER_EN_BERT, BIG,
    ),
    *_at_both_ends(
        "above-probe", "floor", f"Fine-tuning transfers better than a linear probe of the frozen encoder {WHATEVER}",
        f"{TRANSFER} minus that of its linear probe", OVER_PROBE, 0.0,
    ),
    claim(
        "ours", "targets-forgotten", EARLY, FORGETS,
        f"{TRANSFER} at its peak within the longest training, found on the other targets, minus at its end, mean over "
        "pairs",
        _of_curve(FALL), "above", NOTICEABLE,
    ),
    claim(
        "ours", "source-still-learned", EARLY, FORGETS,
        f"M-BERT's own POS accuracy at the end of the longest training minus where {TRANSFER} peaks",
        _of_curve(RISE), "above", 0.0,
    ),
)  # fmt: skip
