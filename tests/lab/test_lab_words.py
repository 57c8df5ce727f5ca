"""Words: scripts that say no two things alike, exact shares of cognates, and nothing shared that was not asked for."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from two_languages import two

from crossglot.lab.anchors import OWN_MARKS
from crossglot.lab.inventory import CONTENT_SHARES, NAMES, make_inventory
from crossglot.lab.lexicon import INFLECTIONS, Lexicon, make_lexicons
from crossglot.lab.making import build_lab
from crossglot.lab.scripts import CONSONANTS, SCRIPTS, VOWELS

SOUNDS = st.text(VOWELS + CONSONANTS, min_size=1, max_size=8)
BLOCK_NAMES = {
    "Latn": "LATIN", "Cyrl": "CYRILLIC", "Grek": "GREEK", "Armn": "ARMENIAN", "Geor": "GEORGIAN", "Hebr": "HEBREW",
    "Arab": "ARABIC", "Deva": "DEVANAGARI", "Kana": "KATAKANA", "Hang": "HANGUL",
}  # fmt: skip


@pytest.mark.parametrize("code", SCRIPTS)
@given(SOUNDS, SOUNDS)
def test_no_two_words_are_written_alike(code: str, one: str, other: str) -> None:
    write = SCRIPTS[code].write
    assert (write(one) == write(other)) == (one == other)


@pytest.mark.parametrize("code", SCRIPTS)
@given(SOUNDS)
def test_a_script_stays_in_its_unicode_block(code: str, sounds: str) -> None:
    for letter in SCRIPTS[code].write(sounds):
        assert BLOCK_NAMES[code] in unicodedata.name(letter), letter


def test_scripts_are_named_as_unicode_names_them() -> None:
    assert set(BLOCK_NAMES) == set(SCRIPTS)


def distinct(lexicon: Lexicon) -> list[str]:
    """Stems of words, each once, homographs left out, and suffixes."""
    return [stem for at, stem in enumerate(lexicon.stems) if at not in lexicon.homographs] + list(lexicon.suffixes)


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_the_share_of_cognates_is_exact(rate: float) -> None:
    spec = two(cognates={"base": rate})
    base, variant = (distinct(lexicon) for lexicon in make_lexicons(spec, make_inventory(spec.concepts)).values())
    assert len(base) == len(variant)
    assert sum(a == b for a, b in zip(base, variant, strict=True)) == round(rate * len(base))


def test_a_word_that_is_shared_stays_shared_as_the_rate_rises() -> None:
    shared: set[int] = set()
    for rate in (0.0, 0.2, 0.4, 0.8, 1.0):
        spec = two(cognates={"base": rate})
        base, variant = make_lexicons(spec, make_inventory(spec.concepts)).values()
        now = {at for at, (a, b) in enumerate(zip(distinct(base), distinct(variant), strict=True)) if a == b}
        assert shared <= now
        shared = now


def surface(spec_fields: dict[str, Any], *, anchors: bool = True) -> tuple[set[str], set[str]]:
    """All words that base and variant can write, with or without anchors."""
    lab = build_lab(two(**spec_fields))
    kept = len(lab.inventory) if anchors else lab.inventory.vocabulary.stop
    base, variant = ({str(form).lower() for form in lab.written[key][:, :kept].ravel()} for key in ("base", "variant"))
    return base, variant


def test_cognate_rate_one_and_the_lexicon_of_another_are_the_same_words() -> None:
    for fields in ({"cognates": {"base": 1.0}}, {"lexicon_of": "base"}):
        base, variant = surface(fields)
        assert base == variant


def test_cognate_rate_zero_shares_no_form_of_any_word() -> None:
    for fields in ({}, {"cognates": {"base": 0.0}}):
        base, variant = surface(fields, anchors=False)
        assert not base & variant


def test_one_lexicon_in_disjoint_scripts_shares_only_anchors() -> None:
    base, variant = surface({"lexicon_of": "base", "script": "Deva"})
    lab = build_lab(two())
    anchors = {stem.lower() for stem in lab.lexicons["base"].anchors.stems}
    assert base & variant
    assert base & variant <= anchors
    assert not any(character.isalpha() and not character.isascii() for form in base & variant for character in form)


def test_without_anchors_disjoint_scripts_share_nothing_at_all() -> None:
    base, variant = surface({"lexicon_of": "base", "script": "Cyrl", "lab": {"anchors": False}})
    assert not set().union(*base) & set().union(*variant)  # not even a character


def test_without_anchors_one_script_shares_no_word() -> None:
    base, variant = surface({"lab": {"anchors": False}})
    assert not base & variant


def test_marks_of_ones_own_are_punctuation_and_all_different() -> None:
    assert len(set(OWN_MARKS)) == len(OWN_MARKS)
    assert {unicodedata.category(mark)[0] for mark in OWN_MARKS} == {"P"}


def test_homographs_are_as_many_as_concepts_without_a_word_and_of_two_tags() -> None:
    spec = two()
    lab = build_lab(spec)
    lexicon = lab.lexicons["base"]
    content = [at for at in lab.inventory.content if at in lexicon.homographs]
    assert len(content) == spec.concepts - spec.words
    assert len({lexicon.stems[at] for at in lab.inventory.content}) == spec.words
    pairs = {(lab.inventory.upos[at], lab.inventory.upos[lexicon.homographs[at]]) for at in content}
    assert pairs == {("VERB", "NOUN"), ("ADV", "ADJ")}


def test_the_accusative_is_marked_only_where_the_spec_says_so() -> None:
    for cases in (False, True):
        lab = build_lab(two(cases=cases))
        nouns = lab.written["variant"][0, list(lab.inventory.blocks["NOUN"])]
        assert nouns.shape[1] == INFLECTIONS
        assert all((row[0] != row[2]) == cases for row in nouns)
        assert all(row[0] != row[4] for row in nouns)  # the genitive always is


def test_names_are_capitalised_where_there_are_capitals() -> None:
    lab = build_lab(two(script="Arab"))
    names = [item for block in NAMES for item in lab.inventory.blocks[block]]
    assert all(str(form)[0].isupper() for form in lab.written["base"][0, names, 0])
    nouns = list(lab.inventory.blocks["NOUN"])
    assert not any(str(form)[0].isupper() for form in lab.written["base"][0, nouns, 0])
    assert all(str(form)[0].isupper() for form in lab.written["base"][1, nouns, 0])
    assert (lab.written["variant"][0, nouns] == lab.written["variant"][1, nouns]).all()


@given(st.integers(40, 1000))
def test_concepts_are_all_there_and_of_four_parts_of_speech(concepts: int) -> None:
    inventory = make_inventory(concepts)
    assert len(inventory.content) == concepts
    assert set(inventory.upos[:concepts]) == set(CONTENT_SHARES)
