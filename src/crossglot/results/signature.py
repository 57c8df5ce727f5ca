"""The signature of a table: one line, to be pasted beneath it, of everything that its numbers depend on.

`crossglot table2|task:pos|metric:accuracy|data:UD_English-EWT,UD_German-GSD~1f0c8a3e|…`: keys and values as sacreBLEU
has them. It is made of what the run left (results.csv, versions.json, study.toml), never of a model or a corpus. Where
that does not say, the value is `?`. Equal signatures stand for equal settings and data; what differs between two tables
differs in their lines. Names of systems, paths, machines' names and thread counts are no part of it.

What the keys hold:

    task        what was tagged, or `translation`
    metric      `accuracy`, `f1-conlleval` (spans by conlleval's rules) and an experiment's own
    types       the entity types scored, of NER: `LOC+ORG+PER`
    data        the corpora and, after `~`, a checksum over the checksums of every split that was read; of the whole run
                where an experiment's rows name no corpus (table 5)
    tags        of files of the user's own, where tags are read that do not stand where they usually do: the column
    split       of the targets
    train, test at most so many sentences of each source and target, or `all`
    faulty      what was done about malformed sentences: `refused` or `skipped`
    sources, targets   the languages, or groups of them
    conditions  the variants of an experiment that has some
    encoders    name and revision of each
    recipe      how fine-tuning departs from the paper's recipe, or `paper`; of encoders that differ, joined by `/`
    subword     the piece that words are read at, and `cutting`: what is cut into pieces, words or texts
    length      pieces at which training truncates, and prediction windows
    precision, device   of the arithmetic
    seeds       of the trainings
    torch, version      versions of PyTorch and crossglot

What a table does not depend on has no key: nothing is fine-tuned for translation. Lists of more than a few entries are
their number and a checksum: `41~9b2c11d0`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from crossglot.corpora.tasks import METRICS
from crossglot.results.rows import ResultRow

UNKNOWN = "?"
DIGITS = 8
"""Of a checksum or revision."""
LISTED = 4
"""Entries that a list spells out."""
READING = {"subword": "subword", "cutting": "cutting", "length": "max_length"}
"""Key of a signature → the setting of a recipe that it shows."""
TRANSLATION = "translation"


def signatures(rows: Iterable[ResultRow], versions: Mapping[str, Any], study: Mapping[str, Any]) -> dict[str, str]:
    """Experiment → the signature of its tables and figures, in the order of the results.

    Args:
        rows: of results.csv.
        versions: what versions.json holds; empty if there is none.
        study: what study.toml holds, likewise.
    """
    of: dict[str, list[ResultRow]] = {}
    for row in rows:
        of.setdefault(row.experiment, []).append(row)
    return {name: signature(members, versions, study) for name, members in of.items()}


def signature(rows: Sequence[ResultRow], versions: Mapping[str, Any], study: Mapping[str, Any]) -> str:
    """The signature of the tables made of these rows, which are all of one experiment."""
    run_here = [row for row in rows if row.role != "published"]
    parts = _of_numbers(run_here, versions, study)
    if "matrix" not in versions:  # scores of others come without what they were trained with
        parts |= _of_training(run_here, versions, study)
    packages = _mapping(versions.get("packages"))
    parts |= {"torch": _plain(packages.get("torch")), "version": _plain(packages.get("crossglot"))}
    return "|".join([f"crossglot {_plain(rows[0].experiment)}", *(f"{key}:{value}" for key, value in parts.items())])


def _of_numbers(rows: Sequence[ResultRow], versions: Mapping[str, Any], study: Mapping[str, Any]) -> dict[str, str]:
    types = _each(row.types for row in rows)
    parts = {
        "task": _listed(_each(row.task for row in rows)),
        "metric": _metrics(rows),
        **({"types": _listed(each.replace(" ", "+") for each in types)} if types else {}),
        "data": _data(rows, versions),
    }
    if columns := [str(study[name]) for name in ("column", "tag_column") if name in study]:
        parts["tags"] = _listed(columns)
    if _tagger_tasks(rows):
        parts["split"] = _listed(_each(row.split for row in rows))
        if "matrix" not in versions:
            for key, most in (("train", "max_train"), ("test", "max_test")):
                parts[key] = _plain(study.get(most, "all")) if study else UNKNOWN
            parts["faulty"] = ("skipped" if study.get("lenient") else "refused") if study else UNKNOWN
    parts |= {
        "sources": _listed(_each(row.source for row in rows)),
        "targets": _listed(_each(row.target for row in rows)),
    }
    conditions = _each(row.condition for row in rows)
    return parts | ({"conditions": _listed(conditions)} if conditions else {})


def _metrics(rows: Sequence[ResultRow]) -> str:
    """Scores of tasks, always spelled out, then what else an experiment measures."""
    scores = _each(METRICS.get(row.task) for row in rows if row.metric == METRICS.get(row.task))
    others = [name for name in _each(row.metric for row in rows) if name not in scores]
    spelled = ["f1-conlleval" if name == "f1" else name for name in scores]
    return ",".join([*spelled, *([_listed(others)] if others else [])]) or UNKNOWN


def _of_training(rows: Sequence[ResultRow], versions: Mapping[str, Any], study: Mapping[str, Any]) -> dict[str, str]:
    encoders, tasks = _encoders(rows, versions), _tagger_tasks(rows)
    parts = {
        "encoders": _listed(f"{name}@{_plain(facts.get('revision'))[:DIGITS]}" for name, facts in encoders.items())
    }
    parts |= (
        _of_recipes(
            [_mapping(_mapping(facts.get("fine_tuning")).get(task)) for facts in encoders.values() for task in tasks]
        )
        if tasks
        else {}
    )
    parts |= {"precision": _plain(versions.get("precision")), "device": _plain(versions.get("device"))}
    if tasks:
        given = study.get("seeds")
        seeds = sorted({row.seed for row in rows if row.seed is not None}) or given
        parts["seeds"] = _listed(map(str, seeds)) if isinstance(seeds, list) else UNKNOWN
    return parts


def _tagger_tasks(rows: Sequence[ResultRow]) -> list[str]:
    """The tasks that taggers are trained for, in these rows."""
    return [task for task in METRICS if any(row.task == task for row in rows)]


def _of_recipes(tuned: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Recipe and reading, each way that there is of them once."""
    parts = {"recipe": "/".join(dict.fromkeys(map(_recipe, tuned))) or UNKNOWN}
    for key, setting in READING.items():
        values = dict.fromkeys(_plain(_mapping(facts.get("recipe")).get(setting)) for facts in tuned)
        parts[key] = "/".join(values) or UNKNOWN
    return parts


def _recipe(tuned: Mapping[str, Any]) -> str:
    """`epochs=10,learning_rate=0.003`; reading has keys of its own."""
    if not isinstance(tuned.get("departures"), Mapping) or ("recipe" in tuned and tuned["recipe"] is None):
        return UNKNOWN
    told = {name: value for name, value in tuned["departures"].items() if name not in READING.values()}
    return ",".join(f"{_plain(name)}={_plain(value)}" for name, value in sorted(told.items())) or "paper"


def _encoders(rows: Sequence[ResultRow], versions: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The encoders that the rows' systems are taggers or twins of; all of the run's where that is not said."""
    known = {name: _mapping(facts) for name, facts in _mapping(versions.get("encoders")).items()}
    systems = _mapping(versions.get("systems"))
    named = {row.system for row in rows}
    used = named | {str(_mapping(systems.get(name)).get("twin_of")) for name in named}
    return {name: facts for name, facts in known.items() if name in used} or known


def _data(rows: Sequence[ResultRow], versions: Mapping[str, Any]) -> str:
    """The corpora that the rows name, or their number, with one checksum; see the key `data`."""
    checksums = {
        key: str(facts.get("checksum") or "") if isinstance(facts, Mapping) else str(facts)
        for key, facts in _mapping(versions.get("data")).items()
    }
    used = dict.fromkeys(key for row in rows for key in _splits(row))
    if not used:
        used = dict.fromkeys(checksums)
    if not used:
        return UNKNOWN
    corpora = [_plain(name) for name in dict.fromkeys(key.rpartition(" ")[0] for key in used)]
    names = ",".join(corpora) if len(corpora) <= LISTED else str(len(corpora))
    if not all(checksums.get(key) for key in used):
        return f"{names}~{UNKNOWN}"
    return f"{names}~{_checksum(f'{key} {checksums[key]}' for key in used)}"


def _splits(row: ResultRow) -> Iterator[str]:
    """What the row's number was made of, as versions.json names it: `UD_German-GSD train`, `ntrex128 de`."""
    for corpora, languages, split in (
        (row.source_corpus, row.source, "train"),
        (row.target_corpus, row.target, row.split or "test"),
    ):
        names = (corpora or "").split("+")
        for name in filter(None, names):
            yield f"{name} {languages if row.task == TRANSLATION else split}"


def _each(values: Iterable[str | None]) -> dict[str, None]:
    """The values that there are, each once, in their order."""
    return dict.fromkeys(value for value in values if value)


def _listed(values: Iterable[str]) -> str:
    """`a,b`; many as their number and a checksum; `?` for none."""
    plain = [_plain(value) for value in values]
    if not plain:
        return UNKNOWN
    return ",".join(plain) if len(plain) <= LISTED else f"{len(plain)}~{_checksum(plain)}"


def _checksum(values: Iterable[str]) -> str:
    """A short checksum of lines, whatever their order."""
    return hashlib.sha256("\n".join(sorted(values)).encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


def _plain(value: object) -> str:
    """A value without the characters that divide a signature: letters, digits and a few marks; `?` for None."""
    if value is None or value == "":
        return UNKNOWN
    return "".join(character if character.isalnum() or character in "._-/@+=" else "-" for character in str(value))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
