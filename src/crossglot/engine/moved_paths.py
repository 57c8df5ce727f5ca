"""Paths that are others on another machine: what a node's environment says of them, and steps with them put right.

Nodes that see the same files at different places are started with `CROSSGLOT_PATHS`, pairs of a folder where the plan
was made and the same folder on the node: `CROSSGLOT_PATHS=/home/me/runs=/mnt/runs:/data=/scratch/data`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any, TypeVar

from pydantic import BaseModel

from crossglot.engine.step import Step
from crossglot.errors import CrossglotError, UsageError

PATHS = "CROSSGLOT_PATHS"

AStep = TypeVar("AStep", bound=Step)


def paths_here() -> dict[str, str]:
    """From folders where plans are made to the same folders on this machine.

    Raises:
        UsageError: if the variable is not written as it should be.
    """
    found = {}
    for pair in filter(None, os.environ.get(PATHS, "").split(os.pathsep)):
        there, equals, here = pair.partition("=")
        if not (equals and PurePath(there).is_absolute() and PurePath(here).is_absolute()):
            raise UsageError(f"{PATHS}: {pair}: write pairs of absolute paths, as in /where/planned=/where/run")
        found[there] = here
    return found


def moved_path(path: str, paths: Mapping[str, str]) -> str:
    """Where a path is on this machine, by the longest folder that is known to be elsewhere."""
    for there in sorted(paths, key=len, reverse=True):
        if PurePath(path).is_relative_to(there):
            return str(Path(paths[there], PurePath(path).relative_to(there)))
    return path


def moved_step(step: AStep, paths: Mapping[str, str]) -> AStep:
    """The same step with its files where they are on this machine: paths are no part of what a step is.

    Raises:
        CrossglotError: if a folder named in CROSSGLOT_PATHS begins a text that is part of what the step is.
    """
    if not paths:
        return step
    moved: AStep = _moved(step, paths)
    if moved.id != step.id:
        raise CrossglotError(f"'{step.title}' would be another step with the folders of {PATHS}: name others there")
    return moved


def _moved(value: Any, paths: Mapping[str, str]) -> Any:
    if isinstance(value, BaseModel):
        fields = {name: getattr(value, name) for name in type(value).model_fields}
        changed = {name: new for name, old in fields.items() if (new := _moved(old, paths)) is not old}
        return _changed(value, changed) if changed else value
    if isinstance(value, Path):
        new = moved_path(str(value), paths)
        return value if new == str(value) else Path(new)
    if isinstance(value, str):
        new = moved_path(value, paths) if value.startswith(os.sep) else value
        return value if new == value else new
    if isinstance(value, tuple):
        items = tuple(_moved(item, paths) for item in value)
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    if isinstance(value, Mapping):
        pairs = {key: _moved(item, paths) for key, item in value.items()}
        return pairs if any(pairs[key] is not value[key] for key in pairs) else value
    return value


def _changed(model: BaseModel, fields: Mapping[str, Any]) -> BaseModel:
    """A copy with other fields, which remembers nothing that was computed from the old ones."""
    copied = model.model_copy(update=dict(fields))
    for name in set(copied.__dict__) - set(type(model).model_fields):
        del copied.__dict__[name]
    return copied
