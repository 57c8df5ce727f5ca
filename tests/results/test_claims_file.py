from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from crossglot.results.verdicts import CLAIM_COLUMNS, JudgedClaim, read_claims, write_claims

CONTRACTED_COLUMNS = (
    "id,origin,where,sentence,statistic,direction,threshold,value,low,high,interval,verdict,why,m_bert,en_bert,rule"
)
DECIDED = JudgedClaim(
    id="pos-over-80", origin="paper", direction="above", threshold=80, value=85, low=81, high=90, interval="bootstrap",
    verdict="holds",
)  # fmt: skip

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1)
players = st.dictionaries(st.sampled_from(["m_bert", "en_bert"]), texts)


def test_the_columns_are_the_contract_in_its_order() -> None:
    assert ",".join(CLAIM_COLUMNS) == CONTRACTED_COLUMNS


@given(st.lists(st.tuples(texts, texts, st.floats(-100, 100), players), max_size=3))
def test_what_is_written_is_read_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, given_claims: list[tuple[str, str, float, dict[str, str]]]
) -> None:
    claims = tuple(
        DECIDED.model_copy(update={"sentence": sentence, "why": why, "value": value, **played})
        for sentence, why, value, played in given_claims
    )
    path = tmp_path_factory.mktemp("claims") / "claims.csv"
    write_claims(claims, path)
    assert path.read_text(encoding="utf-8").split("\n")[0] == CONTRACTED_COLUMNS
    assert read_claims(path) == claims


def test_a_run_without_claims_has_none(tmp_path: Path) -> None:
    assert read_claims(tmp_path / "claims.csv") == ()


@pytest.mark.parametrize(
    "wrong", [{"value": None}, {"low": None}, {"interval": None}, {"verdict": "maybe"}, {"id": ""}, {"players": "x"}]
)
def test_a_claim_that_does_not_hang_together_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        JudgedClaim.model_validate(DECIDED.model_dump() | wrong)


def test_a_claim_says_what_it_claims() -> None:
    assert DECIDED.claimed == "> 80"
    assert DECIDED.model_copy(update={"direction": "within", "threshold": 0.33}).claimed == "within ±0.33"
