"""The interval of a minimum: its size where all true values are equal, and where one is lowest."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t as student

from crossglot.statistics.minima import FROM_CELLS, minimum_interval

RUNS = 1500


def simulated(numbers: int, seeds: int, seed_sd: float, sentence_sd: float, others: float) -> tuple[float, float]:
    """How often the bounds miss the least true value, 0, from below and from above; `others` is that of the rest.

    Each number is the mean of a few seeds; its interval is Student's, with Welch and Satterthwaite's freedom, as that
    of a cell is. The spread of seeds differs between numbers.
    """
    draws = np.random.default_rng(7)
    truth = np.array([0.0, *[others] * (numbers - 1)])
    spread = seed_sd * np.exp(draws.normal(0, 0.5, (RUNS, numbers, 1)))
    scores = spread * draws.normal(size=(RUNS, numbers, seeds))
    values = truth + scores.mean(-1) + draws.normal(0, sentence_sd, (RUNS, numbers))
    between, within = scores.var(-1, ddof=1) / seeds, sentence_sd**2
    reach = student.ppf(0.975, (between + within) ** 2 / (between**2 / (seeds - 1))) * np.sqrt(between + within)
    found = [minimum_interval(*rows) for rows in zip(values, values - reach, values + reach, strict=True)]
    return float(np.mean([one.low > 0 for one in found])), float(np.mean([one.high < 0 for one in found]))


@pytest.mark.parametrize("numbers", [2, 12, 100])
@pytest.mark.parametrize(("seed_sd", "sentence_sd"), [(1.0, 0.3), (0.5, 0.5), (0.05, 0.5)])
def test_the_least_of_many_equal_values_is_not_said_to_be_lower(
    numbers: int, seed_sd: float, sentence_sd: float
) -> None:
    below, above = simulated(numbers, 3, seed_sd, sentence_sd, others=0.0)
    assert below <= 0.025 + 0.01
    assert above <= 0.025 + 0.01


def test_one_that_is_lowest_is_found_as_surely_as_if_it_stood_alone() -> None:
    """The lower bound pays nothing for company: a correction there would only be lost."""
    alone, crowd = simulated(1, 3, 0.5, 0.5, others=0.0), simulated(12, 3, 0.5, 0.5, others=9.0)
    assert crowd[0] == pytest.approx(alone[0], abs=0.015)
    assert crowd[1] <= alone[1] + 0.01


def test_a_single_number_keeps_its_bounds() -> None:
    found = minimum_interval([5.0], [3.0], [8.0])
    assert (found.low, found.high, found.kind) == (3.0, 8.0, FROM_CELLS)


def test_by_hand() -> None:
    found = minimum_interval([10.0, 20.0], [9.0, 12.0], [11.0, 28.0])
    assert found.low == 9.0
    further = 2.2414 / 1.95996  # the normal's 98.75 % over its 97.5 %
    assert found.high == pytest.approx(10 + further * ((1 + 64) / 2) ** 0.5, abs=1e-3)


def test_the_upper_bound_is_no_more_than_there_can_be() -> None:
    assert minimum_interval([97.0, 98.0], [90.0, 91.0], [99.5, 99.9], most=100).high <= 100
