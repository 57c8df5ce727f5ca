"""Searches for starts and learning rates that nobody has given: before all other steps, for each task separately."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import get_args

from crossglot.corpora.tasks import TaggerTask
from crossglot.engine.store import Store
from crossglot.errors import UsageError
from crossglot.experiments.setting import Candidate, Setting
from crossglot.experiments.systems import FineTuned
from crossglot.experiments.tables import TransferTable
from crossglot.remedies import called
from crossglot.steps.arguments import CorpusSplit
from crossglot.steps.find_recipe import FindRecipe, found_recipe


def settle_recipes(setting: Setting, tables: Sequence[TransferTable], store: Store) -> Setting:
    """The setting with the recipes that finished searches of the store found, and with searches for those unknown.

    Raises:
        UsageError: if a candidate needs a rate for a task, and no source has a dev set to find one on.
    """
    return replace(
        setting, candidates=tuple(_settled(candidate, setting, tables, store) for candidate in setting.candidates)
    )


def _settled(candidate: Candidate, setting: Setting, tables: Sequence[TransferTable], store: Store) -> Candidate:
    by_task, searches = dict(candidate.by_task), dict(candidate.searches)
    for task in get_args(TaggerTask):
        of_task = [table for table in tables if table.task == task]
        sources = _sources(candidate, of_task, setting)
        if candidate.grid is None or task in by_task or not sources:
            continue
        search = _search(candidate, task, sources, replace(setting, max_train=_longest(of_task, setting)))
        if search is None:
            continue
        searches[task] = search
        if store.state(search) == "finished":
            by_task[task] = found_recipe(candidate.recipe, store.result(search))
    return replace(candidate, by_task=by_task, searches=searches)


def _longest(tables: Iterable[TransferTable], setting: Setting) -> int | None:
    """How many sentences of a source the longest trainings of some tables have at most; None for all there are."""
    most = [table.sizes[-1] if table.sizes else setting.max_train for table in tables]
    return None if None in most else max(filter(None, most))


def _search(candidate: Candidate, task: TaggerTask, sources: Sequence[str], setting: Setting) -> FindRecipe | None:
    """A search on the first source with a dev set, English before others; None if nothing can be trained."""
    corpora, runtime, grid = setting.corpora, setting.runtime, candidate.grid
    trainable = False
    for language in sources:
        train, dev = corpora.to_choose_by(language, task)
        trainable = trainable or isinstance(train, CorpusSplit)
        if grid is not None and isinstance(train, CorpusSplit) and isinstance(dev, CorpusSplit):
            return FindRecipe(
                encoder=candidate.encoder, task=task, train=train, dev=dev, recipe=candidate.recipe,
                starts=grid.starts, rates=grid.rates, max_train=setting.max_train,
                precision=runtime.precision, device_kind=runtime.kind, device=runtime.device,
            )  # fmt: skip
    if trainable:
        raise UsageError(
            f"{candidate.encoder.name}: no learning rate for {task} is known, and no source of the study has a {task} "
            f"dev set to find one on: give it ({called('learning_rate')}), and the new layer's start "
            f"({called('head_start')})"
        )
    return None


def _sources(candidate: Candidate, tables: Iterable[TransferTable], setting: Setting) -> list[str]:
    """Languages that the candidate can be trained on, English first."""
    fills = FineTuned(candidate).fills
    parts = dict.fromkeys(part for table in tables if fills(table.role) for part in _parts(table, setting))
    readable = [key for key in parts if not candidate.cannot_read([key])]
    return sorted(readable, key=lambda key: key != "en")


def _parts(table: TransferTable, setting: Setting) -> dict[str, None]:
    """Languages of a table's sources, each once."""
    sources = dict.fromkeys(source for source, _ in table.cells(setting.sources, setting.targets))
    return dict.fromkeys(part for source in sources for part in source.split("+"))
