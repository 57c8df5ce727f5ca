from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from statistics import fmean

import pytest
from made_up import made_up_rows, matrix, write_made_up_run
from test_in_browser import CHROMIUM, opened

from crossglot.report.folder import read_run_folder
from crossglot.report.lines_of_runs import NamedRun, lined, named_runs
from crossglot.report.settings_of_runs import settings_section
from crossglot.report.side_by_side import write_side_by_side
from crossglot.results.rows import read_results, write_results

RESULTS = Path(__file__).parents[2] / "results"


class Tables(HTMLParser):
    """The tables of a page, each a list of lines."""

    def __init__(self, page: Path | None = None, text: str = "") -> None:
        super().__init__()
        self.found: list[list[list[str]]] = []
        self.feed(text if page is None else page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        if tag == "table":
            self.found.append([])
        elif tag == "tr":
            self.found[-1].append([])
        elif tag in ("td", "th"):
            self.found[-1][-1].append("")

    def handle_data(self, data: str) -> None:
        if self.found and self.found[-1] and self.found[-1][-1]:
            self.found[-1][-1][-1] += data


def kept(*names: str) -> list[NamedRun]:
    return named_runs([read_run_folder(RESULTS / name) for name in names])


def beside(tmp_path: Path, *folders: Path) -> Path:
    return write_side_by_side(list(folders), tmp_path / "page.html", [[] for _ in folders[1:]])


def test_means_are_over_the_cells_that_all_real_runs_have() -> None:
    """The tables of two runs, of which one has three languages of the other's four."""
    runs = kept("pos-tables", "pos-tables")
    less = runs[1].folder.results.filter((runs[1].folder.results["source"] != "it").fill_null(True))
    fewer = NamedRun("fewer", read_run_folder(RESULTS / "pos-tables"))
    object.__setattr__(fewer.folder, "results", less)
    (table2,) = [each for each in lined([runs[0], fewer]) if each.exhibit.experiment == "table2"]
    assert {source for source, _ in table2.pairs} == {"en", "de", "es"}
    assert {target for _, target in table2.pairs} == {"en", "de", "es", "it"}
    first, second = table2.lines
    assert first.others == second.others == pytest.approx(fmean(first.cells[pair] for pair in table2.pairs))
    assert first.low is None  # the run's own mean is over twelve cells, these are nine
    assert first.floor is not None and first.floor < first.others


def test_an_interval_stands_where_the_runs_own_mean_is_over_the_same_cells() -> None:
    results = read_results(RESULTS / "pos-tables" / "results.csv")
    mean = results.filter(experiment="table2", aggregate="zero-shot mean", system="multilingual-e5-small")
    (table2,) = [each for each in lined(kept("pos-tables", "pos-tables")) if each.exhibit.experiment == "table2"]
    for line in table2.lines:
        assert (line.others, line.low, line.high) == pytest.approx(mean.select("value", "ci_low", "ci_high").row(0))


def test_a_floor_of_a_table_in_blocks_is_over_all_of_them() -> None:
    (table4,) = [each for each in lined(kept("pos-tables", "pos-tables")) if each.exhibit.experiment == "table4"]
    assert all(line.floor is not None and 0 < line.floor < line.others for line in table4.lines)


def test_runs_of_one_name_are_told_apart_by_their_paths(tmp_path: Path) -> None:
    folders = [write_made_up_run(tmp_path / name / "run") for name in ("a", "b")]
    assert [run.name for run in named_runs([read_run_folder(each) for each in folders])] == ["a/run", "b/run"]
    other = write_made_up_run(tmp_path / "a" / "else")
    assert [run.name for run in named_runs([read_run_folder(each) for each in (*folders, other)])][2] == "else"
    twice = named_runs([read_run_folder(folders[0])] * 2)
    assert [run.name for run in twice] == ["run", "run (2)"]


def test_a_training_is_shown_in_the_order_of_its_checkpoints(tmp_path: Path) -> None:
    page = beside(tmp_path, *checkpoints(tmp_path, 20.0, 35.0, 31.0))
    means = Tables(page).found[0]
    assert [line[0] for line in means[1:]] == ["step-0", "step-1", "step-2"]
    changes = [line[means[0].index("to the first")] for line in means[1:]]
    assert changes[0] == "–" and all(re.fullmatch(r"[+]\d+\.\d", change) for change in changes[1:])


def test_settings_that_differ_are_said_before_any_number(tmp_path: Path) -> None:
    folders = [write_made_up_run(tmp_path / name) for name in ("one", "other")]
    page = write_side_by_side(folders, tmp_path / "page.html", [[("max_train", "", "all", "100")]])
    text = page.read_text(encoding="utf-8")
    assert text.index("max_train") < text.index('<span class="number">Table 1</span>')
    assert "No setting differs from one" in beside(tmp_path, *folders).read_text(encoding="utf-8")


def checkpoints(tmp_path: Path, *levels: float) -> list[Path]:
    folders = []
    for at, level in enumerate(levels):
        folder = write_made_up_run(tmp_path / f"step-{at}")
        write_results(matrix("table2", "mine", "other", ("en", "de", "ja"), (80.0, level)), folder / "results.csv")
        folders.append(folder)
    return folders


def lines_drawn(page: Path, kind: str) -> list[list[float]]:
    """For each line of the kind the heights of its points, from the bottom of the page's drawing upwards."""
    found = re.findall(rf'<polyline points="([^"]*)" class="{kind}">', page.read_text(encoding="utf-8"))
    return [[-float(point.partition(",")[2]) for point in points.split()] for points in found]


def test_of_three_checkpoints_a_line_goes_up_as_the_training_does(tmp_path: Path) -> None:
    folders = checkpoints(tmp_path, 20.0, 35.0, 60.0)
    page = write_side_by_side(folders, tmp_path / "page.html", [[("revision", "mine", "a", "b")]] * 2)
    ((first, second, third),) = lines_drawn(page, "others")
    assert first < second < third
    assert len(lines_drawn(page, "own")) == 1


@pytest.mark.parametrize("differing", [[("max_train", "", "all", "100")], [("checksum", "lab/en test", "a", "b")]])
def test_runs_that_differ_in_more_than_their_encoders_are_joined_by_no_line(
    tmp_path: Path, differing: list[tuple[str, ...]]
) -> None:
    folders = checkpoints(tmp_path, 20.0, 35.0, 60.0)
    page = write_side_by_side(folders, tmp_path / "page.html", [[], differing])
    assert lines_drawn(page, "others") == []
    two = write_side_by_side(folders[:2], tmp_path / "two.html", [[]])
    assert lines_drawn(two, "others") == []


def test_each_cell_has_its_difference_to_the_first_run(tmp_path: Path) -> None:
    folders = checkpoints(tmp_path, 20.0, 60.0)
    results = read_results(folders[1] / "results.csv")
    write_results(results.filter((results["target"] != "ja").fill_null(True)), folders[1] / "results.csv")
    cells = {line[0]: line[1:] for line in Tables(beside(tmp_path, *folders)).found[-2]}
    assert "English → Japanese" not in cells  # one run alone has it
    first, second = cells["English → German"]
    value, _, difference = second.rstrip(")").partition(" (")
    assert float(value) - float(first) == pytest.approx(float(difference), abs=0.11)
    assert difference.startswith("+") and float(difference) > 20
    assert re.fullmatch(r"[\d.]+ \([+-][\d.]+\)", cells["German → German"][1])


def test_what_one_run_alone_has_is_named(tmp_path: Path) -> None:
    page = beside(tmp_path, RESULTS / "pos-tables", RESULTS / "ner-tables", RESULTS / "pos-tables")
    text = page.read_text(encoding="utf-8")
    assert "Table 7: in ner-tables alone" in text
    assert "Table 2: in" not in text


def test_settings_that_are_the_same_in_several_runs_share_a_line() -> None:
    of_second = [("checksum", "lab/en", "0a", "0b"), ("checksum", "lab/de", "1a", "1b"), ("epochs", "x pos", "3", "5")]
    of_third = [("checksum", "lab/en", "0a", "0c"), ("checksum", "lab/de", "1a", "1c"), ("max_train", "", "all", "9")]
    page = Tables(text=settings_section(("first", "second", "third"), [of_second, of_third]))
    assert page.found[0][1:] == [
        ["contents", "lab/en, lab/de", "A", "B", "C"],
        ["epochs", "x pos", "3", "5", ""],
        ["max_train", "", "all", "", "9"],
    ]


def test_encoders_of_other_names_share_a_line() -> None:
    of_others = [[("revision", f"a : {name}", "r0", f"r-{name}")] for name in ("b", "c")]
    page = Tables(text=settings_section(("first", "second", "third"), of_others))
    assert page.found[0][1:] == [["revision", "encoders", "r0", "r-b", "r-c"]]


def test_claims_stand_beside_each_other(tmp_path: Path) -> None:
    page = beside(tmp_path, RESULTS / "pos-tables", RESULTS / "ner-tables")
    claims = Tables(page).found[-1]
    assert claims[0] == ["claim", "pos-tables", "ner-tables"]
    by_sentence = {line[0]: line[1:] for line in claims[1:]}
    only = next(said for sentence, said in by_sentence.items() if "over 80% accuracy" in sentence)
    assert only[0].startswith("✓ holds (83.06") and not only[1].startswith("✓")


def test_names_from_outside_are_escaped(tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script>"
    folders = []
    for name in ("a", "b"):
        folder = write_made_up_run(tmp_path / name)
        write_results([row.model_copy(update={"system": hostile}) for row in made_up_rows()], folder / "results.csv")
        folders.append(folder)
    assert "<script" not in beside(tmp_path, *folders).read_text(encoding="utf-8")


def test_runs_that_have_nothing_in_common_say_so(tmp_path: Path) -> None:
    page = beside(tmp_path, RESULTS / "figure3", RESULTS / "ner-tables").read_text(encoding="utf-8")
    assert "No two of them have cells in common." in page
    assert "The layer at which most translations are found" in page


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not on the path")
@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_fits_the_window(tmp_path: Path, width: int) -> None:
    for name in ("pos-tables", "ner-tables", "pos-matrix"):
        shutil.copytree(RESULTS / name, tmp_path / name)
    page = beside(tmp_path, *(tmp_path / name for name in ("pos-tables", "pos-matrix", "ner-tables", "pos-tables")))
    asked = """(document.querySelectorAll("details").forEach((each) => { each.open = true; }),
      document.documentElement.scrollWidth - document.documentElement.clientWidth)"""
    said, complaints = opened(page, asked, width)
    assert said == "0"
    assert complaints == []
