"""The files of a report: tables as CSV, LaTeX and Markdown, figures as SVG and PDF, tables for the terminal."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import made_up_rows, write_made_up_run
from rich.console import Console

from crossglot.drawing.latex import escaped
from crossglot.engine.locking import locked
from crossglot.errors import SpecError, StorageError
from crossglot.report import terminal_tables, write_report
from crossglot.report.folder import RunFolder, read_run_folder
from crossglot.results.rows import MEAN, WRITING


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_made_up_run(tmp_path_factory.mktemp("runs") / "made-up")
    write_report(folder)
    return folder


def test_every_experiment_has_its_files(folder: Path) -> None:
    written = {path.relative_to(folder).as_posix() for path in folder.rglob("*.*") if path.parent != folder}
    names = ("table1", "table3", "table4")
    tables = {f"tables/{name}.{end}" for name in names for end in ("csv", "tex", "md")} | {"tables/signatures.txt"}
    assert written == tables | {f"figures/{name}.{end}" for name in names for end in ("svg", "pdf")}


def test_no_half_written_file_is_left(folder: Path) -> None:
    assert not list(folder.rglob(".*"))


def test_a_second_report_is_the_same(folder: Path) -> None:
    kept = {path: path.read_bytes() for path in folder.rglob("*") if path.suffix in (".html", ".svg", ".csv", ".tex")}
    write_report(folder)
    assert {path: path.read_bytes() for path in kept} == kept


def test_the_csv_table_holds_every_number_in_full(folder: Path) -> None:
    with (folder / "tables/table4.csv").open(encoding="utf-8") as file:
        table = {(row["system"], row["source"]): row for row in csv.DictReader(file)}
    rows = [row for row in made_up_rows() if row.experiment == "table4" and row.aggregate == MEAN]
    for row in rows:
        line = table[row.system, row.source or ""]
        assert float(line[f"{row.target}"]) == row.value
        assert float(line[f"{row.target}_low"]) == row.ci_low
    assert table["small-m-bert", "hi"]["ja"] == ""


def test_latex_rows_have_as_many_cells_as_columns(folder: Path) -> None:
    for name in ("table1", "table3", "table4"):
        text = (folder / f"tables/{name}.tex").read_text(encoding="utf-8")
        for body in re.findall(r"\\begin\{tabular\}(.*?)\\end\{tabular\}", text, re.DOTALL):
            columns = len(re.match(r"\{(l?r+)\}", body).group(1))  # type: ignore[union-attr]
            rows = [line for line in body.splitlines() if line.endswith(r"\\") and "multicolumn" not in line]
            assert rows
            assert {line.count(" & ") + 1 for line in rows} == {columns}
        assert text.count(r"\toprule") == text.count(r"\bottomrule") == text.count(r"\begin{tabular}")
        assert text.isascii()


def test_latex_has_ours_and_the_papers_and_marks_the_diagonal(folder: Path) -> None:
    text = (folder / "tables/table1.tex").read_text(encoding="utf-8")
    assert re.search(r"English & \\underline\{\d\d\.\d\} \(90\.7\) & \d\d\.\d \(69\.7\)", text)
    assert "German & -- (73.8) & -- (82.0)" in text


@given(st.text(alphabet=st.sampled_from("aé \\&%$#_{}~^<>")))
def test_latex_specials_are_all_made_plain(text: str) -> None:
    rest = escaped(text)
    for made in (r"\textbackslash{}", r"\textasciitilde{}", r"\textasciicircum{}", r"\textless{}", r"\textgreater{}"):
        rest = rest.replace(made, "")
    rest = re.sub(r"\\[&%$#_{}]", "", rest)
    assert not set(rest) & set("\\&%$#_{}~^<>")


def test_figures_show_every_number_and_are_pdfs_too(folder: Path) -> None:
    svg = (folder / "figures/table1.svg").read_text(encoding="utf-8")
    shown = set(re.findall(r">([\d.]+)</text>", svg))
    for row in made_up_rows():
        if row.experiment == "table1" and row.aggregate == MEAN and row.value is not None:
            assert f"{row.value:.1f}" in shown
    assert "69.7" in shown
    assert (folder / "figures/table1.pdf").read_bytes().startswith(b"%PDF")


def test_terminal_tables_fit_eighty_columns(folder: Path) -> None:
    console = Console(width=80, no_color=True, record=True, file=io.StringIO())
    for table in terminal_tables(folder):
        console.print(table)
    text = console.export_text()
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text, "nothing is cut off"
    for said in ("(69.7)", "Bulgarian", "most frequent tag", "✓ holds"):
        assert said in text


def test_a_folder_that_is_no_run_says_so(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no such folder"):
        write_report(tmp_path / "nowhere")
    with pytest.raises(StorageError, match=r"no results\.csv"):
        write_report(tmp_path)


@pytest.mark.parametrize("name", ["results.csv", "claims.csv", "versions.json", "study.toml"])
def test_a_damaged_file_is_named(tmp_path: Path, name: str) -> None:
    folder = write_made_up_run(tmp_path / "run")
    (folder / name).write_text("not,what\nit should [be", encoding="utf-8")
    with pytest.raises(SpecError if name == "study.toml" else StorageError, match=re.escape(name)):
        write_report(folder)


def test_results_and_claims_of_one_report_are_of_one_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A study that comes to its end while a report is written waits for it."""
    folder = write_made_up_run(tmp_path / "run")
    free = []

    def read(path: Path) -> RunFolder:
        with locked(path / WRITING, wait=False) as ours:
            free.append(ours)
        return read_run_folder(path)

    monkeypatch.setattr("crossglot.report.writing.read_run_folder", read)
    write_report(folder)
    assert free[-1] is False
    assert not (folder / WRITING).exists()


def test_results_alone_make_a_report(tmp_path: Path) -> None:
    folder = write_made_up_run(tmp_path / "run")
    for name in ("claims.csv", "versions.json", "study.toml"):
        (folder / name).unlink()
    assert write_report(folder).is_file()
