from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossglot.engine.step import Step
from crossglot.experiments.causes.claims import CLAIMS, PIECES_CLAIMS, REPORTED
from crossglot.experiments.causes.conditions import (
    BASE,
    CONDITIONS,
    DOSE,
    FLIPPED,
    ORDER,
    SOURCE,
    TARGET,
    UNTRAINED,
    WITHOUT_PIECES,
    WORLD,
    Condition,
    lab_of,
)
from crossglot.experiments.causes.drawing import effects
from crossglot.experiments.causes.measures import ENCODER, OTHER_WORDS, TRANSLATED_WITHOUT, WITHOUT, effect_on
from crossglot.experiments.causes.plan import KEY, accuracy_difference, contrasts, lay_out, paired
from crossglot.experiments.experiment import Evidence
from crossglot.experiments.setting import Corpora, Setting
from crossglot.lab.making import build_lab
from crossglot.results.claims import RowStatistic
from crossglot.runtime import Runtime

COUNTS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).map(lambda two: (min(two), max(two))), min_size=1)


def setting(*seeds: int) -> Setting:
    return Setting((), Corpora(Path()), seeds, Runtime())


def test_seeds_are_paired_by_their_number_and_others_left_out() -> None:
    one = {1: np.array([[1, 2]]), 2: np.array([[3, 4]])}
    other = {2: np.array([[0, 4]]), 3: np.array([[9, 9]])}
    assert {seed: found.tolist() for seed, found in paired(one, other).items()} == {2: [[3, 4, 0, 4]]}


@given(COUNTS)
def test_the_effect_of_what_changes_nothing_is_zero(counts: list[tuple[int, int]]) -> None:
    table = np.array(counts)
    assert accuracy_difference(paired({1: table}, {1: table})[1].sum(axis=0)) == 0.0


@given(COUNTS, st.data())
def test_effects_turn_their_sign_with_the_sides(counts: list[tuple[int, int]], data: st.DataObject) -> None:
    table = np.array(counts)
    other = np.array(data.draw(st.lists(st.sampled_from(counts), min_size=len(counts), max_size=len(counts))))
    there, back = (paired({1: a}, {1: b})[1].sum(axis=0) for a, b in ((table, other), (other, table)))
    assert accuracy_difference(there) == pytest.approx(-accuracy_difference(back))


def test_every_claim_and_every_report_of_others_is_about_a_contrast_of_the_study() -> None:
    keys = [contrast.key for contrast in contrasts(CONDITIONS)]
    assert len(set(keys)) == len(keys)
    for claim in CLAIMS:
        assert isinstance(claim.statistic, RowStatistic)
        read = claim.statistic
        assert (read.experiment, read.system) == (KEY, ENCODER)
        measures = (WITHOUT, TRANSLATED_WITHOUT) if claim in PIECES_CLAIMS else (OTHER_WORDS,)
        assert read.metric in map(effect_on, measures)
        assert (read.source, read.target) == (SOURCE, TARGET)
        assert read.condition in keys
    assert set(REPORTED) <= set(keys)


def test_a_contrast_is_of_conditions_that_are_run() -> None:
    known = {condition.key for condition in CONDITIONS}
    assert {place[0] for contrast in contrasts(CONDITIONS) for place in (contrast.one, contrast.other)} <= known
    assert [contrast.key for contrast in contrasts((BASE,))] == ["target's words shuffled"]


def test_each_condition_differs_from_what_it_is_measured_against_in_one_knob() -> None:
    by_key = {condition.key: condition for condition in CONDITIONS}
    for condition in CONDITIONS:
        other = by_key[condition.against]
        parts = ("target", "lab", "shape", "training")
        moved = [part for part in parts if getattr(condition, part) != getattr(other, part)]
        assert len(moved) == (condition != BASE), condition.key


def test_orders_are_flipped_one_at_a_time_and_then_all() -> None:
    flipped = []
    for condition in CONDITIONS:
        wals = lab_of(condition, WORLD, 1).languages[TARGET].wals
        assert lab_of(condition, WORLD, 1).languages[SOURCE].wals == ORDER
        flipped.append({feature for feature in ORDER if wals[feature] != ORDER[feature]})
    assert [{feature} for feature in FLIPPED] == [found for found in flipped if len(found) == 1]
    assert flipped.count(set(FLIPPED)) == 2


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda condition: condition.key)
def test_no_knob_moves_the_words_of_the_source(condition: Condition) -> None:
    first, other = (build_lab(lab_of(one, WORLD, 5)) for one in (BASE, condition))
    words = slice(0, first.inventory.vocabulary.stop)
    assert first.lexicons[SOURCE].stems[words] == other.lexicons[SOURCE].stems[words]
    assert first.lexicons[SOURCE].suffixes == other.lexicons[SOURCE].suffixes


def test_conditions_of_one_seed_share_their_lab_where_the_languages_are_the_same() -> None:
    every = lay_out(setting(1, 2)).steps
    steps = [step for step in every if step.title.startswith(("base", "4 layers"))]
    assert len({step.id for step in steps}) == 4
    assert len({step.dependencies[0].id for step in steps}) == 2


def test_what_could_not_be_run_is_said_condition_by_condition() -> None:
    def nothing(step: Step) -> None:
        return None

    def why(step: Step) -> str:
        return "no room"

    rows = lay_out(setting(1), (BASE, UNTRAINED)).rows(Evidence([], nothing, why))
    assert {(row.condition, row.missing) for row in rows if row.metric == "accuracy"} == {
        ("base", "no room"), ("untrained", "no room"),
    }  # fmt: skip
    drawn = effects(rows)
    assert drawn.chart is None
    assert "No value for base: no room." in drawn.notes
    assert not any("missing" in note for note in drawn.notes)


def kinds(condition: Condition) -> set[str]:
    """Which kinds of words source and target of a condition have in common; the kinds told by tag and place."""
    lab = build_lab(lab_of(condition, WORLD, 5))
    upos = list(lab.inventory.upos)
    shared: dict[str, set[bool]] = {}
    for item, tag in enumerate(upos):
        one, other = (str(lab.written[key][0, item, 0]) for key in (SOURCE, TARGET))
        kind = {"PUNCT": "punctuation", "SYM": "addresses", "PROPN": "names"}.get(tag, "words")
        shared.setdefault("numbers" if tag == "NUM" and item > upos.index("SCONJ") else kind, set()).add(one == other)
    assert all(len(found) == 1 for found in shared.values()), shared
    return {kind for kind, found in shared.items() if found == {True}}


def test_the_dose_of_anchors_goes_from_none_by_one_kind_alone_to_all() -> None:
    assert [kinds(condition) for condition in DOSE] == [set(), {"punctuation"}, {"numbers"}, {"names"}]
    assert kinds(BASE) == {"punctuation", "numbers", "addresses", "names"}


@pytest.mark.parametrize("condition", [*DOSE, WITHOUT_PIECES], ids=lambda condition: condition.key)
def test_a_dose_of_anchors_changes_no_word_of_the_source_and_of_the_target_its_anchors_alone(
    condition: Condition,
) -> None:
    against = next(one for one in CONDITIONS if one.key == condition.against)
    before, after = (build_lab(lab_of(one, WORLD, 5)) for one in (against, condition))
    words = before.inventory.vocabulary.stop
    assert (before.written[SOURCE] == after.written[SOURCE]).all()
    assert (before.written[TARGET][:, :words] == after.written[TARGET][:, :words]).all()
    assert (before.written[TARGET][0, words:, 0] != after.written[TARGET][0, words:, 0]).any()


def test_without_anchors_two_scripts_have_no_letter_in_common() -> None:
    lab = build_lab(lab_of(WITHOUT_PIECES, WORLD, 5))
    source, target = (set("".join(map(str, lab.written[key].ravel()))) for key in (SOURCE, TARGET))
    assert not source & target


def test_a_run_of_before_there_were_several_measures_is_still_drawn() -> None:
    rows = lay_out(setting(1), (BASE,)).rows(Evidence([], lambda _: None, lambda _: "no room"))
    drawn = effects([row for row in rows if row.metric == "accuracy"])
    assert (len(drawn.lines), drawn.more) == (1, ())
