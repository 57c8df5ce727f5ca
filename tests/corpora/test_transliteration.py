"""Hindi in Latin letters: the spellings that Bhat et al.'s writers and everyone else use."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossglot.corpora.transliteration import is_devanagari, romanise

SPELLINGS = {
    "हर": "har",  # the inherent vowel at the end is not spoken
    "न": "na",  # but that of a word without any other is
    "पड़ता": "padta",  # nor is it between a vowel, one consonant and another with its vowel
    "करवाने": "karwane",
    "नमक": "namak",  # of two that could go, the last
    "जानवर": "janwar",
    "क्योंकि": "kyonki",  # consonants without vowels between, a nasal vowel
    "अब": "ab",
    "हफ्ते": "hafte",
    "शुरू": "shuru",
    "ज़रूर": "zarur",  # the dot below makes another consonant
    "है": "hai",
    "और": "aur",
    "१९४७": "1947",
    "।": ".",
    "तस्\u200dवीर": "taswir",  # joiners say how letters are drawn, not how they are spoken
    "शि\u200cकायत": "shikayat",
    "द\u200dिलीप": "dilip",
    "\u200dहै\u200d": "hai",
    "👨\u200d👩\u200d👧": "👨\u200d👩\u200d👧",  # but hold an emoji together
    "1ा": "1a",  # a sign, and what else is written over a letter, without one
    "aि": "ai",
    "?े": "?e",
    "ै": "ai",
    "ं": "n",
    "5्": "5",
    "अ्": "a",
    "1़ा": "1a",
    "अो": "o",  # but the sign of a letter
    "का": "ka",
    "ड़ी": "di",
    "shaving": "shaving",
    "😭": "😭",
}


SIGNS = "ािीुूृेैोौंँः़्"


@pytest.mark.parametrize(("word", "spelling"), SPELLINGS.items())
def test_words_are_spelt_as_in_messages(word: str, spelling: str) -> None:
    assert romanise(word) == spelling


def test_composed_and_decomposed_letters_are_spelt_alike() -> None:
    for word, spelling in {"पड़ता": "padta", "ज़रूर": "zarur", "क़लम": "qalam"}.items():
        assert romanise(unicodedata.normalize("NFC", word)) == spelling
        assert romanise(unicodedata.normalize("NFD", word)) == spelling


@given(st.text("अआइईउऊऋएऐओऔकखगघङचछजझञटठडढणतथदधनपफबभमयरलळवशषसह", min_size=1))
def test_every_letter_is_written_in_latin_letters(word: str) -> None:
    spelt = romanise(word)
    assert not is_devanagari(spelt)
    assert spelt.isascii()
    assert len(spelt) >= len(word)


@given(st.text("कखड़यहअआ" + SIGNS + "1a?😭", max_size=8))
def test_no_character_of_another_script_is_lost_and_no_mark_is_left(word: str) -> None:
    spelt = romanise(word)
    assert not is_devanagari(spelt)
    for character in "1?😭":
        assert spelt.count(character) == word.count(character)


@given(st.text(st.characters(max_codepoint=0x2FF, categories=["L", "N"])))
def test_other_scripts_stay_as_they_are(word: str) -> None:
    assert romanise(word) == unicodedata.normalize("NFD", word)
