from __future__ import annotations

import re

import pytest

from crossglot.drawing.wording import calling, language_name
from crossglot.report.claims import (
    claims_counted,
    claims_summary,
    rounded,
    verdicts_of_sentences,
)
from crossglot.report.claims_list import claims_list, interval_line
from crossglot.report.findings import constructed, finding, source
from crossglot.results.claims import AFTER_RUNS, BEFORE_RUNS
from crossglot.results.verdicts import JudgedClaim

OVER_80 = JudgedClaim(
    id="pos-over-80", origin="paper", where="section 2.2, p. 4997; table 2",
    sentence="over 80% accuracy for all pairs", statistic="M-BERT's accuracy, minimum over 12 pairs", direction="above",
    threshold=80, verdict="cannot tell", why="table 2 was not run",
)  # fmt: skip


def over_80(**changes: object) -> JudgedClaim:
    return OVER_80.model_copy(update=changes)


def found(verdict: str, value: float, low: float, high: float, **changes: object) -> JudgedClaim:
    return over_80(verdict=verdict, value=value, low=low, high=high, interval="95 % bootstrap", **changes)


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        (
            found("holds", 85.25, 81, 90.2),
            "It holds: M-BERT's accuracy, minimum over 12 pairs is 85.25 (interval 81.00 to 90.20, 95 % bootstrap), "
            "above 80 throughout.",
        ),
        (
            found("does not hold", 50.1, 45, 55),
            "It does not hold: M-BERT's accuracy, minimum over 12 pairs is 50.1 (interval 45.00 to 55.00, "
            "95 % bootstrap), where the claim needs a number above 80.",
        ),
        (
            found("cannot tell", 81, 70, 90, why="its interval 70.00 to 90.00 covers 80"),
            "It cannot be told: M-BERT's accuracy, minimum over 12 pairs is 81, but its interval 70.00 to 90.00 "
            "covers 80.",
        ),
        (OVER_80, "It cannot be told: table 2 was not run."),
    ],
)
def test_a_finding_is_a_sentence_with_number_interval_and_threshold(claim: JudgedClaim, sentence: str) -> None:
    assert finding(claim) == sentence


def test_a_claim_of_less_says_below() -> None:
    assert finding(found("holds", 3, 2, 4, direction="below", threshold=10)).endswith("below 10 throughout.")


def test_claims_of_the_paper_and_our_own_are_counted_apart() -> None:
    """Together they were once called the paper's."""
    own = over_80(id="overlap-beyond-languages", origin="ours", verdict="holds", value=1.0)
    assert claims_counted([over_80(verdict="does not hold"), own]) == (
        "Claims of the paper: 0 hold, 1 does not hold, 0 cannot be told; our own: 1 holds, 0 do not hold, "
        "0 cannot be told"
    )
    assert claims_counted([own]).startswith("Our own: 1 holds")


def test_a_sentence_with_several_claims_counts_once_and_holds_if_all_do() -> None:
    claims = [
        over_80(id=name, sentence=sentence, verdict=verdict, origin=origin)
        for name, sentence, verdict, origin in (
            ("row-svo", "best between alike", "holds", "paper"),
            ("row-sov", "best between alike", "cannot tell", "paper"),
            ("ner", "surprisingly good", "holds", "paper"),
            ("pos", "surprisingly good", "holds", "paper"),
            ("verb", "one is enough", "holds", "paper"),
            ("adjective", "one is enough", "does not hold", "paper"),
            ("numeral", "one is enough", "cannot tell", "paper"),
            ("own", "surprisingly good", "cannot tell", "ours"),
        )
    ]
    assert verdicts_of_sentences(claims) == ["cannot tell", "holds", "does not hold", "cannot tell"]
    assert claims_summary(claims) == "1 holds, 1 does not hold, 2 cannot be told"


def test_a_rule_that_was_set_late_says_so_where_the_claim_is_told() -> None:
    late = over_80(rule=AFTER_RUNS)
    assert source(late) == f"section 2.2, p. 4997; table 2; rule set {AFTER_RUNS}"
    assert source(over_80(rule=AFTER_RUNS, origin="ours")) == f"our own claim; rule set {AFTER_RUNS}"
    assert source(over_80(rule=BEFORE_RUNS)) == "section 2.2, p. 4997; table 2"
    assert f"rule set {AFTER_RUNS}" in str(claims_list([late]))


def test_the_list_of_claims_says_which_encoders_a_number_is_of() -> None:
    claim = found("holds", 85.25, 81, 90.2, m_bert="small", en_bert="a; b=c")
    assert "m-bert is small, en-bert is a; b=c" in str(claims_list([claim]))


@pytest.mark.parametrize(
    ("claim", "below_first"),
    [
        (found("holds", 85.25, 81, 90.2), True),
        (found("does not hold", 50.1, 45, 55), False),
        (found("holds", 3, 2, 4, direction="below", threshold=10), False),
    ],
)
def test_the_drawn_interval_lies_on_its_side_of_the_threshold(claim: JudgedClaim, below_first: bool) -> None:
    drawn = str(interval_line(claim))
    (threshold,) = map(float, re.findall(r'x1="([\d.]+)"[^>]*class="threshold"', drawn))
    ((low, high),) = re.findall(r'x1="([\d.]+)" x2="([\d.]+)"[^>]*class="reach"', drawn)
    (value,) = map(float, re.findall(r'cx="([\d.]+)"', drawn))
    assert float(low) < value < float(high)
    assert (threshold < float(low)) == below_first
    assert (threshold > float(high)) == (not below_first)


def test_a_claim_of_equivalence_has_two_thresholds_on_its_line() -> None:
    drawn = str(interval_line(found("holds", 0.1, 0, 0.2, direction="within", threshold=0.33)))
    assert drawn.count('class="threshold"') == 2


def test_a_claim_without_a_number_has_no_line() -> None:
    assert interval_line(OVER_80) is None


def test_a_claim_of_equivalence_says_within() -> None:
    for verdict, said in (("holds", "within ±0.33 throughout."), ("does not hold", "needs a number within ±0.33.")):
        assert finding(found(verdict, 0.1, 0, 0.2, direction="within", threshold=0.33)).endswith(said)


def test_constructed_languages_say_so_and_have_their_keys_beside_their_names() -> None:
    languages = {"en": "Avonian (constructed, in place of English)", "base": "Basic (constructed)"}
    said = constructed(languages)
    assert "are constructed" in said and said.endswith("en is Avonian, in place of English; base is Basic.")
    with calling(languages):
        assert language_name("en+base") == "Avonian (en) + Basic (base)"
        assert language_name("de") == "German"
    assert language_name("en") == "English"


def test_zero_has_no_sign() -> None:
    assert rounded(-0.001) == "0"
    assert rounded(-1.5) == "-1.5"
