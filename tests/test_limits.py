"""Limits of numbers: what is inside is taken, what is outside or no number at all is told with what is allowed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossglot import limits
from crossglot.errors import UsageError
from crossglot.limits import EPOCHS, RATE, SEED, Limits
from crossglot.pretraining.shapes import SHAPES

ODD = [float("nan"), float("inf"), float("-inf"), True, "1", None, [1], 10**5000, -(10**20)]
ALL = {name: value for name, value in vars(limits).items() if isinstance(value, Limits)}


@pytest.mark.parametrize("name", ALL)
def test_what_is_no_finite_number_or_beyond_all_bounds_is_in_no_limits(name: str) -> None:
    for value in ODD:
        fault = ALL[name].fault(value)
        assert fault.startswith("has to be a ")
        assert len(fault) < 200


@given(st.integers(-10, 20_000))
def test_whole_numbers_are_inside_from_the_lowest_to_the_highest(value: int) -> None:
    assert (EPOCHS.fault(value) == "") is (1 <= value <= 10_000)
    assert EPOCHS.fault(value) == EPOCHS.fault(np.int64(value)).replace("np.int64(", "").replace(")", "")
    assert EPOCHS.fault(float(value))


@given(st.floats())
def test_a_rate_is_above_0_and_at_most_1(value: float) -> None:
    assert (RATE.fault(value) == "") is (0 < value <= 1)


def test_the_message_says_what_is_allowed() -> None:
    with pytest.raises(UsageError, match=r"^epochs: has to be a whole number from 1 to 10,000, not 0$"):
        EPOCHS.check(0, "epochs")
    with pytest.raises(UsageError, match=r"^lr: has to be a number above 0 and at most 1, not nan$"):
        RATE.check(float("nan"), "lr")
    assert SEED.fault(2**63 - 1) == ""
    assert SEED.fault(2**63)


def test_an_encoder_that_the_machine_cannot_hold_is_refused_before_it_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crossglot.pretraining.shapes.machine_memory", lambda: 4 * 2**30)
    for shape in ("demo", "tiny", "small"):
        SHAPES[shape].require_memory(SHAPES[shape].vocab_size)
    with pytest.raises(UsageError, match=r"needs at least .* GB of memory, and there are 4: choose a smaller shape"):
        SHAPES["base"].changed(layers=48).require_memory(119_547)
    SHAPES["base"].require_memory(119_547, on_cpu=False)
