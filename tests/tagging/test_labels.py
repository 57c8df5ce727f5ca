from __future__ import annotations

import pytest

from crossglot.corpora.sentences import TaggedSentence
from crossglot.corpora.tasks import UPOS
from crossglot.errors import DataError, UsageError
from crossglot.tagging.labels import entity_types, label_set

TAGGED = [TaggedSentence(("a", "b"), ("B-PER", "O"), id="s1"), TaggedSentence(("c",), ("I-LOC",))]


def test_pos_labels_are_the_17_upos_tags_whatever_the_data_holds() -> None:
    labels = label_set("pos", [TaggedSentence(("a",), ("NOUN",))])
    assert labels.names == UPOS
    assert len(set(UPOS)) == 17


def test_an_entity_type_brings_both_its_labels() -> None:
    assert label_set("ner", TAGGED).names == ("O", "B-LOC", "I-LOC", "B-PER", "I-PER")
    assert entity_types(label_set("ner", TAGGED).names) == ("LOC", "PER")


def test_any_label_column_gives_the_labels_found_in_order() -> None:
    assert label_set("labels", TAGGED).names == ("B-PER", "I-LOC", "O")


def test_encode_and_decode_are_inverse() -> None:
    labels = label_set("ner", TAGGED)
    assert labels.decode(labels.encode(TAGGED)) == ["B-PER", "O", "I-LOC"]


def test_a_training_tag_outside_the_labels_is_an_error_naming_sentence_word_and_tag() -> None:
    labels = label_set("pos", [TaggedSentence(("dog",), ("NN",), id="weblog-7")])
    with pytest.raises(DataError, match=r"weblog-7: the tag 'NN' of 'dog'"):
        labels.encode([TaggedSentence(("dog",), ("NN",), id="weblog-7")])


def test_what_is_no_label_set_is_an_error() -> None:
    with pytest.raises(UsageError, match="unknown task 'parsing'"):
        label_set("parsing", TAGGED)
    with pytest.raises(DataError, match="no words"):
        label_set("pos", [])
    with pytest.raises(DataError, match="'S-PER' is not a BIO2 tag"):
        label_set("ner", [TaggedSentence(("a",), ("S-PER",))])
