"""The table of languages, held against WALS, the paper's footnotes and the data root."""

from __future__ import annotations

import csv
import pickle
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import pytest

from crossglot.errors import UsageError
from crossglot.languages import (
    FOOTNOTE7_SOV,
    FOOTNOTE7_SVO,
    LANGUAGES,
    PAPER_NER,
    PAPER_POS,
    WALS_FEATURES,
    Language,
    language,
)

WALS_VALUES = {
    "81A": {"SOV", "SVO", "VSO", "VOS", "OVS", "OSV", "No dominant order"},
    "85A": {"Postpositions", "Prepositions", "Inpositions", "No dominant order", "No adpositions"},
    "86A": {"Genitive-Noun", "Noun-Genitive", "No dominant order"},
    "87A": {"Adjective-Noun", "Noun-Adjective", "No dominant order", "Only internally-headed relative clauses"},
    "88A": {
        "Demonstrative-Noun",
        "Noun-Demonstrative",
        "Demonstrative prefix",
        "Demonstrative suffix",
        "Demonstrative before and after Noun",
        "Mixed",
    },
    "89A": {"Numeral-Noun", "Noun-Numeral", "No dominant order", "Numeral only modifies verb"},
}

FOOTNOTE_3 = """Arabic, Bulgarian, Catalan, Czech, Danish, German, Greek, English, Spanish, Estonian, Basque, Persian,
Finnish, French, Galician, Hebrew, Hindi, Croatian, Hungarian, Indonesian, Italian, Japanese, Korean, Latvian, Marathi,
Dutch, Norwegian (Bokmaal and Nynorsk), Polish, Portuguese (European and Brazilian), Romanian, Russian, Slovak,
Slovenian, Swedish, Tamil, Telugu, Turkish, Urdu, and Chinese"""
FOOTNOTE_2 = """Arabic, Bengali, Czech, German, English, Spanish, French, Hindi, Indonesian, Italian, Japanese, Korean,
Portuguese, Russian, Turkish, and Chinese"""


def names_of(footnote: str) -> list[str]:
    """`Norwegian (Bokmaal and Nynorsk)` counts twice, as `Norwegian`."""
    words = footnote.replace("\n", " ").replace(", and ", ", ").split(", ")
    return [word.partition(" (")[0] for word in words for _ in range(2 if "(" in word else 1)]


def plain_name(entry: Language) -> str:
    return entry.name.partition(" (")[0].removesuffix(" Bokmål").removesuffix(" Nynorsk")


@pytest.mark.parametrize(
    ("footnote", "keys", "count"), [(FOOTNOTE_3, PAPER_POS, 41), (FOOTNOTE_2, PAPER_NER, 16)], ids=["pos", "ner"]
)
def test_the_papers_languages_are_those_of_its_footnotes(footnote: str, keys: tuple[str, ...], count: int) -> None:
    assert len(set(keys)) == len(keys) == count
    assert Counter(names_of(footnote)) == Counter(plain_name(LANGUAGES[key]) for key in keys)


def test_the_41_are_39_languages() -> None:
    assert len({plain_name(LANGUAGES[key]) for key in PAPER_POS}) == 39
    assert len({LANGUAGES[key].iso639_1 for key in PAPER_POS}) == 40  # nb and nn differ there, pt and pt-BR do not


def test_every_entry_is_whole() -> None:
    for key, entry in LANGUAGES.items():
        assert entry.key == key
        assert entry.iso639_1 is None or (len(entry.iso639_1) == 2 and entry.iso639_1.islower())
        assert len(entry.iso639_3) == 3 and entry.iso639_3.islower()
        assert len(entry.script) == 4 and entry.script.istitle()
        assert all((entry.name, entry.script_name, entry.family, entry.genus))
        assert all(name.startswith("UD_") and "-" in name for name in entry.treebanks), key
        assert all(name.count("/") == 1 for name in entry.ner), key
        assert len(set(entry.treebanks)) == len(entry.treebanks)
        assert len(set(entry.ner)) == len(entry.ner)


def test_a_script_code_has_one_name() -> None:
    pairs = {(entry.script, entry.script_name) for entry in LANGUAGES.values()}
    assert len(pairs) == len(dict(pairs)) == len({name for _, name in pairs})


def test_values_are_walss_own_names() -> None:
    assert set(WALS_VALUES) == set(WALS_FEATURES)
    for entry in LANGUAGES.values():
        for feature, value in entry.wals.items():
            assert value in WALS_VALUES[feature], (entry.key, feature)


def test_the_conll_2017_task_had_49_languages() -> None:
    """Zeman et al. (2017): 81 test sets in 49 languages; all but Marathi, Tamil and Telugu of the paper's are there."""
    in_task = [entry for entry in LANGUAGES.values() if entry.conll2017]
    assert len({entry.conll2017 for entry in in_task}) == len(in_task)
    assert len({plain_name(entry) for entry in in_task}) == 49
    assert [key for key in PAPER_POS if not LANGUAGES[key].conll2017] == ["mr", "ta", "te"]


def test_every_paper_language_has_corpora() -> None:
    assert all(LANGUAGES[key].treebanks for key in PAPER_POS)
    assert all(LANGUAGES[key].ner for key in PAPER_NER)


def test_the_papers_own_corpora_come_first() -> None:
    first = {key: LANGUAGES[key].ner[0] for key in ("en", "de", "nl", "es")}
    assert first == {"en": "conll2003/en", "de": "conll2003/de", "nl": "conll2002/nl", "es": "conll2002/es"}
    assert LANGUAGES["pt"].treebanks[0] == "UD_Portuguese-Bosque"
    assert LANGUAGES["pt-BR"].treebanks[0] == "UD_Portuguese-GSD"
    assert LANGUAGES["cs"].treebanks[0] == "UD_Czech-PDT"


def test_where_footnote_7_and_wals_differ() -> None:
    """The paper lists Galician and Slovak as SVO, for which WALS has no value; in everything else they agree."""
    differing = {
        key: LANGUAGES[key].wals.get("81A")
        for keys, order in ((FOOTNOTE7_SVO, "SVO"), (FOOTNOTE7_SOV, "SOV"))
        for key in keys
        if LANGUAGES[key].wals.get("81A") != order
    }
    assert differing == {"gl": None, "sk": None}


def test_footnote_7_lists_every_paper_language_with_one_of_the_two_orders() -> None:
    unlisted = {
        key: LANGUAGES[key].wals["81A"] for key in PAPER_POS if key not in FOOTNOTE7_SVO and key not in FOOTNOTE7_SOV
    }
    assert unlisted == {
        "ar": "VSO",
        "de": "No dominant order",
        "el": "No dominant order",
        "hu": "No dominant order",
        "nl": "No dominant order",
    }


def test_footnote_7_as_printed() -> None:
    svo = """Bulgarian, Catalan, Czech, Danish, English, Spanish, Estonian, Finnish, French, Galician, Hebrew, Croatian,
    Indonesian, Italian, Latvian, Norwegian (Bokmaal and Nynorsk), Polish, Portuguese (European and Brazilian),
    Romanian, Russian, Slovak, Slovenian, Swedish, and Chinese"""
    sov = "Basque, Farsi, Hindi, Japanese, Korean, Marathi, Tamil, Telugu, Turkish, and Urdu"
    for printed, keys in ((svo, FOOTNOTE7_SVO), (sov.replace("Farsi", "Persian"), FOOTNOTE7_SOV)):
        assert Counter(name.strip() for name in names_of(printed)) == Counter(plain_name(LANGUAGES[k]) for k in keys)


def test_a_value_wals_lacks_is_absent() -> None:
    assert dict(language("gl").wals) == dict(language("sk").wals) == {}
    assert set(language("bn").wals) == {"81A"}
    assert "89A" not in language("pt").wals


@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        ("no", "'nb' (Norwegian Bokmål) or 'nn' (Norwegian Nynorsk)"),
        ("german", "'de' (German)"),
        ("deu", "'de' (German)"),
        ("pt_br", "'pt-BR' (Portuguese (Brazilian))"),
        ("EN", "'en' (English)"),
        ("Spanisch", "'es' (Spanish)"),
        ("qqq", "known keys: ar, bg, ca"),
    ],
)
def test_an_unknown_key_is_answered_with_near_ones(asked: str, offered: str) -> None:
    with pytest.raises(UsageError, match="unknown language") as caught:
        language(asked)
    assert offered in str(caught.value)


def test_languages_can_be_dictionary_keys() -> None:
    assert {language("de"): 1}[LANGUAGES["de"]] == 1


def test_languages_travel_between_processes() -> None:
    german = language("de")
    assert pickle.loads(pickle.dumps(german)) == german  # noqa: S301
    assert asdict(german)["wals"]["87A"] == "Adjective-Noun"


# Against the data root


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_facts_are_walss(data_root: Path) -> None:
    wals = data_root / "wals"
    names = {row["ID"]: row["Name"] for row in rows(wals / "codes.csv")}
    values: dict[str, dict[str, str]] = {}
    for row in rows(wals / "values.csv"):
        values.setdefault(row["Language_ID"], {})[row["Parameter_ID"]] = names[row["Code_ID"]]
    known = {row["ID"]: row for row in rows(wals / "languages.csv")}
    for key, entry in LANGUAGES.items():
        code = entry.wals_code
        assert dict(entry.wals) == values.get(code or "", {}), key
        if code in known:
            listed = known[code]
            isolate = not listed["Family"]
            expected = (entry.name, entry.name) if isolate else (listed["Family"], listed["Genus"])
            assert (entry.family, entry.genus) == expected, key
            codes = {listed["ISO639P3code"], *listed["ISO_codes"].split()}
            assert entry.iso639_3 in codes or (key, listed["ISO639P3code"]) == ("nn", "nob"), key
        else:
            assert not entry.wals, key
    assert [key for key in PAPER_POS if LANGUAGES[key].wals_code not in known] == ["gl", "sk"]


def test_features_are_named_as_in_wals(data_root: Path) -> None:
    listed = {row["ID"]: row["Name"] for row in rows(data_root / "wals" / "parameters.csv")}
    assert dict(WALS_FEATURES) == listed


def test_wals_values_agree_with_a_second_reading(data_root: Path) -> None:
    for row in rows(data_root / "wals" / "wals_order.csv"):
        entry = LANGUAGES[row["lang"]]
        assert entry.wals_code == row["wals_code"]
        assert dict(entry.wals) == {feature: row[feature] for feature in WALS_FEATURES if row[feature]}


@pytest.mark.parametrize("key", PAPER_POS)
def test_default_treebanks_resolve_to_one_with_training_data(key: str, data_root: Path) -> None:
    present = [name for name in LANGUAGES[key].treebanks if (data_root / "ud" / name).is_dir()]
    assert present, f"none of {LANGUAGES[key].treebanks} is there"
    assert list((data_root / "ud" / present[0]).glob("*-ud-train.conllu*"))


def test_treebanks_in_the_root_belong_to_a_language(data_root: Path) -> None:
    known = {name for entry in LANGUAGES.values() for name in entry.treebanks}
    assert {path.name for path in (data_root / "ud").glob("UD_*")} <= known


def test_entity_sets_in_the_root_belong_to_a_language(data_root: Path) -> None:
    known = {name for entry in LANGUAGES.values() for name in entry.ner}
    there = {
        f"{path.parent.name}/{path.name.rpartition('-test')[0]}" for path in (data_root / "ner").glob("*/*-test.*")
    }
    evaluation_only = {"uner/de_pud", "uner/en_pud", "uner/sv_pud", "uner/zh_pud"}
    assert there - known <= evaluation_only


def test_default_entity_sets_of_the_papers_languages(data_root: Path) -> None:
    """Arabic and Czech have none here; every other default that is there has training data."""
    first = {}
    for key in PAPER_NER:
        for name in LANGUAGES[key].ner:
            part, code = name.split("/")
            if list((data_root / "ner" / part).glob(f"{code}-*.conll*")):
                first[key] = name
                assert list((data_root / "ner" / part).glob(f"{code}-train.conll*"))
                break
    assert set(PAPER_NER) - set(first) == {"ar", "cs"}
    assert first["en"] == "uner/en_ewt" and first["de"] == "germeval2014/de"
