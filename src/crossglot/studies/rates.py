"""Learning rates that nobody has given: searched for before all else, and kept beside the encoder."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from crossglot.encoders.sources import NOTES, find_source
from crossglot.engine.store import RECORD, Store
from crossglot.errors import ModelError, UsageError
from crossglot.probes.setting import Candidate, Setting, Task
from crossglot.probes.tables import TransferTable
from crossglot.probes.transfer import plays
from crossglot.steps.arguments import CorpusSplit
from crossglot.steps.find_rate import ENOUGH_TRAIN, FindRate, read_rate

if TYPE_CHECKING:
    from crossglot.encoders.sources import Source

PAPERS_WIDTH = 768
"""Hidden size of BERT-base: from here on, the paper's learning rate is taken to fit."""

TASKS: tuple[Task, ...] = ("pos", "ner")
"""In the order in which a study's tasks are asked for a search."""

_log = logging.getLogger(__name__)


def is_narrow(source: Source) -> bool:
    """Whether a local encoder is narrower than the paper's, so that the paper's rate would hardly move it.

    Raises:
        ModelError: if its config.json cannot be read.
    """
    if source.folder is None:
        return False
    try:
        config = json.loads((source.folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{source.folder}: cannot read its config.json: {error}") from error
    width = config.get("hidden_size", config.get("dim", PAPERS_WIDTH))
    return bool(width < PAPERS_WIDTH)


def settle_rates(setting: Setting, tables: Sequence[TransferTable], store: Store) -> Setting:
    """The setting with the rate of each candidate whose search is in the store; the others get their search.

    A candidate has one search, whatever the study's tables: the rate belongs to the encoder.

    Raises:
        UsageError: if a candidate needs a rate, and no source has a dev set to find one on.
    """
    settled = []
    for candidate in setting.candidates:
        search = _search(candidate, tables, setting) if candidate.search_rate else None
        if search is not None and store.state(search) == "finished":
            recipe = candidate.recipe.model_copy(update={"learning_rate": read_rate(store.result(search))})
            candidate = replace(candidate, search=search, search_rate=False, recipe=recipe)
        elif search is not None:
            candidate = replace(candidate, search=search)
        settled.append(candidate)
    return replace(setting, candidates=tuple(settled))


def keep_rates(candidates: Iterable[Candidate]) -> None:
    """Keeps the rates that searches found beside their encoders."""
    for candidate in candidates:
        if candidate.search is not None and not candidate.search_rate:
            keep_rate(Path(candidate.encoder.location), candidate.recipe.learning_rate)


def keep_rate(folder: Path, rate: float) -> bool:
    """Writes a rate into the folder's crossglot.json, whole or not at all, and leaves all else in it as it is.

    A rate that is there already stays, and so does a folder that is a step's result: changed, it would count as
    damaged. A folder that cannot be written is no error: the log says so.

    Returns:
        Whether a rate is kept there now.

    Raises:
        ModelError: if there is a crossglot.json, and it is no JSON object.
    """
    notes = find_source(folder, weights=False).notes()
    if notes.get("learning_rate") is not None:
        return True
    if (folder / RECORD).exists():
        return False
    path = folder / NOTES
    fresh = path.with_name(f".{NOTES}.{os.getpid()}")
    try:
        text = json.dumps(notes | {"learning_rate": rate}, indent=1, ensure_ascii=False)
        fresh.write_text(text + "\n", encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        _log.warning("the learning rate %g that was found cannot be kept in %s: %s", rate, path, error)
        return False
    finally:
        fresh.unlink(missing_ok=True)
    return True


def _search(candidate: Candidate, tables: Sequence[TransferTable], setting: Setting) -> FindRate | None:
    """On the first source that has a dev set: tagging before entities, English before other languages."""
    corpora, runtime = setting.corpora, setting.runtime
    trainable = False
    for task in TASKS:
        for language in _sources(candidate, [table for table in tables if table.task == task], setting):
            train, dev = (corpora.split(language, task, split) for split in ("train", "dev"))
            trainable = trainable or isinstance(train, CorpusSplit)
            if isinstance(train, CorpusSplit) and isinstance(dev, CorpusSplit):
                return FindRate(
                    encoder=candidate.encoder, task=task, train=train, dev=dev, recipe=candidate.recipe,
                    max_train=min(setting.max_train or ENOUGH_TRAIN, ENOUGH_TRAIN),
                    precision=runtime.precision, device_kind=runtime.kind, device=runtime.device,
                )  # fmt: skip
    if trainable:
        raise UsageError(
            f"{candidate.encoder.name}: no learning rate is known for it, and no source of the study has a dev set to "
            "find one on: give it with --lr"
        )
    return None


def _sources(candidate: Candidate, tables: Iterable[TransferTable], setting: Setting) -> list[str]:
    """Languages that the candidate is trained on, English first."""
    parts = dict.fromkeys(
        part
        for table in tables
        if plays(candidate, table)
        for source, _ in table.cells(setting.sources, setting.targets)
        for part in source.split("+")
    )
    return sorted(parts, key=lambda key: key != "en")
