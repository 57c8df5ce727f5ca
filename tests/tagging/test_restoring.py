"""Transliterated text taken back to its languages' scripts: words, sentences, and what it does to a tagger's score."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossglot.corpora.catalogue import find_corpus
from crossglot.errors import DataError
from crossglot.tagging.language_sides.restoring import Restorer

HINDI = [("बिल्ली", "सोती", "है", "।"), ("कुत्ता", "सोता", "है", "।"), ("मैं", "खाना", "खाता", "हूँ")] * 3
ENGLISH = [("the", "cat", "sleeps", "."), ("the", "dog", "eats", "food"), ("I", "am", "here", "!")] * 3


@pytest.fixture(scope="module")
def restorer() -> Restorer:
    return Restorer.of({"hi": HINDI, "en": ENGLISH})


def test_words_go_back_to_the_script_of_the_language_that_they_are_in(restorer: Restorer) -> None:
    mixed = [("the", "cat", "sleeps"), ("billi", "soti", "hai"), ("dog", "sota", "hai")]
    assert restorer.restored(mixed) == [
        ("the", "cat", "sleeps"), ("बिल्ली", "सोती", "है"), ("dog", "सोता", "है"),
    ]  # fmt: skip


def test_marks_figures_and_words_in_their_own_script_stay(restorer: Restorer) -> None:
    words = ("बिल्ली", ".", "12", "😂", "!", "सोती", "है")
    assert restorer.restored([words, ()]) == [words, ()]


def test_with_one_language_every_word_is_taken_for_one_of_it() -> None:
    alone = Restorer.of({"hi": HINDI})
    ((cat, *rest),) = alone.restored([("billi", "sleeps")])
    assert cat == "बिल्ली"
    assert rest != ["sleeps"]


def test_every_sentence_keeps_its_number_of_words(restorer: Restorer) -> None:
    text = [("hai",), (), ("the",) * 1000, ("x" * 10_000, "é", "日本", "\u200d")]
    assert [len(words) for words in restorer.restored(text)] == [1, 0, 1000, 4]


def test_a_language_without_words_is_named() -> None:
    with pytest.raises(DataError, match="no words of hi"):
        Restorer.of({"hi": [(), ()], "en": ENGLISH})


def test_of_real_tweets_half_of_the_hindi_words_come_back_and_english_stays(data_root: Path) -> None:
    """Learned from the treebanks alone. Measured: 55 % of Hindi words, 96 % of English ones (`docs/baselines.md`)."""
    apart = {key: [s.words for s in find_corpus(data_root, key, "pos").read("train")] for key in ("hi", "en")}
    tweets = find_corpus(data_root, "hi/en:transliterated", "pos").read_switched("test")
    restored = Restorer.of(apart).restored([tweet.written for tweet in tweets])
    right: dict[str, list[bool]] = {"hi": [], "en": []}
    for tweet, words in zip(tweets, restored, strict=True):
        for language, native, word in zip(tweet.languages, tweet.native, words, strict=True):
            if language in right:
                right[language].append(word == native)
    assert sum(right["hi"]) > 0.5 * len(right["hi"])
    assert sum(right["en"]) > 0.9 * len(right["en"])
