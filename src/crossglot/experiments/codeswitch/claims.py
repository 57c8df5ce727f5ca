"""Claims about code-switched text: table 6 (sections 4.3 and 6).

That transliterated targets need an explicit multilingual objective is a conjecture: the paper trains no encoder with
one. What can be tested is that without one something is lacking: were an encoder that has none, whatever plays M-BERT,
to reach by transfer nearly what training on such text gives, the conjecture would be wrong.
"""

from __future__ import annotations

from crossglot.paper.published import BALL, BHAT, M_BERT
from crossglot.results.claims import AFTER_RUNS, BIG, COMPARABLE, M_BERT_UNTRAINED, Claim, Pairs, Term, over_cells

APART, CORRECTED, TRANSLITERATED = "hi+en", "hi/en:corrected", "hi/en:transliterated"
SYNTHETIC_CORRECTED, SYNTHETIC_TRANSLITERATED = "hi/en:synthetic-corrected", "hi/en:synthetic-transliterated"
SECTION = "section 4.3, p. 4999; table 6"


def _cell(weight: float, source: str, target: str, system: str = M_BERT) -> Term:
    pairs: Pairs = ((source, target),)
    return Term(weight, "table6", system, pairs)


def _outperformed(scenario: str, by: str, source: str, trained_on: str) -> Claim:
    """One sentence makes two claims, one a scenario."""
    return Claim(
        id=f"outperformed-{scenario}",
        where=SECTION,
        sentence=(
            "M-BERT is outperformed by previous work in both the monolingual-only and code-switched supervision"
            " scenarios"
        ),
        origin="paper",
        says=f"POS accuracy on transliterated text, {by} minus M-BERT, both trained on {trained_on} (table 6)",
        statistic=over_cells(_cell(1, source, TRANSLITERATED, by), _cell(-1, source, TRANSLITERATED)),
        direction="above",
        threshold=0.0,
    )


CODE_SWITCHING_CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="corrected-comparable",
        where=SECTION,
        sentence=(
            "For script-corrected inputs … M-BERT's performance when trained only on monolingual corpora is comparable"
            " to performance when training on code-switched data"
        ),
        origin="paper",
        says="on corrected text, M-BERT's POS accuracy trained on HI+EN minus trained on code-switched text (table 6)",
        statistic=over_cells(_cell(1, APART, CORRECTED), _cell(-1, CORRECTED, CORRECTED)),
        direction="above",
        threshold=COMPARABLE,
    ),
    Claim(
        id="no-transfer-to-transliterated",
        where=SECTION,
        sentence="M-BERT is not able to effectively transfer to a transliterated target",
        origin="paper",
        says="trained on HI+EN, M-BERT's POS accuracy on corrected minus that on transliterated text (table 6)",
        statistic=over_cells(_cell(1, APART, CORRECTED), _cell(-1, APART, TRANSLITERATED)),
        direction="above",
        threshold=BIG,
    ),
    _outperformed("monolingual-only", BALL, APART, "HI+EN"),
    _outperformed("code-switched", BHAT, TRANSLITERATED, "transliterated code-switched text"),
    Claim(
        id="transliterated-needs-objective",
        where="section 6, p. 5000; table 6",
        sentence=(
            "effective transfer to … transliterated targets will likely require the model to incorporate an explicit "
            "multilingual training objective"
        ),
        origin="paper",
        says=(
            "what M-BERT, which has no such objective, lacks: on transliterated text, its POS accuracy trained on "
            "transliterated code-switched text minus trained on HI+EN (table 6)"
        ),
        statistic=over_cells(_cell(1, TRANSLITERATED, TRANSLITERATED), _cell(-1, APART, TRANSLITERATED)),
        direction="above",
        threshold=BIG,
        rule=AFTER_RUNS,
    ),
    Claim(
        id="corrected-above-untrained",
        where=f"beside {SECTION}",
        sentence="Tagging code-switched text after training on HI+EN takes pretraining, not fine-tuning alone",
        origin="ours",
        says=(
            "on corrected text, M-BERT's POS accuracy minus that of the same encoder untrained, both trained on HI+EN"
            " (table 6)"
        ),
        statistic=over_cells(_cell(1, APART, CORRECTED), _cell(-1, APART, CORRECTED, M_BERT_UNTRAINED)),
        direction="above",
        threshold=0.0,
    ),
    Claim(
        id="synthetic-no-transfer-to-transliterated",
        where=f"beside {SECTION}",
        sentence="Where nothing but the script differs, in synthetic text, a transliterated target is as hard to reach",
        origin="ours",
        says=(
            "trained on HI+EN, M-BERT's POS accuracy on synthetic code-switched text, corrected minus transliterated"
            " (table 6)"
        ),
        statistic=over_cells(_cell(1, APART, SYNTHETIC_CORRECTED), _cell(-1, APART, SYNTHETIC_TRANSLITERATED)),
        direction="above",
        threshold=BIG,
    ),
)
"""The paper's, then ours."""
