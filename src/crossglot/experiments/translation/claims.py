"""Claims about sentence translation by nearest neighbours: figure 3 (section 5), over the layers of an encoder.

The figure prints no numbers, and the text speaks of layers in words, which are read as shares of an encoder's depth so
that they mean something where it is not twelve layers deep: the bottom layers are the bottom third, and a curve that
goes down in the last few layers is higher two thirds of the way up than at the last layer.

The paper searches among 5,000 pairs. Among fewer more are found, whatever the encoder, so a run with another number of
pairs decides none of its sentences.
"""

from __future__ import annotations

from crossglot.paper.published import M_BERT
from crossglot.results.claims import Claim, RowStatistic, claim

PAPERS_CONDITION = "mean shift, l2"
"""The paper's v̄, estimated on the pairs that are scored, and its distance."""

MINIMUM, FALL, RISE = "minimum of upper layers", "two thirds minus last layer", "two thirds minus embeddings"
"""Statistics of one curve, source to target."""
BY_SHIFT, BY_OWN_PAIRS, BY_CSLS = "gain by shift", "gain by own pairs", "gain by centring and csls"
OVER_PIECES, OVER_UNTRAINED = "gain over shared pieces", "gain over untrained"
"""Gains two thirds of the way up: of a curve, and their means over all curves (without source and target)."""

SLIGHT = 1.0
"""Points: what may be neglected beside the width of a cell's interval."""

FIGURE, MEASURE = "figure3", "accuracy"
POOL = 5000
"""Pairs of sentences that the paper samples; what it says of accuracies it says of a search among so many."""

SECTION = "section 5.2, p. 5000"
NEIGHBOURS, LANGUAGES = "M-BERT's nearest-neighbour accuracy", "showing this works for multiple languages"
TWO_THIRDS = "two thirds of the way up"


def _curve(aggregate: str, source: str = "en", target: str = "de") -> RowStatistic:
    condition = PAPERS_CONDITION
    return RowStatistic(FIGURE, M_BERT, MEASURE, aggregate, condition, source, target, unit="cells", pool=POOL)


def _all_curves(aggregate: str, pool: int | None = None) -> RowStatistic:
    return RowStatistic(FIGURE, M_BERT, MEASURE, aggregate, pool=pool)


CLAIMS: tuple[Claim, ...] = (
    claim(
        "paper", "translation-over-50", SECTION,
        "we plot the nearest neighbor accuracy for EN-DE … It achieves over 50% accuracy for all but the bottom layers",
        f"{NEIGHBOURS} from English to German, minimum over layers above the bottom third",
        _curve(MINIMUM), "above", 50.0,
    ),
    claim(
        "paper", "translation-russian-similar", SECTION,
        f"Similar curves are obtained for EN-RU … {LANGUAGES}",
        f"{NEIGHBOURS} from English to Russian, minimum over layers above the bottom third",
        _curve(MINIMUM, "en", "ru"), "above", 50.0,
    ),
    claim(
        "paper", "translation-hindi-similar", SECTION,
        f"Similar curves are obtained for … UR-HI (in-house dataset), {LANGUAGES}",
        f"{NEIGHBOURS} from Urdu to Hindi, minimum over layers above the bottom third",
        _curve(MINIMUM, "ur", "hi"), "above", 50.0,
    ),
    claim(
        "paper", "translation-falls-at-the-end", SECTION, "the accuracy goes down in the last few layers",
        f"M-BERT's accuracy from English to German {TWO_THIRDS} minus that of the last layer",
        _curve(FALL), "above", 0.0,
    ),
    claim(
        "paper", "translation-low-at-the-bottom", f"{SECTION}, footnote 9",
        "the lower layers have more “token level” information, which is more language dependent",
        f"M-BERT's accuracy from English to German {TWO_THIRDS} minus that of the embeddings",
        _curve(RISE), "above", 0.0,
    ),
    claim(
        "paper", "translation-separated-in-space", SECTION,
        "the hidden representations, although separated in space, share a common subspace",
        f"M-BERT's accuracy with the mean shift minus that without, {TWO_THIRDS}, mean over all curves",
        _all_curves(BY_SHIFT, POOL), "above", 0.0,
    ),
    claim(
        "ours", "translation-pairs-found", "beside the abstract, p. 4996, and section 5.2",
        "The translation pairs that the encoder finds are more than names, figures and shared words give away",
        f"M-BERT's accuracy {TWO_THIRDS} minus that of shared word pieces, mean over all curves",
        _all_curves(OVER_PIECES), "above", 0.0,
    ),
    claim(
        "ours", "translation-above-untrained", f"beside {SECTION}",
        "Translations are found by what pretraining taught, not by the shape of the encoder",
        f"M-BERT's accuracy {TWO_THIRDS} minus that of the same encoder untrained, mean over all curves",
        _all_curves(OVER_UNTRAINED), "above", 0.0,
    ),
    claim(
        "ours", "translation-held-out-shift", "beside section 5.1, p. 4999",
        "Estimating the shift on the very pairs that are scored hardly flatters the accuracy",
        f"M-BERT's accuracy with the paper's shift minus that with a held-out one, {TWO_THIRDS}, mean over all curves",
        _all_curves(BY_OWN_PAIRS), "below", SLIGHT,
    ),
    claim(
        "ours", "translation-hubs", "beside section 5.1, p. 4999",
        "The paper's distance undersells the shared space: with centring and CSLS more translations are found",
        f"M-BERT's accuracy centred and by CSLS minus the paper's, {TWO_THIRDS}, mean over all curves",
        _all_curves(BY_CSLS), "above", 0.0,
    ),
)  # fmt: skip
"""The paper's, then ours."""
