"""Of each kind of step what a tracker hears: its settings as parameters, what it found as metrics."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crossglot.drawing.matrix_exhibit import is_zero_shot
from crossglot.engine.step import Step
from crossglot.errors import StorageError
from crossglot.pretraining.shapes import Shape
from crossglot.results.rows import DIAGONAL_MEAN, ZERO_SHOT_MEAN
from crossglot.steps.arguments import CorpusSplit, EncoderReference
from crossglot.steps.find_recipe import FindRecipe, read_search
from crossglot.steps.linear_probe import ProbeAndPredict
from crossglot.steps.pretrain import Pretrain, TextFiles
from crossglot.steps.rows import MatrixRow, read_about
from crossglot.steps.score import ScoreRows, read_scores
from crossglot.steps.train_on_lab import TrainOnLab
from crossglot.tagging.recipe import Recipe
from crossglot.tracking.mlflow_store import Measured
from crossglot.tracking.names import metric_name

TRACKED = (MatrixRow, FindRecipe, Pretrain, TrainOnLab)
"""The kinds that are runs of their own: those that train."""

AVERAGES = (ZERO_SHOT_MEAN, DIAGONAL_MEAN)
_CALLED = {"sources": "source", "train": "source"}
_LEFT_OUT = frozenset({"device", "keep_weights", "tagger_of", "search", "lab"})


def parameters(step: Step) -> dict[str, str]:
    """The settings of a step by name: those of its recipe are `recipe.…`, of a shape `shape.…`. Paths are left out."""
    found = {"step": step.stored_as()}
    for name in type(step).model_fields:
        if name not in _LEFT_OUT:
            found |= _said(_CALLED.get(name, name), getattr(step, name))
    if isinstance(step, ProbeAndPredict):  # of its recipe it reads words, and trains nothing
        trained = {f"recipe.{name}" for name in Recipe.model_fields} - {"recipe.subword", "recipe.cutting"}
        found = {name: text for name, text in found.items() if name not in trained}
    return found


def _said(name: str, value: Any) -> dict[str, str]:
    match value:
        case str() | int() | float():
            return {name: str(value)}
        case Recipe():
            return _below("recipe", value.model_dump())
        case Shape():
            return _below("shape", asdict(value))
        case EncoderReference():
            return {name: value.name, f"{name}_revision": value.revision}
        case CorpusSplit():
            return {name: value.language, f"{name}_corpus": value.corpus}
        case (CorpusSplit(), *_):
            return {
                name: "+".join(each.language for each in value),
                f"{name}_corpus": "+".join(each.corpus for each in value),
            }
        case (TextFiles(), *_):
            return {name: " ".join("-".join(each.languages) for each in value)}
        case ((str() | int() | float()), *_):
            return {name: " ".join(map(str, value))}
    return {}


def _below(name: str, fields: Mapping[str, Any]) -> dict[str, str]:
    return {f"{name}.{key}": str(value) for key, value in fields.items() if isinstance(value, str | int | float)}


def measured(step: Step, folder: Path, seconds: float) -> list[Measured]:
    """What a finished step has found, and how long it took.

    Raises:
        StorageError: if its files cannot be read.
    """
    found = [Measured("seconds/step", seconds)]
    try:
        match step:
            case FindRecipe():
                search = read_search(folder)
                found += [Measured(name, float(search[name])) for name in ("score", "learning_rate")]
            case MatrixRow():
                found += _of_row(read_about(folder))
            case Pretrain() | TrainOnLab():
                name = "crossglot.json" if isinstance(step, Pretrain) else "row.json"
                found += _of_pretraining(json.loads((folder / name).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StorageError(f"{folder}: cannot be read: {error}") from error
    return found


def _of_row(about: Mapping[str, Any]) -> Iterator[Measured]:
    for name, seconds in (about.get("seconds") or {}).items():
        yield Measured(f"seconds/{name}", float(seconds))
    training = about.get("training") or {}
    for name, point in (("first_loss", 0), ("last_loss", training.get("steps", 0))):
        if name in training:
            yield Measured("training loss", float(training[name]), int(point))
    if "collapsed" in about:
        yield Measured("collapsed", float(bool(about["collapsed"])))


def _of_pretraining(notes: Mapping[str, Any]) -> Iterator[Measured]:
    for step, loss in notes.get("loss", ()):
        yield Measured("loss", float(loss), int(step))
    for language, perplexity in notes.get("perplexity", {}).items():
        yield Measured(metric_name("perplexity", language), float(perplexity))


def scored(step: ScoreRows, row: MatrixRow, folder: Path) -> list[Measured]:
    """Of what a step has scored the scores of one row, per cent: each target's, and the mean over zero-shot targets.

    Of a checkpoint they are at its step of the training; at its end, they are at the last.

    Raises:
        StorageError: if its files cannot be read.
    """
    try:
        every = read_scores(folder)
    except (OSError, ValueError) as error:
        raise StorageError(f"{folder}: cannot be read: {error}") from error
    point = row.points[-1 if step.checkpoint is None else step.checkpoint - 1] if row.points else 0
    own = {split.language for split in row.targets}
    scores = [each for each in every if each.target in own and each.seed == row.seed and not each.until_end and each.n]
    whole = [each for each in scores if not each.part]
    found = [
        Measured(
            metric_name(each.metric + (f" of {each.part} words" if each.part else ""), each.target), each.value, point
        )
        for each in scores
    ]
    away = [each.value for each in whole if is_zero_shot(row.source, each.target)]
    if away:
        found.append(Measured(metric_name(whole[0].metric, ZERO_SHOT_MEAN), sum(away) / len(away), point))
    return found


def of_results(results: Sequence[Mapping[str, Any]]) -> list[Measured]:
    """The averages of each system in results.csv, as metrics of the whole: `table1 f1 zero-shot mean/m-bert`."""
    return [
        Measured(metric_name(f"{row['experiment']} {row['metric']} {row['aggregate']}", row["system"]), row["value"])
        for row in results
        if row["aggregate"] in AVERAGES and row["value"] is not None and not row["condition"]
    ]
