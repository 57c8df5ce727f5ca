from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from made_up import NER_TARGETS, write_made_up_errors, write_made_up_run

from crossglot.report import cell_errors as shown_errors
from crossglot.report.writing import write_report
from page_scripts import without_scripts

LINK = re.compile(r'<a href="([^"]*)">(\d+\.\d)</a>')


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Table 1 among others; what taggers of English got wrong is kept."""
    folder = write_made_up_run(tmp_path / "run")
    write_made_up_errors(folder, "ner", "en", NER_TARGETS)
    return folder


def test_a_cell_leads_to_its_errors_on_the_page(run: Path) -> None:
    page = write_report(run).read_text(encoding="utf-8")
    links = LINK.findall(page)
    assert [href for href, _ in links] == [f"#errors-{at}" for at in range(1, 1 + len(NER_TARGETS))]
    panel = page[page.index('id="errors-2"') :]
    assert "small-m-bert, trained on English, on German" in panel[: panel.index("</h3>")]
    assert "corpus/de, test: 40 sentences, 2 seeds counted together." in panel[: panel.index("<table")]


def test_what_does_not_fit_is_on_a_page_beside_it_and_only_there(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beside = run / "errors" / "small-m-bert.ner.en.html"
    write_report(run)
    assert not beside.exists()
    monkeypatch.setattr(shown_errors, "IN_THE_PAGE", 1000)
    page = write_report(run).read_text(encoding="utf-8")
    assert "errors-1" not in page
    assert [href for href, _ in LINK.findall(page)] == [
        f"errors/small-m-bert.ner.en.html#{target}" for target in NER_TARGETS
    ]
    text = beside.read_text(encoding="utf-8")
    assert all(f'id="{target}"' in text for target in NER_TARGETS)
    assert 'href="../report.html"' in text
    monkeypatch.undo()
    write_report(run)
    assert not beside.exists()


def test_a_run_without_kept_errors_has_plain_cells(tmp_path: Path) -> None:
    page = write_report(write_made_up_run(tmp_path / "run")).read_text(encoding="utf-8")
    assert LINK.findall(page) == []
    assert "errors-" not in without_scripts(page).partition("<body")[2]


HOSTILE = (
    "<script>alert(1)</script>", "</section></main>", "\u202eevil", "e" + "\u0301" * 50, "\x1b[31m", "שלום",
    "x" * 1_000_000,
)  # fmt: skip


def test_words_of_a_corpus_stay_text(run: Path) -> None:
    plain = without_scripts(write_report(run).read_text(encoding="utf-8"))
    write_made_up_errors(run, "ner", "en", NER_TARGETS, HOSTILE)
    page = without_scripts(write_report(run).read_text(encoding="utf-8"))
    for tag in ("section", "main", "script", "table"):
        assert page.count(f"</{tag}>") == plain.count(f"</{tag}>")
    shown = html.unescape(page)
    assert HOSTILE[0] in shown and "שלום" in shown and "\\u202eevil" in shown
    assert "\u202e" not in shown and "\x1b" not in shown
    assert "x" * 100 not in page


def test_a_sentence_runs_in_the_direction_of_its_own_words(run: Path) -> None:
    write_made_up_errors(run, "ner", "en", NER_TARGETS, ("שלום", "עולם", "x"))
    page = write_report(run).read_text(encoding="utf-8")
    sentence = page[page.index('class="tagged"') :]
    sentence = sentence[: sentence.index("</p>")]
    assert 'dir="auto"' in sentence
    # What has a direction of its own, and Latin letters, is not what decides.
    assert re.findall(r'<span class="tags" dir="ltr">([^<]*)</span>', sentence) == ["B-PER", "O → B-LOC"]
