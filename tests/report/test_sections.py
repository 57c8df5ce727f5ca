"""The sections of a page: their order, and what stands beside figures."""

from __future__ import annotations

import re
import shutil
from html import unescape
from pathlib import Path

import polars as pl
import pytest

from crossglot.report.writing import write_report
from crossglot.results.rows import read_results, write_results
from crossglot.results.verdicts import read_claims

RESULTS = Path(__file__).parents[2] / "results"


def _page(folder: Path) -> str:
    return write_report(folder).read_text(encoding="utf-8")


def test_sections_stand_in_the_papers_order_whatever_ran_first(tmp_path: Path) -> None:
    runs = [read_results(RESULTS / name / "results.csv") for name in ("ner-matrix", "table6", "pos-tables")]
    shutil.copytree(RESULTS / "pos-tables", tmp_path / "run")
    write_results(pl.concat(runs), tmp_path / "run" / "results.csv")
    page = _page(tmp_path / "run")
    order = ["Table 2", "Table 4", "Table 6", "Table 8", "Figure 1"]
    assert re.findall(r'<h2><span class="number">([^<]+)</span>', page) == order
    navigation = re.findall(r'<a href="#(?:table|figure)[^"]*">([^<]+)</a>', page.partition("</nav>")[0])
    assert navigation == order


@pytest.mark.parametrize(("name", "figure"), [("ner-matrix", "figure1"), ("figure3", "figure3")])
def test_what_the_paper_says_stands_beside_its_figure_and_leads_to_the_claim(
    name: str, figure: str, tmp_path: Path
) -> None:
    shutil.copytree(RESULTS / name, tmp_path / "run")
    page = _page(tmp_path / "run")
    section = page.partition(f'id="{figure}"')[2].partition("</section>")[0]
    said = section.partition('class="said"')[2].partition("</div>")[0]
    claims = read_claims(tmp_path / "run" / "claims.csv")
    beside = [claims[int(number) - 1] for number in re.findall(r'href="#claim-(\d+)"', said)]
    the_papers = [claim for claim in claims if claim.origin == "paper" and f"figure {figure[-1]}" in claim.where]
    assert beside == the_papers != []
    assert all(claim.sentence.partition("…")[0] in unescape(said) for claim in beside)
