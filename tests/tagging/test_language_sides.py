"""How a word is read on a language's side: scripts, Latin letters, and back from them."""

from __future__ import annotations

import pytest

from crossglot.corpora.transliteration import romanise
from crossglot.tagging.language_sides.back_transliteration import loosened, word_list
from crossglot.tagging.language_sides.devanagari_letters import in_devanagari
from crossglot.tagging.language_sides.scripts import in_latin, script_of, scripts_of
from crossglot.tagging.language_sides.sides import sides_of

HINDI = ("यह", "मेरा", "घर", "नहीं", "है", "और", "करना", "पड़ता", "।", "में", "में", "Delhi")
ENGLISH = ("this", "is", "My", "house", ".", "main", "road")


@pytest.mark.parametrize(
    ("word", "script", "latin"),
    [
        ("house", "LATIN", "house"), ("Häuser", "LATIN", "Häuser"), ("पड़ता", "DEVANAGARI", "padta"),
        ("привет", "CYRILLIC", "privet"), ("борщ", "CYRILLIC", "borshch"), ("ελα", "GREEK", "ela"),
        ("ბატი", "GEORGIAN", "bati"), ("カタ", "KATAKANA", "kata"), ("강", "HANGUL", "gang"),
        ("12.30", "", "12.30"), ("😭", "", "😭"), ("", "", ""), ("日本", "CJK", "日本"), ("(है)", "DEVANAGARI", "(hai)"),
    ],
)  # fmt: skip
def test_any_script_has_a_name_and_a_way_into_latin_letters(word: str, script: str, latin: str) -> None:
    assert (script_of(word), in_latin(word)) == (script, latin)


def test_a_language_has_the_scripts_that_a_tenth_of_its_words_are_in() -> None:
    assert scripts_of({"かな": 5, "日本": 4, "カタ": 3, "a": 1, ".": 50}) == ("HIRAGANA", "CJK", "KATAKANA")
    assert scripts_of({".": 3}) == ()


@pytest.mark.parametrize("typed", ["nahin", "nahi", "naheen", "nahee"])
def test_a_word_is_found_however_it_is_typed(typed: str) -> None:
    assert word_list({"नहीं": 3, "है": 9}, "DEVANAGARI")(typed) == "नहीं"


def test_of_words_that_are_typed_alike_the_most_frequent_is_taken() -> None:
    assert word_list({"कि": 3, "की": 9}, "DEVANAGARI")("ki") == "की"
    assert word_list({"कि": 9, "की": 3}, "DEVANAGARI")("ki") == "कि"


def test_an_unknown_word_is_spelled_letter_by_letter() -> None:
    known = word_list({"है": 9}, "DEVANAGARI")
    assert {known(word) for word in ("gaadi", "gaadee")} == {"गादी"}
    cyrillic = word_list({"привет": 2, "дом": 1}, "CYRILLIC")
    assert cyrillic("moda") == "модa"  # the a is in none of its words


@pytest.mark.parametrize("word", ["pitna", "dukan", "shaam", "chehra", "bolenge", "lamba"])
def test_letters_there_and_back_are_the_same_word(word: str) -> None:
    assert loosened(romanise(in_devanagari(word))) == loosened(word)


def test_long_words_cost_no_more_than_their_length() -> None:
    known = word_list({"है": 9, "ह" * 10_000: 1}, "DEVANAGARI")
    assert len(known("h" * 10_000)) >= 10_000


def test_each_side_reads_a_word_in_its_own_script() -> None:
    hindi, english = sides_of([HINDI, ENGLISH], ["hi", "en"])
    assert (hindi.scripts, english.scripts) == (("DEVANAGARI",), ("LATIN",))
    read = {word: (hindi.reading(word), english.reading(word)) for word in ("घर", "ghar", "house", "मैं", ".", "Delhi")}
    assert read["घर"] == ("घर", "ghar")
    assert read["ghar"] == ("घर", "ghar")
    assert read["house"][1] == "house" and script_of(read["house"][0]) == "DEVANAGARI"
    assert read["मैं"] == ("मैं", "main")
    assert read["."] == ("।", ".")
    assert read["Delhi"] == ("Delhi", "Delhi")


def test_languages_in_one_script_read_words_as_they_are_written() -> None:
    for side in sides_of([("casa", "y"), ("house", "and")], ["es", "en"]):
        assert [side.reading(word) for word in ("casa", "Haus", "дом")] == ["casa", "Haus", "dom"]


def test_a_letter_with_a_dot_is_one_however_it_is_encoded() -> None:
    composed, apart = "प\u095cता", "प\u0921\u093cता"
    (side,) = sides_of([(composed, "है")], ["hi"])
    assert side.reading(composed) == side.reading(apart)
    assert side.row(side.reading(composed)) == side.row(side.reading(apart)) > 0


def test_of_mixed_sentences_each_script_is_a_side() -> None:
    mixed = [("घर", "is", "my", "है", ".")]
    for languages in ([], [""], ["hi/en:corrected"]):
        sides = {side.language: set(side.words) for side in sides_of(mixed, languages)}
        assert sides == {"devanagari": {"घर", "है", "."}, "latin": {"is", "my", "."}}
    (only,) = sides_of([("ghar", "is", "my")], ["hi/en:transliterated"])
    assert set(only.words) == {"ghar", "is", "my"}
    (without,) = sides_of([("12", "😭")], [""])
    assert without.reading("घर") == "घर"


def test_words_of_mixed_sentences_join_the_languages_that_are_known() -> None:
    hindi, english = sides_of([("यह", "है"), ("is",), ("घर", "my", "дом")], ["hi", "en", "hi/en:corrected"])
    assert (set(hindi.words), set(english.words)) == ({"यह", "है", "घर"}, {"is", "my"})


def test_words_in_other_letters_or_case_are_known_too() -> None:
    (side,) = sides_of([("house", "1999", "My")], ["en"])
    assert side.row("House") == side.row("house") > 0
    assert side.row("2024") == side.row("1999") > 0
    assert side.row("my") == side.row("dog") == 0
    assert side.spell("日本") == [0] and len(side.spell("se" * 5000)) == 100
