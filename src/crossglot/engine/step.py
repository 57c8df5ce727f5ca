"""A step: one unit of cached work, known by what can change its result."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, is_dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from crossglot.engine.going import Going

Inputs = Callable[["Step"], Path]
"""Gives the folder of a finished step that this one depends on."""

Advance = Callable[[float], None]
"""Told by a running step how much of its work is done, between 0 and 1."""


class Work(NamedTuple):
    """How much a step has to do, for the time to go.

    `size` is in units that compare across kinds (0: too little to count); steps of one `kind` run at one speed.
    """

    size: float
    kind: str


class Requirement(Protocol):
    """Something that a step needs on the machine that it runs on, and that the planning machine need not have.

    Equal ones are looked at once, so they have to be hashable; like steps, they have to be fit to be pickled.
    """

    def check(self) -> None:
        """Makes sure that it is there.

        Raises:
            CrossglotError: if it is not.
        """
        ...


class Step(BaseModel):
    """Work whose result is a folder of files: the arguments are the fields, `run` writes the files.

    A step's `id` is its class name and a hash over its class name, its VERSION and its arguments; an argument that is a
    step counts by its id and is a dependency. Two of tango's knobs say what to leave out:

    - SKIP_ID_ARGUMENTS: arguments that cannot change the result (paths, thread counts);
    - SKIP_DEFAULT_ARGUMENTS: arguments added later, left out while they have their default: older results stay valid.

    NAME stands for the class name where a class was called otherwise when its first results were stored.

    Raise VERSION when a change of code changes results. Arguments that are other models may carry both knobs as well.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    NAME: ClassVar[str] = ""
    VERSION: ClassVar[str] = "1"
    SKIP_ID_ARGUMENTS: ClassVar[frozenset[str]] = frozenset()
    SKIP_DEFAULT_ARGUMENTS: ClassVar[frozenset[str]] = frozenset()

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:
        """Does the work and writes its files under `folder`, which is empty."""
        raise NotImplementedError(f"{type(self).__name__} says nothing of how to run")

    def go_on(self, folder: Path, inputs: Inputs, advance: Advance, going: Going) -> None:  # noqa: ARG002
        """As `run`, which it calls, for a long step that keeps in `going` what lets it go on where it was broken off.

        It has to come to the same files, whether it was broken off or not.
        """
        self.run(folder, inputs, advance)

    @cached_property
    def id(self) -> str:
        """Identity, fit for a folder name: equal exactly if class, version and arguments that matter are equal."""
        return f"{self.stored_as()}-{self.digest()}"

    @classmethod
    def stored_as(cls) -> str:
        """The name that its results are stored under: the first part of an `id`."""
        return cls.NAME or cls.__name__

    def digest(self, without: frozenset[str] = frozenset()) -> str:
        """Hash (20 hexadecimal digits) over class, version and the arguments that matter, leaving out `without`."""
        described = [self.stored_as(), self.VERSION, _describe_fields(self, without)]
        text = json.dumps(described, sort_keys=True, ensure_ascii=False, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()[:20]

    @property
    def family(self) -> str:
        """Equal among steps of which one may stand in for a part of another (see the steps that override it)."""
        return self.id

    @property
    def title(self) -> str:
        """What the progress shows."""
        return self.id

    @property
    def work(self) -> Work:
        """How much there is to do."""
        return Work(0, type(self).__name__)

    @property
    def on_gpu(self) -> bool:
        """Whether it computes on a GPU."""
        return False

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """What it needs on the machine that it runs on."""
        return ()

    @cached_property
    def dependencies(self) -> tuple[Step, ...]:
        """Steps among the arguments, in order, each once."""
        found: dict[str, Step] = {}
        for name in type(self).model_fields:
            for step in _steps_in(getattr(self, name)):
                found.setdefault(step.id, step)
        return tuple(found.values())


def _describe_fields(model: BaseModel, without: frozenset[str] = frozenset()) -> dict[str, object]:
    skipped: frozenset[str] = getattr(type(model), "SKIP_ID_ARGUMENTS", frozenset()) | without
    by_default: frozenset[str] = getattr(type(model), "SKIP_DEFAULT_ARGUMENTS", frozenset())
    described = {}
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if name in skipped or (name in by_default and value == field.get_default(call_default_factory=True)):
            continue
        described[name] = _describe(value)
    return described


def _describe(value: object) -> object:
    if isinstance(value, Step):
        return value.id
    if isinstance(value, BaseModel):
        return _describe_fields(value)
    if is_dataclass(value) and not isinstance(value, type):
        return _describe(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): _describe(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_describe(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(str(_describe(item)) for item in value)
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise TypeError(
        f"a {type(value).__name__} as a step's argument has no place in its identity: name it in SKIP_ID_ARGUMENTS"
    )


def _steps_in(value: object) -> Iterator[Step]:
    if isinstance(value, Step):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _steps_in(getattr(value, name))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _steps_in(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _steps_in(item)
