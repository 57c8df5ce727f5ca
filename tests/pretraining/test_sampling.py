"""Exponentially smoothed sampling against shares worked out by hand."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossglot.pretraining.sampling import smoothed_shares


def test_shares_are_those_worked_out_by_hand() -> None:
    # 0.9^0.7 = 0.928910, 0.1^0.7 = 0.199526; their sum is 1.128436
    shares = smoothed_shares({"en": 900, "is": 100}, 0.7)
    assert shares["en"] == pytest.approx(0.823183, abs=1e-6)
    assert shares["is"] == pytest.approx(0.176817, abs=1e-6)


def test_mbert_published_example_english_falls_and_icelandic_rises() -> None:
    # multilingual.md: English 1000 times Icelandic before smoothing is about 100 times after (1000^0.7 = 125.9)
    shares = smoothed_shares({"en": 1_000_000, "is": 1_000})
    assert shares["en"] / shares["is"] == pytest.approx(125.89, abs=0.01)


def test_exponent_one_keeps_the_text_and_zero_makes_languages_equal() -> None:
    assert smoothed_shares({"a": 3, "b": 1}, 1.0) == pytest.approx({"a": 0.75, "b": 0.25})
    assert smoothed_shares({"a": 3, "b": 1}, 0.0) == pytest.approx({"a": 0.5, "b": 0.5})


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(1, 10**9), min_size=1, max_size=20))
def test_shares_sum_to_one_and_keep_the_order_of_sizes(sizes: dict[str, int]) -> None:
    shares = smoothed_shares(sizes)
    assert sum(shares.values()) == pytest.approx(1)
    ranked = sorted(sizes, key=lambda language: sizes[language])
    assert all(shares[low] <= shares[high] + 1e-12 for low, high in pairwise(ranked))
