"""Claims about sentence translation by nearest neighbours: figure 3 (section 5), over the layers of an encoder.

The figure prints no numbers, and the text speaks of layers in words, which are read as shares of an encoder's depth so
that they mean something where it is not twelve layers deep: the bottom layers are the bottom third, and a curve that
goes down in the last few layers is higher two thirds of the way up than at the last layer.

The paper searches among 5,000 pairs. Among fewer more are found, whatever the encoder, so a run with another number of
pairs decides none of its sentences.
"""

from __future__ import annotations

from crossglot.paper.published import M_BERT
from crossglot.results.claims import Claim, Reading

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


def _curve(aggregate: str, source: str, target: str) -> Reading:
    return Reading(FIGURE, M_BERT, MEASURE, aggregate, PAPERS_CONDITION, source, target, unit="cells", pool=POOL)


def _all_curves(aggregate: str, pool: int | None = None) -> Reading:
    return Reading(FIGURE, M_BERT, MEASURE, aggregate, pool=pool)


TRANSLATION_CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="translation-over-50",
        where="section 5.2, p. 5000; figure 3",
        sentence=(
            "we plot the nearest neighbor accuracy for EN-DE … It achieves over 50% accuracy for all but the "
            "bottom layers"
        ),
        origin="paper",
        says=(
            "M-BERT's nearest-neighbour accuracy from English to German, minimum over layers above the bottom "
            "third (figure 3)"
        ),
        statistic=_curve(MINIMUM, "en", "de"),
        direction="above",
        threshold=50.0,
    ),
    Claim(
        id="translation-russian-similar",
        where="section 5.2, p. 5000; figure 3",
        sentence="Similar curves are obtained for EN-RU … showing this works for multiple languages",
        origin="paper",
        says=(
            "M-BERT's nearest-neighbour accuracy from English to Russian, minimum over layers above the bottom "
            "third (figure 3)"
        ),
        statistic=_curve(MINIMUM, "en", "ru"),
        direction="above",
        threshold=50.0,
    ),
    Claim(
        id="translation-hindi-similar",
        where="section 5.2, p. 5000; figure 3",
        sentence=(
            "Similar curves are obtained for … UR-HI (in-house dataset), showing this works for multiple languages"
        ),
        origin="paper",
        says=(
            "M-BERT's nearest-neighbour accuracy from Urdu to Hindi, minimum over layers above the bottom third "
            "(figure 3)"
        ),
        statistic=_curve(MINIMUM, "ur", "hi"),
        direction="above",
        threshold=50.0,
    ),
    Claim(
        id="translation-falls-at-the-end",
        where="section 5.2, p. 5000; figure 3",
        sentence="the accuracy goes down in the last few layers",
        origin="paper",
        says=(
            "M-BERT's accuracy from English to German two thirds of the way up minus that of the last layer (figure 3)"
        ),
        statistic=_curve(FALL, "en", "de"),
        direction="above",
        threshold=0.0,
    ),
    Claim(
        id="translation-low-at-the-bottom",
        where="section 5.2, p. 5000, footnote 9; figure 3",
        sentence="the lower layers have more “token level” information, which is more language dependent",
        origin="paper",
        says=(
            "M-BERT's accuracy from English to German two thirds of the way up minus that of the embeddings (figure 3)"
        ),
        statistic=_curve(RISE, "en", "de"),
        direction="above",
        threshold=0.0,
    ),
    Claim(
        id="translation-separated-in-space",
        where="section 5.2, p. 5000; figure 3",
        sentence="the hidden representations, although separated in space, share a common subspace",
        origin="paper",
        says=(
            "M-BERT's accuracy with the mean shift minus that without, two thirds of the way up, mean over all "
            "curves (figure 3)"
        ),
        statistic=_all_curves(BY_SHIFT, POOL),
        direction="above",
        threshold=0.0,
    ),
    Claim(
        id="translation-pairs-found",
        where="beside the abstract, p. 4996, and section 5.2; figure 3",
        sentence="The translation pairs that the encoder finds are more than names, figures and shared words give away",
        origin="ours",
        says=(
            "M-BERT's accuracy two thirds of the way up minus that of shared word pieces, mean over all curves "
            "(figure 3)"
        ),
        statistic=_all_curves(OVER_PIECES),
        direction="above",
        threshold=0.0,
    ),
    Claim(
        id="translation-above-untrained",
        where="beside section 5.2, p. 5000; figure 3",
        sentence="Translations are found by what pretraining taught, not by the shape of the encoder",
        origin="ours",
        says=(
            "M-BERT's accuracy two thirds of the way up minus that of the same encoder untrained, mean over all "
            "curves (figure 3)"
        ),
        statistic=_all_curves(OVER_UNTRAINED),
        direction="above",
        threshold=0.0,
    ),
    Claim(
        id="translation-held-out-shift",
        where="beside section 5.1, p. 4999; figure 3",
        sentence="Estimating the shift on the very pairs that are scored hardly flatters the accuracy",
        origin="ours",
        says=(
            "M-BERT's accuracy with the paper's shift minus that with a held-out one, two thirds of the way up, mean "
            "over all curves (figure 3)"
        ),
        statistic=_all_curves(BY_OWN_PAIRS),
        direction="below",
        threshold=SLIGHT,
    ),
    Claim(
        id="translation-hubs",
        where="beside section 5.1, p. 4999; figure 3",
        sentence="The paper's distance undersells the shared space: with centring and CSLS more translations are found",
        origin="ours",
        says=(
            "M-BERT's accuracy centred and by CSLS minus the paper's, two thirds of the way up, mean over all curves "
            "(figure 3)"
        ),
        statistic=_all_curves(BY_CSLS),
        direction="above",
        threshold=0.0,
    ),
)
"""The paper's, then ours."""
