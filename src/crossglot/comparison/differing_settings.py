"""The settings in which two runs differ: what can change a number, from study.toml, versions.json and results.csv.

Paths, the run's name and the number of processes do not count. Corpora count by their checksums, encoders by their
revisions, so that the same data under another path are no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from crossglot.comparison.partners import partners_of
from crossglot.errors import StorageError
from crossglot.json_files import read_object
from crossglot.results.provenance import read_study
from crossglot.results.rows import MEAN, Role, read_results
from crossglot.results.systems import System

if TYPE_CHECKING:
    import polars

STUDY, VERSIONS = "study.toml", "versions.json"
OF_STUDY = ("seeds", "max_train", "max_test")
"""Settings of a study that hold for all its taggers; where study.toml is silent, all sentences are used."""

Difference = tuple[str, str, str, str]
"""Setting, what it is of, the first run's value, the second's."""


def differing_settings(
    first: str | Path, second: str | Path, *, systems: tuple[str, str] | None = None
) -> polars.DataFrame:
    """The settings in which two runs differ, of those that can change a number.

    Which experiments, languages and encoders a run has does not count: these make cells, not numbers.

    Args:
        first: a run's folder.
        second: another one's, or the same one's if `systems` are given.
        systems: one of the first run's and the one of the second run's whose settings are compared, and no others'.

    Returns:
        One row per difference, with the columns `setting`, `of` (the encoder, corpus or language it belongs to; empty
        if all), `first` and `second`, as words. Settings: `seeds`, `max_train`, `max_test`, `device`, `precision`; of
        encoders `revision` and what the recipe for a task has (`learning_rate`, `epochs` …); `corpus`, where a language
        was given another one; `checksum`, where a corpus of one name has other contents; `study.toml` and
        `versions.json` if they are missing.

    Raises:
        StorageError: if a folder has no readable results.csv, or its versions.json or study.toml has other values.
        SpecError: if a study.toml is no TOML.
    """
    import polars as pl

    folders = Path(first), Path(second)
    studies = [read_study(folder / STUDY) for folder in folders]
    versions = [_read_versions(folder / VERSIONS) for folder in folders]
    found = [
        *(difference for name in (STUDY, VERSIONS) for difference in _missing(name, *folders)),
        *(_of_study(*studies) if all(studies) else ()),
        *(_of_versions(versions[0], versions[1], systems) if all(versions) else ()),
        *(_of_corpora(folders, versions) if all(versions) else ()),
    ]
    return pl.DataFrame(found, schema=dict.fromkeys(("setting", "of", "first", "second"), pl.String()), orient="row")


def _read_versions(path: Path) -> dict[str, Any]:
    return read_object(path, StorageError) if path.exists() or path.is_symlink() else {}


def _entries(versions: Mapping[str, Any], of: str) -> dict[str, Mapping[str, Any]]:
    """The entries that are mappings; versions.json may hold anything, whoever wrote it."""
    return {name: entry for name, entry in _mapping(versions.get(of)).items() if isinstance(entry, dict)}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _missing(name: str, first: Path, second: Path) -> Iterator[Difference]:
    there = [(folder / name).is_file() for folder in (first, second)]
    if not all(there):
        yield name, "", *("is there" if one else "is missing" for one in there)  # type: ignore[misc]


def _of_study(first: Mapping[str, Any], second: Mapping[str, Any]) -> Iterator[Difference]:
    for name in OF_STUDY:
        yield from _differing(name, "", first.get(name, "all"), second.get(name, "all"))


def _of_versions(
    first: Mapping[str, Any], second: Mapping[str, Any], systems: tuple[str, str] | None
) -> Iterator[Difference]:
    """Differences of the whole run, then of the encoders that are compared."""
    for name in ("device", "precision"):
        yield from _differing(name, "", first.get(name, "unknown"), second.get(name, "unknown"))
    encoders = [_entries(versions, "encoders") for versions in (first, second)]
    found = [
        {name: System(name, cast("Role", entry.get("role"))) for name, entry in of_run.items()} for of_run in encoders
    ]
    if systems is not None:
        systems = _encoder_of(systems[0], first), _encoder_of(systems[1], second)
    for one, other in partners_of(found[0], found[1], systems).items():
        if one in encoders[0] and other in encoders[1]:
            of = one if one == other else f"{one} : {other}"
            yield from _of_encoders(of, encoders[0][one], encoders[1][other])


def _encoder_of(system: str, versions: Mapping[str, Any]) -> str:
    """The encoder whose twin a system is; any other system is its own."""
    return str(_mapping(_mapping(versions.get("systems")).get(system)).get("twin_of") or system)


def _of_encoders(of: str, first: Mapping[str, Any], second: Mapping[str, Any]) -> Iterator[Difference]:
    yield from _differing("revision", of, *(_begin(entry.get("revision")) for entry in (first, second)))
    tuned = [_mapping(entry.get("fine_tuning")) for entry in (first, second)]
    for task in (task for task in tuned[0] if task in tuned[1]):
        recipes = [_mapping(_mapping(of_run[task]).get("recipe")) for of_run in tuned]
        for name in dict.fromkeys([*recipes[0], *recipes[1]]):
            yield from _differing(name, f"{of} {task}", recipes[0].get(name), recipes[1].get(name))


def _of_corpora(folders: Iterable[Path], versions: Iterable[Mapping[str, Any]]) -> Iterator[Difference]:
    """Differences of corpora: languages with other corpora, then corpora of one name with other contents."""
    first, second = [
        {name: entry.get("checksum", name) for name, entry in _entries(one, "data").items()} for one in versions
    ]
    ours, theirs = [_corpora(read_results(folder / "results.csv")) for folder in folders]
    for language, split in ours:
        names = sorted(ours[language, split]), sorted(theirs.get((language, split), ours[language, split]))
        contents = [
            {known.get(f"{name} {split}", name) for name in own}
            for own, known in zip(names, (first, second), strict=True)
        ]
        if names[0] != names[1] and contents[0] != contents[1]:
            yield "corpus", f"{language} {split}", ", ".join(names[0]), ", ".join(names[1])
    for name in first:
        if name in second:
            yield from _differing("checksum", name, _begin(first[name]), _begin(second[name]))


def _corpora(results: polars.DataFrame) -> dict[tuple[str, str], set[str]]:
    """(task and language, split) → the names of the corpora used."""
    found: dict[tuple[str, str], set[str]] = {}
    columns = ("task", "source", "source_corpus", "target", "target_corpus", "split")
    cells = results.filter(aggregate=MEAN).select(columns)
    for task, source, trained, target, tagged, split in cells.unique(maintain_order=True).rows():
        for keys, corpora, part in ((source, trained, "train"), (target, tagged, split)):
            if keys and corpora and part:
                languages, names = keys.split("+"), corpora.split("+")
                if len(languages) != len(names):
                    languages, names = [keys], [corpora]
                for language, name in zip(languages, names, strict=True):
                    found.setdefault((f"{task} {language}", part), set()).add(name)
    return found


def _begin(checksum: object) -> str:
    """The beginning of a revision or checksum, enough to tell two apart."""
    return "unknown" if checksum is None else str(checksum)[:10]


def _differing(setting: str, of: str, first: object, second: object) -> Iterator[Difference]:
    words = [", ".join(map(str, value)) if isinstance(value, list) else str(value) for value in (first, second)]
    if words[0] != words[1]:
        yield setting, of, words[0], words[1]
