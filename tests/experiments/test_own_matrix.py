"""`analyse` on made-up, irregular matrices: every number is the one that an independent computation gives."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
from benchmarks import matrix_oracle as oracle

import crossglot.languages
from crossglot.errors import DataError, UsageError
from crossglot.experiments.own_matrix.plan import GROUPED_BY, GROUPS, MATRIX, WORD_ORDER
from crossglot.results.rows import MEAN, ResultRow, read_results
from crossglot.studies.analyse import analyse
from odd_names import ODD_NAMES
from page_scripts import without_scripts

FACTS = oracle.facts(Path(crossglot.languages.__file__).with_suffix(".tsv"))
WIDTH = 0.12  # by what share two bootstraps of other draws may differ in the width of an interval
SHORT = {"Adjective-Noun": "AN", "Noun-Adjective": "NA"}


@dataclass(frozen=True)
class MadeUp:
    """How a matrix is made up: its languages, which share of its cells is missing, and what scores are made of."""

    sources: str
    targets: str
    gaps: float
    likeness: float
    seed: int

    def cells(self) -> dict[tuple[str, str], float]:
        """Scores with effects of sources, targets, genera and likeness, diagonal included, gaps left out."""
        chance = random.Random(self.seed)
        names = sorted({*self.sources.split(), *self.targets.split()})
        genera = {FACTS.get(key, {}).get("genus", key) for key in names}
        good, easy = ({key: chance.gauss(0, 6) for key in (*names, *sorted(genera))} for _ in range(2))
        found = {}
        for source in self.sources.split():
            for target in self.targets.split():
                shared = oracle.common((source, target), FACTS) or 0
                kin = [FACTS.get(key, {}).get("genus", key) for key in (source, target)]
                score = 30 + good[source] + easy[target] + good[kin[0]] + easy[kin[1]] + self.likeness * shared
                score += chance.gauss(0, 4) + 20 * (source == target)
                if chance.random() >= self.gaps:
                    found[source, target] = min(max(score, 0.0), 100.0)
        return found


IRREGULAR = {
    "square with gaps": MadeUp(
        *("en de es fr it ru pl bg hi ur fa ja ko tr eu fi et id he ar cy ga",) * 2, gaps=0.25, likeness=3, seed=1
    ),
    "few sources, many targets": MadeUp(
        "en hi ja tr ru", "en de es fr it ru pl bg hi ur fa ja ko tr eu fi et id he ar", gaps=0.1, likeness=0, seed=2
    ),
    "sources and targets apart": MadeUp(
        "en es ru hi ja tr fi he", "de fr pl ur ko eu id fa mr te ta", gaps=0, likeness=2, seed=3
    ),
    "unequal groups and unknown languages": MadeUp(
        "en es fr it pt ro ca ja ko tr xx", "en es fr it pt ro ca ja ko tr hi xx yy", gaps=0.15, likeness=1, seed=4
    ),
}


def write_wide(path: Path, cells: dict[tuple[str, str], float]) -> Path:
    sources, targets = (list(dict.fromkeys(pair[side] for pair in cells)) for side in (0, 1))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["source", *targets])
        writer.writerows([source, *(cells.get((source, target), "") for target in targets)] for source in sources)
    return path


def rows_of(folder: Path) -> list[ResultRow]:
    return [ResultRow.model_validate(row) for row in read_results(folder / "results.csv").iter_rows(named=True)]


def one(rows: Iterable[ResultRow], experiment: str, aggregate: str, **fields: object) -> ResultRow:
    found = [
        row
        for row in rows
        if (row.experiment, row.aggregate) == (experiment, aggregate)
        and all(getattr(row, name) == value for name, value in fields.items())
    ]
    assert len(found) == 1, (experiment, aggregate, fields, len(found))
    return found[0]


def agree(row: ResultRow, found: oracle.Found) -> None:
    """The same number and cells, and bounds as far as two bootstraps agree."""
    assert row.value == pytest.approx(found.value, abs=1e-6)
    assert row.n == found.n
    if found.low is None or found.high is None:
        assert (row.interval or "").startswith("no interval")
        return
    assert (row.interval or "").startswith("95 % bootstrap over"), row.interval
    near = WIDTH * (found.high - found.low)
    assert row.ci_low == pytest.approx(found.low, abs=near)
    assert row.ci_high == pytest.approx(found.high, abs=near)


@pytest.fixture(scope="module", params=IRREGULAR, ids=lambda name: name.replace(" ", "-"))
def case(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[ResultRow], dict[tuple[str, str], float]]:
    """The rows of `analyse`, and the zero-shot cells that they are of."""
    folder, cells = tmp_path_factory.mktemp("matrix"), IRREGULAR[request.param].cells()
    out = analyse(write_wide(folder / "scores.csv", cells), folder / "run")
    return rows_of(out), {pair: value for pair, value in cells.items() if pair[0] != pair[1]}


Case = tuple[list[ResultRow], dict[tuple[str, str], float]]


def test_relations_to_word_order_are_those_of_the_oracle(case: Case) -> None:
    rows, cells = case
    for name, found in oracle.relations(cells, FACTS).items():
        agree(one(rows, WORD_ORDER, name), found)
    x = {
        (one_key, other): float(shared)
        for one_key in {pair[0] for pair in cells} | {pair[1] for pair in cells}
        for other in {pair[0] for pair in cells} | {pair[1] for pair in cells}
        if one_key != other and (shared := oracle.common((one_key, other), FACTS)) is not None
    }
    p = one(rows, WORD_ORDER, "QAP p").value
    assert p == pytest.approx(oracle.renamed_p(cells, x), abs=0.06)


@pytest.mark.parametrize("feature", GROUPED_BY)
def test_groups_are_those_of_the_oracle(case: Case, feature: str) -> None:
    rows, cells = case
    languages = {key for pair in cells for key in pair}
    value = {
        key: SHORT.get(FACTS[key][feature], FACTS[key][feature]) for key in languages if feature in FACTS.get(key, {})
    }
    group = {key: name for key, name in value.items() if list(value.values()).count(name) >= 3}
    contrasts = oracle.contrasts(cells, FACTS, group)
    assert contrasts
    for (source, target), found in contrasts.items():
        aggregate = "difference" if " minus " in source + target else MEAN
        agree(one(rows, GROUPS, aggregate, condition=feature, source=source, target=target), found)
    same, row = (
        oracle.same_group(cells, FACTS, group),
        one(rows, GROUPS, "same minus different, without effects", condition=feature),
    )
    if same is None:
        assert row.missing == "source and target effects explain everything"
    else:
        agree(row, same)


def test_the_zero_shot_mean_is_the_plain_mean_of_the_cells(case: Case) -> None:
    rows, cells = case
    found = one(rows, MATRIX, "zero-shot mean")
    assert found.value == pytest.approx(sum(cells.values()) / len(cells))
    assert found.n == len(cells)


def test_every_cell_is_there_and_says_why_if_it_is_empty(case: Case) -> None:
    rows, cells = case
    shown = {(row.source, row.target): row for row in rows if row.experiment == MATRIX and row.aggregate == MEAN}
    sources, targets = ({pair[side] for pair in shown} for side in (0, 1))
    assert len(shown) == len(sources) * len(targets)
    for pair, row in shown.items():
        if pair[0] != pair[1]:
            assert row.value == pytest.approx(cells[pair]) if pair in cells else row.missing == "no score in scores.csv"


def test_nothing_of_the_papers_stands_beside_it(case: Case) -> None:
    rows, _ = case
    assert not any(row.comparable or row.published is not None for row in rows)
    assert {row.role for row in rows} == {"other", "published"}  # WALS, whose numbers are published
    assert {row.system for row in rows if row.role == "published"} == {"WALS v2020"}


def test_systems_and_seeds_stay_apart(tmp_path: Path) -> None:
    lines = ["model,seed,source,target,score"]
    for system, base in (("big", 80), ("small", 60)):
        lines += [f"{system},{seed},en,{target},{base + seed}" for target in ("en", "de", "fr") for seed in (1, 2, 3)]
    path = tmp_path / "scores.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    rows = rows_of(analyse(path, tmp_path / "run", task="pos", metric="accuracy"))
    big = one(rows, MATRIX, MEAN, system="big", source="en", target="de")
    assert (big.value, big.metric, big.task, big.interval) == (82, "accuracy", "pos", "95 % t over 3 seeds")
    assert big.ci_low == pytest.approx(82 - 4.30265 / 3**0.5) and big.ci_high == pytest.approx(82 + 4.30265 / 3**0.5)
    seeds = [
        row.value for row in rows if row.seed and (row.experiment, row.system, row.target) == (MATRIX, "small", "de")
    ]
    assert seeds == [61, 62, 63]


def test_own_languages_and_columns_group_a_matrix(tmp_path: Path) -> None:
    chance, names = random.Random(1), [f"l{number}" for number in range(8)]
    table = ["key\tname\t81A\tisland", *(f"{key}\tLang {key}\tOVS\t{'N' if key < 'l4' else 'S'}" for key in names)]
    (tmp_path / "languages.tsv").write_text("\n".join(table), encoding="utf-8")
    cells = {(s, t): 50 + 10 * ((s < "l4") == (t < "l4")) + chance.gauss(0, 1) for s in names for t in names}
    path = write_wide(tmp_path / "scores.csv", cells)
    out = analyse(path, tmp_path / "run", languages=tmp_path / "languages.tsv", groups=["island"])
    rows = rows_of(out)
    found = one(rows, GROUPS, "same minus different, without effects", condition="island")
    assert found.value == pytest.approx(10, abs=1) and (found.ci_low or 0) > 8
    assert one(rows, GROUPS, "difference", source="N", target="N minus S").value == pytest.approx(10, abs=1)
    said = json.loads((out / "versions.json").read_text(encoding="utf-8"))
    assert set(said["data"]) == {"scores.csv scores", "languages.tsv languages"}
    assert said["languages"]["l0"] == "Lang l0"
    with pytest.raises(UsageError, match=r"grouped by .*island"):
        analyse(path, tmp_path / "other", languages=tmp_path / "languages.tsv", groups=["isle"])
    assert not (tmp_path / "other").exists()


def test_unknown_languages_are_named_all_at_once_and_stay_in_the_matrix(tmp_path: Path) -> None:
    cells = {(s, t): 50.0 for s in ("en", "qqa", "fr") for t in ("en", "qqb", "de")}
    out = analyse(write_wide(tmp_path / "scores.csv", cells), tmp_path / "run")
    remarks = json.loads((out / "versions.json").read_text(encoding="utf-8"))["remarks"]
    assert any("2 of the languages are in no table" in one["text"] and "qqa, qqb" in one["text"] for one in remarks)
    assert one(rows_of(out), MATRIX, MEAN, source="qqa", target="qqb").value == 50
    feature = one(rows_of(out), WORD_ORDER, MEAN, metric="common features", source="qqa", target="de")
    assert feature.missing == "a language that no table has"


def test_sources_together_are_zero_shot_on_what_neither_is(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("source,en,de,fr\nen+German,90,91,70\nfr,60,61,92\n", encoding="utf-8")
    rows = rows_of(analyse(path, tmp_path / "run"))
    assert one(rows, MATRIX, "zero-shot mean").value == pytest.approx((70 + 60 + 61) / 3)
    assert one(rows, MATRIX, "diagonal mean").value == pytest.approx((90 + 91 + 92) / 3)


@pytest.mark.parametrize("names", ["en", "en de", "en xx"])
def test_a_matrix_of_next_to_nothing_gives_reasons_and_no_nan(tmp_path: Path, names: str) -> None:
    cells = {(s, t): 50.0 for s in names.split() for t in names.split()}
    for row in rows_of(analyse(write_wide(tmp_path / "scores.csv", cells), tmp_path / "run")):
        assert row.value is not None or row.missing


def test_a_studys_folder_and_anothers_are_left_alone(tmp_path: Path) -> None:
    path = write_wide(tmp_path / "scores.csv", {("en", "de"): 50.0})
    out = analyse(path, tmp_path / "run")
    assert analyse(path, out) == out, "an analysis may be made anew"
    (out / "steps").mkdir()
    with pytest.raises(UsageError, match="holds a study's results"):
        analyse(path, out)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/results.csv").write_text("mine")
    with pytest.raises(UsageError, match="which no run of crossglot wrote"):
        analyse(path, tmp_path / "mine")


def test_two_names_of_one_language_are_refused(tmp_path: Path) -> None:
    path = write_wide(tmp_path / "scores.csv", {("en", "de"): 50.0, ("eng", "de"): 51.0})
    with pytest.raises(DataError, match="two sources are one language: en and eng"):
        analyse(path, tmp_path / "run")


def test_from_python_a_frame_is_as_good_as_a_file(tmp_path: Path) -> None:
    import polars as pl

    frame = pl.DataFrame({"source": ["en", "de"], "en": [90.0, 70.0], "de": [80.0, None]})
    run = crossglot.analyse(frame, tmp_path / "run", task="pos", metric="accuracy", groups="genus")
    assert set(run.tables) >= {"matrix", "word-order", "groups", "groups-differences"}
    assert run.claims.is_empty()
    cells = run.results.filter(experiment=MATRIX, aggregate=MEAN).select("source", "target", "value").rows()
    assert cells == [("en", "en", 90), ("en", "de", 80), ("de", "en", 70), ("de", "de", None)]
    assert run.report().is_file()


def test_a_report_is_made_of_whatever_languages_systems_and_groups_are_called(tmp_path: Path) -> None:
    names = [name.strip() for name in ODD_NAMES.values() if name.strip() and "\r" not in name and "\0" not in name][:20]
    chance = random.Random(1)
    path = tmp_path / "odd.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["model", "source", "target", "score"])
        writer.writerows([names[0], s, t, chance.uniform(10, 90)] for s in names[:8] for t in names)
    table = "\n".join(
        ["key\tname\tgenus\t81A", *(f"{key}\t{key}\t{key}\t{key[:1]}" for key in names if "\t" not in key)]
    )
    (tmp_path / "languages.tsv").write_text(table, encoding="utf-8")
    run = crossglot.analyse(path, tmp_path / "run", languages=tmp_path / "languages.tsv", groups=["81A", "genus"])
    page = run.report().read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert crossglot.read_run(run.folder).results.height == run.results.height


def test_its_report_speaks_of_nothing_that_the_matrix_has_not(tmp_path: Path) -> None:
    run = crossglot.analyse(
        write_wide(tmp_path / "scores.csv", IRREGULAR["sources and targets apart"].cells()), tmp_path
    )
    page = without_scripts(run.report().read_text(encoding="utf-8")).partition("</style>")[2]
    for said in ("Pires", "paper", "footnote", "M-BERT", "Floors", "constructed", "Claims"):
        assert said not in page, said
    for said in ("At a glance", "zero-shot transfer score, %", "order of adjective and noun (WALS 87A)"):
        assert said in page, said
