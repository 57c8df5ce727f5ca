"""Table 6 on a toy root: its cells, their parts by language, the paper's numbers, and what the report shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import crossglot
from crossglot.corpora.catalogue import Corpus
from crossglot.engine.local import Local
from crossglot.engine.plan import Plan
from crossglot.engine.store import Store
from crossglot.errors import UsageError
from crossglot.experiments import codeswitch
from crossglot.experiments.codeswitch.drawing import switched
from crossglot.experiments.codeswitch.plan import REAL, WITH_SYNTHETIC
from crossglot.paper.published import lookup
from crossglot.report import write_report
from crossglot.report.folder import read_run_folder
from crossglot.results.rows import read_results
from crossglot.runs import reproduce
from crossglot.steps.fit_and_predict import FitAndPredict
from crossglot.steps.rows import read_predictions
from crossglot.steps.score import ScoreRows, read_scores
from crossglot.studies.planning import plan_study
from crossglot.studies.reproduce import reproduce_study
from toy_world import write_encoder, write_root, write_treebank

HINDI = [[("बिल्ली", "NOUN"), ("सोती", "VERB"), ("है", "AUX")], [("कुत्ता", "NOUN"), ("सोता", "VERB"), ("है", "AUX")]]
# written, native, tag, language
TWEETS = [
    [("billi", "बिल्ली", "NOUN", "hi"), ("sleeps", "sleeps", "VERB", "en"), (".", ".", "PUNCT", "univ")],
    [("cat", "cat", "NOUN", "en"), ("soti", "सोती", "VERB", "hi"), ("hai", "है", "AUX", "hi")],
]
FORMS = ("hi/en:corrected", "hi/en:transliterated")


def write_tweets(root: Path, name: str = "hiencs", splits: str = "train dev test") -> None:
    (root / "codemix").mkdir(exist_ok=True)
    rows = [
        "\n".join(
            f"{i}\t{written}\t_\t{tag}\t_\t_\t_\t_\t_\tNorm={native}|Lang={language}"
            for i, (written, native, tag, language) in enumerate(tweet, 1)
        )
        for tweet in TWEETS
    ]
    for split in splits.split():
        (root / f"codemix/{name}-{split}.conllu").write_text(
            "".join(f"{block}\n\n" for block in rows), encoding="utf-8"
        )


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("encoders") / "tiny")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_root(tmp_path_factory.mktemp("world") / "data")
    write_treebank(folder, "UD_Hindi-HDTB", "hi_hdtb", HINDI)
    write_tweets(folder)
    return folder


def settings(root: Path) -> dict[str, Any]:
    return {"data": root, "seeds": [1, 2], "learning_rate": 1e-3, "epochs": 1, "precision": "fp32", "device": "cpu"}


@pytest.fixture(scope="module")
def run(encoder: Path, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run") / "out"
    return reproduce(["table6"], [f"m-bert={encoder}"], out=out, **settings(root)).folder


def test_each_source_is_evaluated_on_each_form(run: Path) -> None:
    cells = read_results(run / "results.csv").filter(pl.col("aggregate") == "mean", pl.col("system") == "tiny")
    assert cells.select("source", "target", "condition").rows() == [
        (source, target, target.partition(":")[2]) for source in ("hi+en", *FORMS) for target in FORMS
    ]
    assert set(cells["target_corpus"]) == {"codemix/hiencs"}
    assert set(cells["n"]) == {6}
    assert not cells["comparable"].any()
    assert cells["published"].to_list() == [86.59, 50.41, 90.56, None, None, 85.64]
    assert {"tiny untrained", "most frequent tag"} <= set(read_results(run / "results.csv")["system"])


@pytest.mark.slow
def test_the_tagger_of_ball_and_garrette_stands_beside_their_published_row(
    encoder: Path, root: Path, tmp_path: Path
) -> None:
    """It is given each sentence's language, and knows the tweets' Hindi words, which training spells in Devanagari."""
    floors = ["ball-garrette", "most-frequent-tag"]
    run = reproduce(["table6"], [f"m-bert={encoder}"], out=tmp_path / "out", floors=floors, **settings(root)).folder
    rows = read_results(run / "results.csv").filter(aggregate="mean", source="hi+en")
    found = {(row["system"], row["role"], row["condition"]): row["value"] for row in rows.iter_rows(named=True)}
    assert ("Ball and Garrette (2018)", "published", "transliterated") in found
    assert rows.filter(role="baseline")["published"].null_count() == rows.filter(role="baseline").height == 2
    ours = {form: found["Ball-Garrette tagger", "baseline", form] for form in ("corrected", "transliterated")}
    assert ours["transliterated"] > found["most frequent tag", "floor", "transliterated"]
    assert ours["corrected"] >= ours["transliterated"]


def test_words_of_one_language_are_scored_apart(run: Path) -> None:
    results = read_results(run / "results.csv").filter(pl.col("system") == "tiny", pl.col("source") == "hi+en")
    kept = pl.concat(
        read_predictions(run / f"predictions/tiny.pos.hi-en.seed{seed}.parquet".replace("hi-en", "hi+en"))
        for seed in (1, 2)
    )
    words = [language for tweet in TWEETS for _, _, _, language in tweet] * 2
    for form in FORMS:
        right = (kept.filter(target=form)["gold"] == kept.filter(target=form)["predicted"]).to_list()
        for language, count in {"hi": 3, "en": 2, "univ": 1}.items():
            by_hand = [hit for hit, own in zip(right, words, strict=True) if own == language]
            part = results.filter(
                aggregate="mean of a part", target=form, condition=form.partition(":")[2], part=language
            ).row(0, named=True)
            assert part["value"] == pytest.approx(100 * sum(by_hand) / len(by_hand))
            assert part["n"] == count


def test_scoring_by_language_needs_no_corpus(
    encoder: Path, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The language ids are kept beside what was predicted: a store is scored again where its data is gone."""
    plan = plan_study(reproduce_study(["table6"], [f"m-bert={encoder}"], **settings(root)), tmp_path / "out")
    rows = [step for step in plan.steps.steps if isinstance(step, FitAndPredict) and step.source == "hi+en"]
    store = Store(tmp_path / "steps")
    Local().run(Plan.of(rows), store)
    for row in rows:
        kept = read_predictions(store.result(row)).filter(target=FORMS[0])
        assert kept["language"].to_list() == [language for tweet in TWEETS for _, _, _, language in tweet]
    monkeypatch.setattr(Corpus, "read", _gone)
    monkeypatch.setattr(Corpus, "read_switched", _gone)
    step = ScoreRows(rows=tuple(rows), targets=rows[0].targets)
    found = read_scores(store.put(step, lambda folder: step.run(folder, store.result, lambda _: None)))
    assert {(score.part, score.n) for score in found} == {("", 6), ("hi", 3), ("en", 2), ("univ", 1)}


def _gone(*_: object, **__: object) -> None:
    raise AssertionError("scores are made of what was predicted")


def test_the_floor_knows_the_words_that_are_written_as_in_training(run: Path) -> None:
    floor = read_results(run / "results.csv").filter(system="most frequent tag", aggregate="mean", source="hi+en")
    assert dict(floor.select("condition", "value").rows())["corrected"] == 100


def test_systems_that_the_paper_cites_stand_beside(run: Path) -> None:
    cited = read_results(run / "results.csv").filter(pl.col("role") == "published")
    assert cited.select("system", "source", "condition", "published").rows() == [
        ("Ball and Garrette (2018)", "hi+en", "transliterated", 77.4),
        ("Bhat et al. (2018)", "hi/en:transliterated", "transliterated", 90.53),
    ]


def test_the_report_has_a_line_a_source_system_and_language(run: Path) -> None:
    drawn = switched(read_run_folder(run).rows())
    assert drawn.columns == (
        "trained on", "system", "words", "corrected", "transliterated",
        "published, corrected", "published, transliterated",
    )  # fmt: skip
    assert ("code-switched hi/en, transliterated", "tiny", "hi") in {line[:3] for line in drawn.lines}
    assert drawn.chart is not None
    assert any("codemix/hiencs, 6 words" in note for note in drawn.notes)
    assert any("(codemix/hiencs: 2 en, 3 hi, 1 univ)" in note for note in drawn.notes)
    assert not any("ynthetic" in note for note in drawn.notes)


def test_runs_of_table_6_can_be_compared(run: Path) -> None:
    found = crossglot.compare(run, run, systems=("tiny", "tiny untrained"))
    assert found.height == 6
    assert set(found["target"]) == set(FORMS)


def test_training_text_that_is_missing_leaves_cells_that_say_why_beside_the_papers(
    encoder: Path, tmp_path: Path
) -> None:
    world = write_root(tmp_path / "data")
    write_treebank(world, "UD_Hindi-HDTB", "hi_hdtb", HINDI)
    write_tweets(world, splits="test")
    plan = plan_study(reproduce_study(["table6"], [f"m-bert={encoder}"], **settings(world)), tmp_path / "out")
    assert plan.missing() == ["codemix/hiencs has no train split"]
    assert {row.source for row in plan.rows if row.steps} == {"hi+en"}
    run = reproduce(["table6"], [f"m-bert={encoder}"], out=tmp_path / "out", **settings(world)).folder
    drawn = switched(read_run_folder(run).rows())
    gap = next(line for line in drawn.lines if line[:3] == ("code-switched hi/en, corrected", "tiny", "all"))
    assert gap[3:] == (None, None, 90.56, None)
    assert any("hi/en, corrected, hi/en:corrected: codemix/hiencs has no train split" in note for note in drawn.notes)


def test_other_sets_are_chosen_by_the_pair_of_languages(encoder: Path, root: Path, tmp_path: Path) -> None:
    write_tweets(root, "mine")
    study = reproduce_study(["table6"], [f"m-bert={encoder}"], corpora={"hi/en": "mine"}, **settings(root))
    plan = plan_study(study, tmp_path / "out")
    assert {split.corpus for row in plan.rows for split in row.targets.values()} == {"codemix/mine"}  # type: ignore[union-attr]


def test_only_its_own_sources_can_be_asked_for() -> None:
    assert REAL.cells(["hi+en"], ["hi/en:corrected"]) == [("hi+en", "hi/en:corrected")]
    assert REAL.cells(["en", "de"], ["en"]) == REAL.cells()
    assert REAL.cells(["hi+en+de", "hi", "hi/en:corrected+hi"]) == REAL.cells()
    assert len(WITH_SYNTHETIC.cells()) == 5 * 4


def test_what_mixes_languages_is_joined_to_what_has_them_apart(encoder: Path, root: Path, tmp_path: Path) -> None:
    both = "hi+en+hi/en:transliterated"
    assert REAL.cells([both, "hi+en"], FORMS[1:]) == [("hi+en", FORMS[1]), (both, FORMS[1])]
    floors = ["character-ngrams"]
    asked = {"sources": [both], "floors": floors, **settings(root)}
    run = reproduce(["table6"], [f"m-bert={encoder}"], out=tmp_path / "out", **asked).folder
    found = read_results(run / "results.csv").filter(pl.col("aggregate") == "mean", pl.col("source") == both)
    assert set(found["source_corpus"]) == {"UD_Hindi-HDTB+UD_English-EWT+codemix/hiencs"}
    spelled = {row["target"]: row["value"] for row in found.filter(system="character n-grams").iter_rows(named=True)}
    assert spelled[FORMS[1]] == 100, "it was trained on these very tweets"
    assert any(
        line[:2] == ("monolingual hi+en and code-switched hi/en, transliterated", "tiny")
        for line in switched(read_run_folder(run).rows()).lines
    )


def test_any_matrix_may_evaluate_on_code_switched_text(encoder: Path, root: Path) -> None:
    found = crossglot.transfer_matrix(encoder, "pos", ["en"], [FORMS[1]], **settings(root))
    assert found[FORMS[1]].null_count() == 0
    tidy = crossglot.transfer_matrix(encoder, "pos", ["en"], [FORMS[1]], tidy=True, **settings(root))
    assert tidy["part"].null_count() == tidy.height
    for wrong in ("hi/en", "hi/en:latin"):
        with pytest.raises(UsageError, match="write hi/en:FORM"):
            crossglot.transfer_matrix(encoder, "pos", ["en"], [wrong], **settings(root))


def test_the_paper_has_no_number_for_one_form_to_the_other() -> None:
    assert lookup("table6", *FORMS, role="m-bert") is None
    assert lookup("table6", "hi+en", "hi/en:synthetic-corrected", role="m-bert") is None
    own = lookup("table6", FORMS[0], FORMS[0], role="m-bert")
    assert own is not None and own.value == 90.56


def test_it_is_table_6_of_the_paper() -> None:
    assert codeswitch.EXPERIMENT.own
    assert codeswitch.EXPERIMENT.key == "table6"


def test_the_report_is_written_with_its_figure_and_table(run: Path) -> None:
    page = write_report(run).read_text(encoding="utf-8")
    assert "POS accuracy on code-switched Hindi and English" in page
    assert (run / "figures/table6.svg").is_file()
    assert "monolingual hi+en,tiny,all" in (run / "tables/table6.csv").read_text(encoding="utf-8")


def test_text_taken_back_to_its_scripts_is_a_target_where_a_study_names_it(
    encoder: Path, root: Path, tmp_path: Path
) -> None:
    """The toy tweets are typed by rule from words of the toy treebanks: what the floor loses comes back."""
    forms = [*FORMS, "hi/en:back-transliterated"]
    run = reproduce(
        ["table6"], [f"m-bert={encoder}"], out=tmp_path / "out", sources=["hi+en"], targets=forms,
        floors=["most-frequent-tag"], **settings(root),
    )  # fmt: skip
    cells = run.results.filter(system="most frequent tag", aggregate="mean")
    value = dict(cells.select("condition", "value").rows())
    assert value["back-transliterated"] == value["corrected"] > value["transliterated"]
    kept = read_predictions(run.folder / "predictions/most-frequent-tag.pos.hi+en.parquet")
    words = kept.filter(target="hi/en:back-transliterated")["form"].to_list()
    assert words == ["बिल्ली", "sleeps", ".", "cat", "सोती", "है"]
    assert run.report().is_file()
    assert "UD_Hindi-HDTB train" in json.loads((run.folder / "versions.json").read_text(encoding="utf-8"))["data"]
    assert "hi/en:back-transliterated" not in {target for _, target in WITH_SYNTHETIC.cells()}


def test_without_text_of_both_languages_apart_nothing_is_taken_back(encoder: Path, tmp_path: Path) -> None:
    world = write_root(tmp_path / "data")
    write_tweets(world)
    plan = plan_study(
        reproduce_study(
            ["table6"], [f"m-bert={encoder}"], sources=["hi/en:transliterated"],
            targets=["hi/en:transliterated", "hi/en:back-transliterated"], **settings(world),
        ),
        tmp_path / "out",
    )  # fmt: skip
    assert any("Hindi" in why or "hi" in why for why in plan.missing())
    assert {split.language for row in plan.rows for step in row.steps for split in step.targets} == {
        "hi/en:transliterated"
    }
