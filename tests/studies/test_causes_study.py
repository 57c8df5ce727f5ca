from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from crossglot.engine.local import Local
from crossglot.engine.store import Store
from crossglot.errors import SpecError
from crossglot.experiments.causes.conditions import (
    ALL_FLIPPED,
    BASE,
    COGNATES,
    CONDITIONS,
    DOSE,
    UNTRAINED,
    WORLD,
    Condition,
    World,
)
from crossglot.experiments.causes.measures import (
    ALL_WORDS,
    ENCODER,
    MEASURES,
    OTHER_WORDS,
    TRANSLATED,
    TRANSLATED_WITHOUT,
    WITHOUT,
    effect_on,
)
from crossglot.experiments.causes.plan import lay_out
from crossglot.experiments.experiment import Experiment
from crossglot.experiments.registry import EXPERIMENTS
from crossglot.lab.spec import Sizes
from crossglot.report.writing import write_report
from crossglot.results.rows import read_results
from crossglot.steps.rows import read_predictions
from crossglot.studies.planning import plan_study
from crossglot.studies.running import run_study
from crossglot.studies.study import Study, load_study, make_study, study_toml

TWIN = Condition("twin")
TRAINED_OTHERWISE = tuple(condition for condition in CONDITIONS if condition.training and condition != UNTRAINED)
SMALL = replace(
    WORLD,
    sizes=Sizes(train=40, dev=1, test=20, mono=200, parallel=60),
    shape=WORLD.shape.changed(steps=20, layers=1, hidden=16, heads=1, batch_pieces=512),
)


def miniature(*conditions: Condition, world: World = SMALL) -> Experiment:
    return replace(EXPERIMENTS["causes"], lay_out=lambda setting: lay_out(setting, conditions, world))


RUN = (BASE, TWIN, UNTRAINED, COGNATES[-1], ALL_FLIPPED, *TRAINED_OTHERWISE, *DOSE)
MINIATURE = miniature(*RUN)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A miniature of the causal study, and its report."""
    folder = tmp_path_factory.mktemp("causes") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(EXPERIMENTS, "causes", MINIATURE)
        run_study(make_study({"experiments": ["causes"], "seeds": [1], "precision": "fp32"}), folder, Local())
        write_report(folder)
    return folder


def means(run: Path) -> dict[tuple[str, str, str, str], float]:
    """(condition, metric, system, target) → value, from source to target."""
    rows = read_results(run / "results.csv").filter(pl.col("aggregate") == "mean", pl.col("source") == "qaa")
    return {
        (row["condition"], row["metric"], row["system"], row["target"]): row["value"]
        for row in rows.iter_rows(named=True)
    }


def test_the_study_of_causes_leaves_what_every_run_leaves(run: Path) -> None:
    left = {path.relative_to(run).as_posix() for path in run.rglob("*") if "steps" not in path.parts}
    assert {
        "results.csv", "claims.csv", "study.toml", "versions.json", "report.html", "tables/causes.csv",
        "tables/causes.tex", "figures/causes.svg", "figures/causes.pdf", "predictions/causes.base.seed1.parquet",
        "predictions/causes.cognates-1.seed1.parquet",
    } <= left  # fmt: skip
    assert json.loads((run / "versions.json").read_text(encoding="utf-8"))["encoders"] == {}


def test_a_condition_that_changes_nothing_has_no_effect(run: Path) -> None:
    twin = read_results(run / "results.csv").filter(
        pl.col("condition") == "twin", pl.col("metric").str.ends_with("difference")
    )
    assert twin["metric"].unique(maintain_order=True).to_list() == [effect_on(measure) for measure in MEASURES]
    assert twin["value"].to_list() == [0.0] * 2 * len(MEASURES)
    assert twin["ci_low"].to_list() == twin["ci_high"].to_list() == twin["value"].to_list()


def test_an_effect_is_the_difference_of_the_accuracies_in_the_same_table(run: Path) -> None:
    found = means(run)
    for condition in ("untrained", "cognates 1"):
        with_knob, without = (found[key, "accuracy", ENCODER, "qab"] for key in (condition, "base"))
        assert found[condition, effect_on(ALL_WORDS), ENCODER, "qab"] == pytest.approx(with_knob - without)


def test_the_objective_for_divergent_targets_is_held_against_the_same_targets_without_it(run: Path) -> None:
    found = means(run)
    with_tlm, without = (found[key, "accuracy", ENCODER, "qab"] for key in ("TLM, all six orders", "all six orders"))
    assert found["TLM, all six orders", effect_on(ALL_WORDS), ENCODER, "qab"] == pytest.approx(with_tlm - without)


def test_accuracies_are_those_of_the_kept_predictions(run: Path) -> None:
    kept = read_predictions(run / "predictions/causes.base.seed1.parquet").filter(pl.col("target") == "zero-shot")
    right = [gold == predicted for gold, predicted in zip(kept["gold"], kept["predicted"], strict=True)]
    assert means(run)["base", "accuracy", ENCODER, "qab"] == pytest.approx(100 * np.mean(right))


ANCHOR_TAGS = {"PUNCT", "SYM", "PROPN"}


def is_anchor(form: str, tag: str) -> bool:
    """By tag and looks, in the base: marks, addresses and names have tags of their own, figures are digits."""
    return tag in ANCHOR_TAGS or form.isdigit()


def test_other_words_are_those_that_are_neither_names_nor_figures_nor_marks(run: Path) -> None:
    frame = read_predictions(run / "predictions/causes.base.seed1.parquet").filter(pl.col("target") == "zero-shot")
    right = [
        gold == predicted
        for form, gold, predicted in zip(frame["form"], frame["gold"], frame["predicted"], strict=True)
        if not is_anchor(form, gold)
    ]
    assert 0 < len(right) < len(frame)
    assert means(run)["base", OTHER_WORDS, ENCODER, "qab"] == pytest.approx(100 * np.mean(right))


def test_what_is_cut_out_is_anchors_and_nothing_else(run: Path) -> None:
    frame = read_predictions(run / "predictions/causes.base.seed1.parquet")
    said, bare = (
        frame.filter(pl.col("target") == name).select("sentence", "form", "gold").rows()
        for name in ("zero-shot", "zero-shot, anchors cut out")
    )
    assert bare == [row for row in said if not is_anchor(*row[1:])]
    kept = frame.filter(pl.col("target") == "zero-shot, anchors cut out")
    right = [gold == predicted for gold, predicted in zip(kept["gold"], kept["predicted"], strict=True)]
    assert means(run)["base", WITHOUT, ENCODER, "qab"] == pytest.approx(100 * np.mean(right))


@pytest.mark.parametrize("dose", ["no-anchors", "punctuation-only", "numbers-only", "names-only"])
def test_every_dose_of_anchors_is_scored_on_the_same_words_and_asked_the_same_sentences_without(
    run: Path, dose: str
) -> None:
    base, dosed = (read_predictions(run / f"predictions/causes.{name}.seed1.parquet") for name in ("base", dose))
    for target, columns in (
        ("source to source", ("sentence", "form", "gold")),
        ("zero-shot, anchors cut out", ("sentence", "word", "form", "gold")),
    ):
        one, other = (frame.filter(pl.col("target") == target).select(columns).rows() for frame in (base, dosed))
        assert one == other
    zero_shot = pl.col("target") == "zero-shot"
    one, other = (
        frame.filter(zero_shot, ~pl.col("anchor")).select("sentence", "word", "form", "gold").rows()
        for frame in (base, dosed)
    )
    assert one == other
    assert base.filter(zero_shot)["form"].to_list() != dosed.filter(zero_shot)["form"].to_list()


def test_every_condition_has_every_measure(run: Path) -> None:
    found = {(condition, metric) for condition, metric, _, _ in means(run)}
    conditions = {condition.key for condition in RUN}
    assert {metric for condition, metric in found if condition == "base"} >= set(MEASURES)
    assert {(condition, measure) for condition in conditions for measure in MEASURES} <= found


def test_one_language_under_two_names_finds_every_translation(run: Path) -> None:
    found = means(run)
    for measure in (TRANSLATED, TRANSLATED_WITHOUT):
        assert found["cognates 1", measure, ENCODER, "qab"] > 80
        assert found["base", measure, ENCODER, "qab"] < found["cognates 1", measure, ENCODER, "qab"]


def test_only_the_target_differs_between_conditions_and_both_say_the_same(run: Path) -> None:
    base, cognates = (
        read_predictions(run / f"predictions/causes.{name}.seed1.parquet") for name in ("base", "cognates-1")
    )
    source = pl.col("target") == "source to source"
    assert base.filter(source)["form"].to_list() == cognates.filter(source)["form"].to_list()
    target = pl.col("target") == "zero-shot"
    assert base.filter(target)["gold"].to_list() == cognates.filter(target)["gold"].to_list()
    assert base.filter(target)["form"].to_list() != cognates.filter(target)["form"].to_list()


def test_shuffling_keeps_every_word_with_its_tag(run: Path) -> None:
    frame = read_predictions(run / "predictions/causes.base.seed1.parquet")
    said, shuffled = (
        frame.filter(pl.col("target") == name).group_by("sentence", maintain_order=True).agg("form", "gold")
        for name in ("zero-shot", "zero-shot, words shuffled")
    )
    assert said["form"].to_list() != shuffled["form"].to_list()
    for one, other in zip(said.iter_rows(), shuffled.iter_rows(), strict=True):
        assert sorted(zip(one[1], one[2], strict=True)) == sorted(zip(other[1], other[2], strict=True))


def test_trainings_that_collapsed_are_said_and_counted_and_decide_no_claim(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    recipe = WORLD.recipe.model_copy(update={"learning_rate": 0.9, "epochs": 12})
    two = miniature(BASE, ALL_FLIPPED, world=replace(SMALL, recipe=recipe))
    monkeypatch.setitem(EXPERIMENTS, "causes", two)
    folder = run_study(
        make_study({"experiments": ["causes"], "seeds": [1], "precision": "fp32"}), tmp_path / "run", Local()
    )
    assert "base, seed 1: a tagger collapsed (source to source, zero-shot" in caplog.text
    results = read_results(folder / "results.csv").filter(pl.col("seed") == 1)
    assert set(results.filter(pl.col("metric").str.starts_with("accuracy"), system=ENCODER)["collapsed"]) == {1}
    untouched = results.filter(pl.col("metric").str.starts_with("translation") | (pl.col("system") != ENCODER))
    assert untouched.height > 0
    assert set(untouched["collapsed"]) == {None}
    claims = pl.read_csv(folder / "claims.csv").filter(pl.col("why").str.contains("collapsed"))
    assert claims.height > 0
    assert set(claims["verdict"]) == {"cannot tell"}


def test_a_finished_study_of_causes_has_nothing_to_do(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(EXPERIMENTS, "causes", MINIATURE)
    plan = plan_study(load_study(run / "study.toml"), run)
    assert {planned.state for planned in plan.states()} == {"finished"}
    assert len(list(Store(run / "steps").known())) == len(plan.steps) == 7 + 11  # labs; the twin is the base


def test_the_preset_runs_every_condition_with_three_seeds(tmp_path: Path) -> None:
    study = load_study("causes")
    assert (study.experiments, study.seeds, study.encoders) == (("causes",), (1, 2, 3), ())
    assert make_study_again(study, tmp_path) == study


def make_study_again(study: Study, folder: Path) -> Study:
    """The study, written down and read back."""
    path = folder / "again.toml"
    path.write_text(study_toml(study), encoding="utf-8")
    return load_study(path)


@pytest.mark.parametrize(
    "field",
    [{"encoders": [{"encoder": "somewhere"}]}, {"data": "data"}, {"max_train": 100}, {"learning_rate": 1e-3}],
)
def test_what_says_nothing_to_the_study_of_causes_is_refused(field: dict[str, object]) -> None:
    with pytest.raises(SpecError, match=f"{next(iter(field))}: causes makes its own"):
        make_study({"experiments": ["causes"], **field})


def test_other_studies_still_need_encoders() -> None:
    with pytest.raises(SpecError, match="encoders: has to be given"):
        make_study({"experiments": ["causes", "table1"]})


def test_nothing_of_the_study_is_called_verified(run: Path) -> None:
    from crossglot.comparison.rescoring import OF_CAUSES, VECTORS
    from crossglot.comparison.verifying import verify

    found = verify(run)
    assert found.first is None
    assert (found.parts[0].equal, set(found.parts[0].unchecked)) == (0, {OF_CAUSES, VECTORS})
