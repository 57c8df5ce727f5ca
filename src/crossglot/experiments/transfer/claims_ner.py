"""Claims about named entities: tables 1, 3 and 7 (sections 2.1 and 3.1, appendix B)."""

from __future__ import annotations

from crossglot.paper.published import EN_BERT, LAMPLE, M_BERT
from crossglot.results.claims import (
    AFTER_RUNS,
    BIG,
    COMPARABLE,
    HALF,
    M_BERT_UNTRAINED,
    MOST_FREQUENT_TAG,
    Claim,
    Pairs,
    Term,
    over_cells,
    over_languages,
    own,
    turned,
    zero_shot,
)

CONLL = zero_shot("en de nl es")
CONLL_OWN: Pairs = (("en", "en"), ("de", "de"), ("nl", "nl"), ("es", "es"))
FROM_ENGLISH_CONLL: Pairs = (("en", "de"), ("en", "nl"), ("en", "es"))

NER_CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="surprisingly-good-ner",
        where="abstract, p. 4996; table 1",
        sentence="M-BERT … is surprisingly good at zero-shot cross-lingual model transfer",
        origin="paper",
        says=("M-BERT's zero-shot NER F1 minus half of the target's own-language F1, mean over 12 pairs (table 1)"),
        statistic=over_languages(Term(1, "table1", M_BERT, CONLL), Term(-HALF, "table1", M_BERT, own(CONLL))),
        direction="above",
        threshold=0.0,
    ),
    Claim(
        id="en-bert-comparable",
        where="section 3.1, p. 4998; table 3",
        sentence=(
            "we evaluate on non-cross-lingual NER and see that it performs comparably to a previous state of"
            " the art model"
        ),
        origin="paper",
        says=f"EN-BERT's own-language NER F1 minus that of {LAMPLE}, mean over 4 languages (table 3)",
        statistic=over_cells(Term(1, "table3", EN_BERT, CONLL_OWN), Term(-1, "table3", LAMPLE, CONLL_OWN)),
        direction="above",
        threshold=COMPARABLE,
    ),
    Claim(
        id="ner-big-gap",
        where="appendix B, p. 5001; tables 1 and 7",
        sentence="There is a big gap between this model's zero-shot performance and M-BERT's",
        origin="paper",
        says="M-BERT's zero-shot NER F1 (table 1) minus EN-BERT's (table 7), mean over 12 pairs",
        statistic=over_cells(Term(1, "table1", M_BERT, CONLL), Term(-1, "table7", EN_BERT, CONLL)),
        direction="above",
        threshold=BIG,
        rule=AFTER_RUNS,
    ),
    Claim(
        id="ner-above-untrained",
        where="beside section 2.1, p. 4997; table 1",
        sentence="Zero-shot NER comes from pretraining, not from fine-tuning alone",
        origin="ours",
        says=("M-BERT's zero-shot NER F1 minus that of the same encoder untrained, mean over 12 pairs (table 1)"),
        statistic=over_languages(Term(1, "table1", M_BERT, CONLL), Term(-1, "table1", M_BERT_UNTRAINED, CONLL)),
        direction="above",
        threshold=0.0,
    ),
    Claim(
        id="ner-above-floor",
        where="beside section 2.1, p. 4997; table 1",
        sentence="Zero-shot NER does better than giving known words their most frequent tag",
        origin="ours",
        says="M-BERT's zero-shot NER F1 minus the most-frequent-tag floor's, mean over 12 pairs (table 1)",
        statistic=over_languages(Term(1, "table1", M_BERT, CONLL), Term(-1, "table1", MOST_FREQUENT_TAG, CONLL)),
        direction="above",
        threshold=0.0,
    ),
    Claim(
        id="en-bert-own-ner",
        where="beside section 3.1, p. 4998; tables 1 and 7",
        sentence="EN-BERT can represent the other languages: on its own diagonal there is no big gap to M-BERT",
        origin="ours",
        says="EN-BERT's own-language NER F1 (table 7) minus M-BERT's (table 1), mean over 4 languages",
        statistic=over_languages(Term(1, "table7", EN_BERT, CONLL_OWN), Term(-1, "table1", M_BERT, CONLL_OWN)),
        direction="above",
        threshold=-BIG,
    ),
    Claim(
        id="en-bert-loses-more-ner",
        where="beside section 3.1, p. 4998; tables 1 and 7",
        sentence="Read beside its own diagonal, EN-BERT loses more than M-BERT when the language changes",
        origin="ours",
        says=(
            "own-language minus zero-shot NER F1, EN-BERT's loss (table 7) minus M-BERT's (table 1), mean over 12 pairs"
        ),
        statistic=over_languages(
            Term(1, "table7", EN_BERT, own(CONLL)),
            Term(-1, "table7", EN_BERT, CONLL),
            Term(-1, "table1", M_BERT, own(CONLL)),
            Term(1, "table1", M_BERT, CONLL),
        ),
        direction="above",
        threshold=0.0,
    ),
    Claim(
        id="english-gives-more-ner",
        where="beside section 2.1, p. 4997; table 1",
        sentence="Transfer is not symmetric: English gives more than it takes",
        origin="ours",
        says="M-BERT's NER F1 from English minus that into English, mean over 3 languages (table 1)",
        statistic=over_languages(
            Term(1, "table1", M_BERT, FROM_ENGLISH_CONLL), Term(-1, "table1", M_BERT, turned(FROM_ENGLISH_CONLL))
        ),
        direction="above",
        threshold=0.0,
    ),
)
"""The paper's, then ours."""
