"""Tables in Markdown: the numbers of the LaTeX tables, whatever names hold, with the signature beneath."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import matrix, write_made_up_run
from markdown_it import MarkdownIt

from crossglot.characters import visible
from crossglot.drawing.chart_exhibit import ChartExhibit, csv_of, latex_of, markdown_of
from crossglot.drawing.latex import latex_table
from crossglot.drawing.markdown import markdown_table
from crossglot.drawing.matrix_exhibit import matrix_exhibits
from crossglot.report import write_report
from odd_names import ODD_NAMES

READER = MarkdownIt("commonmark").enable("table")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_made_up_run(tmp_path_factory.mktemp("runs") / "made-up")
    write_report(folder)
    return folder


def cells(markdown: str) -> list[list[str]]:
    """The rows of all tables as a reader of Markdown shows them."""
    rows: list[list[str]] = []
    for token in READER.parse(markdown):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and rows and token.level >= 4:
            rows[-1].append("".join(part.content for part in token.children or () if part.type != "html_inline"))
    return rows


def test_every_number_of_the_latex_table_stands_in_the_markdown_table(folder: Path) -> None:
    for name in ("table1", "table3", "table4"):
        latex = (folder / f"tables/{name}.tex").read_text(encoding="utf-8")
        bodies = "".join(re.findall(r"\\toprule(.*?)\\bottomrule", latex, re.DOTALL))
        shown = [entry for row in cells((folder / f"tables/{name}.md").read_text(encoding="utf-8")) for entry in row]
        numbers = re.findall(r"\d+\.\d", bodies)
        assert len(numbers) > 10
        assert numbers == re.findall(r"\d+\.\d", " ".join(shown))


def test_every_line_has_as_many_cells_as_heads(folder: Path) -> None:
    for path in (folder / "tables").glob("*.md"):
        rows = cells(path.read_text(encoding="utf-8"))
        assert len(rows) > 2
        for row in rows:
            assert len(row) in {len(head) for head in rows if head[0] == "system"}


@pytest.mark.parametrize("name", ODD_NAMES.values(), ids=ODD_NAMES)
def test_a_name_reads_as_it_is(name: str) -> None:
    (exhibit,) = matrix_exhibits(matrix("table1", name, "other", ("en", name), (62, 30), "ner"))
    rows = cells(markdown_table(exhibit, "crossglot table1|task:ner"))
    said = " ".join(visible(name).split())
    assert {row[0] for row in rows[1:]} == {f"{said} (encoder)".strip()}
    assert len({len(row) for row in rows}) == 1


@given(st.text(alphabet=st.sampled_from("aé \\|`*_[]<>&;#~$\n1.-+=!(){}"), max_size=12))
def test_any_text_stays_one_cell_in_all_three_files(text: str) -> None:
    exhibit = ChartExhibit("made-up", text, None, ("of", "n"), ((text, 1.25), ("plain", 2)))
    plain = " ".join(text.split())
    found = cells(markdown_of(exhibit))
    assert found == [["of", "n"], [plain, "1.2"], ["plain", "2"]]
    assert list(csv.reader(io.StringIO(csv_of(exhibit))))[2] == ["plain", "2"]
    body = latex_of(exhibit).partition("\\midrule\n")[2].partition("\n\\bottomrule")[0]
    assert len(body.splitlines()) == 2
    assert all(len(re.findall(r"(?<!\\)&", line)) == 1 for line in body.splitlines())


def test_a_caption_stays_one_paragraph() -> None:
    for title in ("- a", "1. a", "# a", "=== a", "> a"):
        made = ChartExhibit(title, "b", None, ("of",), (("x",),))
        assert [token.type for token in READER.parse(markdown_of(made))][:1] == ["paragraph_open"], title


def test_signatures_stand_beneath_tables_and_cannot_leave_their_line() -> None:
    (exhibit,) = matrix_exhibits(matrix("table1", "one", "other", ("en", "de"), (62, 30), "ner"))
    signature = "crossglot table1|task:ner`\n\\input{x}"
    last = latex_table(exhibit, signature).splitlines()[-1]
    assert last == r"% crossglot table1|task:ner` \input{x}"
    tokens = READER.parse(markdown_table(exhibit, signature))
    (code,) = (part for token in tokens for part in token.children or () if part.type == "code_inline")
    assert code.content == r"crossglot table1|task:ner` \input{x}"


def test_a_run_has_the_signature_of_every_table(folder: Path) -> None:
    lines = (folder / "tables/signatures.txt").read_text(encoding="utf-8").splitlines()
    assert [line.partition("|")[0] for line in lines] == ["crossglot table1", "crossglot table3", "crossglot table4"]
    for name, line in zip(("table1", "table3", "table4"), lines, strict=True):
        assert (folder / f"tables/{name}.md").read_text(encoding="utf-8").endswith(f"\n\n`{line}`\n")
        assert (folder / f"tables/{name}.tex").read_text(encoding="utf-8").endswith(f"\\end{{table}}\n% {line}\n")
