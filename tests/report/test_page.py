"""report.html: self-contained, accessible, and nothing in it that a corpus or a name put there."""

from __future__ import annotations

import re
import subprocess
import sys
from base64 import b64encode
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import made_up_rows, write_made_up_run

from crossglot.characters import visible
from crossglot.drawing.markup import Markup, element
from crossglot.report.writing import write_report
from crossglot.results.rows import write_results
from page_scripts import without_scripts

VOID = {"meta", "br", "hr", "col", "link", "img", "input"}


class Reader(HTMLParser):
    """An independent reading of the page: its tree's balance, its attributes, its text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None], tuple[str, ...]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), tuple(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), tuple(self.open)))

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes, _ in self.elements if name == tag]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(write_made_up_run(tmp_path_factory.mktemp("runs") / "made-up"))


@pytest.fixture(scope="module")
def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def read(text: str) -> Reader:
    return Reader(text)


def test_the_page_is_well_formed(read: Reader) -> None:
    assert read.open == []


def test_the_page_asks_nothing_of_the_network(read: Reader) -> None:
    for _, attributes, _ in read.elements:
        for name in ("src", "href", "xlink:href", "action", "data"):
            value = attributes.get(name)
            assert value is None or value.startswith(("#", "tables/")), (name, value)
    assert not [attributes for attributes in read.named("script") if "src" in attributes]
    styles = "".join(data for tag, data in read.texts if tag == "style")
    assert "url(" not in styles
    assert "@import" not in styles


def test_the_policy_allows_the_scripts_of_the_page_by_their_checksums_and_no_other(text: str) -> None:
    policy = re.findall('<meta http-equiv="Content-Security-Policy" content="([^"]*)">', text)
    assert len(policy) == 1 and text.index("http-equiv") < text.index("<style>") < text.index("<script>")
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    sums = {f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts}
    directives = dict(each.split(" ", 1) for each in unescape(policy[0]).split("; "))
    assert set(directives.pop("script-src").split()) == sums
    assert directives.pop("style-src") == "'unsafe-inline'"
    assert directives == dict.fromkeys(("default-src", "base-uri", "form-action"), "'none'")


def test_every_link_leads_to_a_place_of_the_page_or_a_file_beside_it(read: Reader, page: Path) -> None:
    ids = [attributes["id"] for _, attributes, _ in read.elements if "id" in attributes and "svg" not in attributes]
    places = [attributes["href"] or "" for attributes in read.named("a")]
    targets = {place[1:] for place in places if place.startswith("#")}
    assert targets <= set(ids)
    beside = [place for place in places if not place.startswith("#")]
    assert beside and all((page.parent / place).is_file() for place in beside)
    assert all(ids.count(target) == 1 for target in targets)


def test_tables_have_captions_and_headers_with_a_scope(read: Reader) -> None:
    assert len(read.named("table")) == len(read.named("caption")) >= 5
    assert all(attributes.get("scope") in ("col", "row", "colgroup", "rowgroup") for attributes in read.named("th"))


def test_figures_are_described_and_drawn_inline(read: Reader) -> None:
    drawings = [each for each in read.named("svg") if each.get("class") == "drawing"]
    assert len(drawings) == 3
    assert all(attributes.get("role") == "img" for attributes in drawings)


def test_diagonal_cells_say_so_in_words(read: Reader) -> None:
    diagonal = [attributes for attributes in read.named("td") if attributes.get("class") == "diagonal"]
    said = [data for _, data in read.texts if data == "trained on this language"]
    assert len(diagonal) == len(said) > 0


def test_ours_published_interval_and_reason_stand_in_the_table(text: str) -> None:
    for said in ("paper 69.7", "no German NER corpus with a train split", "LOC, ORG, PER", "Seeds: 1, 2"):
        assert said in text


def test_the_page_says_what_was_run(text: str) -> None:
    for said in (
        "small-m-bert (multilingual encoder) · small-en-bert (English encoder) · seeds 1, 2 · fp32",
        "POS: learning rate 0.002 (paper 3e-5)",
        "NER: head start probe (paper random)",
        "epochs 2 (paper 3)",
        "the paper's recipe",
        "first-spelled, cut by words",
        "12,544",
        "0123456789ab",
    ):
        assert said in text


def test_the_page_says_what_was_chosen_for_a_task_and_why(text: str) -> None:
    assert "new layer from a linear probe, learning rate 3e-4" in text
    assert "en dev after 1,500 training sentences: random 1e-4 collapsed, 3e-4 42.0; probe 3e-4 91.4" in text


def test_what_went_wrong_stands_before_all_numbers(text: str) -> None:
    remark = text.index("collapsed, every word gets O; trained on es (seed 1)")
    assert remark < text.index("<nav") < text.index("<main")


def test_verdicts_are_words(text: str) -> None:
    assert "✓ holds" in text
    assert "? cannot tell" in text


def test_names_from_outside_are_escaped(tmp_path: Path) -> None:
    folder = write_made_up_run(tmp_path / "<b>run")
    hostile = '<script>alert("x")</script>&"\''
    rows = [row.model_copy(update={"system": hostile, "target_corpus": hostile}) for row in made_up_rows()]
    write_results(rows, folder / "results.csv")
    (folder / "versions.json").write_text('{"<img src=x onerror=alert(1)>": ["<i>"]}', encoding="utf-8")
    page = write_report(folder).read_text(encoding="utf-8")
    read = Reader(without_scripts(page))
    assert not {tag for tag, _, _ in read.elements} & {"script", "img", "i", "b"}
    assert any(hostile in data for _, data in read.texts)


@given(st.text(), st.text())
def test_no_text_or_attribute_can_end_its_element(text: str, attribute: str) -> None:
    read = Reader(element("p", text, title=attribute))
    ((tag, attributes, _),) = read.elements
    assert tag == "p"
    assert attributes == {"title": visible(attribute)}


def test_markup_is_taken_as_it_is_and_text_is_not() -> None:
    assert element("p", Markup("<b>x</b>"), "<b>") == "<p><b>x</b>&lt;b&gt;</p>"


def test_the_report_loads_no_model_library(tmp_path: Path) -> None:
    folder = write_made_up_run(tmp_path / "run")
    code = (
        "import sys; from crossglot.report import write_report, terminal_tables; from pathlib import Path;"
        f"write_report(Path({str(folder)!r})); list(terminal_tables(Path({str(folder)!r})));"
        "print([name for name in ('torch', 'transformers', 'tokenizers') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "[]"
