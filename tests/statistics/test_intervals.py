"""Intervals: against closed forms, against scipy's bootstrap, and against the truth in simulations."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from crossglot.errors import CrossglotError
from crossglot.statistics.intervals import (
    Interval,
    accuracy,
    bootstrap_cell,
    bootstrap_clusters,
    combined_interval,
    paired_bootstrap,
    pooled_interval,
    span_f1,
)
from crossglot.statistics.resampling import degrees_of_freedom, resampled_sums, t_quantile

Array = NDArray[np.float64]

RUNS = 200
"""Simulations a coverage; the share of 95 % intervals that hold the truth is then known to about 1.5 %."""


def simulated(rng: np.random.Generator, sentences: int, rates: Array, words: int = 20) -> Array:
    """Right words and words of sentences tagged by seeds with these rates of being right."""
    lengths = rng.integers(1, 2 * words, sentences)
    right = rng.binomial(lengths, rates[:, None])
    return np.stack([right, np.broadcast_to(lengths, right.shape)], axis=-1).astype(np.float64)


# The statistics


def test_accuracy_and_f1_of_counts() -> None:
    assert accuracy([[9, 10], [0, 5]]).tolist() == [0.9, 0.0]
    assert span_f1([2, 4, 4]) == pytest.approx(0.5)
    assert span_f1([2, 4, 2]) == pytest.approx(2 * 0.5 * 1.0 / 1.5)


def test_nothing_to_count_is_zero_and_not_nan() -> None:
    assert accuracy([0, 0]) == 0
    assert span_f1([[0, 0, 0], [0, 3, 0], [0, 0, 3]]).tolist() == [0, 0, 0]


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_f1_is_the_harmonic_mean_of_precision_and_recall(right: int, wrong: int, missed: int) -> None:
    expected = 0.0
    if right:
        precision, recall = right / (right + wrong), right / (right + missed)
        expected = 2 * precision * recall / (precision + recall)
    assert span_f1([right, right + wrong, right + missed]) == pytest.approx(expected)


# One cell


def test_one_seed_agrees_with_scipy() -> None:
    rng = np.random.default_rng(1)
    counts = simulated(rng, 200, np.array([0.8]))
    ours = bootstrap_cell(counts, accuracy, resamples=4000)
    right, words = counts[0].T
    theirs = scipy.stats.bootstrap(
        (right, words),
        lambda a, b, axis=-1: a.sum(axis) / b.sum(axis),
        paired=True,
        vectorized=True,
        method="percentile",
        n_resamples=4000,
        rng=rng,
    ).confidence_interval
    width = theirs.high - theirs.low
    assert ours.low == pytest.approx(theirs.low, abs=0.05 * width)
    assert ours.high == pytest.approx(theirs.high, abs=0.05 * width)


def test_one_seed_with_equal_sentences_agrees_with_the_standard_error_of_a_mean() -> None:
    rng = np.random.default_rng(2)
    right = rng.binomial(10, 0.7, 500)
    counts = np.stack([right, np.full(500, 10)], axis=-1)[None]
    interval = bootstrap_cell(counts, accuracy, resamples=4000)
    reach = 1.96 * float((right / 10).std()) / np.sqrt(500)
    assert interval.low == pytest.approx((right / 10).mean() - reach, abs=0.06 * reach)
    assert interval.high == pytest.approx((right / 10).mean() + reach, abs=0.06 * reach)


def test_seeds_that_differ_where_sentences_do_not_give_the_t_interval_of_their_scores() -> None:
    scores = np.array([0.60, 0.66, 0.72, 0.62, 0.70])
    counts = np.stack([np.repeat(1000 * scores, 50).reshape(5, 50), np.full((5, 50), 1000.0)], axis=-1)
    interval = bootstrap_cell(counts, accuracy, resamples=20_000)
    reach = scipy.stats.t.ppf(0.975, 4) * scores.std(ddof=1) / np.sqrt(5)
    assert interval.high - interval.low == pytest.approx(2 * reach, rel=0.06)


def test_seeds_that_agree_add_nothing() -> None:
    one = simulated(np.random.default_rng(3), 300, np.array([0.9]))
    alone, thrice = (bootstrap_cell(np.repeat(one, n, axis=0), accuracy) for n in (1, 3))
    assert (thrice.low, thrice.high) == pytest.approx((alone.low, alone.high))


@pytest.mark.parametrize(("seeds", "spread", "most"), [(1, 0.0, 0.99), (3, 0.0, 1.0), (3, 0.03, 0.99), (5, 0.03, 0.99)])
def test_cell_intervals_cover_the_truth(seeds: int, spread: float, most: float) -> None:
    """Simulated test sets, tagged by trainings whose rates lie around 0.8: about 95 % of intervals hold it.

    Seeds that differ by chance alone count twice, once between seeds and once between sentences: there it is more.
    """
    rng = np.random.default_rng(4)
    hits = 0
    for run in range(RUNS):
        rates = np.clip(0.8 + spread * rng.normal(size=seeds), 0, 1)
        interval = bootstrap_cell(simulated(rng, 60, rates), accuracy, resamples=200, seed=run)
        hits += interval.low <= 0.8 <= interval.high
    assert 0.91 <= hits / RUNS <= most


def test_two_seeds_that_differ_do_not_stretch_an_interval_over_the_whole_range() -> None:
    """Drawn with Student's t of one degree of freedom it was 0 to 100; it is one of these two trainings now."""
    rng, hits = np.random.default_rng(18), 0
    for run in range(RUNS):
        rates = np.array([0.5, 0.8])
        interval = bootstrap_cell(simulated(rng, 60, rates), accuracy, resamples=200, seed=run)
        hits += interval.low <= rates.mean() <= interval.high
        assert interval.high - interval.low < 0.1
        assert interval.kind == "95 % bootstrap over 60 sentences (2 seeds)"
    assert 0.90 <= hits / RUNS <= 0.99, "binomial, 95 % but for one case of a thousand"


def test_a_pooled_variance_of_nothing_leaves_the_bounds_and_a_great_one_is_students() -> None:
    assert pooled_interval(60, (57, 64), 0, 2, 3) == pytest.approx((57, 64))
    reach = scipy.stats.t.ppf(0.975, 3) * 8 / np.sqrt(2)
    assert pooled_interval(60, (60, 60), 64, 2, 3) == pytest.approx((60 - reach, 60 + reach))


def test_intervals_of_f1_cover_the_truth() -> None:
    rng = np.random.default_rng(5)
    truth = 2 * 0.7 / (0.7 + 0.2 + 1)  # of gold spans 0.7 are found; 0.2 a gold span are invented
    hits = 0
    for run in range(RUNS):
        gold = rng.poisson(1.5, 100)
        right = rng.binomial(gold, 0.7)
        predicted = right + rng.poisson(0.2 * gold)
        interval = bootstrap_cell(np.stack([right, predicted, gold], -1)[None], span_f1, resamples=200, seed=run)
        hits += interval.low <= truth <= interval.high
    assert 0.91 <= hits / RUNS <= 0.99


def test_the_same_seed_gives_the_same_interval() -> None:
    counts = simulated(np.random.default_rng(6), 100, np.array([0.7, 0.8]))
    assert bootstrap_cell(counts, accuracy, seed=3) == bootstrap_cell(counts, accuracy, seed=3)
    assert bootstrap_cell(counts, accuracy, seed=3) != bootstrap_cell(counts, accuracy, seed=4)


def test_sums_are_the_same_however_many_are_drawn_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = simulated(np.random.default_rng(7), 50, np.array([0.7, 0.8]))
    whole = resampled_sums(counts, np.random.default_rng(0), 40)
    monkeypatch.setattr("crossglot.statistics.resampling._DRAWS_AT_ONCE", 150)
    assert np.array_equal(whole, resampled_sums(counts, np.random.default_rng(0), 40))
    assert whole.shape == (40, 2, 2)
    assert np.array_equal(whole[:, 0, 1], whole[:, 1, 1])  # the same sentences for both seeds


@pytest.mark.parametrize(
    ("counts", "low", "high", "kind"),
    [
        ([[[3, 4]]], 0.75, 0.75, "no interval: one seed and one sentence"),
        (np.zeros((1, 0, 2)), 0.0, 0.0, "no interval: nothing was scored"),
        (np.zeros((0, 5, 2)), 0.0, 0.0, "no interval: nothing was scored"),
        (np.zeros((2, 3, 2)), 0.0, 0.0, "95 % bootstrap over 3 sentences (2 seeds)"),
        ([[[4, 4], [2, 2]]], 1.0, 1.0, "95 % bootstrap over 2 sentences"),
    ],
)
def test_degenerate_cells_say_why_and_hold_no_nan(counts: Any, low: float, high: float, kind: str) -> None:
    interval = bootstrap_cell(counts, accuracy)
    assert interval == Interval(low, high, kind)
    assert interval.known == ("no interval" not in kind)


def test_one_sentence_and_several_seeds_is_about_seeds() -> None:
    interval = bootstrap_cell([[[3, 4]], [[4, 4]], [[2, 4]]], accuracy)
    assert interval.kind == "95 % bootstrap over 3 seeds (one sentence)"
    assert 0 <= interval.low < 0.75 < interval.high <= 1


@settings(max_examples=40)
@given(st.integers(1, 4), st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_bounds_are_numbers_around_the_value(seeds: int, sentences: int, chance: int) -> None:
    rng = np.random.default_rng(chance)
    gold, predicted = rng.integers(0, 3, (2, seeds, sentences))
    counts = np.stack([np.minimum(gold, predicted), predicted, gold], axis=-1)
    interval = bootstrap_cell(counts, span_f1, resamples=60)
    assert 0 <= interval.low <= interval.high <= 1


# Averages over cells


def test_equal_cells_have_an_interval_of_nothing() -> None:
    pairs = list(permutations(("en", "de", "nl", "es"), 2))
    interval = bootstrap_clusters(np.full(12, 70.0), pairs)
    assert (interval.low, interval.high) == (70.0, 70.0)
    assert interval.kind == "95 % bootstrap over 4 languages"


def test_a_diagonal_is_the_t_interval_of_its_cells() -> None:
    values = np.random.default_rng(8).normal(80, 5, 10)
    interval = bootstrap_clusters(values, [(str(i), str(i)) for i in range(10)], resamples=20_000)
    reach = scipy.stats.t.ppf(0.975, 9) * values.std(ddof=1) / np.sqrt(10)
    assert interval.low == pytest.approx(values.mean() - reach, rel=0.01)
    assert interval.high == pytest.approx(values.mean() + reach, rel=0.01)


def test_one_source_is_held_fixed() -> None:
    values = np.random.default_rng(9).normal(80, 5, 10)
    alone = bootstrap_clusters(values, [(str(i),) for i in range(10)])
    assert bootstrap_clusters(values, [("en", str(i)) for i in range(10)]) == alone


def test_the_order_of_cells_does_not_matter() -> None:
    pairs = list(permutations("abcd", 2))
    values = np.random.default_rng(10).normal(size=12)
    shuffled = np.random.default_rng(11).permutation(12)
    there = bootstrap_clusters(values, pairs)
    back = bootstrap_clusters(values[shuffled], [pairs[i] for i in shuffled])
    assert (there.low, there.high) == pytest.approx((back.low, back.high))


def test_averages_over_nothing_or_too_few_say_so() -> None:
    assert bootstrap_clusters([], []) == Interval(0.0, 0.0, "no interval: no cells")
    few = bootstrap_clusters([60.0, 70.0], [("hi", "ur"), ("ur", "hi")])
    assert few == Interval(65.0, 65.0, "no interval: fewer than 3 languages")


@pytest.mark.parametrize("languages", [4, 12])
@pytest.mark.parametrize(("source", "target", "cell", "together"), [(1, 1, 0.3, 0), (0.3, 1, 0.5, 0), (1, 1, 0.3, 0.7)])
def test_cluster_intervals_cover_the_truth(
    languages: int, source: float, target: float, cell: float, together: float
) -> None:
    """Zero-shot matrices whose cells are the sum of a source's, a target's and their own effect."""
    rng = np.random.default_rng(12)
    pairs = list(permutations(range(languages), 2))
    index = np.array(pairs).T
    labels = [(str(a), str(b)) for a, b in pairs]
    covariance = [[source**2, together * source * target], [together * source * target, target**2]]
    hits = 0
    for run in range(RUNS):
        effects = rng.multivariate_normal([0, 0], covariance, size=languages)
        values = effects[index[0], 0] + effects[index[1], 1] + cell * rng.normal(size=len(pairs))
        interval = bootstrap_clusters(values, labels, resamples=100, seed=run)
        hits += interval.low <= 0 <= interval.high
    assert 0.87 <= hits / RUNS <= 1


def test_a_mean_of_scores_is_within_what_scores_can_be() -> None:
    """Three languages of which one is easy: Student's t alone would go below nothing."""
    pairs = list(permutations("abc", 2))
    values = [2.0 + 40 * (target == "c") for _, target in pairs]
    assert bootstrap_clusters(values, pairs).low < 0
    found = bootstrap_clusters(values, pairs, bounds=(0, 100))
    assert found.low == 0 and found.high == bootstrap_clusters(values, pairs).high


# Two systems


def test_paired_systems_are_compared_on_the_same_sentences() -> None:
    """Sentences that are hard for both make single intervals wide and that of the difference narrow."""
    rng = np.random.default_rng(13)
    lengths = np.full(300, 20)
    hard = rng.beta(2, 1, 300)
    first = rng.binomial(lengths, hard)
    second = np.minimum(first + (rng.random(300) < 0.2), 20)
    a, b = (np.stack([right, lengths], -1)[None] for right in (second, first))
    found = paired_bootstrap(a, b, accuracy)
    assert found.value == pytest.approx((second.sum() - first.sum()) / lengths.sum())
    assert 0 < found.interval.low < found.value < found.interval.high
    single = bootstrap_cell(a, accuracy)
    assert found.interval.high - found.interval.low < 0.2 * (single.high - single.low)
    assert found.interval.kind == "95 % paired bootstrap over 300 sentences, 1 and 1 seeds"


def test_a_system_does_not_differ_from_itself() -> None:
    counts = simulated(np.random.default_rng(14), 100, np.array([0.8]))
    found = paired_bootstrap(counts, counts, accuracy)
    assert (found.value, found.interval.low, found.interval.high) == (0, 0, 0)


@pytest.mark.parametrize(("first", "second", "spread"), [(1, 1, 0.0), (3, 3, 0.02), (3, 5, 0.02)])
def test_paired_intervals_cover_the_truth(first: int, second: int, spread: float) -> None:
    rng = np.random.default_rng(15)
    hits = 0
    for run in range(RUNS):
        rates = np.concatenate([np.full(first, 0.75), np.full(second, 0.70)])
        rates = np.clip(rates + spread * rng.normal(size=rates.size), 0, 1)
        counts = simulated(rng, 60, rates)
        interval = paired_bootstrap(counts[:first], counts[first:], accuracy, resamples=200, seed=run).interval
        hits += interval.low <= 0.05 <= interval.high
    assert 0.90 <= hits / RUNS <= 1


@pytest.mark.parametrize(("first", "second"), [(2, 2), (2, 5)])
def test_two_seeds_a_side_hold_the_truth_without_students_t_of_one(first: int, second: int) -> None:
    """Trainings that differ by 0.1: with one degree of freedom a tenth of all intervals were wider than 1.7."""
    rng, hits, widths = np.random.default_rng(19), 0, []
    for run in range(RUNS):
        rates = np.repeat([0.55, 0.5], (first, second)) + 0.1 * rng.normal(size=first + second)
        counts = simulated(rng, 60, np.clip(rates, 0, 1))
        found = paired_bootstrap(counts[:first], counts[first:], accuracy, resamples=200, seed=run).interval
        hits += found.low <= 0.05 <= found.high
        widths.append(found.high - found.low)
    assert hits / RUNS >= 0.90, "95 %, but for one case of a thousand"
    assert np.quantile(widths, 0.9) < 1.4


def test_two_seeds_and_one_are_compared_as_these_very_trainings() -> None:
    rng = np.random.default_rng(20)
    one, two, same = (simulated(rng, 60, np.array(rates)) for rates in ([0.7], [0.4, 0.9], [0.65, 0.65]))
    apart, alike = (paired_bootstrap(one, other, accuracy).interval for other in (two, same))
    assert apart.high - apart.low < 1.5 * (alike.high - alike.low)
    assert apart.kind == "95 % paired bootstrap over 60 sentences (1 and 2 seeds)"


def test_a_difference_is_within_what_there_is() -> None:
    lengths = np.full((2, 4), 5.0)
    best, worst = (np.stack([right, lengths], -1) for right in (lengths, lengths * [[0.0], [0.4]]))
    assert paired_bootstrap(best, worst, accuracy).interval.high <= 1


def test_systems_on_other_sentences_cannot_be_paired() -> None:
    with pytest.raises(CrossglotError, match="the same sentences, not 3 and 4"):
        paired_bootstrap(np.ones((1, 3, 2)), np.ones((1, 4, 2)), accuracy)


def test_pairs_of_nothing_say_so() -> None:
    assert not paired_bootstrap(np.ones((1, 0, 2)), np.ones((1, 0, 2)), accuracy).interval.known
    alone = paired_bootstrap([[[1, 2]]], [[[2, 2]]], accuracy)
    assert alone.value == -0.5
    assert alone.interval == Interval(-0.5, -0.5, "no interval: one seed and one sentence")


# Sums of cells


def test_normal_numbers_add_in_squares() -> None:
    assert combined_interval([70, 60], [67, 56], [73, 64], [1, -1]) == (5, 15)


def test_a_skewed_bound_stays_on_its_side() -> None:
    """A number that may be much lower makes a difference from it much higher."""
    low, high = combined_interval([70, 60], [70, 50], [70, 61], [1, -1])
    assert (low, high) == (9, 20)


@given(
    st.lists(st.tuples(st.floats(-5, 5), st.floats(0, 3), st.floats(0, 3), st.floats(-2, 2)), min_size=1, max_size=5)
)
def test_a_sum_lies_within_its_bounds(parts: list[tuple[float, float, float, float]]) -> None:
    values, downs, ups, weights = (list(column) for column in zip(*parts, strict=True))
    lows = [value - down for value, down in zip(values, downs, strict=True)]
    highs = [value + up for value, up in zip(values, ups, strict=True)]
    low, high = combined_interval(values, lows, highs, weights)
    total = sum(value * weight for value, weight in zip(values, weights, strict=True))
    assert low <= total + 1e-9 and total <= high + 1e-9


def test_combined_intervals_cover_a_difference() -> None:
    rng = np.random.default_rng(16)
    drawn = rng.normal(10, 2, (2000, 2))
    bounds = [combined_interval(pair, pair - 3.92, pair + 3.92, [1, -1]) for pair in drawn]
    assert np.mean([low <= 0 <= high for low, high in bounds]) == pytest.approx(0.95, abs=0.02)


# Small samples


@pytest.mark.parametrize("freedom", [1, 2.5, 10, 1000])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_quantiles_are_students(freedom: float, level: float) -> None:
    assert t_quantile(freedom, level) == pytest.approx(scipy.stats.t.ppf((1 + level) / 2, freedom))
    assert t_quantile(float("inf"), level) == pytest.approx(scipy.stats.norm.ppf((1 + level) / 2))


def test_degrees_of_freedom_are_welchs() -> None:
    a, b = np.random.default_rng(17).normal(size=(2, 8))
    b = 3 * b[:5]
    welch = scipy.stats.ttest_ind(a, b, equal_var=False).df
    ours = degrees_of_freedom([float(a.var(ddof=1)) / 8, float(b.var(ddof=1)) / 5], [7, 4])
    assert ours == pytest.approx(welch)
    assert degrees_of_freedom([0.0, 0.0], [2, 9]) == float("inf")
