"""A step: one unit of cached work, known by what can change its result."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, is_dataclass
from functools import cache, cached_property
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, Protocol, Self, Union, get_args, get_origin

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
        head = f"{_plain(self.stored_as())}, {_plain(self.VERSION)}"
        return hashlib.sha256(f"[{head}, {_fields(self, without)}]".encode()).hexdigest()[:20]

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with other values of some fields; it is another step, so nothing that was worked out is taken over."""
        copied = super().model_copy(update=update, deep=deep)
        for name in ("id", "family", "dependencies"):
            copied.__dict__.pop(name, None)
        return copied

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
    def gpu(self) -> str:
        """The GPU that it computes on: `cuda` is whichever there is, `cuda:1` that one; empty if on none."""
        return ""

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """What it needs on the machine that it runs on."""
        return ()

    @cached_property
    def dependencies(self) -> tuple[Step, ...]:
        """Steps among the arguments, in order, each once."""
        found: dict[str, Step] = {}
        for step in _steps_in_fields(self):
            found.setdefault(step.id, step)
        return tuple(found.values())


def _fields(model: BaseModel, without: frozenset[str] = frozenset()) -> str:
    """A model's arguments that matter, as JSON with sorted keys."""
    texts = []
    for name, head, default in _arguments(type(model)):
        value = getattr(model, name)
        if name in without or (default is not _NONE and value == default):
            continue
        texts.append(f"{head}{_text(value)}")
    return f"{{{', '.join(texts)}}}"


_NONE = object()


@cache
def _arguments(kind: type[BaseModel]) -> tuple[tuple[str, str, object], ...]:
    """Of a model's arguments that matter, sorted: name, as JSON, and the default that it is left out with, if any."""
    skipped: frozenset[str] = getattr(kind, "SKIP_ID_ARGUMENTS", frozenset())
    by_default: frozenset[str] = getattr(kind, "SKIP_DEFAULT_ARGUMENTS", frozenset())
    return tuple(
        (name, f"{_plain(name)}: ", field.get_default(call_default_factory=True) if name in by_default else _NONE)
        for name, field in sorted(kind.model_fields.items())
        if name not in skipped
    )


_plain: Callable[[object], str] = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
_quoted = json.encoder.encode_basestring  # what `_plain` does with a string, after it has looked what it is
_CONSTANTS = {None: "null", True: "true", False: "false"}
_PLAIN = frozenset({str, int, float, bool, type(None)})
_MOST_KNOWN = 10_000


class _Known(NamedTuple):
    """What was worked out of a frozen model, or of a list of such models, that is an argument of many steps.

    It is known by its number in memory (a list by its models' numbers), and held so that the number stays its own:
    equal ones may differ in what does not matter, and to compare them would take longer than all the rest.
    """

    value: object
    text: str
    steps: tuple[Step, ...]


_KNOWN: dict[int | tuple[int, ...], _Known] = {}


def _known(model: BaseModel) -> _Known | None:
    """What is known of a model that cannot change; None of any other."""
    if isinstance(model, Step) or not model.model_config.get("frozen"):
        return None
    return _remember(id(model), _Known(model, _fields(model), tuple(_steps_in_fields(model))))


def _known_list(models: tuple[object, ...]) -> _Known | None:
    """As `_known` of several models that cannot change; None of any other list."""
    numbers = tuple(map(id, models))
    found = _KNOWN.get(numbers)
    if found is None:
        known = (_KNOWN.get(id(model)) or (isinstance(model, BaseModel) and _known(model)) for model in models)
        if not models or not all(known):
            return None
        found = _remember(numbers, _Known(models, _listed(models), tuple(_steps_in_items(models))))
    return _remember(id(models), found._replace(value=models))


def _remember(number: int | tuple[int, ...], known: _Known) -> _Known:
    if len(_KNOWN) >= _MOST_KNOWN:
        _KNOWN.clear()
    _KNOWN[number] = known
    return known


def _text(value: object) -> str:
    """A value as JSON with sorted keys; a step stands for itself by its id."""
    if isinstance(value, str):
        return _quoted(value)
    if value is None or type(value) is bool:
        return _CONSTANTS[value]
    if type(value) is int:
        return repr(value)
    if isinstance(value, (int, float)):
        return _plain(value)
    known = _KNOWN.get(id(value))
    if known is not None:
        return known.text
    if isinstance(value, Step):
        return _quoted(value.id)
    if isinstance(value, BaseModel):
        known = _known(value)
        return _fields(value) if known is None else known.text
    if is_dataclass(value) and not isinstance(value, type):
        return _text(asdict(value))
    if isinstance(value, Mapping):
        named = {str(key): item for key, item in value.items()}
        return f"{{{', '.join(f'{_plain(key)}: {_text(named[key])}' for key in sorted(named))}}}"
    if isinstance(value, (list, tuple)):
        known = _known_list(value) if isinstance(value, tuple) else None
        return _listed(value) if known is None else known.text
    if isinstance(value, (set, frozenset)):
        return _plain(sorted(item.id if isinstance(item, Step) else str(item) for item in value))
    raise TypeError(
        f"a {type(value).__name__} as a step's argument has no place in its identity: name it in SKIP_ID_ARGUMENTS"
    )


def _listed(values: Iterable[object]) -> str:
    return f"[{', '.join(map(_text, values))}]"


def _steps_in(value: object) -> Iterable[Step]:
    known = _KNOWN.get(id(value))
    if known is not None:
        return known.steps
    if isinstance(value, Step):
        return (value,)
    if isinstance(value, BaseModel):
        known = _known(value)
        return _steps_in_fields(value) if known is None else known.steps
    if isinstance(value, tuple) and (known := _known_list(value)) is not None:
        return known.steps
    items = value.values() if isinstance(value, Mapping) else value if isinstance(value, (list, tuple)) else ()
    return _steps_in_items(items)


def _steps_in_items(values: Iterable[object]) -> list[Step]:
    return [step for value in values if type(value) not in _PLAIN for step in _steps_in(value)]


def _steps_in_fields(model: BaseModel) -> list[Step]:
    return _steps_in_items(getattr(model, name) for name in _not_plain(type(model)))


@cache
def _not_plain(kind: type[BaseModel]) -> tuple[str, ...]:
    """The arguments that are more than a number, a text or one of a few words, by their annotations."""
    return tuple(name for name, field in kind.model_fields.items() if not _is_plain(field.annotation))


def _is_plain(annotation: object) -> bool:
    if get_origin(annotation) in (Union, UnionType):
        return all(map(_is_plain, get_args(annotation)))
    return get_origin(annotation) is Literal or annotation in _PLAIN
