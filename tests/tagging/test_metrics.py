from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities

from crossglot.errors import CrossglotError
from crossglot.tagging.metrics import (
    accuracy_counts,
    conlleval_chunks,
    span_counts,
    span_counts_by_type,
    tag_counts,
)

# The oracle: conlleval.pl (2004-01-26) line by line, its tests in its order and its running count of right chunks.


def end_of_chunk(prev_tag: str, tag: str, prev_type: str, kind: str) -> bool:
    end = False
    if prev_tag == "B" and tag == "B":
        end = True
    if prev_tag == "B" and tag == "O":
        end = True
    if prev_tag == "I" and tag == "B":
        end = True
    if prev_tag == "I" and tag == "O":
        end = True
    if prev_tag == "E" and tag == "E":
        end = True
    if prev_tag == "E" and tag == "I":
        end = True
    if prev_tag == "E" and tag == "O":
        end = True
    if prev_tag != "O" and prev_tag != "." and prev_type != kind:
        end = True
    return end


def start_of_chunk(prev_tag: str, tag: str, prev_type: str, kind: str) -> bool:
    start = False
    if prev_tag == "B" and tag == "B":
        start = True
    if prev_tag == "I" and tag == "B":
        start = True
    if prev_tag == "O" and tag == "B":
        start = True
    if prev_tag == "O" and tag == "I":
        start = True
    if prev_tag == "E" and tag == "E":
        start = True
    if prev_tag == "E" and tag == "I":
        start = True
    if prev_tag == "O" and tag == "E":
        start = True
    if tag != "O" and tag != "." and prev_type != kind:
        start = True
    return start


def split(tag: str) -> tuple[str, str]:
    prefix, _, kind = tag.partition("-")
    return prefix, kind


def conlleval(gold: list[list[str]], predicted: list[list[str]]) -> tuple[int, int, int]:
    """correctChunk, foundGuessed and foundCorrect as the script counts them."""
    correct_chunk = found_guessed = found_correct = 0
    in_correct = False
    last_c, last_ct, last_g, last_gt = "O", "", "O", ""
    lines = [pair for g, p in zip(gold, predicted, strict=True) for pair in [*zip(g, p, strict=True), ("O", "O")]]
    for c_tag, g_tag in lines:
        (c, ct), (g, gt) = split(c_tag), split(g_tag)
        if in_correct:
            c_end, g_end = end_of_chunk(last_c, c, last_ct, ct), end_of_chunk(last_g, g, last_gt, gt)
            if c_end and g_end and last_gt == last_ct:
                in_correct = False
                correct_chunk += 1
            elif c_end != g_end or gt != ct:
                in_correct = False
        c_start, g_start = start_of_chunk(last_c, c, last_ct, ct), start_of_chunk(last_g, g, last_gt, gt)
        if c_start and g_start and gt == ct:
            in_correct = True
        found_correct += c_start
        found_guessed += g_start
        last_c, last_ct, last_g, last_gt = c, ct, g, gt
    return correct_chunk + in_correct, found_guessed, found_correct


def sequences(alphabet: list[str]) -> st.SearchStrategy[list[list[tuple[str, str]]]]:
    tag = st.sampled_from(alphabet)
    return st.lists(st.lists(st.tuples(tag, tag), max_size=12), min_size=1, max_size=6)


BIO = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "I-X-Y"]
pairs_of_bio = sequences(BIO)
pairs_of_anything = sequences([*BIO, "E-PER", "E-LOC", "S-LOC", "B"])


def unzip(pairs: list[list[tuple[str, str]]]) -> tuple[list[list[str]], list[list[str]]]:
    return [[g for g, _ in s] for s in pairs], [[p for _, p in s] for s in pairs]


@given(pairs_of_anything)
def test_span_counts_are_conllevals(pairs: list[list[tuple[str, str]]]) -> None:
    gold, predicted = unzip(pairs)
    counts = span_counts(gold, predicted)
    assert counts.shape == (len(gold), 3)
    assert tuple(counts.sum(axis=0)) == conlleval(gold, predicted)
    for i, row in enumerate(counts):
        assert tuple(row) == conlleval([gold[i]], [predicted[i]])


@given(pairs_of_bio)
def test_spans_are_seqevals_default(pairs: list[list[tuple[str, str]]]) -> None:
    for tags in unzip(pairs)[0]:
        with warnings.catch_warnings(action="ignore"):
            theirs = {(kind, start, end + 1) for kind, start, end in get_entities(tags)}
        assert conlleval_chunks(tags) == theirs


@given(pairs_of_bio)
def test_types_add_up_to_the_whole_and_can_be_chosen(pairs: list[list[tuple[str, str]]]) -> None:
    gold, predicted = unzip(pairs)
    by_type = span_counts_by_type(gold, predicted)
    whole = sum(by_type.values(), np.zeros((len(gold), 3), dtype=np.int64))
    np.testing.assert_array_equal(whole, span_counts(gold, predicted))
    for kind, counts in by_type.items():
        np.testing.assert_array_equal(span_counts(gold, predicted, types={kind, "UNHEARD-OF"}), counts)
    assert not span_counts(gold, predicted, types=()).any()


@pytest.mark.parametrize(
    ("tags", "chunks"),
    [
        (["I-PER", "I-PER"], {("PER", 0, 2)}),
        (["O", "I-PER", "B-PER", "I-LOC"], {("PER", 1, 2), ("PER", 2, 3), ("LOC", 3, 4)}),
        (["B-PER", "O", "I-PER"], {("PER", 0, 1), ("PER", 2, 3)}),
        ([], set()),
    ],
)
def test_ill_formed_sequences_are_scored_as_they_stand(tags: list[str], chunks: set[tuple[str, int, int]]) -> None:
    assert conlleval_chunks(tags) == chunks


def test_accuracy_counts_right_words_and_words() -> None:
    counts = accuracy_counts([["A", "B"], [], ["C"]], [["A", "C"], [], ["C"]])
    assert counts.tolist() == [[1, 2], [0, 0], [1, 1]]


@given(sequences(["A", "B", "C"]))
def test_tag_counts_add_up_to_accuracy(pairs: list[list[tuple[str, str]]]) -> None:
    gold, predicted = unzip(pairs)
    by_tag = tag_counts(gold, predicted)
    accuracy = accuracy_counts(gold, predicted)
    empty = np.zeros((len(gold), 3), dtype=np.int64)
    whole = sum(by_tag.values(), empty)
    np.testing.assert_array_equal(whole[:, 0], accuracy[:, 0])
    np.testing.assert_array_equal(whole[:, 1], accuracy[:, 1])
    np.testing.assert_array_equal(whole[:, 2], accuracy[:, 1])


def test_a_lost_word_is_an_error_not_a_score() -> None:
    with pytest.raises(CrossglotError, match="sentence 2 has 2 gold tags, but 1 predicted"):
        accuracy_counts([["A"], ["A", "B"]], [["A"], ["A"]])
    with pytest.raises(CrossglotError, match="1 sentences have gold tags, but 0"):
        span_counts([["O"]], [])
