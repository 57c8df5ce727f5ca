"""A study as the `crossglot reproduce` line that asks for it again, where there is one that does so exactly."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from crossglot.errors import CrossglotError
from crossglot.runtime import Runtime
from crossglot.studies.given_files import SPLITS as FILES
from crossglot.studies.reproduce import reproduce_study
from crossglot.studies.study import ALL, PRESETS, EncoderEntry, Study, load_study, make_study

OPTIONS = {
    "max-train": "max_train", "max-test": "max_test", "lr": "learning_rate", "head-start": "head_start",
    "head-lr": "head_learning_rate", "decay": "decay", "subword": "subword", "cutting": "cutting", "epochs": "epochs",
    "device": "device", "precision": "precision", "format": "format", "column": "column", "tag-column": "tag_column",
}  # fmt: skip
"""Option of the command → field of a study that holds one plain value."""


def as_command(study: Study, runtime: Runtime, revisions: Sequence[str]) -> str | None:
    """One line for a shell, without `--out`; None where no line says all that the study does.

    What was left open when the study was run is as it turned out: `auto` is the device and precision that it stood for,
    a hub id has the commit that was loaded. Paths are the study's.

    Args:
        study: as it was run.
        runtime: device and precision that it was run with.
        revisions: of its encoders: the commit that a hub id stood for.
    """
    if study.self_sufficient:
        named = (preset for preset in PRESETS if load_study(preset) == study)
        return next((f"crossglot run {preset}" for preset in named), None)
    settled = _settled(study, runtime, revisions)
    if settled is None:
        return None
    encoders = [_encoder(entry) for entry in settled.encoders]
    try:
        asked = reproduce_study(_experiments(settled), encoders, settled.data, **_settings(settled))
    except CrossglotError:
        return None
    # A study's name is that of its folder, which --out gives.
    if asked.model_copy(update={"name": settled.name}) != settled:
        return None
    return shlex.join(["crossglot", "reproduce", *_experiments(settled), *_options(settled, encoders)])


def _settled(study: Study, runtime: Runtime, revisions: Sequence[str]) -> Study | None:
    entries = []
    for entry, commit in zip(study.encoders, revisions, strict=True):
        name = None if entry.name == Path(entry.encoder).name else entry.name
        if name is not None and entry.role is not None:
            return None  # one word stands before an encoder
        revision = entry.revision or (None if Path(entry.encoder).exists() else commit)
        entries.append(entry.model_copy(update={"name": name, "revision": revision}))
    settled = {"encoders": tuple(entries), "device": runtime.device, "precision": runtime.precision}
    return study.model_copy(update=settled)


def _experiments(study: Study) -> tuple[str, ...]:
    every = make_study({"experiments": [ALL], "encoders": [{"encoder": "any"}]}).experiments
    return (ALL,) if study.experiments == every else study.experiments


def _encoder(entry: EncoderEntry) -> str:
    word = entry.role or entry.name
    return (f"{word}=" if word else "") + entry.encoder + (f"@{entry.revision}" if entry.revision else "")


def _settings(study: Study) -> dict[str, Any]:
    plain = ("sources", "targets", "seeds", "floors", "keep_weights", "lenient", *OPTIONS.values())
    return {name: getattr(study, name) for name in plain} | {
        name: dict(getattr(study, name)) or None for name in ("corpora", "vectors", "word_vectors", *FILES)
    }  # fmt: skip


def _options(study: Study, encoders: list[str]) -> Iterator[str]:
    for encoder in encoders:
        yield from ("--encoder", encoder)
    if study.data is not None:
        yield from ("--data", str(study.data))
    for name, folder in study.vectors.items():
        yield from ("--vectors", f"{name}={folder}")
    for language, file in study.word_vectors.items():
        yield from ("--word-vectors", f"{language}={file}")
    for name in FILES:
        for language, path in getattr(study, name).items():
            yield from (f"--{name}", f"{language}={path}")
    for language, names in study.corpora.items():
        for name in names:
            yield from ("--corpus", f"{language}={name}")
    for option, keys in (("--sources", study.sources), ("--targets", study.targets)):
        if keys:
            yield from (option, ",".join(keys))
    yield from ("--seeds", ",".join(map(str, study.seeds)))
    for option, name in OPTIONS.items():
        value = getattr(study, name)
        if value is not None:
            yield from (f"--{option}", str(value))
    if study.floors != Study.model_fields["floors"].default:
        yield from ("--floors", ",".join(study.floors) or "none")
    for option, given in (("--keep-weights", study.keep_weights), ("--lenient", study.lenient)):
        if given:
            yield option
