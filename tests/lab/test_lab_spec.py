"""Specs: the built-in one stands for what it says it does, and the impossible is refused with the field's name."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from two_languages import ENGLISH, two

from crossglot.errors import SpecError
from crossglot.experiments.tables import TABLES
from crossglot.lab import load_spec, make_spec
from crossglot.lab.scripts import SCRIPTS
from crossglot.lab.spec import spec_toml
from crossglot.languages import LANGUAGES

BUILTIN = load_spec()
WALS = {key: language.wals for key, language in BUILTIN.languages.items()}


def test_the_builtin_lab_is_frozen_with_its_date() -> None:
    assert BUILTIN.frozen == date(2026, 11, 27).isoformat()


@pytest.mark.parametrize("key", BUILTIN.languages)
def test_builtin_languages_have_the_order_of_those_whose_place_they_take(key: str) -> None:
    assert dict(WALS[key]) == dict(LANGUAGES[key].wals)
    assert BUILTIN.languages[key].why


def test_the_builtin_lab_has_every_language_of_the_papers_tables() -> None:
    for table in TABLES.values():
        for block in table.blocks:
            assert set(block) <= set(BUILTIN.languages)


def test_the_builtin_lab_has_enough_of_each_order_for_table_5_and_figure_2() -> None:
    for feature, first, second in (("81A", "SVO", "SOV"), ("87A", "Adjective-Noun", "Noun-Adjective")):
        for value in (first, second):
            assert sum(wals[feature] == value for wals in WALS.values()) >= 4
    common = {sum(WALS[a][f] == WALS[b][f] for f in ENGLISH) for a, b in permutations(WALS, 2)}
    assert common >= {1, 2, 3, 4, 5, 6}


def test_the_builtin_pair_in_two_scripts_differs_in_nothing_else() -> None:
    hindi, urdu = BUILTIN.languages["hi"], BUILTIN.languages["ur"]
    assert urdu.lexicon_of == "hi"
    assert urdu.script != hindi.script
    assert (urdu.wals, urdu.cases) == (hindi.wals, hindi.cases)


def test_a_spec_written_down_and_read_back_is_the_same(tmp_path: Path) -> None:
    for at, spec in enumerate((BUILTIN, two(cognates={"base": 0.25}, cases=True), two(lexicon_of="base"))):
        path = tmp_path / f"{at}.toml"
        path.write_text(spec_toml(spec), encoding="utf-8")
        assert load_spec(path) == spec


def test_a_lab_can_be_made_smaller() -> None:
    spec = BUILTIN.only(["en", "de", "hi"]).resized(mono=10)
    assert list(spec.languages) == ["en", "de", "hi"]
    assert (spec.sizes.mono, spec.sizes.test) == (10, BUILTIN.sizes.test)
    assert spec.parallel == ("en", "de", "hi")
    assert spec.codemix == (("hi", "en"),)
    with pytest.raises(SpecError, match=r"languages\.nl: 'de' is no language that stands before it; allowed are en"):
        BUILTIN.only(["en", "nl"])


@pytest.mark.parametrize(
    ("variant", "said"),
    [
        ({"script": "Runr"}, ("languages.variant.script", "'Runr'", ", ".join(SCRIPTS))),
        ({"wals": {"81A": "OVSV"}}, ("languages.variant.wals", "81A", "'OVSV'", "'SOV', 'SVO'", "'No dominant order'")),
        ({"wals": {"85A": "Inpositions"}}, ("languages.variant.wals", "85A", "'Postpositions', 'Prepositions'")),
        ({"wals": {"90A": "x"}}, ("languages.variant.wals", "'90A'", "81A, 85A")),
        (
            {"cognates": {"base": 0.3}, "script": "Cyrl"},
            ("languages.variant.cognates.base: 0.3", "Cyrl, Latn", "allowed are 0, or"),
        ),
        ({"cognates": {"base": 1.2}}, ("languages.variant.cognates", "1.2", "0 to 1")),
        ({"cognates": {"other": 0.2}}, ("languages.variant", "'other'", "allowed are base")),
        ({"lexicon_of": "variant"}, ("languages.variant", "'variant'", "allowed are base")),
        ({"lexicon_of": "base", "cognates": {"base": 1}}, ("languages.variant.cognates", "lexicon_of")),
        ({"name": "../up"}, ("languages.variant.name", "'../up'")),
        ({"name": "Base"}, ("languages.variant.name: another language has it", "taken are Base")),
        ({"accent": "thick"}, ("languages.variant.accent: no such field", "lexicon_of")),
        ({"lab": {"concepts": 500}}, ("words: 710 for 500 concepts", "allowed are 325 to 500")),
        ({"lab": {"words": 100}}, ("words: 100", "allowed are 520 to 800")),
        ({"lab": {"names": 2}}, ("names", "0.8")),
        ({"lab": {"sizes": {"train": 0}}}, ("sizes.train",)),
        ({"lab": {"sizes": {"exam": 1}}}, ("sizes.exam: no such field", "train, dev, test")),
        ({"lab": {"parallel": ["base", "xx"]}}, ("parallel", "'xx'", "base, variant")),
        ({"lab": {"codemix": [["xx", "base"]]}}, ("codemix", "'xx'", "base, variant")),
        ({"lab": {"language": {}}}, ("language: no such field", "languages")),
    ],
)
def test_the_impossible_is_refused_with_the_field_and_what_is_allowed(
    variant: dict[str, Any], said: tuple[str, ...]
) -> None:
    with pytest.raises(SpecError) as refusal:
        two(**variant)
    for words in said:
        assert words in str(refusal.value)


def test_a_missing_value_is_asked_for_by_name() -> None:
    fields = {feature: value for feature, value in ENGLISH.items() if feature != "89A"}
    with pytest.raises(SpecError, match=r"languages\.xx\.wals: 89A has to be given; its values are 'Numeral-Noun'"):
        make_spec({"languages": {"xx": {"name": "X", "script": "Latn", "wals": fields}}})


def test_more_languages_without_anchors_than_there_is_punctuation_for() -> None:
    language = {"name": "X", "script": "Latn", "wals": ENGLISH}
    with pytest.raises(SpecError, match="anchors: false is for at most 19 languages"):
        make_spec({"anchors": False, "languages": {f"x{at}": language | {"name": f"X{at}"} for at in range(20)}})


@pytest.mark.parametrize(("text", "said"), [("seed = ", "not TOML"), ("seed = 'x'", "seed")])
def test_a_bad_file_is_refused_by_name(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(SpecError, match=rf"bad\.toml.*(\n.*)*{said}"):
        load_spec(path)
    with pytest.raises(SpecError, match=r"gone\.toml"):
        load_spec(tmp_path / "gone.toml")
