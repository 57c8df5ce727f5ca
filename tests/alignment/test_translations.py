"""Translations found both ways are those that a search each way finds."""

from __future__ import annotations

import numpy as np
import pytest

from crossglot.alignment.neighbours import METRICS, Metric, nearest
from crossglot.alignment.shifts import SHIFTS, Shift, shifted
from crossglot.alignment.translations import translations


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("shift", SHIFTS)
def test_one_call_finds_what_a_search_each_way_finds(shift: Shift, metric: Metric) -> None:
    draw = np.random.default_rng(5)
    meaning = draw.normal(size=(301, 12))
    source, target = ((meaning + draw.normal(size=meaning.shape) + offset).astype(np.float32) for offset in (-1.5, 2.0))
    forth, back = translations(source, target, shift, metric)
    np.testing.assert_array_equal(forth, nearest(*shifted(source, target, shift), metric))
    np.testing.assert_array_equal(back, nearest(*shifted(target, source, shift), metric))
