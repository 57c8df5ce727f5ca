"""versions.json and study.toml of a run: read, and checked in what reports and comparisons rely on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from crossglot.errors import StorageError
from crossglot.json_files import read_object, too_deep
from crossglot.specs import read_toml

Finite = Annotated[float, Field(allow_inf_nan=False)]


class _Told(BaseModel):
    """Fields that are not named here may hold anything, and are shown as they are."""

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)


class _Search(_Told):
    trials: list[tuple[str, Finite, Finite, bool]]
    head_start: str
    learning_rate: Finite
    source: str
    sentences: int


class _FineTuning(_Told):
    recipe: dict[str, Any] | None = None
    departures: dict[str, Any] | None = None
    search: _Search | None = None


class _Encoder(_Told):
    location: str | None = None
    revision: str | None = None
    role: str | None = None
    fine_tuning: dict[str, _FineTuning] | None = None


class _Effort(_Told):
    step: str
    device: str
    steps: int
    seconds: Finite
    core_seconds: Finite | None = None
    trained_sentences: int = 0
    trained_words: int = 0
    predicted_sentences: int = 0
    predicted_words: int = 0
    pretrained_pieces: int = 0


class _Versions(_Told):
    encoders: dict[str, _Encoder] | None = None
    data: dict[str, dict[str, Any] | str] | None = None
    languages: dict[str, str] | None = None
    remarks: list[dict[str, Any]] | None = None
    effort: list[_Effort] | None = None
    command: str | None = None


def read_versions(path: Path) -> dict[str, Any]:
    """The contents of versions.json; empty without the file, as in a folder that holds only results.

    Raises:
        StorageError: if it is damaged, naming the field.
    """
    if not path.exists() and not path.is_symlink():
        return {}
    found = read_object(path, StorageError)
    try:
        _Versions.model_validate_json(path.read_bytes())
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        where = ".".join(map(str, fault["loc"])) or "the whole"
        raise StorageError(
            f"{path}: {where}: {fault['msg']}\n  run the study again: it writes the file anew"
        ) from error
    return found


def read_study(path: Path) -> dict[str, Any]:
    """The contents of study.toml; empty without the file.

    Raises:
        StorageError: if it is no file, or has values of wrong types.
        SpecError: if it is no TOML.
    """
    if not path.exists() and not path.is_symlink():
        return {}
    if not path.is_file():
        raise StorageError(f"{path}: cannot be read: not a file")
    found = read_toml(path)
    if too_deep(found):
        raise StorageError(f"{path}: values are nested too deep to be read")
    seeds = found.get("seeds", [])
    if not isinstance(seeds, list) or not all(isinstance(seed, int) for seed in seeds):
        raise StorageError(f"{path}: seeds should be a list of whole numbers, as in seeds = [1, 2, 3]")
    return found
