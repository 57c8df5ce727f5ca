from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossglot.tagging.recipe import Recipe
from crossglot.tagging.training import checkpoint_steps, count_steps, has_fallen, only_label, reach, too_short

BASE = Recipe()  # BERT-base's, the paper's: 3e-5


@pytest.mark.parametrize(
    ("recipe", "sentences", "warned"),
    [
        (BASE, 300, True),
        (BASE, 1_000, True),
        (BASE, 4_043, False),  # Urdu's treebank, on which the paper's M-BERT learned
        (BASE, 8_323, False),  # CoNLL-2002 Spanish
        (BASE, 12_543, False),  # English EWT
        (Recipe(learning_rate=1e-4), 1_000, True),  # multilingual-e5-small: F1 0.0
        (Recipe(learning_rate=3e-4), 400, False),  # the same, POS: 91.0
        (Recipe(learning_rate=1e-4, head_learning_rate=1e-2), 1_000, False),  # 72.7
        (Recipe(learning_rate=3e-5, head_start="probe"), 1_000, False),  # 68.7
        (Recipe(learning_rate=1e-4, epochs=30), 1_000, False),
    ],
)
def test_a_new_layer_that_can_hardly_move_is_warned_of(recipe: Recipe, sentences: int, warned: bool) -> None:
    assert too_short(recipe, count_steps(sentences, recipe)) is warned


@pytest.mark.parametrize("decay", ["after-warmup", "throughout"])
def test_reach_is_about_the_sum_of_the_schedules_rates(decay: str) -> None:
    recipe = Recipe.model_validate({"learning_rate": 3e-4, "decay": decay})
    rates = math.fsum(recipe.rate(step, 500) for step in range(500))
    assert reach(recipe, 500) == pytest.approx(rates, rel=0.11)


def test_one_label_for_everything_is_found_only_where_there_are_several() -> None:
    assert only_label([["O", "O"], ["O"]], [["O", "B-PER"], ["O"]]) == "O"
    assert only_label([["O", "O"], ["B-PER"]], [["O", "B-PER"], ["O"]]) == ""
    assert only_label([["O"]], [["O"]]) == "", "where the gold has one label, that is no collapse"
    assert only_label([], []) == ""


def test_a_loss_that_has_not_fallen_is_told_from_too_few_steps() -> None:
    assert has_fallen(100, 2.0, 0.5)
    assert not has_fallen(100, 0.5, 0.5)
    assert has_fallen(3, 0.5, 0.6), "three batches cannot tell"


@given(st.integers(1, 5000), st.integers(1, 12))
def test_points_of_a_training_rise_to_its_end_ever_farther_apart(steps: int, points: int) -> None:
    found = checkpoint_steps(steps, points)
    assert (len(found), found[-1]) == (min(steps, points), steps)
    ways = [later - earlier for earlier, later in itertools.pairwise((0, *found))]
    assert min(ways) >= 1
    assert all(later >= earlier - 1 for earlier, later in itertools.pairwise(ways)), "but for rounding"


def test_points_of_a_training_are_densest_at_its_beginning() -> None:
    assert checkpoint_steps(189, 8) == (3, 12, 27, 47, 74, 106, 145, 189)
