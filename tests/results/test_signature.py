"""Signatures: a line beneath a table that differs when, and only when, something that its numbers depend on does."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from crossglot.results.rows import MEAN, ResultRow
from crossglot.results.signature import signature, signatures

VERSIONS: dict[str, Any] = {
    "packages": {"crossglot": "0.1.0", "torch": "2.13.0", "polars": "2.1.0"},
    "machine": {"processor": "AMD EPYC", "threads": "2"},
    "device": "cpu",
    "precision": "fp32",
    "encoders": {
        "small": {
            "location": "models/small",
            "revision": "0123456789abcdef",
            "fine_tuning": {
                "pos": {
                    "recipe": {"subword": "first-spelled", "cutting": "words", "max_length": 128},
                    "departures": {"epochs": 10},
                },
                "ner": {
                    "recipe": {"subword": "first", "cutting": "words", "max_length": 128},
                    "departures": {},
                },
            },
        },
        "other": {"location": "models/other", "revision": "ffff", "fine_tuning": {}},
    },
    "systems": {
        "small": {"twin_of": ""}, "small untrained": {"twin_of": "small"}, "other": {"twin_of": ""},
    },
    "data": {
        "UD_English-EWT train": {"checksum": "aa" * 32}, "UD_English-EWT test": {"checksum": "bb" * 32},
        "UD_German-GSD train": {"checksum": "cc" * 32}, "UD_German-GSD test": {"checksum": "dd" * 32},
        "uner/en_ewt train": {"checksum": "ee" * 32},
    },
}  # fmt: skip
STUDY: dict[str, Any] = {"name": "made-up", "seeds": [1, 2], "max_train": 500, "lenient": False, "device": "auto"}


def row(target: str = "de", corpus: str = "UD_German-GSD", **given: Any) -> ResultRow:
    fields: dict[str, Any] = {
        "experiment": "table2", "system": "small", "role": "m-bert", "task": "pos", "source": "en",
        "source_corpus": "UD_English-EWT", "target": target, "target_corpus": corpus, "split": "test", "seed": 1,
        "metric": "accuracy", "value": 61.5,
    }  # fmt: skip
    return ResultRow.model_validate(fields | given)


ROWS = [row(), row(seed=2, value=70.0), row("en", "UD_English-EWT"), row(system="small untrained", role="floor")]
PLAIN = signature(ROWS, VERSIONS, STUDY)


def with_versions(change: Callable[[dict[str, Any]], object]) -> str:
    changed = copy.deepcopy(VERSIONS)
    change(changed)
    return signature(ROWS, changed, STUDY)


def pos(versions: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = versions["encoders"]["small"]["fine_tuning"]["pos"]
    return found


def test_it_names_what_the_numbers_depend_on() -> None:
    name, *pairs = PLAIN.split("|")
    said = dict(pair.split(":", 1) for pair in pairs)
    checksum = said.pop("data").partition("~")
    assert name == "crossglot table2"
    assert checksum[0] == "UD_English-EWT,UD_German-GSD"
    assert len(checksum[2]) == 8
    assert said == {
        "task": "pos", "metric": "accuracy", "split": "test", "train": "500", "test": "all", "faulty": "refused",
        "sources": "en", "targets": "de,en", "encoders": "small@01234567", "recipe": "epochs=10",
        "subword": "first-spelled", "cutting": "words", "length": "128", "precision": "fp32", "device": "cpu",
        "seeds": "1,2", "torch": "2.13.0", "version": "0.1.0",
    }  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v["data"]["UD_German-GSD test"].update(checksum="ab" * 32),
        lambda v: v["data"]["UD_English-EWT train"].update(checksum="ab" * 32),
        lambda v: v["encoders"]["small"].update(revision="fedcba98"),
        lambda v: pos(v)["departures"].update(learning_rate=0.001),
        lambda v: pos(v)["departures"].update(head_start="probe"),
        lambda v: pos(v)["departures"].clear(),
        lambda v: pos(v)["recipe"].update(subword="first"),
        lambda v: pos(v)["recipe"].update(max_length=64),
        lambda v: v.update(precision="bf16"),
        lambda v: v.update(device="cuda"),
        lambda v: v["packages"].update(crossglot="0.2.0"),
        lambda v: v["packages"].update(torch="2.14.0"),
    ],
)
def test_it_changes_with_data_encoder_recipe_arithmetic_and_versions(change: Callable[[Any], object]) -> None:
    assert with_versions(change) != PLAIN


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v["machine"].update(processor="other", threads="64"),
        lambda v: v["packages"].update(polars="3"),
        lambda v: v["encoders"]["small"].update(location="/elsewhere/small"),
        lambda v: v["encoders"]["other"].update(revision="0000"),
        lambda v: v["encoders"]["small"]["fine_tuning"]["ner"]["departures"].update(epochs=1),
        lambda v: v["data"]["UD_German-GSD train"].update(checksum="ab" * 32),
        lambda v: v["data"]["uner/en_ewt train"].update(checksum="ab" * 32),
        lambda v: v["data"].update({"UD_Dutch-Alpino test": {"checksum": "ab" * 32}}),
    ],
)
def test_it_stays_where_the_table_does_not_depend_on_what_changed(change: Callable[[Any], object]) -> None:
    assert with_versions(change) == PLAIN


@pytest.mark.parametrize(
    "change", [{"max_train": 400}, {"max_test": 10}, {"lenient": True}], ids=lambda change: next(iter(change))
)
def test_it_changes_with_how_sentences_are_taken(change: dict[str, Any]) -> None:
    assert signature(ROWS, VERSIONS, STUDY | change) != PLAIN


def test_it_does_not_change_with_names_and_places_of_a_study() -> None:
    assert signature(ROWS, VERSIONS, STUDY | {"name": "x", "data": "/elsewhere", "keep_weights": True}) == PLAIN


def test_it_changes_with_languages_and_seeds_and_not_with_values() -> None:
    assert signature([*ROWS, row("nl", "UD_German-GSD")], VERSIONS, STUDY) != PLAIN
    assert signature([*ROWS, row(seed=3)], VERSIONS, STUDY) != PLAIN
    assert signature([each.model_copy(update={"value": 1.0}) for each in ROWS], VERSIONS, STUDY) == PLAIN


def test_what_the_folder_does_not_say_is_a_question_mark() -> None:
    bare = dict(pair.split(":", 1) for pair in signature(ROWS, {}, {}).split("|")[1:])
    assert {key for key, value in bare.items() if value == "?"} == {
        "train", "test", "faulty", "encoders", "recipe", "subword", "cutting", "length", "precision", "device",
        "torch", "version",
    }  # fmt: skip
    assert bare["data"] == "UD_English-EWT,UD_German-GSD~?"
    assert with_versions(lambda v: v["data"].pop("UD_German-GSD test")).count("UD_German-GSD~?") == 1


def test_entity_types_and_the_rules_of_spans_are_named() -> None:
    line = signature([row(task="ner", metric="f1", types="LOC PER")], VERSIONS, STUDY)
    assert "|task:ner|metric:f1-conlleval|types:LOC+PER|" in line
    assert "|recipe:paper|subword:first|" in line


def test_many_languages_are_counted_and_still_told_apart() -> None:
    wide = [row(f"l{number}") for number in range(40)]
    line = signature(wide, VERSIONS, STUDY)
    assert "|targets:40~" in line
    assert len(line) < 500
    assert signature([*wide[:-1], row("other")], VERSIONS, STUDY) != line


def test_names_cannot_break_the_line() -> None:
    odd = row(system="a|b:c\n~", condition="x|seeds:9", target="d|e")
    line = signature([odd], VERSIONS, STUDY)
    assert "\n" not in line
    assert [pair.partition(":")[0] for pair in line.split("|")[1:]].count("seeds") == 1
    assert "|conditions:x-seeds-9|" in line


def test_a_translation_experiment_names_its_sides_and_no_fine_tuning() -> None:
    versions = copy.deepcopy(VERSIONS)
    versions["data"] = {"ntrex128 de": {"checksum": "aa"}, "ntrex128 en": {"checksum": "bb"}}
    found = ResultRow(
        experiment="figure3", system="small", role="m-bert", task="translation", source="en", target="de",
        source_corpus="ntrex128", target_corpus="ntrex128", aggregate=MEAN, metric="accuracy", value=1.0, layer=1,
    )  # fmt: skip
    line = signatures([found], versions, STUDY)["figure3"]
    assert "recipe" not in line
    assert "?" not in line
    versions["data"]["ntrex128 de"]["checksum"] = "cc"
    assert signatures([found], versions, STUDY)["figure3"] != line
