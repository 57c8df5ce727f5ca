"""The folder that a run is written into: made sure to be writable and to hold nothing but a run."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from crossglot.engine.record import RECORD
from crossglot.errors import CrossglotError, UsageError
from crossglot.files import check_working_folder, sweep, write_whole
from crossglot.remedies import way
from crossglot.results.predictions import Predicted, said_by, write_predicted
from crossglot.studies.planning import STORE
from crossglot.studies.study import Study, load_study, study_toml

WRITTEN = (
    "results.csv",
    "claims.csv",
    "study.toml",
    "versions.json",
    "report.html",
    "tables",
    "figures",
    "predictions",
    "errors",
)
"""What a run and its report write, besides the store."""

_EARLIER = re.compile(r"(causes\..+|.+\.(pos|ner|labels)\..+?)(\.seed-?\d+)?(-\d+)?\.parquet")
"""Names of files of predictions by earlier versions, without metadata that says whose they are."""


def check_run_folder(out: Path) -> None:
    """Makes sure, before any work, that a run can be written into a folder and replaces only files of runs there.

    Raises:
        NotWrittenError: if it cannot be written.
        UsageError: if something is in the way that no run wrote.
    """
    check_working_folder(out)
    others = [name for name in WRITTEN if os.path.lexists(out / name)]
    if (out / STORE).is_dir():
        others.append(STORE)
    if others and not is_run_folder(out):
        named = ", ".join(others[:3]) + (" …" if len(others) > 3 else "")
        raise UsageError(
            f"{out}: holds {named}, which no run of crossglot wrote and this one would replace\n"
            f"  {way('give another folder', 'out')}"
        )


def is_run_folder(out: Path) -> bool:
    """Whether a run, finished or not, has been written into this folder: it has a versions.json or a store."""
    store = out / STORE
    if store.is_dir():
        steps = [path for path in store.iterdir() if not path.name.startswith(".")]
        if not steps or any(os.path.lexists(path / RECORD) for path in steps):
            return True
    try:
        versions = json.loads((out / "versions.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    packages = versions.get("packages") if isinstance(versions, dict) else None
    return isinstance(packages, dict) and "crossglot" in packages


def write_study(path: Path, study: Study) -> None:
    """Writes the study as run; a file by the user that says the same, perhaps with comments, stays."""
    try:
        same = load_study(path) == study
    except (CrossglotError, OSError, ValueError, RecursionError):
        same = False
    if not same:
        write_whole(path, study_toml(study))


def write_predictions(folder: Path, found: Sequence[tuple[Predicted, Path]]) -> None:
    """Writes what was predicted, one file per row; a second one, numbered, where targets were added later.

    Files that earlier runs wrote there are removed, and no others.

    Args:
        folder: the run's `predictions/`.
        found: whose predictions, and the store's file of them.
    """
    sweep(folder)
    names = Counter[str]()
    written = set()
    for predicted, source in found:
        names[predicted.file_name] += 1
        number = f"-{names[predicted.file_name]}" if names[predicted.file_name] > 1 else ""
        path = folder / f"{predicted.file_name}{number}.parquet"
        write_predicted(path, source, predicted)
        written.add(path)
    for path in folder.iterdir() if folder.is_dir() else ():
        if path not in written and (said_by(path) is not None or _EARLIER.fullmatch(path.name)):
            path.unlink()
