from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossglot.corpora import chunks
from crossglot.corpora.sentences import TaggedSentence
from crossglot.tagging.bilstm_crf.iobes import iobes_names, to_bio2, to_iobes
from crossglot.tagging.labels import Labels, label_set
from crossglot.tagging.metrics import conlleval_chunks

TAGS = st.lists(st.sampled_from(["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]), max_size=8)


@given(TAGS)
def test_any_bio_tags_become_legal_iobes_of_the_same_spans(tags: list[str]) -> None:
    found = to_iobes(tags)
    legal = chunks.to_bio2(found, "iobes")  # refuses what is not legal
    assert conlleval_chunks(legal) == conlleval_chunks(tags)
    assert to_bio2(found) == legal


def test_single_words_and_ends_are_told_apart() -> None:
    tags = ["B-PER", "O", "B-LOC", "I-LOC", "I-LOC", "B-LOC", "I-PER"]
    assert to_iobes(tags) == ("S-PER", "O", "B-LOC", "I-LOC", "E-LOC", "S-LOC", "S-PER")


def test_an_illegal_prediction_is_read_tag_by_tag() -> None:
    assert to_bio2(["E-PER", "I-LOC", "S-LOC", "O"]) == ("I-PER", "I-LOC", "B-LOC", "O")


@pytest.mark.parametrize("task", ["pos", "labels"])
def test_other_tasks_keep_their_labels(task: str) -> None:
    labels = label_set(task, [TaggedSentence(("a", "b"), ("NOUN", "VERB"))])
    assert iobes_names(labels) == labels.names


def test_entities_have_four_tags_a_type() -> None:
    names = iobes_names(Labels("ner", ("O", "B-LOC", "I-LOC", "B-PER", "I-PER")))
    assert sorted(names) == sorted(["O", *(f"{p}-{t}" for p in "BIES" for t in ("LOC", "PER"))])
