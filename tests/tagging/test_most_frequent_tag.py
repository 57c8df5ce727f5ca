from __future__ import annotations

import pytest

from crossglot.corpora.sentences import Sentence, TaggedSentence
from crossglot.errors import DataError
from crossglot.tagging.most_frequent_tag import MostFrequentTag

TRAIN = [
    TaggedSentence(("the", "run", "ended"), ("DET", "NOUN", "VERB")),
    TaggedSentence(("run", "to", "the", "run"), ("VERB", "ADP", "DET", "NOUN")),
]


def test_a_seen_word_gets_its_most_frequent_tag_and_an_unseen_one_the_most_frequent_of_all() -> None:
    floor = MostFrequentTag.fit([*TRAIN, TaggedSentence(("dog",), ("NOUN",))])
    assert floor.tag([("run", "ended", "zebra"), ()]) == [("NOUN", "VERB", "NOUN"), ()]


def test_all_kinds_of_sentences_can_be_tagged() -> None:
    floor = MostFrequentTag.fit(TRAIN)
    assert floor.tag([Sentence(("the",)), TRAIN[0], ["to"]]) == [("DET",), ("DET", "NOUN", "VERB"), ("ADP",)]


def test_ties_do_not_depend_on_the_order_of_the_data() -> None:
    tied = [TaggedSentence(("a", "a"), ("X", "NUM"))]
    assert MostFrequentTag.fit(tied) == MostFrequentTag.fit([TaggedSentence(("a", "a"), ("NUM", "X"))])


def test_no_words_is_an_error() -> None:
    with pytest.raises(DataError, match="no words"):
        MostFrequentTag.fit([])
