from __future__ import annotations

import pytest

from crossglot.drawing.wording import calling, language_name
from crossglot.experiments.claims import CLAIMS
from crossglot.report.claims import (
    claims_counted,
    claims_section,
    claims_summary,
    rounded,
    verdicts_of_sentences,
    whose,
)
from crossglot.report.findings import constructed, finding, source
from crossglot.results.claims import AFTER_RUNS, BEFORE_RUNS

OVER_80 = {
    "claim": "pos-over-80: over 80% accuracy for all pairs",
    "where": "section 2.2, p. 4997; table 2",
    "statistic": "M-BERT's accuracy, minimum over 12 pairs",
    "threshold": "> 80",
}


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (
            {"verdict": "holds", "value": "85.25", "interval": "81.00 to 90.20 (95 % bootstrap)", "why": "…"},
            "It holds: M-BERT's accuracy, minimum over 12 pairs is 85.25 (interval 81.00 to 90.20, 95 % bootstrap), "
            "above 80 throughout.",
        ),
        (
            {"verdict": "does not hold", "value": "50.1", "interval": "45.00 to 55.00 (95 % bootstrap)", "why": "…"},
            "It does not hold: M-BERT's accuracy, minimum over 12 pairs is 50.1 (interval 45.00 to 55.00, "
            "95 % bootstrap), where the claim needs a number above 80.",
        ),
        (
            {
                "verdict": "cannot tell", "value": "81.0", "interval": "70.00 to 90.00 (95 % bootstrap)",
                "why": "81.00, but its interval 70.00 to 90.00 covers 80; m-bert is small",
            },
            "It cannot be told: M-BERT's accuracy, minimum over 12 pairs is 81, but its interval 70.00 to 90.00 "
            "covers 80.",
        ),
        (
            {"verdict": "cannot tell", "value": None, "interval": None, "why": "table 2 was not run"},
            "It cannot be told: table 2 was not run.",
        ),
    ],
)  # fmt: skip
def test_a_finding_is_a_sentence_with_number_interval_and_threshold(found: dict[str, str], sentence: str) -> None:
    assert finding(OVER_80 | found) == sentence


def test_a_claim_of_less_says_below() -> None:
    found = {"verdict": "holds", "value": "3", "interval": "2.00 to 4.00 (95 % bootstrap)", "why": ""}
    assert finding(OVER_80 | found | {"threshold": "< 10"}).endswith("below 10 throughout.")


def test_claims_of_the_paper_and_our_own_are_counted_apart() -> None:
    """Together they were once called the paper's."""
    own = {
        "claim": "overlap-beyond-languages: EN-BERT's dependence on overlap is one of pairs",
        "where": "ours, beside section 3.1", "verdict": "holds",
    }  # fmt: skip
    unknown = {"claim": "of-another-version: a sentence", "where": "ours, beside table 1", "verdict": "does not hold"}
    claims = [OVER_80 | {"verdict": "does not hold"}, own]
    assert claims_counted(claims) == (
        "Claims of the paper: 0 hold, 1 does not hold, 0 cannot be told; our own: 1 holds, 0 do not hold, "
        "0 cannot be told"
    )
    assert claims_counted([own]).startswith("Our own: 1 holds")
    assert [whose(claim) for claim in (OVER_80, own, unknown)] == ["paper", "ours", "ours"]
    assert {whose({"claim": f"{claim.id}: …", "where": ""}) for claim in CLAIMS if claim.origin == "related"} == {
        "related"
    }


def test_a_sentence_with_several_claims_counts_once_and_holds_if_all_do() -> None:
    def claim(name: str, sentence: str, verdict: str, where: str = "abstract") -> dict[str, str]:
        return {"claim": f"{name}: {sentence}", "verdict": verdict, "where": where}

    claims = [
        claim("row-svo", "best between alike", "holds"),
        claim("row-sov", "best between alike", "cannot tell"),
        claim("ner", "surprisingly good", "holds"),
        claim("pos", "surprisingly good", "holds"),
        claim("verb", "one is enough", "holds"),
        claim("adjective", "one is enough", "does not hold"),
        claim("numeral", "one is enough", "cannot tell"),
        claim("own", "surprisingly good", "cannot tell", "ours, beside the abstract"),
    ]
    assert verdicts_of_sentences(claims) == ["cannot tell", "holds", "does not hold", "cannot tell"]
    assert claims_summary(claims) == "1 holds, 1 does not hold, 2 cannot be told"


def test_a_rule_that_was_set_late_says_so_where_the_claim_is_told() -> None:
    late = OVER_80 | {"verdict": "holds", "value": "85", "interval": None, "why": "", "rule": AFTER_RUNS}
    assert source(late) == f"section 2.2, p. 4997; table 2; rule set {AFTER_RUNS}"
    assert source(late | {"where": "ours, beside it"}) == f"our own claim; rule set {AFTER_RUNS}"
    for rule in ({"rule": BEFORE_RUNS}, {"rule": None}, {}):
        assert source(OVER_80 | rule) == "section 2.2, p. 4997; table 2"
    assert f"rule set {AFTER_RUNS}" in str(claims_section([late]))


def test_a_claim_of_equivalence_says_within() -> None:
    found = {"value": "0.1", "interval": "0.00 to 0.20 (95 % bootstrap)", "why": "", "threshold": "within ±0.33"}
    assert finding(OVER_80 | found | {"verdict": "holds"}).endswith("within ±0.33 throughout.")
    assert finding(OVER_80 | found | {"verdict": "does not hold"}).endswith("needs a number within ±0.33.")


def test_constructed_languages_say_so_and_have_their_keys_beside_their_names() -> None:
    languages = {"en": "Avonian (constructed, in place of English)", "base": "Basic (constructed)"}
    said = constructed(languages)
    assert "are constructed" in said and said.endswith("en is Avonian, in place of English; base is Basic.")
    with calling(languages):
        assert language_name("en+base") == "Avonian (en) + Basic (base)"
        assert language_name("de") == "German"
    assert language_name("en") == "English"


def test_zero_has_no_sign() -> None:
    assert rounded("-0.001") == "0"
    assert rounded("-1.5") == "-1.5"
