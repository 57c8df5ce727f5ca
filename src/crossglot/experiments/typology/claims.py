"""Claims about word order: figure 2 and table 5 (sections 4.1 and 4.2).

Readings of words, decided here and nowhere else: languages of low similarity have at most two of the six features in
common; a job is decent, compared to another encoder's, if it is better than that.
"""

from __future__ import annotations

from crossglot.paper.published import M_BERT
from crossglot.results.claims import Claim, Reading

FEW_FEATURES = 2
"""At most so many features in common is low similarity."""

BY_FEATURES = "by common features"
"""Condition of figure 2's statistics: what stands on the x axis."""
LOW_SIMILARITY = "pairs of low similarity"
"""Condition of an average of figure 2: which pairs."""


def _same_order(feature: str, source: str, target: str, says: str) -> Claim:
    """The paper's claim for one row: cells on the diagonal of the group table beat the other cell of their row."""
    return Claim(
        id=f"row-{source.lower()}",
        where="section 4.2, p. 4999; table 5",
        sentence="performance is best when transferring between languages that share word order features",
        origin="paper",
        says=f"M-BERT's zero-shot POS accuracy from {says} minus that on {target} languages, macro-averages (table 5)",
        statistic=Reading("table5", M_BERT, "accuracy", "difference", feature, source, f"{source} minus {target}"),
        direction="above",
        threshold=0.0,
    )


def _by_column(feature: str, target: str, source: str) -> Claim:
    """Ours: the same by columns, where the target and its difficulty stay the same."""
    return Claim(
        id=f"column-{target.lower()}",
        where="beside section 4.2, p. 4999; table 5",
        sentence="On one and the same target, too, a source of its own word order is best",
        origin="ours",
        says=(
            f"M-BERT's zero-shot POS accuracy on {target} languages, trained on {target} languages minus trained on "
            f"{source} ones, macro-averages (table 5)"
        ),
        statistic=Reading("table5", M_BERT, "accuracy", "difference", feature, f"{target} minus {source}", target),
        direction="above",
        threshold=0.0,
    )


def _without_effects(feature: str, name: str) -> Claim:
    return Claim(
        id=f"same-{feature.lower()}-beyond-languages",
        where="beside section 4.2, p. 4999; table 5",
        sentence=f"Languages of the same order of {name} transfer better than their own ease explains",
        origin="ours",
        says=(
            "M-BERT's zero-shot POS accuracy, source and target effects removed, between languages of the same order "
            f"minus between those of different order of {name} (table 5)"
        ),
        statistic=Reading("table5", M_BERT, "accuracy", "same minus different, without effects", feature),
        direction="above",
        threshold=0.0,
    )


TYPOLOGY_CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="similar-is-better",
        where="section 4.1, p. 4998; figure 2",
        sentence="performance improves with similarity",
        origin="paper",
        says="slope of M-BERT's zero-shot POS accuracy over the number of common WALS features, points each (figure 2)",
        statistic=Reading("figure2", M_BERT, "accuracy", "slope", BY_FEATURES),
        direction="above",
        threshold=0.0,
    ),
    Claim(
        id="decent-for-low-similarity",
        where="section 4.1, p. 4998; figure 2",
        sentence="it still does a decent job for low similarity languages when compared to EN-BERT",
        origin="paper",
        says=(
            "M-BERT's zero-shot POS accuracy minus EN-BERT's, mean over pairs with at most two common features "
            "(figure 2)"
        ),
        statistic=Reading("figure2", M_BERT, "accuracy", "mean over pairs minus en-bert's", LOW_SIMILARITY),
        direction="above",
        threshold=0.0,
    ),
    _same_order("81A", "SVO", "SOV", "SVO languages on others of that order"),
    _same_order("81A", "SOV", "SVO", "SOV languages on others of that order"),
    _same_order("87A", "AN", "NA", "AN languages on others of that order"),
    _same_order("87A", "NA", "AN", "NA languages on others of that order"),
    Claim(
        id="similarity-beyond-languages",
        where="beside section 4.1, p. 4998; figure 2",
        sentence="Similar languages transfer better than their own ease explains",
        origin="ours",
        says=(
            "correlation of M-BERT's zero-shot POS accuracy with the number of common WALS features, source and target "
            "effects removed from both (figure 2)"
        ),
        statistic=Reading("figure2", M_BERT, "accuracy", "correlation without effects", BY_FEATURES),
        direction="above",
        threshold=0.0,
    ),
    _by_column("81A", "SVO", "SOV"),
    _by_column("81A", "SOV", "SVO"),
    _by_column("87A", "AN", "NA"),
    _by_column("87A", "NA", "AN"),
    _without_effects("81A", "subject, object and verb"),
    _without_effects("87A", "adjective and noun"),
)
"""The paper's, then ours."""
