from __future__ import annotations

from benchmarks.same_results import NAMED, differences

from crossglot.results.rows import ResultRow

ROW = ResultRow(
    experiment="table2", system="small", role="m-bert", task="pos", source="en", target="de", aggregate="mean",
    metric="accuracy", value=50.0, n=7,
)  # fmt: skip


def said(old: list[ResultRow], new: list[ResultRow]) -> list[str]:
    return list(differences([row.model_dump() for row in old], [row.model_dump() for row in new], NAMED))


def test_the_same_rows_do_not_differ_whatever_their_order() -> None:
    other = ROW.model_copy(update={"target": "it", "value": 0.1 + 0.2})
    assert said([ROW, other], [other.model_copy(update={"value": 0.3}), ROW]) == []


def test_another_number_is_named_with_its_row() -> None:
    (found,) = said([ROW], [ROW.model_copy(update={"value": 50.1})])
    assert found == "table2, small, m-bert, pos, en, de, mean, accuracy: value 50.0 → 50.1"


def test_a_row_of_one_side_alone_is_named() -> None:
    italian = ROW.model_copy(update={"target": "it"})
    assert said([ROW, ROW], [ROW, italian]) == [
        "only OLD: table2, small, m-bert, pos, en, de, mean, accuracy",
        "only NEW: table2, small, m-bert, pos, en, it, mean, accuracy",
    ]
