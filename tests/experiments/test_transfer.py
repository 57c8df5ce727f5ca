from __future__ import annotations

from pathlib import Path

import pytest

from crossglot.errors import DataError, UsageError
from crossglot.experiments.cells import average_rows, cited_rows, is_papers_corpus, tabulate
from crossglot.experiments.matrix import TableRow, table_rows
from crossglot.experiments.setting import Absent, Candidate, Corpora, Setting
from crossglot.experiments.tables import TABLES
from crossglot.paper.published import PUBLISHED
from crossglot.results.rows import ResultRow
from crossglot.runtime import Runtime
from crossglot.steps.arguments import EncoderReference
from crossglot.steps.fit_and_predict import FitAndPredict
from crossglot.steps.score import Score
from crossglot.tagging.recipe import Recipe
from toy_world import write_entities, write_root, write_treebank

PRINTED = [table for table in TABLES.values() if table.blocks]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_root(tmp_path / "data")


def candidate(name: str = "tiny", role: str = "m-bert", **changes: object) -> Candidate:
    fields = {
        "encoder": EncoderReference(revision=name, location=f"/models/{name}", name=name),
        "role": role,
        "recipe": Recipe(),
        "papers": False,
    }
    return Candidate(**(fields | changes))  # type: ignore[arg-type]


def setting(
    root: Path, *candidates: Candidate, chosen: dict[tuple[str, str], str] | None = None, **changes: object
) -> Setting:
    fields = {
        "candidates": candidates or (candidate(),),
        "corpora": Corpora(root, chosen or {}),
        "seeds": (1, 2),
        "runtime": Runtime(),
    }
    return Setting(**(fields | changes))  # type: ignore[arg-type]


def of_system(lines: list[TableRow], system: str) -> list[TableRow]:
    return [line for line in lines if line.system.name == system]


@pytest.mark.parametrize("table", PRINTED, ids=lambda table: str(table.key))
def test_every_published_number_has_a_cell_and_every_cell_a_published_number(table: object) -> None:
    printed = {(one.source, one.target) for one in PUBLISHED if one.experiment == table.key and one.role == table.role}  # type: ignore[attr-defined]
    assert set(table.cells()) == printed  # type: ignore[attr-defined]


def test_languages_can_be_chosen() -> None:
    assert TABLES["table2"].cells(["hi+en"], ["hi", "en"]) == [("hi+en", "hi"), ("hi+en", "en")]
    assert TABLES["table2"].cells(["en"]) == [("en", target) for target in ("en", "de", "es", "it")]
    assert TABLES["table4"].cells(targets=["ja"])[0] == ("hi", "ja")  # a choice joins the table's two blocks
    assert TABLES["table3"].cells(["en", "de"], ["de"]) == [("de", "de")]


def test_floors_stand_beside_every_encoder(root: Path) -> None:
    lines = table_rows(
        TABLES["table2"], setting(root, candidate("a"), candidate("b", "other"), candidate("c", "en-bert"))
    )
    assert list(dict.fromkeys((line.system.name, line.system.role) for line in lines)) == [
        ("a", "m-bert"), ("a linear probe", "floor"), ("a untrained", "floor"),
        ("b", "other"), ("b linear probe", "floor"), ("b untrained", "floor"),
        ("most frequent tag", "floor"),
    ]  # fmt: skip
    assert [row.seed for row in of_system(lines, "a untrained")[0].steps] == [1, 2]
    for deterministic in ("a linear probe", "most frequent tag"):
        assert [row.seed for row in of_system(lines, deterministic)[0].steps] == [None]


def test_a_linear_probe_is_one_row_however_its_encoder_is_trained(root: Path) -> None:
    changed = Recipe(epochs=5, learning_rate=1e-3, head_start="probe", decay="throughout")
    probes = [
        of_system(table_rows(TABLES["table2"], setting(root, candidate("a", **how))), "a linear probe")[0].steps[0]
        for how in ({}, {"recipe": changed}, {"by_task": {"pos": changed}})
    ]
    assert len({step.id for step in probes}) == 1
    read_otherwise = candidate("a", recipe=Recipe(max_length=64))
    (other,) = of_system(table_rows(TABLES["table2"], setting(root, read_otherwise)), "a linear probe")[0].steps
    assert other.id != probes[0].id


def test_a_language_without_data_leaves_its_cells_empty_and_says_why(root: Path) -> None:
    lines = of_system(table_rows(TABLES["table2"], setting(root)), "tiny")
    by_source = {line.source: line for line in lines}
    assert by_source["it"].steps == ()
    assert [goal.language for goal in by_source["en"].steps[0].targets] == ["de", "en", "es"]
    rows = tabulate(by_source["it"], {})
    assert all((row.missing or "").startswith("no pos corpus of Italian (it)") for row in rows)
    assert [row.published for row in rows] == [86.79, 87.82, 91.28, 98.11]


def test_a_test_set_alone_is_a_target_but_no_source(root: Path) -> None:
    write_treebank(root, "UD_Italian-PUD", "it_pud", [[("sì", "INTJ")]], "test")
    lines = {line.source: line for line in of_system(table_rows(TABLES["table2"], setting(root)), "tiny")}
    assert lines["it"].targets["en"] == Absent("it", "UD_Italian-PUD has no train split")
    assert [goal.language for goal in lines["en"].steps[0].targets] == ["de", "en", "es", "it"]


def test_a_corpus_that_was_named_has_to_be_there(root: Path) -> None:
    with pytest.raises(DataError, match="UD_German-HDT"):
        table_rows(TABLES["table2"], setting(root, chosen={("pos", "de"): "UD_German-HDT"}))
    with pytest.raises(DataError, match="no such data root"):
        table_rows(TABLES["table2"], setting(root / "nowhere"))


def test_a_named_corpus_that_nothing_reads_is_a_mistake(root: Path) -> None:
    named = setting(root, chosen={("ner", "de"): "germeval2014/de"})
    table_rows(TABLES["table2"], named)
    with pytest.raises(UsageError, match="no experiment of the study reads a ner corpus of de"):
        named.corpora.check_chosen()


def test_only_types_that_source_and_target_annotate_are_scored(root: Path) -> None:
    lines = {line.source: line for line in of_system(table_rows(TABLES["table1"], setting(root)), "tiny")}
    assert lines["en"].types == {"en": ("LOC", "ORG", "PER"), "de": ("LOC", "PER")}
    assert lines["de"].types == {"en": ("LOC", "PER"), "de": ("LOC", "PER")}
    write_entities(root, "conll2002/es", [[("Roma", "B-PLACE")]])
    spanish = table_rows(TABLES["table1"], setting(root))[0].targets["es"]
    assert spanish == Absent("es", "the entity types of en and es have none in common")
    write_entities(root, "conll2002/es", [[("Roma", "O")]])
    lines = {line.source: line for line in table_rows(TABLES["table1"], setting(root))}
    assert lines["en"].targets["es"] == Absent("es", "no entity in conll2002/es")
    assert lines["es"].targets["en"] == Absent("en", "no entity in conll2002/es")


def scores(value: float, target: str, seeds: tuple[int | None, ...] = (None, 1, 2), n: int = 10) -> list[Score]:
    return [
        Score(target=target, seed=seed, metric="f1", value=value, low=value - 1, high=value + 1, interval="toy", n=n,
              types=("LOC",))
        for seed in seeds
    ]  # fmt: skip


def test_only_the_papers_encoder_on_the_papers_corpora_is_comparable(root: Path) -> None:
    papers = candidate(papers=True)
    lines = {
        line.source: line for line in table_rows(TABLES["table1"], setting(root, papers)) if line.system.name == "tiny"
    }
    english = tabulate(lines["en"], {"en": scores(90.0, "en"), "de": scores(60.0, "de")})
    cells = {(row.target, row.seed): row for row in english}
    assert (cells["en", None].comparable, cells["en", None].published) == (True, 90.70)
    assert (cells["en", 1].comparable, cells["en", 1].published) == (False, None)
    assert (cells["de", None].comparable, cells["de", None].published) == (False, 69.74)  # GermEval is not CoNLL-2003
    other = {line.source: line for line in table_rows(TABLES["table1"], setting(root)) if line.system.name == "tiny"}
    assert not any(row.comparable for row in tabulate(other["en"], {"en": scores(9, "en"), "de": scores(6, "de")}))


@pytest.mark.parametrize(
    ("task", "corpus", "papers"),
    [
        ("ner", "conll2003/de", True), ("ner", "conll2002/es", True), ("ner", "uner/en_ewt", False),
        ("pos", "UD_German", True), ("pos", "UD_German-GSD", False), ("pos", None, False),
        ("pos", "UD_Hindi+UD_English", True), ("pos", "UD_Hindi+UD_English-EWT", False), ("pos", "conll2002/es", False),
        ("pos", "UD_Portuguese-BR", True), ("pos", "codemix/hiencs", True), ("pos", "codemix/hiencs_full", False),
        ("pos", "synthetic/pud", False),
    ],
)  # fmt: skip
def test_the_papers_corpora_are_known_by_name(task: str, corpus: str | None, papers: bool) -> None:
    assert is_papers_corpus(task, corpus) is papers


def test_a_failed_line_says_why(root: Path) -> None:
    line = table_rows(TABLES["table1"], setting(root))[0]
    found = {row.target: row.missing for row in tabulate(line, {}, "the loss is not a number")}
    assert found["en"] == "the loss is not a number"
    assert "Spanish" in str(found["es"])


def test_a_test_set_without_entities_has_no_f1_and_enters_no_average(root: Path) -> None:
    line = next(line for line in table_rows(TABLES["table1"], setting(root)) if line.source == "en")
    rows = tabulate(line, {"en": scores(90.0, "en"), "de": scores(0.0, "de", n=0)})
    (german,) = (row for row in rows if row.target == "de")
    assert (german.value, german.ci_low, german.aggregate) == (None, None, "mean")
    assert german.missing == "no entity of the scored types in germeval2014/de test"
    assert [(row.aggregate, row.n) for row in average_rows(rows)] == [("diagonal mean", 1)]
    sampled = setting(root, corpora=Corpora(root, max_test=1))
    line = next(line for line in table_rows(TABLES["table1"], sampled) if line.source == "en")
    rows = tabulate(line, {"en": scores(0.0, "en", n=0), "de": scores(0.0, "de", n=0)})
    assert str(rows[0].missing).endswith("in conll2003/en test (at most 1 sentences of it)")


def cell(source: str, target: str, value: float | None, **changes: object) -> ResultRow:
    fields = {
        "experiment": "table2", "system": "x", "role": "m-bert", "task": "pos", "source": source, "target": target,
        "aggregate": "mean", "metric": "accuracy", "value": value,
        "missing": None if value is not None else "gone",
    }  # fmt: skip
    return ResultRow.model_validate(fields | changes)


def test_averages_keep_diagonal_and_zero_shot_apart() -> None:
    diagonal = [cell("en", "en", 90, published=95.0), cell("de", "de", 80, published=93.0)]
    others = [cell("en", "de", 50, published=60.0), cell("de", "en", 40), cell("de", "es", None)]
    cells = [*diagonal, *others, cell("de+en", "en", 70)]
    averages = {row.aggregate: row for row in average_rows([*cells, cell("en", "en", 1, seed=1, aggregate=None)])}
    assert set(averages) == {"zero-shot mean", "diagonal mean"}
    assert (averages["zero-shot mean"].value, averages["zero-shot mean"].n) == (45.0, 2)
    assert (averages["diagonal mean"].value, averages["diagonal mean"].n) == (
        80.0,
        3,
    )  # a source of two is none of zero shots
    assert averages["zero-shot mean"].published is None  # one of its cells has none
    assert averages["diagonal mean"].source is None


def test_cited_systems_stand_in_with_their_published_numbers_alone(root: Path) -> None:
    cited = cited_rows(TABLES["table3"], setting(root))
    assert {(row.source, row.published, row.value) for row in cited} == {
        ("en", 90.94, None), ("de", 78.76, None), ("nl", 81.74, None), ("es", 85.75, None),
    }  # fmt: skip
    assert {row.role for row in cited} == {"published"}


def test_nothing_is_planned_that_separate_position_ids_would_refuse(root: Path) -> None:
    separate = setting(root, candidate(own_positions=("en", "de", "xx")), sources=("en+de", "en", "es"))
    rows = {row.source: row for row in of_system(table_rows(TABLES["table2"], separate), "tiny")}
    assert rows["en+de"].steps == rows["es"].steps == ()
    assert "it can be trained on one alone" in str(rows["en+de"].targets["de"])
    assert [goal.language for goal in rows["en"].steps[0].targets] == ["de", "en"]
    assert rows["en"].targets["es"] == Absent("es", "tiny has position ids for en, de, xx, none for es")
    floors = {row.system.name: row for row in table_rows(TABLES["table2"], separate) if row.source == "en+de"}
    assert floors["most frequent tag"].steps


def test_floors_can_be_left_out(root: Path) -> None:
    def systems(*floors: str) -> list[str]:
        rows = table_rows(TABLES["table2"], setting(root, floors=floors))
        return list(dict.fromkeys(row.system.name for row in rows))

    assert systems() == ["tiny"]
    assert systems("most-frequent-tag") == ["tiny", "most frequent tag"]
    assert systems("untrained", "linear-probe") == ["tiny", "tiny linear probe", "tiny untrained"]


def test_a_tagger_that_is_no_floor_by_default_stands_where_it_is_named(root: Path) -> None:
    rows = table_rows(TABLES["table1"], setting(root, floors=("character-ngrams", "most-frequent-tag")))
    assert list(dict.fromkeys((row.system.name, row.system.role) for row in rows)) == [
        ("tiny", "m-bert"), ("most frequent tag", "floor"), ("character n-grams", "floor"),
    ]  # fmt: skip
    assert {step.seed for row in of_system(rows, "character n-grams") for step in row.steps} == {None}
    assert not of_system(table_rows(TABLES["table1"], setting(root)), "character n-grams")


def test_a_baseline_that_chooses_by_a_dev_set_is_given_its_sources(root: Path) -> None:
    rows = of_system(table_rows(TABLES["table3"], setting(root, floors=("bilstm-crf",))), "BiLSTM-CRF")
    by_source = {row.source: row for row in rows}
    assert {row.system.role for row in rows} == {"baseline"}
    english = by_source["en"].steps
    assert [step.seed for step in english] == [1, 2]
    for step in english:
        assert isinstance(step, FitAndPredict)
        assert [(split.corpus, split.split) for split in step.dev] == [("conll2003/en", "dev")]
    write_entities(root, "conll2002/nl", [[("Ana", "B-PER")]], "train test")
    dutch = of_system(table_rows(TABLES["table3"], setting(root, floors=("bilstm-crf",))), "BiLSTM-CRF")
    (row,) = (row for row in dutch if row.source == "nl")
    assert [step.dev for step in row.steps if isinstance(step, FitAndPredict)] == [(), ()]


def test_floors_that_choose_nothing_are_the_steps_that_they_were(root: Path) -> None:
    """Counted and kept by earlier versions: a dev set is no part of what they are."""
    rows = of_system(table_rows(TABLES["table1"], setting(root)), "most frequent tag")
    english = next(row.steps[0] for row in rows if row.source == "en")
    assert isinstance(english, FitAndPredict)
    assert english.dev == () and english.work.size == 0
    assert english.digest() == english.model_copy(update={"baseline": "most-frequent-tag", "dev": ()}).digest()
    assert english.stored_as() == "CountAndPredict"
