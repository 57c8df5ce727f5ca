"""Ways in which a run folder may be damaged: what is done to a sound one, and words of what is said.

`test_damaged_runs.py` does each to a copy and asks for its report and for comparisons. To add one, add a line. Where
nothing need be said (`OR_FINE`), the folder may be read all the same: people add to their files what the report skips.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from crossglot.results.predictions import KEY

RESULTS, CLAIMS, VERSIONS, STUDY = "results.csv", "claims.csv", "versions.json", "study.toml"
PREDICTED = "predictions/small-m-bert.pos.en.seed1.parquet"
ERRORS = "errors/small-m-bert.pos.en.json"
OR_FINE = "…"


class Damage(NamedTuple):
    """What is done, words of the message, and whether the report and comparisons must refuse it.

    Comparisons read less of versions.json: `compare` is None where they may refuse it or not.
    """

    name: str
    do: Callable[[Path], object]
    said: tuple[str, ...]
    report: bool = True
    compare: bool | None = True


def content(file: str, what: str, data: str | bytes, *said: str, report: bool = True, compare: bool = True) -> Damage:
    """Other bytes in a file, whose name is said."""
    raw = data.encode() if isinstance(data, str) else data

    def do(folder: Path) -> None:
        (folder / file).write_bytes(raw)

    return Damage(f"{file}: {what}", do, (file, *said), report, compare)


def text(file: str, what: str, change: Callable[[str], str], *said: str, compare: bool = True) -> Damage:
    """A text file with something changed."""

    def do(folder: Path) -> None:
        before = (folder / file).read_text(encoding="utf-8")
        after = change(before)
        assert after != before, "the damage does nothing"
        (folder / file).write_text(after, encoding="utf-8")

    return Damage(f"{file}: {what}", do, said if said[:1] == (OR_FINE,) else (file, *said), True, compare)


def versions(what: str, *said: str, **changes: Any) -> Damage:
    """Other values in versions.json."""

    def do(folder: Path) -> None:
        known = json.loads((folder / VERSIONS).read_text(encoding="utf-8"))
        (folder / VERSIONS).write_text(json.dumps(known | changes), encoding="utf-8")

    return Damage(f"{VERSIONS}: {what}", do, said if said[:1] == (OR_FINE,) else (VERSIONS, *said), True, None)


def instead(
    file: str, what: str, make: Callable[[Path], object], *, report: bool = True, compare: bool = True
) -> Damage:
    """Something else in a file's place."""

    def do(folder: Path) -> None:
        (folder / file).unlink()
        make(folder / file)

    return Damage(f"{file}: {what}", do, (file,), report, compare)


def predicted(
    what: str, change: Callable[[pl.DataFrame], pl.DataFrame], *said: str, metadata: str | None = None
) -> Damage:
    """Another table of predictions, by the same system if no other `metadata` is given."""

    def do(folder: Path) -> None:
        own = pl.read_parquet_metadata(folder / PREDICTED)[KEY]
        table = change(pl.read_parquet(folder / PREDICTED))
        table.write_parquet(folder / PREDICTED, metadata={KEY: own if metadata is None else metadata})

    return Damage(f"predictions: {what}", do, (PREDICTED, *said), report=False)


def line(number: int, change: Callable[[list[str]], object]) -> Callable[[str], str]:
    """Changes the fields of one line of a CSV file without quotes."""

    def changed(whole: str) -> str:
        lines = whole.split("\n")
        fields = lines[number].split(",")
        change(fields)
        lines[number] = ",".join(fields)
        return "\n".join(lines)

    return changed


def _entry(**facts: Any) -> Mapping[str, Any]:
    return {"small-m-bert": facts}


DEEP = 100_000
NESTED = "[" * DEEP + "]" * DEEP
SEARCH = {"trials": [], "head_start": "random", "learning_rate": 1e-3, "source": "en", "sentences": 10}

RESULT_FILES = (
    content(RESULTS, "empty", ""),
    content(RESULTS, "binary", bytes(range(256)) * 9, "not a results table"),
    content(RESULTS, "zeros", b"\0" * 4096),
    content(RESULTS, "UTF-16", "experiment,system,role\n".encode("utf-16"), "not UTF-8"),
    content(RESULTS, "Latin-1", "experiment,system,role,Müller\n".encode("latin-1"), "not UTF-8"),
    content(RESULTS, "another table", "a,b\n1,2\n", "not a results table"),
    content(RESULTS, "one endless line", "x" * 3_000_000, "not a results table"),
    content(RESULTS, "a page", "<!DOCTYPE html>\n<html></html>\n", "not a results table"),
    text(RESULTS, "byte order mark", lambda t: "\ufeff" + t),
    text(RESULTS, "a column gone", lambda t: t.replace(",collapsed", "", 1).replace(",role", "", 1)),
    text(RESULTS, "a column twice", lambda t: t.replace("experiment,", "experiment,experiment,", 1)),
    text(RESULTS, "a field too many", line(3, lambda fields: fields.append("7"))),
    text(RESULTS, "a field too few", line(3, lambda fields: fields.pop()), OR_FINE),
    text(RESULTS, "cut off in a line", lambda t: t[: len(t) // 2]),
    text(RESULTS, "an open quote", line(2, lambda fields: fields.__setitem__(1, '"x'))),
    text(RESULTS, "a value in words", line(2, lambda fields: fields.__setitem__(16, "high"))),
    text(RESULTS, "a value that is no number", line(2, lambda fields: fields.__setitem__(16, "NaN"))),
    text(RESULTS, "an infinite value", line(2, lambda fields: fields.__setitem__(16, "inf"))),
    text(RESULTS, "a role unknown", line(2, lambda fields: fields.__setitem__(2, "king"))),
    text(RESULTS, "no system", line(2, lambda fields: fields.__setitem__(1, ""))),
    text(RESULTS, "a seed in words", line(2, lambda fields: fields.__setitem__(13, "one"))),
    text(RESULTS, "a seed beyond 64 bits", line(2, lambda fields: fields.__setitem__(13, "9" * 30))),
    text(
        RESULTS,
        "neither seed nor aggregate",
        line(2, lambda fields: (fields.__setitem__(13, ""), fields.__setitem__(14, ""))),
    ),
    text(RESULTS, "no value and no reason", line(2, lambda fields: fields.__setitem__(16, "")), "missing"),
    text(RESULTS, "a value and a reason", line(2, lambda fields: fields.__setitem__(23, "gone")), "either a value or"),
    instead(RESULTS, "a folder", lambda path: path.mkdir()),
    instead(RESULTS, "a loop of links", lambda path: path.symlink_to(path.name)),
    instead(RESULTS, "a pipe", os.mkfifo),
)

CLAIM_FILES = (
    content(CLAIMS, "empty", "", compare=False),
    content(CLAIMS, "binary", bytes(range(256)) * 9, compare=False),
    content(CLAIMS, "UTF-16", "id,origin\n".encode("utf-16"), compare=False),
    content(CLAIMS, "another table", "a,b\n1,2\n", "lacks", compare=False),
    text(CLAIMS, "a verdict unknown", lambda t: t.replace(",holds,", ",maybe,", 1), "maybe", compare=False),
    text(CLAIMS, "no verdict", lambda t: t.replace(",holds,", ",,", 1), "verdict", compare=False),
    text(CLAIMS, "no claim", lambda t: t.replace("t4-ja-is-hard,", ",", 1), "claim", compare=False),
    text(CLAIMS, "a field too many", lambda t: t.replace(",holds,", ",holds,x,y,z,", 1), compare=False),
    text(CLAIMS, "a value in words", lambda t: t.replace(",22.0,", ",lots,", 1), "value", "lots", compare=False),
    text(CLAIMS, "a value that is no number", lambda t: t.replace(",22.0,", ",NaN,", 1), "value", compare=False),
    text(CLAIMS, "an open quote", lambda t: t.replace("t4-ja", '"t4-ja', 1), compare=False),
    text(CLAIMS, "a reason of one endless word", lambda t: t.replace("table 7 was not run", "x" * 500_000), OR_FINE),
    text(
        CLAIMS, "a reason of a million letters", lambda t: t.replace("table 7 was not run", "word " * 200_000), OR_FINE
    ),
    text(CLAIMS, "a claim twice", lambda t: t + t.split("\n")[1] + "\n", OR_FINE),
    text(CLAIMS, "a bound in words", lambda t: t.replace(",18.0,", ",( ( (,"), "low", "( ( (", compare=False),
    text(CLAIMS, "one bound alone", lambda t: t.replace(",18.0,", ",,"), "low, high and interval", compare=False),
    text(CLAIMS, "no threshold", lambda t: t.replace(",0.0,22.0,", ",,22.0,"), "threshold", compare=False),
    text(CLAIMS, "a side unknown", lambda t: t.replace(",above,", ",beside,", 1), "beside", compare=False),
    text(CLAIMS, "decided without a value", lambda t: t.replace(",22.0,", ",,", 1), "not decided", compare=False),
    text(CLAIMS, "no column of players", lambda t: t.replace(",m_bert,", ",king,", 1), "lacks m_bert", compare=False),
    instead(CLAIMS, "a folder", lambda path: path.mkdir(), compare=False),
    instead(CLAIMS, "a loop of links", lambda path: path.symlink_to(path.name), compare=False),
)

VERSION_FILES = (
    content(VERSIONS, "empty", ""),
    content(VERSIONS, "cut off", '{"packages": {"tor'),
    content(VERSIONS, "binary", bytes(range(256)), "not UTF-8"),
    content(VERSIONS, "UTF-16", json.dumps({"packages": {}}).encode("utf-16"), "not UTF-8"),
    content(VERSIONS, "a list", "[]"),
    content(VERSIONS, "a number", "7"),
    content(VERSIONS, "deep", NESTED, "nested"),
    content(VERSIONS, "deep inside", '{"machine": ' + NESTED + "}", "nested"),
    content(VERSIONS, "deep by 900", '{"machine": ' + "[" * 900 + "]" * 900 + "}", "nested"),
    content(VERSIONS, "deep by mappings", '{"a": ' * 500 + "1" + "}" * 500, "nested"),
    content(VERSIONS, "no number", '{"precision": NaN}', "NaN"),
    content(VERSIONS, "infinite", '{"packages": {"x": -Infinity}}', "Infinity"),
    content(VERSIONS, "a number of 10,000 digits", '{"packages": {"x": ' + "9" * 10_000 + "}}"),
    versions("encoders a list", "encoders", encoders=["m-bert"]),
    versions("encoders a number", "encoders", encoders=7),
    versions("an encoder in words", "encoders", encoders={"small-m-bert": "here"}),
    versions("an encoder's role a list", "role", encoders=_entry(role=["m-bert"])),
    versions("an encoder's revision a number", "revision", encoders=_entry(revision=7)),
    versions("fine-tuning a list", "fine_tuning", encoders=_entry(fine_tuning=[1])),
    versions("fine-tuning in words", "fine_tuning", encoders=_entry(fine_tuning={"pos": "as ever"})),
    versions("a recipe in words", "recipe", encoders=_entry(fine_tuning={"pos": {"recipe": "as ever"}})),
    versions("departures a list", "departures", encoders=_entry(fine_tuning={"pos": {"departures": ["lr"]}})),
    versions("a search in words", "search", encoders=_entry(fine_tuning={"pos": {"search": "wide"}})),
    versions("a search without trials", "trials", encoders=_entry(fine_tuning={"pos": {"search": {"source": "en"}}})),
    versions(
        "trials odd", "trials", encoders=_entry(fine_tuning={"pos": {"search": SEARCH | {"trials": [["random"]]}}})
    ),
    versions("trials numbers", "trials", encoders=_entry(fine_tuning={"pos": {"search": SEARCH | {"trials": 7}}})),
    versions(
        "a rate in words",
        "learning_rate",
        encoders=_entry(fine_tuning={"pos": {"search": SEARCH | {"learning_rate": "x"}}}),
    ),
    versions("data a list", "data", data=[1]),
    versions("data in words", "data", data={"corpus/en test": ["cd"]}),
    versions("sentences in words", OR_FINE, data={"corpus/en test": {"sentences": "many", "checksum": 7}}),
    versions("languages a list", "languages", languages=["en"]),
    versions("languages numbers", "languages", languages={"xx": 7}),
    versions("remarks in words", "remarks", remarks="none"),
    versions("remarks numbers", "remarks", remarks=[7]),
    versions("remarks of another kind", OR_FINE, remarks=[{"kind": "x"}]),
    versions("packages a number", OR_FINE, packages=7),
    versions("precision a list", OR_FINE, precision=["bf16", {"a": [1]}]),
    versions("more than is known", OR_FINE, more={"a": [{"b": None}], "c": 1.5, "d": True}),
    instead(VERSIONS, "a folder", lambda path: path.mkdir()),
    instead(VERSIONS, "a loop of links", lambda path: path.symlink_to(path.name)),
    instead(VERSIONS, "a pipe", os.mkfifo),
)

STUDY_FILES = (
    content(STUDY, "cut off", 'experiments = ["tab'),
    content(STUDY, "binary", bytes(range(256))),
    content(STUDY, "UTF-16", "seeds = [1]".encode("utf-16")),
    content(STUDY, "deep", "a = " + NESTED, "nested"),
    content(STUDY, "deep by 400", "a = " + "[" * 400 + "]" * 400, "nested"),
    content(STUDY, "seeds a number", "seeds = 7\n", "seeds"),
    content(STUDY, "seeds a table", "[seeds]\na = 1\n", "seeds"),
    content(STUDY, "seeds in words", 'seeds = ["one"]\n', "seeds"),
    content(STUDY, "a number of 10,000 digits", f"seeds = [{'9' * 10_000}]\n"),
    text(
        STUDY,
        "times and what else TOML has",
        lambda t: t + "when = 2020-01-01T00:00:00Z\nat = 07:32:00\nx = inf\n",
        OR_FINE,
    ),
    instead(STUDY, "a folder", lambda path: path.mkdir()),
    instead(STUDY, "a loop of links", lambda path: path.symlink_to(path.name)),
)

PREDICTION_FILES = (
    content(PREDICTED, "empty", b"", report=False),
    content(PREDICTED, "text", "no parquet\n", report=False),
    content(PREDICTED, "magic only", b"PAR1PAR1", report=False),
    content(PREDICTED, "a large footer", b"PAR1" + b"\0" * 64 + b"\xff\xff\xff\x7f" + b"PAR1", report=False),
    predicted("by nobody", lambda frame: frame, "which system", metadata=""),
    predicted("by a system in words", lambda frame: frame, "which system", metadata='{"system": "small"}'),
    predicted("no column of tags", lambda frame: frame.drop("predicted"), "predicted"),
    predicted("tags are numbers", lambda frame: frame.with_columns(predicted=pl.lit(7)), "predicted"),
    predicted("sentences in words", lambda frame: frame.with_columns(sentence=pl.lit("one")), "sentence"),
    predicted("words without a tag", lambda frame: frame.with_columns(predicted=pl.lit(None, pl.String))),
    predicted("no target", lambda frame: frame.with_columns(target=pl.lit(None, pl.String))),
    predicted("sentences unknown", lambda frame: frame.with_columns(sentence=pl.lit(None, pl.Int64))),
    predicted("no row", lambda frame: frame.head(0)),
    Damage(
        "predictions: cut off",
        lambda f: os.truncate(f / PREDICTED, (f / PREDICTED).stat().st_size // 2),
        (PREDICTED,),
        report=False,
    ),
    instead(PREDICTED, "a folder", lambda path: path.mkdir(), report=False),
    instead(PREDICTED, "a loop of links", lambda path: path.symlink_to(path.name), report=False),
)


def errors(what: str, *said: str, **changes: Any) -> Damage:
    """Other values in the first cell of a file of errors, which comparisons do not read."""

    def do(folder: Path) -> None:
        row = json.loads((folder / ERRORS).read_text(encoding="utf-8"))
        row["cells"][0] |= changes
        (folder / ERRORS).write_text(json.dumps(row), encoding="utf-8")

    return Damage(f"errors: {what}", do, (ERRORS, *said), compare=False)


GROUP = {"name": "NOUN", "n": 1, "right": 1}
ERROR_FILES = (
    content(ERRORS, "empty", "", compare=False),
    content(ERRORS, "cut off", '{"of": {"system"', compare=False),
    content(ERRORS, "binary", bytes(range(256)), compare=False),
    content(ERRORS, "deep", NESTED, compare=False),
    content(ERRORS, "another object", "{}", "of", compare=False),
    errors("a matrix that is not square", "column", confusion={"labels": ["A", "B"], "counts": [[1, 2]]}),
    errors("fewer than none", "right", labels=[GROUP | {"right": -1}]),
    errors("a number of 400 digits", labels=[GROUP | {"n": 10**400}]),
    errors("no seeds", "seeds", seeds=0),
    errors("a word without a tag", "tag", examples=[{"place": 1, "words": ["a"], "gold": [], "predicted": ["X"]}]),
    instead(ERRORS, "a folder", lambda path: path.mkdir(), compare=False),
    instead(ERRORS, "a loop of links", lambda path: path.symlink_to(path.name), compare=False),
    text(ERRORS, "an unknown task", lambda t: t.replace('"task":"pos"', '"task":"chess"'), "chess", compare=False),
)

DAMAGES = (*ERROR_FILES, *RESULT_FILES, *CLAIM_FILES, *VERSION_FILES, *STUDY_FILES, *PREDICTION_FILES)
