"""The page describes every column of the results.csv beside it, in the file's order."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from made_up import write_made_up_run

from crossglot.report.columns import with_code
from crossglot.report.writing import write_report
from crossglot.results.rows import ResultRow


def test_the_page_describes_the_columns_of_the_file_beside_it(tmp_path: Path) -> None:
    folder = write_made_up_run(tmp_path / "run")
    page = write_report(folder).read_text(encoding="utf-8")
    fold = page.partition("The columns of results.csv")[2].partition("</details>")[0]
    described = re.findall("<dt><code>(.*?)</code></dt><dd>(.+?)</dd>", fold)
    header = (folder / "results.csv").read_text(encoding="utf-8").splitlines()[0]
    assert [name for name, _ in described] == header.split(",")
    assert "conll2002/es" in dict(described)["source_corpus"]


@pytest.mark.parametrize("name", ResultRow.model_fields)
def test_every_column_says_what_it_holds_and_has_its_quotes_in_pairs(name: str) -> None:
    said = ResultRow.model_fields[name].description or ""
    assert len(said) > 10
    assert said.count("`") % 2 == 0


def test_quoted_words_are_code_and_nothing_in_them_is_markup() -> None:
    said = with_code("`<name> untrained`, or `a` & <b>")
    assert said == "<code>&lt;name&gt; untrained</code>, or <code>a</code> &amp; &lt;b&gt;"
    assert unescape(with_code("no code")) == "no code"
