"""Models that users write down in TOML: read so that every wrong field is named, and written back."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, ValidationError

from crossglot.errors import SpecError
from crossglot.limits import Limits, shown

Spec = TypeVar("Spec", bound=BaseModel)


def within(limits: Limits) -> BeforeValidator:
    """The limits of a field, for its `Annotated` type; a string is no number, and neither is a boolean."""

    def checked_number(value: Any) -> Any:
        if fault := limits.fault(value):
            raise ValueError(fault)
        return int(value) if limits.whole else float(value)

    return BeforeValidator(checked_number)


def read_toml(path: Path) -> dict[str, Any]:
    """What a TOML file says.

    Raises:
        SpecError: if it cannot be read, or is no TOML.
    """
    try:
        return parse_toml(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise SpecError(f"{path}: cannot be read: {why}") from error


def parse_toml(text: str, where: str) -> dict[str, Any]:
    """What TOML says; `where` it stands is for the error.

    Raises:
        SpecError: if it is no TOML.
    """
    try:
        return tomllib.loads(text)
    except ValueError as error:  # a number of thousands of digits is no TOMLDecodeError
        raise SpecError(f"{where}: not TOML: {error}") from error
    except RecursionError as error:
        raise SpecError(f"{where}: not TOML that can be read: its values are nested too deeply") from error


def checked(model: type[Spec], fields: Mapping[str, Any], fault: str) -> Spec:
    """The model from plain values.

    Args:
        model: what they should be.
        fields: the values.
        fault: first line of the error: where the values stand and what they are not.

    Raises:
        SpecError: naming each wrong field and what is allowed.
    """
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        places = [found["loc"] for found in error.errors()]
        faults = [
            f"  {_place(found['loc'])}{_words(found, model)}"
            for found in error.errors()
            if found["type"] != "too_short" or not any(_inside(other, found["loc"]) for other in places)
        ]  # a list of which an item is wrong is not too short as well
        raise SpecError("\n".join([fault, *faults])) from error


def _inside(place: tuple[int | str, ...], other: tuple[int | str, ...]) -> bool:
    return len(place) > len(other) and place[: len(other)] == other


def toml_value(value: object) -> str:
    """A value on one line; strings, numbers and booleans are written alike in JSON and TOML, but for one character."""
    if isinstance(value, Mapping):
        inner = ", ".join(f"{toml_value(key)} = {toml_value(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _place(location: tuple[int | str, ...]) -> str:
    return f"{'.'.join(map(str, location))}: " if location else ""


def _words(fault: Any, model: type[BaseModel]) -> str:
    if fault["type"] == "extra_forbidden":
        return f"no such field; fields: {', '.join(_model_at(model, fault['loc']).model_fields)}"
    if fault["type"] == "missing":
        return "has to be given"
    message = str(fault["msg"]).removeprefix("Value error, ")
    for ours, toml in (("valid tuple", "list"), ("Tuple", "List"), ("valid dictionary", "table")):
        message = message.replace(ours, toml)
    return message if fault["type"] == "value_error" else f"{message} (given: {shown(fault.get('input'))})"


def _model_at(model: type[BaseModel], location: tuple[int | str, ...]) -> type[BaseModel]:
    """The model that a field at this place would belong to; keys of mappings and places in lists lead nowhere else."""
    for part in location[:-1]:
        field = model.model_fields.get(str(part))
        model = (_model_in(field.annotation) if field else None) or model
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
