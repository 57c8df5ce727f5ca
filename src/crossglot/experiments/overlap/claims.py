"""Claims about vocabulary overlap: figure 1 (section 3.1), over all ordered pairs of languages that a run has.

The figure prints no numbers, so the words are read as follows, decided here and nowhere else: almost no overlap is
less than 5 % of the word pieces; an F1 near zero is below 10; performance that depends directly on overlap correlates
with it above 0.5 and falls with it; performance that is flat moves by less than a big gap, 10 points, over 30 points of
overlap, up or down. Flatness is a matter of slope: a correlation is low as well where scores scatter, whatever their
slope. On 16 languages with effects of source and target as large as table 1's, the slope's interval reaches 0.2 to
either side: then flat scores are found to be so in nine of ten runs.
"""

from __future__ import annotations

from crossglot.paper.published import EN_BERT, M_BERT
from crossglot.results.claims import AFTER_RUNS, BIG, Claim, RowStatistic, Unit, claim

NEAR_ZERO_OVERLAP = 5.0
"""Per cent of the pieces used in entities: below this there is almost no lexical overlap."""
NEAR_ZERO_F1 = 10.0
DIRECTLY = 0.5
"""A correlation above this is direct dependence."""
WIDE = 30.0
"""Per cent of the pieces: a wide range of overlaps."""
FLAT = round(BIG / WIDE, 2)
"""Points of F1 per point of overlap: a slope nearer to zero than this is flat."""

BY_OVERLAP, BY_SEEN_TOKENS = "by entity overlap", "by seen pieces (tokens)"
"""Conditions of figure 1's statistics: what stands on the x axis."""
ON_CONLL = "by entity overlap, CoNLL data"
"""Condition of what is said of pairs of CoNLL-2002 and -2003 alone."""
SLOPE_AGAINST, WITHIN_AGAINST = "slope minus en-bert's", "mean slope of a source minus en-bert's"
ENTITY_OVERLAP = "entity overlap"
"""Metric of rows about overlap itself, in per cent."""
ACROSS_SCRIPTS, NO_OVERLAP = "pairs across scripts", "pairs with almost no overlap"
"""Conditions of figure 1's averages: which pairs."""

SECTION = "section 3.1, p. 4998"
SLOPE_OF_M_BERT = "slope of M-BERT's zero-shot NER F1 over overlap"


def _figure(
    system: str, aggregate: str, condition: str = BY_OVERLAP, *, metric: str = "f1", unit: Unit = "languages"
) -> RowStatistic:
    return RowStatistic("figure1", system, metric, aggregate, condition, unit=unit)


CLAIMS: tuple[Claim, ...] = (
    claim(
        "paper", "en-bert-depends-on-overlap", SECTION,
        "performance using EN-BERT depends directly on word piece overlap",
        "correlation of EN-BERT's zero-shot NER F1 with the overlap of word pieces in entities",
        _figure(EN_BERT, "correlation"), "above", DIRECTLY,
    ),
    claim(
        "paper", "en-bert-deteriorates", SECTION,
        "the ability to transfer deteriorates as word piece overlap diminishes",
        "slope of EN-BERT's zero-shot NER F1 over overlap, points of F1 per point of overlap",
        _figure(EN_BERT, "slope"), "above", 0.0,
    ),
    claim(
        "paper", "en-bert-near-zero", SECTION,
        "F1 scores are near zero for languages written in different scripts",
        "EN-BERT's zero-shot NER F1, mean over pairs of languages in different scripts",
        _figure(EN_BERT, "mean over pairs", ACROSS_SCRIPTS), "below", NEAR_ZERO_F1,
    ),
    claim(
        "paper", "m-bert-flat", SECTION,
        "M-BERT's performance, on the other hand, is flat for a wide range of overlaps",
        f"{SLOPE_OF_M_BERT}, points of F1 per point of overlap",
        _figure(M_BERT, "slope"), "within", FLAT, AFTER_RUNS,
    ),
    claim(
        "paper", "m-bert-flatter", SECTION,
        "performance using EN-BERT depends directly on word piece overlap … M-BERT's performance, on the other hand, "
        "is flat",
        f"{SLOPE_OF_M_BERT} minus the slope of EN-BERT's",
        _figure(M_BERT, SLOPE_AGAINST), "below", 0.0,
    ),
    claim(
        "paper", "m-bert-without-overlap", SECTION,
        "even for language pairs with almost no lexical overlap, scores vary between 40% and 70%",
        "M-BERT's zero-shot NER F1, minimum over pairs with almost no overlap",
        _figure(M_BERT, "minimum over pairs", NO_OVERLAP, unit="cells"), "above", 40.0,
    ),
    claim(
        "paper", "overlap-improves-transfer", "section 1, p. 4996",
        "high lexical overlap between languages improves transfer",
        f"{SLOPE_OF_M_BERT}, points of F1 per point of overlap",
        _figure(M_BERT, "slope"), "above", 0.0, AFTER_RUNS,
    ),
    claim(
        "paper", "no-overlap-across-scripts", "section 3.2, p. 4998",
        "written in different scripts, and thus have effectively zero lexical overlap",
        "overlap of M-BERT's word pieces in entities, mean over pairs in different scripts",
        _figure(M_BERT, "mean over pairs", ACROSS_SCRIPTS, metric=ENTITY_OVERLAP), "below", NEAR_ZERO_OVERLAP,
        AFTER_RUNS,
    ),
    claim(
        "paper", "conll-follows", "section 3.1, p. 4997, footnote 4",
        "Results on CoNLL data follow the same trends",
        f"{SLOPE_OF_M_BERT} minus the slope of EN-BERT's, over pairs of CoNLL-2002 and -2003",
        _figure(M_BERT, SLOPE_AGAINST, ON_CONLL), "below", 0.0, AFTER_RUNS,
    ),
    claim(
        "paper", "single-languages-follow", "section 3.1, p. 4998, footnote 5",
        "Individual language trends are similar to aggregate plots",
        f"{SLOPE_OF_M_BERT} minus the slope of EN-BERT's, each from one source language, mean over sources",
        _figure(M_BERT, WITHIN_AGAINST), "below", 0.0, AFTER_RUNS,
    ),
    claim(
        "ours", "overlap-beyond-languages", f"beside {SECTION}",
        "EN-BERT's dependence on overlap is one of pairs, not of good sources and easy targets",
        "correlation of EN-BERT's zero-shot NER F1 with overlap, source and target effects removed from both",
        _figure(EN_BERT, "correlation without effects"), "above", 0.0,
    ),
    claim(
        "ours", "m-bert-follows-seen-pieces", f"beside {SECTION}",
        "Measured as Wu and Dredze (2019) do, M-BERT's transfer does depend on shared pieces",
        "correlation of M-BERT's zero-shot NER F1 with the share of the target's piece tokens seen in training",
        _figure(M_BERT, "correlation", BY_SEEN_TOKENS), "above", DIRECTLY,
    ),
)  # fmt: skip
"""The paper's, then ours."""
