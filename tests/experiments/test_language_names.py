"""What the languages of a matrix are: by any of their usual names, or by a table of the user's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossglot.errors import DataError, UsageError
from crossglot.experiments.own_matrix.naming import (
    NO_TABLE,
    groups_by,
    known_as,
    name_languages,
    parts_of,
    read_language_table,
)
from crossglot.languages import LANGUAGES

HERE = Path("scores.csv")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        *((key, key) for key in LANGUAGES),
        *((language.name, key) for key, language in LANGUAGES.items()),
        ("eng", "en"), ("ENG", "en"), ("english", "en"), ("en_ewt", "en"), ("UD_English-EWT", "en"), ("eng_Latn", "en"),
        ("zh-Hans", "zh"), ("zho_Hans", "zh"), ("arb_Arab", "ar"), ("ara", "ar"), ("por", "pt"), ("pt_br", "pt-BR"),
        ("Portuguese", "pt"), ("no", "nb"), ("Norwegian", "nb"), ("UD_Norwegian-Nynorsk", "nn"), ("ger", "de"),
        ("Old_Church_Slavonic", "cu"), ("UD_Old_Church_Slavonic-PROIEL", "cu"), ("sme", "se"), ("grc_proiel", "grc"),
    ],
)  # fmt: skip
def test_a_language_is_known_by_its_usual_names(name: str, key: str) -> None:
    found = known_as(name, LANGUAGES)
    assert found is not None and found.key == key


@pytest.mark.parametrize("name", ["qqq", "", "Klingon", "UD_Klingon-X", "en2", "e", "_", "a_b_c", "🦆"])
def test_what_is_no_languages_name_is_not_taken_for_one(name: str) -> None:
    assert known_as(name, LANGUAGES) is None


def test_sources_together_are_known_in_their_parts() -> None:
    found = name_languages(["hin+eng", "xx"], ["en"], NO_TABLE, HERE)
    assert (found.key_of("hin+eng"), found.key_of("xx"), found.unknown) == ("hi+en", "xx", ("xx",))
    assert parts_of("+") == ["+"] and parts_of("a + b") == ["a", "b"]


def test_one_language_by_two_names_is_refused_but_a_source_and_a_target_may_be_called_otherwise() -> None:
    assert name_languages(["UD_English-EWT"], ["eng"], NO_TABLE, HERE).keys == {"UD_English-EWT": "en", "eng": "en"}
    with pytest.raises(DataError, match=r"two targets are one language: en and eng \(English\)"):
        name_languages(["de"], ["en", "eng"], NO_TABLE, HERE)


def table(folder: Path, text: str) -> Path:
    path = folder / "languages.tsv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_adds_languages_changes_some_and_says_more_of_others(tmp_path: Path) -> None:
    found = read_language_table(
        table(tmp_path, "key\tname\t81A\tregion\nxx\tXish\tOSV\tNorth\nde\tGerman\tSOV\tWest\neng\tEnglish\t\tWest\n")
    )
    assert found.languages["xx"].name == "Xish" and dict(found.languages["xx"].wals) == {"81A": "OSV"}
    assert found.languages["de"].wals == {**LANGUAGES["de"].wals, "81A": "SOV"}
    assert found.languages["eng"].wals == LANGUAGES["en"].wals and found.languages["eng"].genus == "Germanic"
    naming = name_languages(["xx", "de"], ["fr", "yy"], found, HERE)
    assert (naming.unknown, set(naming.languages)) == (("yy",), {"xx", "de", "fr"})
    assert groups_by("region", naming) == {"xx": "North", "de": "West", "eng": "West"}
    assert groups_by("81A", naming) == {"xx": "OSV", "de": "SOV", "fr": "SVO"}
    assert groups_by("family", naming) == {"de": "Indo-European", "fr": "Indo-European"}
    with pytest.raises(UsageError, match=r"grouped by 81A, .*, family, genus, script, region"):
        groups_by("continent", naming)


def test_another_language_under_a_known_key_stands_for_itself(tmp_path: Path) -> None:
    found = read_language_table(table(tmp_path, "key\tname\tgenus\t81A\nen\tAvonian (constructed)\t\tSOV\n"))
    assert (found.languages["en"].genus, dict(found.languages["en"].wals)) == ("", {"81A": "SOV"})


def test_the_packages_own_table_is_such_a_table() -> None:
    import crossglot.languages as module

    found = read_language_table(Path(module.__file__).with_suffix(".tsv"))
    assert found.languages == LANGUAGES and not found.further


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "no column called key"),
        ("name\nEnglish\n", 1, "no column called key"),
        ("key\tkey\nen\ten\n", 1, "two columns are called 'key'"),
        ("key\t\nen\tx\n", 1, "a column without a name"),
        ("key\tname\nen\n", 2, "1 fields where 2 should be"),
        ("key\tname\n\tNone\n", 2, "a language without a key"),
        ("key\tname\nxx\tOne\n\nxx\tTwo\n", 4, "xx stands there twice"),
    ],
)
def test_a_faulty_table_is_told_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(DataError, match=said) as fault:
        read_language_table(table(tmp_path, text))
    assert fault.value.line == line and "languages.tsv" in str(fault.value)
