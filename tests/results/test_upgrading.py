from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from crossglot.errors import StorageError
from crossglot.results.rows import read_results, results_frame
from crossglot.results.upgrading import FIRST_COLUMNS
from crossglot.results.verdicts import read_claims
from earlier_runs import write_earlier_claims, write_earlier_results
from made_up_cells import cells

EARLIER = {
    "a cell of a table": ("table2,small,m-bert,pos,en,UD_English,de,UD_German,test,,,,mean,accuracy,9.5", {}),
    "a cell of NER": ("table1,small,m-bert,ner,en,a,de,b,test,LOC ORG PER,,1,,f1,9.5", {"types": "LOC ORG PER"}),
    "a cell that is not there": (
        "table1,small,m-bert,ner,en,a,de,,test,missing: no corpus: none,,,mean,f1,",
        {"missing": "no corpus: none"},
    ),
    "an average over cells of NER": ("table1,small,m-bert,ner,,,,,test,,,,zero-shot mean,f1,9.5", {}),
    "the types of an overlap": (
        "figure1,small,m-bert,ner,en,a,de,b,test,LOC PER,,,mean,spelled entity overlap,9.5",
        {"types": "LOC PER"},
    ),
    "an average over overlaps": (
        "figure1,small,m-bert,ner,,,,,test,pairs across scripts,,,mean over pairs,entity overlap,9.5",
        {"condition": "pairs across scripts"},
    ),
    "a script": (
        "figure1,small,m-bert,ner,,,ja,b,test,Katakana,,,mean,pieces in its script,9.5",
        {"part": "Katakana"},
    ),
    "what explains a score": (
        "figure1,small,m-bert,ner,,,,,test,by entity overlap,,,slope,f1,9.5",
        {"condition": "by entity overlap"},
    ),
    "a statistic that is not there": (
        "figure1,small,m-bert,ner,,,,,test,missing: by seen pieces (types): all cells have the same y,,,slope,f1,",
        {"condition": "by seen pieces (types)", "missing": "all cells have the same y"},
    ),
    "a language that is not there": (
        "figure1,small,m-bert,ner,,,,,,missing: no ner corpus of Czech (cs): none of wikiann/cs,,,mean,entity overlap,",
        {"missing": "no ner corpus of Czech (cs): none of wikiann/cs"},
    ),
    "part of a cell of figure 2": (
        "figure2,small,m-bert,pos,en,a,hi/en:corrected,b,test,hi,,,mean of a part,accuracy,9.5",
        {"part": "hi"},
    ),
    "a grouping": ("table5,small,m-bert,pos,SVO,,SOV,,test,81A by WALS,,3,,accuracy,9.5", {"condition": "81A by WALS"}),
    "an empty group": (
        "table5,small,m-bert,pos,NA,,NA,,test,missing: 87A: no cell in NA → NA,,,mean,accuracy,",
        {"condition": "87A", "missing": "no cell in NA → NA"},
    ),
    "a form of code-switched text": (
        "table6,small,m-bert,pos,hi+en,a,hi/en:corrected,b,test,corrected,,,mean,accuracy,9.5",
        {"condition": "corrected"},
    ),
    "one language of synthetic text": (
        'table6,small,m-bert,pos,hi+en,a,hi/en:synthetic-corrected,b,test,"synthetic, corrected, hi",,1,,accuracy,9.5',
        {"condition": "synthetic, corrected", "part": "hi"},
    ),
    "synthetic text": (
        'table6,small,m-bert,pos,hi+en,a,hi/en:synthetic-corrected,b,test,"synthetic, corrected",,1,,accuracy,9.5',
        {"condition": "synthetic, corrected"},
    ),
    "code-switched text that is not there": (
        "table6,small,m-bert,pos,hi+en,,hi/en:transliterated,,test,missing: no train split,,,mean,accuracy,",
        {"condition": "transliterated", "missing": "no train split"},
    ),
    "shift and metric": (
        'figure3,small,m-bert,translation,en,a,de,b,,"mean shift, l2",4,,mean,accuracy,9.5',
        {"condition": "mean shift, l2"},
    ),
    "a knob": (
        'causes,BERT,other,pos,qaa,,qab,,test,"Cyrillic, no anchors",,,mean,accuracy,9.5',
        {"condition": "Cyrillic, no anchors"},
    ),
    "a knob that could not be moved": (
        "causes,BERT,other,pos,qaa,,qab,,test,missing: 1 layer: no room: none,,,mean,accuracy,",
        {"condition": "1 layer", "missing": "no room: none"},
    ),
}
"""What earlier versions wrote, up to the value, and what of it is in condition, types, part and missing now."""


@pytest.mark.parametrize("what", EARLIER)
@pytest.mark.parametrize("collapsed", [True, False], ids=["", "before collapsed trainings were counted"])
def test_a_condition_is_taken_apart(what: str, collapsed: bool, tmp_path: Path) -> None:
    line, expected = EARLIER[what]
    header = FIRST_COLUMNS if collapsed else FIRST_COLUMNS.removesuffix(",collapsed")
    row = f"{line},,,,12,,false" + (",1" if collapsed else "")
    (tmp_path / "results.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    (found,) = read_results(tmp_path / "results.csv").iter_rows(named=True)
    assert {name: found[name] for name in ("condition", "types", "part", "missing") if found[name]} == expected
    assert (found["system"], found["n"], found["collapsed"]) == (line.split(",")[1], 12, 1 if collapsed else None)


def test_a_table_of_an_earlier_run_is_the_same_table(tmp_path: Path) -> None:
    rows = cells("table2", "small", "m-bert", ("en", "de", "it"), lambda one, _: None if one == "it" else 9.5)
    write_earlier_results(rows, tmp_path / "results.csv")
    assert read_results(tmp_path / "results.csv").equals(results_frame(rows))
    write_earlier_results([], tmp_path / "results.csv")
    assert read_results(tmp_path / "results.csv").is_empty()


def test_a_bad_row_of_an_earlier_run_is_named_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    write_earlier_results(cells("table2", "small", "m-bert", ("en", "de"), lambda *_: 9.5), path)
    path.write_text(path.read_text(encoding="utf-8").replace("m-bert", "wizard", 1), encoding="utf-8")
    with pytest.raises(StorageError, match=r"results\.csv:2: role"):
        read_results(path)


def test_columns_of_no_version_are_refused(tmp_path: Path) -> None:
    pl.DataFrame(schema=FIRST_COLUMNS.split(",")[1:]).write_csv(tmp_path / "results.csv")
    with pytest.raises(StorageError, match="its columns are not those of this version"):
        read_results(tmp_path / "results.csv")


def test_claims_of_prose_are_taken_apart(tmp_path: Path) -> None:
    write_earlier_claims(tmp_path / "claims.csv")
    lowest, own, flat, related = read_claims(tmp_path / "claims.csv")
    assert (lowest.id, lowest.sentence, lowest.origin) == ("m-bert-without-overlap", "even without, it does", "paper")
    assert (lowest.direction, lowest.threshold, lowest.value, lowest.low, lowest.high) == ("above", 40, 2.073, 0, 10.35)
    assert lowest.interval == "from the cells' own intervals, the upper bound for the least of 42"
    assert lowest.why == "all of its interval 0.00 to 10.35 is below 40; lowest at de → en"
    assert (lowest.players, lowest.verdict, lowest.rule) == ({"m-bert": "m"}, "does not hold", "before the first run")
    assert (own.origin, own.where) == ("ours", "beside section 3.1; tables 1 and 7")
    assert (own.low, own.high, own.interval) == (-12.84, 4.97, "95 % bootstrap over 4 languages (2 seeds)")
    assert own.why == "its interval -12.84 to 4.97 covers -10"
    assert own.players == {"en-bert": "e, f; g", "m-bert": "m"}
    assert (flat.sentence, flat.claimed, flat.interval) == ("it is: flat", "within ±0.33", None)
    assert (flat.why, flat.players) == ("no interval: fewer than 3 languages in SVO → SOV", {})
    assert (related.origin, related.threshold, related.value) == ("related", -5, None)
    assert related.why == "no mean for BERT (causes) (no room; none)"


def test_claims_from_before_rules_had_a_time_were_set_before_the_first_run(tmp_path: Path) -> None:
    path = tmp_path / "claims.csv"
    write_earlier_claims(path)
    pl.read_csv(path).drop("rule").write_csv(path)
    assert {claim.rule for claim in read_claims(path)} == {"before the first run"}
