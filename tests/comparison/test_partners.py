"""What only one of two runs has, and for want of what."""

from __future__ import annotations

from pathlib import Path

from made_up_runs import right, write_run

from crossglot.comparison.kept import read_kept
from crossglot.comparison.partners import LoneCell, in_short, lone_cells

CELLS = {"de": right(30)}


def test_a_lone_cell_says_what_the_other_run_lacks_first(tmp_path: Path) -> None:
    first = write_run(tmp_path / "a", {("s", "en", 1): {**CELLS, "es": right(30)}, ("s", "hi", 1): CELLS})
    second = write_run(tmp_path / "b", {("s", "en", 1): CELLS, ("t", "en", 1): CELLS})
    assert lone_cells(read_kept(first), read_kept(second)) == [
        LoneCell("first", "s", "pos", "en", "es", "target"),
        LoneCell("first", "s", "pos", "hi", "de", "source"),
        LoneCell("second", "t", "pos", "en", "de", "system"),
    ]
    entities = write_run(tmp_path / "c", {("s", "en", 1): {"de": ["O O O"] * 60}}, task="ner")
    assert {cell.lacking for cell in lone_cells(read_kept(first), read_kept(entities))} == {"task"}


def test_partners_of_other_names_leave_no_lone_cells(tmp_path: Path) -> None:
    first = write_run(tmp_path / "a", {("small", "en", 1): CELLS}, roles={"small": "m-bert"})
    second = write_run(tmp_path / "b", {("large", "en", 1): CELLS}, roles={"large": "m-bert"})
    assert lone_cells(read_kept(first), read_kept(second)) == []


def test_where_two_systems_are_named_no_others_count(tmp_path: Path) -> None:
    run = read_kept(
        write_run(
            tmp_path / "a",
            {("s", "en", 1): CELLS, ("s", "hi", 1): CELLS, ("t", "en", 1): CELLS, ("u", "fr", 1): CELLS},
        )
    )
    assert lone_cells(run, run, ("s", "t")) == [LoneCell("first", "s", "pos", "hi", "de", "source")]


def test_many_names_are_cut_short() -> None:
    assert in_short(["en", "de", "en"]) == "en, de"
    assert in_short(["a", "b", "c", "d", "e", "f"]) == "a, b, c, d and 2 more"
