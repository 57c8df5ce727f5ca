from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from crossglot.errors import StorageError
from crossglot.results.rows import COLUMNS, ResultRow, read_results, results_frame, write_results

CONTRACTED_COLUMNS = (
    "experiment,system,role,task,source,source_corpus,target,target_corpus,split,condition,types,part,layer,seed,"
    "aggregate,metric,value,ci_low,ci_high,interval,n,published,comparable,missing,collapsed"
)

words = st.one_of(st.none(), st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1))
rows = st.builds(
    ResultRow,
    experiment=st.just("table2"),
    system=st.sampled_from(["m-bert", 'quoted "name"', "comma, name", "most frequent tag"]),
    role=st.sampled_from(["m-bert", "floor", "other"]),
    task=st.just("pos"),
    source=words,
    target=words,
    condition=words,
    layer=st.one_of(st.none(), st.integers(0, 48)),
    seed=st.integers(0, 2**31),
    metric=st.just("accuracy"),
    value=st.floats(0, 100),
    n=st.one_of(st.none(), st.integers(0, 10**9)),
)


def row(**changes: object) -> ResultRow:
    fields = {
        "experiment": "table1",
        "system": "x",
        "role": "m-bert",
        "task": "ner",
        "metric": "f1",
        "seed": 1,
        "value": 1.0,
    }
    return ResultRow.model_validate(fields | changes)


def test_the_columns_are_the_contract_in_its_order() -> None:
    assert ",".join(COLUMNS) == CONTRACTED_COLUMNS


@given(st.lists(rows, max_size=5))
def test_what_is_written_is_read_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, given_rows: list[ResultRow]
) -> None:
    path = tmp_path_factory.mktemp("results") / "results.csv"
    write_results(given_rows, path)
    assert read_results(path).equals(results_frame(given_rows))


def test_a_table_without_rows_still_has_its_header(tmp_path: Path) -> None:
    write_results([], tmp_path / "results.csv")
    assert (tmp_path / "results.csv").read_text(encoding="utf-8").strip() == CONTRACTED_COLUMNS
    assert read_results(tmp_path / "results.csv").height == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"aggregate": "mean"},
        {"seed": None},
        {"value": None},
        {"missing": "it has a value"},
        {"ci_low": 0.5},
        {"comparable": True},
        {"value": float("nan")},
        {"role": "wizard"},
    ],
)
def test_a_row_that_does_not_hang_together_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        row(**wrong)


def test_a_missing_cell_says_why() -> None:
    assert row(value=None, missing="no corpus for de").value is None


def test_a_foreign_table_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "results.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(StorageError, match=r"results\.csv: not a results table.*lacks experiment"):
        read_results(tmp_path / "results.csv")


def test_a_bad_row_is_named_by_its_line(tmp_path: Path) -> None:
    write_results([row(), row(seed=2)], tmp_path / "results.csv")
    text = (tmp_path / "results.csv").read_text(encoding="utf-8").splitlines()
    text[2] = text[2].replace("m-bert", "wizard")
    (tmp_path / "results.csv").write_text("\n".join(text) + "\n", encoding="utf-8")
    with pytest.raises(StorageError, match=r"results\.csv:3: role"):
        read_results(tmp_path / "results.csv")
