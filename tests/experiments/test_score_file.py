"""Files of scores as people have them: each shape gives the same cells; what is no score is refused by its line."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossglot.errors import CrossglotError, DataError, UsageError
from crossglot.experiments.own_matrix.score_file import ScoreFile, read_scores

CELLS = {("en", "en"): 95.5, ("en", "de"): 80.0, ("de", "en"): 75.25, ("de", "de"): 92.0}
WIDE = "source,en,de\nen,95.5,80.0\nde,75.25,92\n"
LONG = "source,target,score\nen,en,95.5\nen,de,80.0\nde,en,75.25\nde,de,92\n"


def read(folder: Path, text: str | bytes, name: str = "scores.csv", **options: Any) -> ScoreFile:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_scores(path, **options)


def cells(found: ScoreFile) -> dict[tuple[str, str], float | None]:
    return {(score.source, score.target): score.value for score in found.scores}


@pytest.mark.parametrize(
    "text",
    [
        WIDE,
        LONG,
        WIDE.removeprefix("source"),
        WIDE.replace("source", "trained on"),
        WIDE.replace(",", ";"),
        WIDE.replace(",", "\t"),
        WIDE.replace(",", ";").replace(".", ","),
        WIDE.replace("\n", "\r\n"),
        WIDE.replace("\n", "\r"),
        "\ufeff" + WIDE,
        "en,de\nen,95.5,80\nde,75.25,92\n",
        '"","en","de"\n"en",95.5,80\n"de",75.25,92\n',
        "source,en,de,avg\nen,95.5,80.0,87.75\nde,75.25,92,83.6\nAverage,85.4,86,\n",
        "target,en,de\nen,95.5,75.25\nde,80,92\n",
        "source,en,de,\nen,95.5,80.0,\n\nde,75.25,92,\n",
        "source,en,de\nen,0.955,.8\nde,0.7525,0.92\n",
        "source,en,de\nen,95.5%,80 %\nde,75.25%,92%\n",
        "Train-Lang\tEval_Lang\tF1\nen\ten\t95.5\nen\tde\t80\nde\ten\t75.25\nde\tde\t92\n",
        ",lang_train,lang_pred,model_id,score\n0,en,en,x,95.5\n1,en,de,x,80\n2,de,en,x,75.25\n3,de,de,x,92\n",
        "model;source;en;de\nx;en;95,5;80\nx;de;75,25;92\n",
        "no,system,role,source,seed,en,de\n1,x,other,en,1,95.5,80\n2,x,other,de,1,75.25,92\n",
    ],
    ids=lambda text: text[:24],
)
def test_every_shape_gives_the_same_cells(tmp_path: Path, text: str) -> None:
    assert cells(read(tmp_path, text)) == pytest.approx(CELLS)


def test_a_packed_file_is_read_like_any_other(tmp_path: Path) -> None:
    found = read(tmp_path, gzip.compress(WIDE.encode()), "scores.csv.gz")
    assert (cells(found), found.checksum) == (CELLS, read(tmp_path, WIDE, "plain.csv").checksum)


def test_what_is_missing_is_told_from_nought(tmp_path: Path) -> None:
    found = cells(read(tmp_path, "source,a,b,c,d\nx,,NA,-,0\ny,n/a,NaN,50,.\n"))
    assert [pair for pair, value in found.items() if value is not None] == [("x", "d"), ("y", "c")]
    assert found["x", "d"] == 0


def test_shares_are_told_from_per_cent_unless_it_is_said_which(tmp_path: Path) -> None:
    text = "source,en,de\nen,0.5,1\nde,0.25,0\n"
    assert (read(tmp_path, text).scale, max(filter(None, cells(read(tmp_path, text)).values()))) == ("share", 100)
    assert cells(read(tmp_path, text, scale="percent"))["en", "de"] == 1
    with pytest.raises(DataError, match=r"scores.csv:2: 95.5, from en to en, is not from 0 to 1") as fault:
        read(tmp_path, WIDE, scale="share")
    assert fault.value.line == 2


def test_systems_and_seeds_are_columns_before_a_wide_matrix_and_anywhere_in_a_long_one(tmp_path: Path) -> None:
    wide = read(tmp_path, "model,seed,source,en\nbig,1,en,90\nbig,2,en,92\nsmall,1,en,70\n")
    long = read(tmp_path, "target,acc,seed,source,model\nen,90,1,en,big\nen,92,2,en,big\nen,70,1,en,small\n")
    for found in (wide, long):
        assert [(score.system, score.seed, score.value) for score in found.scores] == [
            ("big", 1, 90), ("big", 2, 92), ("small", 1, 70),
        ]  # fmt: skip
    assert (wide.metric, long.metric) == ("", "accuracy")


def test_runs_without_numbers_are_numbered_in_their_order(tmp_path: Path) -> None:
    found = read(tmp_path, "source,target,score,run\nen,de,80,first\nen,de,82,second\n")
    assert [score.seed for score in found.scores] == [1, 2]


def test_columns_may_be_named_and_lines_chosen(tmp_path: Path) -> None:
    text = "a,b,acc,f1,task\nen,de,80,70,pos\nen,de,81,71,ner\n"
    named = {"source": "a", "target": "b", "score": "f1"}
    found = read(tmp_path, text, columns=named, where={"task": "ner"})
    assert (cells(found), found.task, found.metric) == ({("en", "de"): 71.0}, "ner", "f1")
    assert found.left_out == ("column acc",)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", None, "is empty"),
        ("\n\n", None, "is empty"),
        ("source,en\n", 1, "has no line but its first"),
        ("words\nmore\n", 1, "has one column"),
        ("source,en,de\nen,1\n", 2, "2 cells where the header has 3"),
        ("source,en,de\n\nen,95.5±0.3,80\n", 3, "'95.5±0.3', from en to en, is no score"),
        ("source,en,de\nen,95.5,80\nde,high,92\n", 3, "'high', from de to en, is no score"),
        ("source,en,de\nen,95.5,180\n", 2, "180, from en to de, is not from 0 to 100"),
        ("source,en,de\nen,95.5,-1\n", 2, "-1, from en to de, is not from 0 to 100"),
        ("source,en,en\nen,95.5,80\n", 1, "two columns are called 'en'"),
        ("source,en,,de\nen,95.5,80,1\n", 1, "a column without a name"),
        ("source,en\nen,\n", None, "has no score"),
        ("source,en\n,5\n", 2, "a score without a source"),
        ("source,en\nen,5\nen,6\n", 3, "a second score from en to en (the first is in line 2)"),
        ("source,target,acc,f1\nen,de,1,2\n", 1, "several columns may be the score: acc, f1"),
        ("source,target,ppl\nen,de,1\n", 1, "which column has the scores?"),
        ("model,en,de\nbig,1,2\n", 1, "lines have a system, but no source"),
        ("source,target,score,task\nen,de,1,pos\nen,de,2,ner\n", None, "column task has 2 values: pos, ner"),
        ('source,en\n"en,5\n', 2, "is no table"),
        (b"source,en\nen,\xff\n", 2, "byte 0xff is not utf-8"),
    ],
)
def test_what_is_no_such_file_is_refused_by_its_line(
    tmp_path: Path, text: str | bytes, line: int | None, said: str
) -> None:
    with pytest.raises(DataError) as fault:
        read(tmp_path, text)
    assert said in str(fault.value) and "scores.csv" in str(fault.value)
    assert fault.value.line == line


def test_two_scores_of_a_cell_are_told_by_the_column_that_they_differ_in(tmp_path: Path) -> None:
    text = "source,target,score,layer,note\nen,de,1,6,x\nen,de,2,12,x\n"
    with pytest.raises(DataError, match=r"They differ in layer: choose one \(where layer=6\)"):
        read(tmp_path, text)
    assert cells(read(tmp_path, text, where={"layer": "12"})) == {("en", "de"): 2}
    assert {score.system for score in read(tmp_path, text, columns={"system": "layer"}).scores} == {"6", "12"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"columns": {"source": "nope"}}, "has no such column, but source, en, de"),
        ({"columns": {"colour": "en"}}, "no column can be that; there are source, target"),
        ({"where": {"nope": "1"}}, "has no such column"),
        ({"where": {"source": "fr"}}, "no line of .* has that, but en, de"),
        ({"scale": "wrong"}, "choose from auto, share, percent"),
    ],
)
def test_a_wish_that_the_file_cannot_meet_is_refused(tmp_path: Path, options: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read(tmp_path, WIDE, **options)


def test_a_column_of_anything_but_languages_is_not_taken_for_a_matrix(tmp_path: Path) -> None:
    lines = "".join(f"{number},en,5\n" for number in range(1001))
    with pytest.raises(DataError, match="1,001 different sources: are these languages"):
        read(tmp_path, f"source,target,score\n{lines}")


PIECES = (
    ",", ";", "\t", "\n", "\r\n", "\r", '"', "'", "0.5", "101", "-", "NA", "nan", "1e400", "inf", "source", "target",
    "score", "model", "seed", "+", "en", "avg", "\ufeff", "\0", "٣", "½", "é", "=1+1", "x" * 5000,
)  # fmt: skip


@given(data=st.data())
def test_whatever_stands_in_a_file_it_is_read_or_refused_by_name(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    text = data.draw(st.sampled_from((WIDE, LONG, WIDE.replace(",", ";"))))
    for _ in range(data.draw(st.integers(0, 6))):
        at, gone = data.draw(st.integers(0, len(text))), data.draw(st.sampled_from((0, 1, 5, 40)))
        text = text[:at] + data.draw(st.sampled_from(PIECES)) + text[at + gone :]
    raw = bytearray(text.encode(data.draw(st.sampled_from(("utf-8", "utf-8", "utf-16", "latin-1"))), "replace"))
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(raw)))
        raw[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    path = tmp_path_factory.getbasetemp() / "fuzzed.csv"
    path.write_bytes(bytes(raw))
    try:
        found = read_scores(path)
    except CrossglotError as refused:
        assert "fuzzed.csv" in str(refused)
        return
    values = [score.value for score in found.scores if score.value is not None]
    assert values and all(0 <= value <= 100 for value in values)
    assert all(score.source and score.target for score in found.scores)
