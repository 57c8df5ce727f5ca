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
from crossglot.results.claims import AFTER_RUNS, BIG, Claim, Reading

NEAR_ZERO_OVERLAP = 5.0
"""Per cent of the pieces used in entities: below this there is almost no lexical overlap."""
NEAR_ZERO_F1 = 10.0
DIRECTLY = 0.5
"""A correlation above this is direct dependence."""
WIDE = 30.0
"""Per cent of the pieces: a wide range of overlaps."""
FLAT = round(BIG / WIDE, 2)
"""Points of F1 a point of overlap: a slope nearer to zero than this is flat."""

BY_OVERLAP, BY_SEEN_TOKENS = "by entity overlap", "by seen pieces (tokens)"
"""Conditions of figure 1's statistics: what stands on the x axis."""
ON_CONLL = "by entity overlap, CoNLL data"
"""Condition of what is said of pairs of CoNLL-2002 and -2003 alone."""
SLOPE_AGAINST, WITHIN_AGAINST = "slope minus en-bert's", "mean slope of a source minus en-bert's"
ENTITY_OVERLAP = "entity overlap"
"""Metric of rows about overlap itself, in per cent."""
ACROSS_SCRIPTS, NO_OVERLAP = "pairs across scripts", "pairs with almost no overlap"
"""Conditions of figure 1's averages: which pairs."""

OVERLAP_CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="en-bert-depends-on-overlap",
        where="section 3.1, p. 4998; figure 1",
        sentence="performance using EN-BERT depends directly on word piece overlap",
        origin="paper",
        says="correlation of EN-BERT's zero-shot NER F1 with the overlap of word pieces in entities (figure 1)",
        statistic=Reading("figure1", EN_BERT, "f1", "correlation", BY_OVERLAP),
        direction="above",
        threshold=DIRECTLY,
    ),
    Claim(
        id="en-bert-deteriorates",
        where="section 3.1, p. 4998; figure 1",
        sentence="the ability to transfer deteriorates as word piece overlap diminishes",
        origin="paper",
        says="slope of EN-BERT's zero-shot NER F1 over overlap, points of F1 a point of overlap (figure 1)",
        statistic=Reading("figure1", EN_BERT, "f1", "slope", BY_OVERLAP),
        direction="above",
        threshold=0.0,
    ),
    Claim(
        id="en-bert-near-zero",
        where="section 3.1, p. 4998; figure 1",
        sentence="F1 scores are near zero for languages written in different scripts",
        origin="paper",
        says="EN-BERT's zero-shot NER F1, mean over pairs of languages in different scripts (figure 1)",
        statistic=Reading("figure1", EN_BERT, "f1", "mean over pairs", ACROSS_SCRIPTS),
        direction="below",
        threshold=NEAR_ZERO_F1,
    ),
    Claim(
        id="m-bert-flat",
        where="section 3.1, p. 4998; figure 1",
        sentence="M-BERT's performance, on the other hand, is flat for a wide range of overlaps",
        origin="paper",
        says="slope of M-BERT's zero-shot NER F1 over overlap, points of F1 a point of overlap (figure 1)",
        statistic=Reading("figure1", M_BERT, "f1", "slope", BY_OVERLAP),
        direction="within",
        threshold=FLAT,
        rule=AFTER_RUNS,
    ),
    Claim(
        id="m-bert-flatter",
        where="section 3.1, p. 4998; figure 1",
        sentence=(
            "performance using EN-BERT depends directly on word piece overlap … M-BERT's performance, on the other "
            "hand, is flat"
        ),
        origin="paper",
        says="slope of M-BERT's zero-shot NER F1 over overlap minus the slope of EN-BERT's (figure 1)",
        statistic=Reading("figure1", M_BERT, "f1", SLOPE_AGAINST, BY_OVERLAP),
        direction="below",
        threshold=0.0,
    ),
    Claim(
        id="m-bert-without-overlap",
        where="section 3.1, p. 4998; figure 1",
        sentence="even for language pairs with almost no lexical overlap, scores vary between 40% and 70%",
        origin="paper",
        says="M-BERT's zero-shot NER F1, minimum over pairs with almost no overlap (figure 1)",
        statistic=Reading("figure1", M_BERT, "f1", "minimum over pairs", NO_OVERLAP, unit="cells"),
        direction="above",
        threshold=40.0,
    ),
    Claim(
        id="overlap-improves-transfer",
        where="section 1, p. 4996; figure 1",
        sentence="high lexical overlap between languages improves transfer",
        origin="paper",
        says="slope of M-BERT's zero-shot NER F1 over overlap, points of F1 a point of overlap (figure 1)",
        statistic=Reading("figure1", M_BERT, "f1", "slope", BY_OVERLAP),
        direction="above",
        threshold=0.0,
        rule=AFTER_RUNS,
    ),
    Claim(
        id="no-overlap-across-scripts",
        where="section 3.2, p. 4998; figure 1",
        sentence="written in different scripts, and thus have effectively zero lexical overlap",
        origin="paper",
        says="overlap of M-BERT's word pieces in entities, mean over pairs in different scripts (figure 1)",
        statistic=Reading("figure1", M_BERT, ENTITY_OVERLAP, "mean over pairs", ACROSS_SCRIPTS),
        direction="below",
        threshold=NEAR_ZERO_OVERLAP,
        rule=AFTER_RUNS,
    ),
    Claim(
        id="conll-follows",
        where="section 3.1, p. 4997, footnote 4; figure 1",
        sentence="Results on CoNLL data follow the same trends",
        origin="paper",
        says=(
            "slope of M-BERT's zero-shot NER F1 over overlap minus the slope of EN-BERT's, over pairs of CoNLL-2002 "
            "and -2003 (figure 1)"
        ),
        statistic=Reading("figure1", M_BERT, "f1", SLOPE_AGAINST, ON_CONLL),
        direction="below",
        threshold=0.0,
        rule=AFTER_RUNS,
    ),
    Claim(
        id="single-languages-follow",
        where="section 3.1, p. 4998, footnote 5; figure 1",
        sentence="Individual language trends are similar to aggregate plots",
        origin="paper",
        says=(
            "slope of M-BERT's zero-shot NER F1 over overlap minus the slope of EN-BERT's, each from one source "
            "language, mean over sources (figure 1)"
        ),
        statistic=Reading("figure1", M_BERT, "f1", WITHIN_AGAINST, BY_OVERLAP),
        direction="below",
        threshold=0.0,
        rule=AFTER_RUNS,
    ),
    Claim(
        id="overlap-beyond-languages",
        where="beside section 3.1, p. 4998; figure 1",
        sentence="EN-BERT's dependence on overlap is one of pairs, not of good sources and easy targets",
        origin="ours",
        says=(
            "correlation of EN-BERT's zero-shot NER F1 with overlap, source and target effects removed from both "
            "(figure 1)"
        ),
        statistic=Reading("figure1", EN_BERT, "f1", "correlation without effects", BY_OVERLAP),
        direction="above",
        threshold=0.0,
    ),
    Claim(
        id="m-bert-follows-seen-pieces",
        where="beside section 3.1, p. 4998; figure 1",
        sentence="Measured as Wu and Dredze (2019) do, M-BERT's transfer does depend on shared pieces",
        origin="ours",
        says=(
            "correlation of M-BERT's zero-shot NER F1 with the share of the target's piece tokens seen in training "
            "(figure 1)"
        ),
        statistic=Reading("figure1", M_BERT, "f1", "correlation", BY_SEEN_TOKENS),
        direction="above",
        threshold=DIRECTLY,
    ),
)
"""The paper's, then ours."""
