"""Claims about word order: figure 2 and table 5 (sections 4.1 and 4.2).

Readings of words, decided here and nowhere else: languages of low similarity have at most two of the six features in
common; a job is decent, compared to another encoder's, if it is better than that.
"""

from __future__ import annotations

from crossglot.paper.published import M_BERT
from crossglot.results.claims import Claim, RowStatistic, claim

FEW_FEATURES = 2
"""At most so many features in common is low similarity."""

BY_FEATURES = "by common features"
"""Condition of figure 2's statistics: what stands on the x axis."""
LOW_SIMILARITY = "pairs of low similarity"
"""Condition of an average of figure 2: which pairs."""
SECTION = "section 4.2, p. 4999"


def _difference(feature: str, aggregate: str, source: str | None = None, target: str | None = None) -> RowStatistic:
    return RowStatistic("table5", M_BERT, "accuracy", aggregate, feature, source, target)


def _same_order(feature: str, source: str, target: str) -> Claim:
    """The paper's claim for one row: cells on the diagonal of the group table beat the other cell of their row."""
    return claim(
        "paper", f"row-{source.lower()}", SECTION,
        "performance is best when transferring between languages that share word order features",
        f"M-BERT's zero-shot POS accuracy from {source} languages on others of that order minus that on {target} "
        "languages, macro-averages",
        _difference(feature, "difference", source, f"{source} minus {target}"), "above", 0.0,
    )  # fmt: skip


def _by_column(feature: str, target: str, source: str) -> Claim:
    """Ours: the same by columns, where the target and its difficulty stay the same."""
    return claim(
        "ours", f"column-{target.lower()}", f"beside {SECTION}",
        "On one and the same target, too, a source of its own word order is best",
        f"M-BERT's zero-shot POS accuracy on {target} languages, trained on {target} languages minus trained on "
        f"{source} ones, macro-averages",
        _difference(feature, "difference", f"{target} minus {source}", target), "above", 0.0,
    )  # fmt: skip


def _without_effects(feature: str, order_of: str) -> Claim:
    """Ours: the same by pairs, where good sources and easy targets make no difference."""
    return claim(
        "ours", f"same-{feature.lower()}-beyond-languages", f"beside {SECTION}",
        f"Languages of the same order of {order_of} transfer better than their own ease explains",
        "M-BERT's zero-shot POS accuracy, source and target effects removed, between languages of the same order minus "
        f"between those of different order of {order_of}",
        _difference(feature, "same minus different, without effects"), "above", 0.0,
    )  # fmt: skip


CLAIMS: tuple[Claim, ...] = (
    claim(
        "paper", "similar-is-better", "section 4.1, p. 4998", "performance improves with similarity",
        "slope of M-BERT's zero-shot POS accuracy over the number of common WALS features, points each",
        RowStatistic("figure2", M_BERT, "accuracy", "slope", BY_FEATURES), "above", 0.0,
    ),
    claim(
        "paper", "decent-for-low-similarity", "section 4.1, p. 4998",
        "it still does a decent job for low similarity languages when compared to EN-BERT",
        "M-BERT's zero-shot POS accuracy minus EN-BERT's, mean over pairs with at most two common features",
        RowStatistic("figure2", M_BERT, "accuracy", "mean over pairs minus en-bert's", LOW_SIMILARITY), "above", 0.0,
    ),
    _same_order("81A", "SVO", "SOV"),
    _same_order("81A", "SOV", "SVO"),
    _same_order("87A", "AN", "NA"),
    _same_order("87A", "NA", "AN"),
    claim(
        "ours", "similarity-beyond-languages", "beside section 4.1, p. 4998",
        "Similar languages transfer better than their own ease explains",
        "correlation of M-BERT's zero-shot POS accuracy with the number of common WALS features, source and target "
        "effects removed from both",
        RowStatistic("figure2", M_BERT, "accuracy", "correlation without effects", BY_FEATURES), "above", 0.0,
    ),
    _by_column("81A", "SVO", "SOV"),
    _by_column("81A", "SOV", "SVO"),
    _by_column("87A", "AN", "NA"),
    _by_column("87A", "NA", "AN"),
    _without_effects("81A", "subject, object and verb"),
    _without_effects("87A", "adjective and noun"),
)  # fmt: skip
"""The paper's, then ours."""
