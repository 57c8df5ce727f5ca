"""Corpora whose words are markup, steer terminals, run from right to left or never end: a study of them to its page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crossglot.characters import visible
from crossglot.runs import reproduce
from toy_world import write_encoder, write_root, write_treebank

WORDS = (
    "<script>alert(1)</script>", "</section></main>", "a\u202egnp.exe", "\x1b[31m", "שלום", "\u200fمرحبا",
    "{{7*7}}", "=cmd|'/C'!A0", "n" * 1_000_000, "e" + "\u0301" * 1_000, "🙂" * 300,
)  # fmt: skip


@pytest.mark.slow
def test_a_study_of_hostile_words_ends_with_a_page_that_shows_and_runs_none_of_them(tmp_path: Path) -> None:
    root = write_root(tmp_path / "data")
    write_treebank(root, "UD_German-GSD", "de_gsd", [[(word, "X") for word in WORDS]])  # X: all are wrong
    encoder = write_encoder(tmp_path / "tiny")
    run = reproduce(
        "table2", {"m-bert": encoder}, data=root, out=tmp_path / "run", seeds=[1], learning_rate=1e-3, epochs=1
    )
    page = run.report().read_text(encoding="utf-8")
    beside = "".join(path.read_text(encoding="utf-8") for path in (run.folder / "errors").glob("*.html"))
    assert len(page) < 3_000_000  # the word of a million letters is not in it
    assert "&lt;script&gt;alert(1)" in page + beside and "שלום" in page + beside  # as text, among what is wrong
    assert "<script>alert" not in page + beside and page.count("</main>") == 1
    assert visible(page + beside) == page + beside
    assert re.search("n{1001}", page + beside) is None
