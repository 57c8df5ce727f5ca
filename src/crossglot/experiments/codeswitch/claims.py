"""Claims about code-switched text: table 6 (sections 4.3 and 6).

That transliterated targets need an explicit multilingual objective is a conjecture: the paper trains no encoder with
one. What can be tested is that without one something is lacking: were an encoder that has none, whatever plays M-BERT,
to reach by transfer nearly what training on such text gives, the conjecture would be wrong.
"""

from __future__ import annotations

from crossglot.paper.published import BALL, BHAT, M_BERT
from crossglot.results.claims import AFTER_RUNS, BIG, COMPARABLE, M_BERT_UNTRAINED, Claim, Term, claim, over_cells

APART, CORRECTED, TRANSLITERATED = "hi+en", "hi/en:corrected", "hi/en:transliterated"
SYNTHETIC_CORRECTED, SYNTHETIC_TRANSLITERATED = "hi/en:synthetic-corrected", "hi/en:synthetic-transliterated"
SECTION = "section 4.3, p. 4999"


def _cell(weight: float, source: str, target: str, system: str = M_BERT) -> Term:
    return Term(weight, "table6", system, ((source, target),))


def _outperformed(scenario: str, by: str, source: str, trained_on: str) -> Claim:
    """One sentence makes two claims, one per scenario."""
    return claim(
        "paper", f"outperformed-{scenario}", SECTION,
        "M-BERT is outperformed by previous work in both the monolingual-only and code-switched supervision scenarios",
        f"POS accuracy on transliterated text, {by} minus M-BERT, both trained on {trained_on}",
        over_cells(_cell(1, source, TRANSLITERATED, by), _cell(-1, source, TRANSLITERATED)), "above", 0.0,
    )  # fmt: skip


CLAIMS: tuple[Claim, ...] = (
    claim(
        "paper", "corrected-comparable", SECTION,
        "For script-corrected inputs … M-BERT's performance when trained only on monolingual corpora is comparable to "
        "performance when training on code-switched data",
        "on corrected text, M-BERT's POS accuracy trained on HI+EN minus trained on code-switched text",
        over_cells(_cell(1, APART, CORRECTED), _cell(-1, CORRECTED, CORRECTED)), "above", COMPARABLE,
    ),
    claim(
        "paper", "no-transfer-to-transliterated", SECTION,
        "M-BERT is not able to effectively transfer to a transliterated target",
        "trained on HI+EN, M-BERT's POS accuracy on corrected minus that on transliterated text",
        over_cells(_cell(1, APART, CORRECTED), _cell(-1, APART, TRANSLITERATED)), "above", BIG,
    ),
    _outperformed("monolingual-only", BALL, APART, "HI+EN"),
    _outperformed("code-switched", BHAT, TRANSLITERATED, "transliterated code-switched text"),
    claim(
        "paper", "transliterated-needs-objective", "section 6, p. 5000",
        "effective transfer to … transliterated targets will likely require the model to incorporate an explicit "
        "multilingual training objective",
        "what M-BERT, which has no such objective, lacks: on transliterated text, its POS accuracy trained on "
        "transliterated code-switched text minus trained on HI+EN",
        over_cells(_cell(1, TRANSLITERATED, TRANSLITERATED), _cell(-1, APART, TRANSLITERATED)), "above", BIG,
        AFTER_RUNS,
    ),
    claim(
        "ours", "corrected-above-untrained", f"beside {SECTION}",
        "Tagging code-switched text after training on HI+EN takes pretraining, not fine-tuning alone",
        "on corrected text, M-BERT's POS accuracy minus that of the same encoder untrained, both trained on HI+EN",
        over_cells(_cell(1, APART, CORRECTED), _cell(-1, APART, CORRECTED, M_BERT_UNTRAINED)), "above", 0.0,
    ),
    claim(
        "ours", "synthetic-no-transfer-to-transliterated", f"beside {SECTION}",
        "Where nothing but the script differs, in synthetic text, a transliterated target is as hard to reach",
        "trained on HI+EN, M-BERT's POS accuracy on synthetic code-switched text, corrected minus transliterated",
        over_cells(_cell(1, APART, SYNTHETIC_CORRECTED), _cell(-1, APART, SYNTHETIC_TRANSLITERATED)), "above", BIG,
    ),
)  # fmt: skip
"""The paper's, then ours."""
