"""A study's encoders as candidates: found, named, in their roles, with the recipe each is fine-tuned by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from crossglot.encoders.sources import BASE_WIDTH, ROLES, find_source
from crossglot.errors import ModelError, UsageError
from crossglot.experiments.setting import TASKS, Candidate
from crossglot.results.rows import Role
from crossglot.steps.arguments import EncoderReference
from crossglot.studies.study import EncoderEntry, Study
from crossglot.tagging.grid import grid_for
from crossglot.tagging.recipe import Recipe

if TYPE_CHECKING:
    from crossglot.encoders.sources import Source

_OF_RECIPE = ("learning_rate", "epochs", "head_start", "head_learning_rate", "decay", "subword", "cutting")
"""Fields of a study that are settings of its recipe, by the same names."""


def find_candidates(study: Study) -> tuple[Candidate, ...]:
    """The study's encoders, in its order; weights are not loaded.

    Raises:
        ModelError: if an encoder is not there.
        UsageError: if two encoders take one role, or bear one name.
    """
    found = [find_source(entry.encoder, revision=entry.revision) for entry in study.encoders]
    roles: list[Role] = [
        entry.role or source.role or "other" for entry, source in zip(study.encoders, found, strict=True)
    ]
    for role, times in Counter(role for role in roles if role != "other").items():
        if times > 1:
            raise UsageError(
                f"{times} encoders take the role {role}: name the one that plays it, and others as other=…"
            )
    names = _names(study.encoders, found)
    return tuple(_candidate(study, *one) for one in zip(found, roles, names, strict=True))


def _candidate(study: Study, source: Source, role: Role, name: str) -> Candidate:
    if source.revision is None:
        raise ModelError(f"{source.name}: its revision cannot be told, so results could not be kept; give ID@REVISION")
    given = {name: value for name in _OF_RECIPE if (value := getattr(study, name)) is not None}
    recipe = Recipe.model_validate(given)
    by_task: dict[str, Recipe] = {
        task: Recipe.model_validate(kept | given) for task in TASKS if (kept := source.fine_tuning(task))
    }
    papers = source.name in ROLES and ROLES[source.name] == role and source.folder is None
    return Candidate(
        encoder=EncoderReference(revision=source.revision, location=source.location, name=name),
        role=role,
        recipe=recipe,
        papers=papers and study.max_train is study.max_test is None and not recipe.departures(),
        by_task=by_task,
        grid=None if "learning_rate" in given or not is_narrow(source) else grid_for(source.width(), study.head_start),
    )


def is_narrow(source: Source) -> bool:
    """Whether an encoder is narrower than the paper's, so that the paper's recipe is not meant for it.

    Raises:
        ModelError: if its config.json cannot be read.
    """
    return source.name not in ROLES and source.width() < BASE_WIDTH


def _names(entries: Sequence[EncoderEntry], found: Sequence[Source]) -> list[str]:
    """The last part of the id or path; where two agree in that, the whole of it."""
    short = [
        entry.name or (source.name if source.folder is None else str(source.folder.resolve())).rpartition("/")[2]
        for entry, source in zip(entries, found, strict=True)
    ]
    twice = {name for name, times in Counter(short).items() if times > 1}
    names = [source.name if name in twice else name for name, source in zip(short, found, strict=True)]
    if len(set(names)) < len(names):
        raise UsageError(
            f"two encoders are called {next(name for name in names if names.count(name) > 1)}: name each once"
        )
    return names
