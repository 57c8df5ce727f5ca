"""A study's encoders as candidates: found, named, in their roles, with the recipe each is fine-tuned by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, get_args

from crossglot.corpora.tasks import TaggerTask
from crossglot.encoders.loading import check_encoder_files
from crossglot.encoders.origin import ROLES, find_origin
from crossglot.errors import ModelError, UsageError
from crossglot.experiments.setting import Candidate
from crossglot.results.rows import Role
from crossglot.steps.arguments import EncoderReference
from crossglot.studies.study import EncoderEntry, Study
from crossglot.tagging.choosing import by_rule
from crossglot.tagging.recipe import Recipe

if TYPE_CHECKING:
    from crossglot.encoders.origin import Origin

_OF_RECIPE = ("learning_rate", "epochs", "head_start", "head_learning_rate", "decay", "subword", "cutting")
"""Fields of a study that a recipe has under the same names."""


def find_candidates(study: Study) -> tuple[Candidate, ...]:
    """The study's encoders, in its order; weights are not loaded.

    Raises:
        ModelError: if an encoder is not there.
        UsageError: if two encoders take one role, or bear one name.
    """
    found = [find_origin(entry.encoder, revision=entry.revision) for entry in study.encoders]
    roles: list[Role] = [
        entry.role or origin.role or "other" for entry, origin in zip(study.encoders, found, strict=True)
    ]
    for role, times in Counter(role for role in roles if role != "other").items():
        if times > 1:
            raise UsageError(
                f"{times} encoders take the role {role}: name the one that plays it, and others as other=…"
            )
    names = _names(study.encoders, found)
    return tuple(_candidate(study, *one) for one in zip(found, roles, names, strict=True))


def _candidate(study: Study, origin: Origin, role: Role, name: str) -> Candidate:
    if origin.revision is None:
        raise ModelError(f"{origin.name}: its revision cannot be told, so results could not be kept; give ID@REVISION")
    if not origin.is_partial:  # it may stand in no table that is not finished; loading refuses it
        check_encoder_files(origin)
    given = {name: value for name in _OF_RECIPE if (value := getattr(study, name)) is not None}
    recipe = Recipe.model_validate(given)
    choices = {task: by_rule(given, origin.fine_tuning(task), origin.width()) for task in get_args(TaggerTask)}
    papers = origin.name in ROLES and ROLES[origin.name] == role and origin.folder is None
    return Candidate(
        encoder=EncoderReference(revision=origin.revision, location=origin.location, name=name),
        role=role,
        recipe=recipe,
        own_positions=origin.position_blocks(),
        own_embeddings=origin.embedded_languages(),
        papers=papers and study.max_train is study.max_test is None and not recipe.departures(),
        by_task={task: choice.recipe for task, choice in choices.items() if choice.grid is None},
        grid=next((choice.grid for choice in choices.values() if choice.grid is not None), None),
    )


def _names(entries: Sequence[EncoderEntry], found: Sequence[Origin]) -> list[str]:
    """The last part of each id or path; the whole of it where two agree in the last part."""
    short = [
        entry.name or (origin.name if origin.folder is None else str(origin.folder.resolve())).rpartition("/")[2]
        for entry, origin in zip(entries, found, strict=True)
    ]
    twice = {name for name, times in Counter(short).items() if times > 1}
    names = [origin.name if name in twice else name for name, origin in zip(short, found, strict=True)]
    if len(set(names)) < len(names):
        raise UsageError(
            f"two encoders are called {next(name for name in names if names.count(name) > 1)}: name each once"
        )
    return names
