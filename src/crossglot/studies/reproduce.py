"""The study that reproduces experiments of the paper, from a command's options or a call's arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from os import PathLike
from pathlib import Path
from typing import Any

from crossglot.encoders.encoder import Encoder
from crossglot.errors import UsageError
from crossglot.remedies import called
from crossglot.steps.arguments import provide
from crossglot.studies.given_files import TRANSFER
from crossglot.studies.study import Study, make_study
from crossglot.tagging.labels import require_task

PAPERS_ENCODERS = ("google-bert/bert-base-multilingual-cased", "google-bert/bert-base-cased")

ROLES_OF_STUDIES = ("m-bert", "en-bert", "other")

Given = str | Path | Encoder
"""An encoder as users give it: a hub id, perhaps with `@REVISION`, a folder, or one in memory."""


def reproduce_study(
    experiments: str | Sequence[str],
    encoders: Given | Mapping[str, Given] | Sequence[Given] = PAPERS_ENCODERS,
    data: str | Path | None = None,
    **settings: Any,
) -> Study:
    """The study that `reproduce` runs, made of the command line's options or a call's arguments, checked.

    Args:
        experiments: `table1` …, or `all`; `transfer` with `train` and `eval`, files of one's own by language.
        encoders: hub ids (`id@revision`), folders or encoders in memory; those with a role in a mapping,
            `{"m-bert": "models/m-bert-small"}`, or written before them, `m-bert=models/m-bert-small`. Any other word
            there is what tables call the encoder: `old=models/m-bert-small`.
        data: data root; None for the data cache.
        **settings: other fields of `Study`; those that are None have their default. And `task` of `transfer`: `pos`,
            `ner` or `labels`, where it is not to be what the tags of its files are.

    Raises:
        SpecError: naming the wrong field and what is allowed.
        UsageError: for an encoder in memory that was not loaded from anywhere, or a task that nothing asks for.
        DataError: for files of `transfer` that are missing, faulty, or of different tasks.
    """
    experiments = [experiments] if isinstance(experiments, str) else list(experiments)
    task = settings.pop("task", None)
    if task is not None:
        require_task(task)
        if experiments != [TRANSFER]:
            raise UsageError(f"{called('task')}: {TRANSFER} alone can be of any task; {', '.join(experiments)} cannot")
        experiments = [f"{TRANSFER}-{task}"]
    if isinstance(encoders, Mapping):
        entries = [{**_role_or_name(word), **_entry(encoder)} for word, encoder in encoders.items()]
    else:
        listed = [encoders] if isinstance(encoders, str | Path | Encoder) else encoders
        entries = [_entry_with_role(encoder) for encoder in listed]
    fields = {
        "name": "reproduction",
        "experiments": experiments,
        "encoders": entries,
        "data": data,
        **settings,
    }
    return make_study({key: value for key, value in fields.items() if value is not None}, "reproduce")


def run_folder(study: Study, out: str | PathLike[str] | None = None) -> Path:
    """The folder of a study's results: the one given, else `runs/<name>`."""
    return Path("runs") / study.name if out is None else Path(out)


def _entry_with_role(encoder: Given) -> dict[str, str]:
    """As `_entry`, for encoders that may have `ROLE=` or `NAME=` before them; an existing folder is taken as it is."""
    if isinstance(encoder, str) and "=" in encoder and not Path(encoder).exists():
        word, _, place = encoder.partition("=")
        return {**_role_or_name(word), **_entry(place)}
    return _entry(encoder)


def _role_or_name(word: str) -> dict[str, str]:
    """What stands before an encoder: a role, or a name for tables. What is nearly a role is one that fails."""
    is_role = word in ROLES_OF_STUDIES or get_close_matches(word.lower(), ROLES_OF_STUDIES, n=1, cutoff=0.75)
    return {"role": word} if is_role or not word else {"name": word}


def _entry(encoder: Given) -> dict[str, str]:
    """An encoder's place, with its revision if known; one in memory is kept ready for the steps."""
    if isinstance(encoder, Encoder):
        if not encoder.trained or encoder.revision is None:
            raise UsageError(f"{encoder.name}: give the encoder as it was loaded; its untrained twin is run beside it")
        provide(encoder)
        return {"encoder": encoder.name, "revision": encoder.revision}
    name, at, revision = str(encoder).rpartition("@")
    if at and not Path(encoder).exists():
        return {"encoder": name, "revision": revision}
    return {"encoder": str(encoder)}
