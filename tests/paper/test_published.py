"""The published numbers: their structure, and a second, independent reading of the paper's text where it is at hand."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from crossglot.languages import LANGUAGES
from crossglot.paper.published import BALL, BHAT, LAMPLE, PUBLISHED, lookup

SQUARES = {
    "table1": "en de nl es",
    "table2": "en de es it",
    "table7": "en de nl es",
    "table8": "en de es it",
}


@pytest.fixture(scope="module")
def text() -> str:
    """The paper's text, beside the checkout."""
    path = Path(__file__).parents[2].parent / "shared" / "paper" / "pires-2019.txt"
    if not path.is_file():
        pytest.skip("the paper's text is not at hand")
    return path.read_text(encoding="utf-8")


def test_every_table_has_all_its_numbers() -> None:
    counts = Counter(cell.experiment for cell in PUBLISHED)
    assert counts == {
        "table1": 16, "table2": 16, "table3": 8, "table4": 13, "table5": 8, "table6": 6, "table7": 16, "table8": 16,
    }  # fmt: skip


def test_no_cell_stands_twice() -> None:
    keys = [(cell.experiment, cell.system, cell.source, cell.target, cell.condition) for cell in PUBLISHED]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("experiment", SQUARES)
def test_square_tables_are_square(experiment: str) -> None:
    keys = SQUARES[experiment].split()
    cells = {(cell.source, cell.target) for cell in PUBLISHED if cell.experiment == experiment}
    assert cells == {(source, target) for source in keys for target in keys}


def test_languages_of_the_transfer_tables_are_known() -> None:
    for cell in PUBLISHED:
        if cell.experiment not in ("table5", "table6"):
            assert cell.source in LANGUAGES
            assert cell.target in LANGUAGES


def test_metric_goes_with_the_task() -> None:
    assert {(cell.task, cell.metric) for cell in PUBLISHED} == {("ner", "f1"), ("pos", "accuracy")}
    assert {cell.experiment for cell in PUBLISHED if cell.task == "ner"} == {"table1", "table3", "table7"}
    assert all(0 < cell.value < 100 for cell in PUBLISHED)


def test_en_bert_on_its_own_languages_is_the_same_in_tables_3_and_7() -> None:
    for key in ("en", "de", "nl", "es"):
        third, seventh = (lookup(table, key, key, role="en-bert") for table in ("table3", "table7"))
        assert third and seventh and third.value == seventh.value


def test_tables_2_and_4_round_to_the_same_english() -> None:
    second, fourth = lookup("table2", "en", "en"), lookup("table4", "en", "en")
    assert second and fourth and round(second.value, 1) == fourth.value


def test_lookup_tells_systems_conditions_and_places_apart() -> None:
    cited = lookup("table3", "de", "de", system=LAMPLE)
    assert cited and (cited.value, cited.role, cited.where) == (78.76, "published", "table 3, p. 4998")
    ours = lookup("table3", "de", "de", role="en-bert")
    assert ours and ours.value == 73.32
    switched = lookup("table6", "hi/en", "hi/en", role="m-bert", condition="transliterated")
    assert switched and switched.value == 85.64
    ball = lookup("table6", "hi+en", "hi/en", system=BALL, condition="transliterated")
    bhat = lookup("table6", "hi/en", "hi/en", system=BHAT, condition="transliterated")
    assert ball and bhat and (ball.value, bhat.value) == (77.40, 90.53)
    order = lookup("table5", "SOV", "SVO", condition="81A")
    assert order and order.value == 63.98
    assert lookup("table6", "hi+en", "hi/en", system=BALL, condition="corrected") is None
    assert lookup("table1", "en", "ja") is None


# Against the text


def printed_matrix(text: str, caption: str) -> dict[tuple[str, str], float]:
    """The square table above a caption, read line by line: a header of capital keys, then rows of numbers."""
    lines = text[: text.index(caption)].splitlines()
    header = max(i for i, line in enumerate(lines) if re.match(r"Fine-tuning \\ ?Eval ", line))
    targets = lines[header].split("Eval ")[1].split()
    found: dict[tuple[str, str], float] = {}
    for line in lines[header + 1 : header + 1 + len(targets)]:
        source, *values = line.split()
        found |= {(source, target): float(value) for target, value in zip(targets, values, strict=True)}
    return {(source.lower(), target.lower()): value for (source, target), value in found.items()}


@pytest.mark.parametrize("experiment", SQUARES)
def test_square_tables_are_as_printed(experiment: str, text: str) -> None:
    printed = printed_matrix(text, f"Table {experiment[-1]}:")
    ours = {(cell.source, cell.target): cell.value for cell in PUBLISHED if cell.experiment == experiment}
    assert ours == printed


def test_table_3_is_as_printed(text: str) -> None:
    header = text.index("Model EN DE NL ES")
    for name, role in (("Lample et al. (2016)", "published"), ("EN-BERT", "en-bert")):
        line = next(line for line in text[header:].splitlines() if line.startswith(name))
        values = [float(value) for value in line.removeprefix(name).split()]
        found = [lookup("table3", key, key, role=role) for key in ("en", "de", "nl", "es")]
        assert [cell.value for cell in found if cell] == values


def blocks(text: str, caption: str, header: str) -> dict[tuple[str, str], float]:
    """A block without a corner label: a header of keys, then one row per key."""
    lines = text[: text.index(caption)].splitlines()
    start = max(i for i, line in enumerate(lines) if line == header)
    found: dict[tuple[str, str], float] = {}
    for line in lines[start + 1 : start + 1 + len(header.split())]:
        source, *values = line.split()
        found |= {(source, target): float(value) for target, value in zip(header.split(), values, strict=True)}
    return found


def test_table_4_is_as_printed(text: str) -> None:
    printed = blocks(text, "Table 4:", "HI UR") | blocks(text, "Table 4:", "EN BG JA")
    ours = {(c.source.upper(), c.target.upper()): c.value for c in PUBLISHED if c.experiment == "table4"}
    assert ours == printed


def test_table_5_is_as_printed(text: str) -> None:
    printed = blocks(text, "Table 5:", "SVO SOV") | blocks(text, "Table 5:", "AN NA")
    assert {(c.source, c.target): c.value for c in PUBLISHED if c.experiment == "table5"} == printed


def test_table_6_is_as_printed(text: str) -> None:
    table = text[text.index("Corrected Transliterated") : text.index("Table 6:")]
    printed = Counter(float(number) for number in re.findall(r"\b\d\d\.\d\d\b", table))
    assert printed == Counter(cell.value for cell in PUBLISHED if cell.experiment == "table6")


def test_pages_are_where_the_captions_stand(text: str) -> None:
    for number in range(1, 9):
        before = text[: text.index(f"Table {number}:")]
        page = re.findall(r"^(\d{4})$", before, re.MULTILINE)[-1]
        assert {cell.where for cell in PUBLISHED if cell.experiment == f"table{number}"} == {
            f"table {number}, p. {page}"
        }
