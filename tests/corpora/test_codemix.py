"""Code-switched treebanks: two forms of every word, their languages, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crossglot.corpora.catalogue import find_corpus
from crossglot.corpora.check import check_root
from crossglot.corpora.codemix import read_codemix, split_switch_key
from crossglot.errors import DataError, UsageError

File = Callable[..., Path]

# written, tag, MISC
TWEET = [
    ("yaha", "ADV", "Norm=यहाँ|Lang=hi"),
    ("beard", "NOUN", "Lang=en|Norm=beard"),
    ("Khan", "PROPN", "Lang=ne"),
    ("😭😭", "SYM", "Norm=_|Lang=univ"),
    ("hai", "AUX", "SpaceAfter=No|Norm=है"),
    ("ok", "INTJ", "en"),
]


def conllu(words: list[tuple[str, str, str]]) -> str:
    rows = [f"{i}\t{form}\t_\t{tag}\t_\t_\t_\t_\t_\t{misc}" for i, (form, tag, misc) in enumerate(words, 1)]
    return "# sent_id = t1\n" + "\n".join(rows) + "\n\n"


def test_a_word_has_both_forms_its_tag_and_its_language(file: File) -> None:
    (sentence,) = read_codemix(file(conllu(TWEET), "codemix/chat-test.conllu"))
    assert sentence.written == ("yaha", "beard", "Khan", "😭😭", "hai", "ok")
    assert sentence.native == ("यहाँ", "beard", "Khan", "😭😭", "है", "ok")
    assert sentence.languages == ("hi", "en", "ne", "univ", "unknown", "en")
    assert sentence.in_form("corrected").words == sentence.native
    assert sentence.in_form("transliterated").words == sentence.written
    assert sentence.in_form("corrected").tags == ("ADV", "NOUN", "PROPN", "SYM", "AUX", "INTJ")
    assert sentence.id == "t1"


def test_what_the_crawler_of_hiencs_writes_is_read_as_it_is(file: File) -> None:
    """The corrected form stands for the lemma, the language id for the enhanced dependencies."""
    rows = ["yaha\tयहाँ\tADV\t_\t_\t2\tadvmod\thi\t_", "hard\thard\tADV\t_\t_\t0\troot\ten\t_"]
    (sentence,) = read_codemix(file("".join(f"{i}\t{row}\n" for i, row in enumerate(rows, 1)) + "\n"))
    assert sentence.written == ("yaha", "hard")
    assert sentence.native == ("यहाँ", "hard")
    assert sentence.languages == ("hi", "en")


def test_both_forms_of_a_corpus_are_found_by_its_switch_key(file: File, tmp_path: Path) -> None:
    file(conllu(TWEET), "codemix/chat-hi-en-test.conllu")
    for form, first in (("corrected", "यहाँ"), ("transliterated", "yaha")):
        corpus = find_corpus(tmp_path, f"hi/en:{form}", "pos")
        assert (corpus.name, list(corpus.files)) == ("codemix/chat-hi-en", ["test"])
        assert corpus.read("test")[0].words[0] == first


def test_merged_hiencs_comes_before_its_full_tweets_and_those_before_made_up_text(file: File, tmp_path: Path) -> None:
    for name in ("lab-hi-en", "hiencs_full", "hiencs"):
        file(conllu(TWEET), f"codemix/{name}-test.conllu")
    assert find_corpus(tmp_path, "hi/en:corrected", "pos").name == "codemix/hiencs"
    (tmp_path / "codemix/hiencs-test.conllu").unlink()
    assert find_corpus(tmp_path, "hi/en:corrected", "pos").name == "codemix/hiencs_full"
    assert find_corpus(tmp_path, "hi/en", "pos", "lab-hi-en").name == "codemix/lab-hi-en"
    with pytest.raises(DataError, match=r"no code-switched corpus of hi/en named 'mine'(.|\n)*codemix/hiencs_full"):
        find_corpus(tmp_path, "hi/en", "pos", "mine")


def test_tweets_that_their_writers_deleted_are_one_test_set(file: File, tmp_path: Path) -> None:
    for split, word in {"train": "ek", "dev": "do", "test": "teen"}.items():
        file(conllu(TWEET).replace("yaha", word), f"codemix/hiencs_full-{split}.conllu")
    corpus = find_corpus(tmp_path, "hi/en:transliterated", "pos")
    assert [corpus.has(split) for split in ("train", "dev", "test")] == [False, False, True]
    assert [sentence.words[0] for sentence in corpus.read("test")] == ["teen", "do", "ek"]
    before = corpus.checksum("test")
    file(conllu(TWEET), "codemix/hiencs_full-dev.conllu")
    assert corpus.checksum("test") != before


def test_a_root_without_code_switched_text_says_where_to_put_it(file: File, tmp_path: Path) -> None:
    file("x\n", "mono/a.en.txt")
    with pytest.raises(DataError, match=r"no code-switched corpus of hi/en(.|\n)*Put one at codemix/"):
        find_corpus(tmp_path, "hi/en:corrected", "pos")
    with pytest.raises(UsageError, match="no ner tags"):
        find_corpus(tmp_path, "hi/en:corrected", "ner")


def test_a_release_without_its_words_is_refused(file: File) -> None:
    masked = file(conllu([("_", "NOUN", "en"), ("_", "VERB", "hi")]))
    with pytest.raises(DataError, match=r"2 of its 2 words are `_`(.|\n)*merge it into the FORM"):
        read_codemix(masked)


def test_a_release_with_first_letters_only_is_refused(file: File) -> None:
    letters = file(conllu([(letter, "NOUN", "Norm=या|Lang=hi") for letter in "abcdefghijklmnopqrstuvwxyz"]))
    with pytest.raises(DataError, match=r"first letters only(.|\n)*crawl the tweets"):
        read_codemix(letters)


def test_a_file_without_a_corrected_form_is_refused(file: File) -> None:
    with pytest.raises(DataError, match=r"no word has Norm=(.|\n)*Norm=यहाँ"):
        read_codemix(file(conllu([("yaha", "ADV", "Lang=hi")])))


def test_a_bad_tag_stops_the_reader_or_is_skipped(file: File) -> None:
    bad = file(conllu(TWEET) + conllu([("a", "X", "_"), ("b", "NOMEN", "_")]))
    with pytest.raises(DataError, match=":11: unknown UPOS tag 'NOMEN' of 'b'"):
        read_codemix(bad)
    skipped: list[DataError] = []
    assert len(read_codemix(bad, lenient=True, skipped=skipped)) == 1
    assert [error.line for error in skipped] == [11]


def test_checking_a_root_says_what_is_wrong_with_its_code_switched_text(file: File, tmp_path: Path) -> None:
    file(conllu([("yaha", "ADV", "Lang=hi")]), "codemix/chat-test.conllu")
    assert ["Norm=" in fault.what for fault in check_root(tmp_path).faults] == [True]


def test_a_switch_key_is_two_languages_and_a_form() -> None:
    assert split_switch_key("hi/en") == (("hi", "en"), "", False)
    assert split_switch_key("es/en:synthetic-transliterated") == (("es", "en"), "transliterated", True)
    for wrong in ("hi/", "hi/en/ur", "hi/en:latin", "hi/en:synthetic-"):
        with pytest.raises(UsageError, match="write hi/en:FORM"):
            split_switch_key(wrong)
