"""Presets of pretraining and their schedule."""

from __future__ import annotations

import pytest

from crossglot.errors import UsageError
from crossglot.pretraining.shapes import SHAPES, Shape, find_shape


def test_base_is_bert_base_with_the_vocabulary_size_of_mbert() -> None:
    base = SHAPES["base"]
    assert (base.layers, base.hidden, base.heads, base.vocab_size, base.positions) == (12, 768, 12, 119_547, 512)
    assert base.learning_rate == 1e-4
    assert base.initializer_range == 0.02


def test_the_rate_rises_in_the_warm_up_and_falls_towards_zero() -> None:
    shape = SHAPES["tiny"].changed(steps=100, learning_rate=1e-2)  # warm-up of 10 steps
    rates = [shape.rate(step) for step in range(100)]
    assert rates[0] == pytest.approx(1e-3)
    assert rates[9] == pytest.approx(1e-2)
    assert rates[10] == pytest.approx(1e-2)
    assert rates[55] == pytest.approx(5e-3)
    assert rates[99] == pytest.approx(1e-2 / 90)
    assert max(rates) == pytest.approx(1e-2)


def test_every_second_step_of_the_later_part_is_at_full_length() -> None:
    shape = SHAPES["tiny"].changed(steps=100, full_share=0.25)
    assert {shape.row_length(step) for step in range(50)} == {32}
    assert [shape.row_length(step) for step in range(50, 54)] == [32, 128, 32, 128]
    assert sum(shape.row_length(step) == 128 for step in range(100)) == 25
    assert {SHAPES["tiny"].changed(full_share=0.0).row_length(step) for step in range(50)} == {32}


def test_an_unknown_name_lists_the_presets() -> None:
    with pytest.raises(UsageError, match="tiny, small, medium, base"):
        find_shape("huge")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hidden", 65),
        ("heads", 0),
        ("length", 4),
        ("length", 4_000),
        ("batch_pieces", 64),
        ("learning_rate", 3),
        ("steps", 0),
        ("full_share", 0.6),
    ],
)
def test_sizes_that_cannot_be_are_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(UsageError, match=field):
        SHAPES["tiny"].changed(**{field: value})


def test_a_shape_is_its_own_preset() -> None:
    shape = SHAPES["tiny"].changed(name="mine", layers=1)
    assert isinstance(find_shape(shape), Shape)
    assert find_shape(shape) is shape
