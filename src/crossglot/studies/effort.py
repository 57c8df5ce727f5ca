"""What a run took, by kind of step: seconds, processor time, and how much was read in training and predicted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from crossglot.engine.known_steps import KnownStep, known_step
from crossglot.engine.record import RECORD, Record, read_record
from crossglot.engine.step import Step
from crossglot.steps.find_recipe import FindRecipe
from crossglot.steps.fit_and_predict import FitAndPredict
from crossglot.steps.on_device import DeviceStep
from crossglot.steps.pretrain import Pretrain
from crossglot.steps.rows import MatrixRow
from crossglot.steps.train_and_predict import TrainAndPredict
from crossglot.steps.train_on_lab import TrainOnLab
from crossglot.studies.planning import StudyPlan

PRETRAINING = (Pretrain.stored_as(), TrainOnLab.stored_as())


@dataclass
class Amounts:
    """How much steps read: in training, every epoch counted, and to predict it; pieces of text in pretraining."""

    trained_sentences: int = 0
    trained_words: int = 0
    predicted_sentences: int = 0
    predicted_words: int = 0
    pretrained_pieces: int = 0

    def add(self, other: Amounts) -> None:
        """Adds another's."""
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)


@dataclass
class Effort:
    """What the finished steps of one kind took on one kind of device.

    Attributes:
        step: the kind.
        device: `cpu`, `cuda`.
        steps: how many.
        seconds: how long they ran, one after another; on a GPU the seconds that it was theirs.
        core_seconds: processor time of all threads; None if one of them has not recorded it.
        amounts: what they read.
    """

    step: str
    device: str
    steps: int = 0
    seconds: float = 0.0
    core_seconds: float | None = 0.0
    amounts: Amounts = field(default_factory=Amounts)

    def add(self, step: KnownStep, amounts: Amounts) -> None:
        """Adds a finished step."""
        self.steps += 1
        self.seconds += step.seconds
        known = self.core_seconds is not None and step.core_seconds is not None
        self.core_seconds = (self.core_seconds or 0.0) + (step.core_seconds or 0.0) if known else None
        self.amounts.add(amounts)


def effort(plan: StudyPlan, finished: Iterable[Step]) -> list[dict[str, Any]]:
    """What the steps took, and a lab and encoders that were made in the same store; the longest first.

    Args:
        plan: what was run.
        finished: its finished steps, whenever they were done.

    Raises:
        StorageError: if a result was damaged since.
    """
    found: dict[tuple[str, str], Effort] = {}
    searches = (step for each in plan.setting.candidates for step in each.searches.values())
    steps = {step.id: step for step in (*finished, *searches) if plan.store.state(step) == "finished"}
    told = [(known, _device(steps[known.id]), _read_by(steps[known.id])) for known in plan.store.known(steps)]
    for record in _made_beforehand(plan):
        pieces = int(record.work[0]) if record.step in PRETRAINING else 0
        device = str(record.arguments.get("device_kind", "cpu"))
        told.append((known_step(record), device, Amounts(pretrained_pieces=pieces)))
    for known, device, amounts in told:
        kind = known.id.rpartition("-")[0]
        found.setdefault((kind, device), Effort(kind, device)).add(known, amounts)
    return [_plain(each) for each in sorted(found.values(), key=lambda each: -each.seconds)]


def _plain(found: Effort) -> dict[str, Any]:
    """As JSON has it: amounts that are nothing are left out, times are of tenths of seconds."""
    told = asdict(found)
    amounts = {name: value for name, value in told.pop("amounts").items() if value}
    cores = None if found.core_seconds is None else round(found.core_seconds, 1)
    return told | {"seconds": round(found.seconds, 1), "core_seconds": cores} | amounts


def _device(step: Step) -> str:
    return step.device_kind if isinstance(step, DeviceStep) else "cpu"


def _read_by(step: Step) -> Amounts:
    """What a step read; of a sample of a split, about as many words as its share of them."""
    if isinstance(step, MatrixRow):
        times, asked = 1, 1
        if isinstance(step, TrainAndPredict):
            times = 0 if step.tagger_of is not None else step.recipe.epochs
            asked = len(step.points)
        if isinstance(step, FitAndPredict):
            times = step.passes
        return Amounts(
            times * step.training_size(),
            round(times * step.training_words()),
            asked * sum(split.sentences for split in step.targets),
            asked * sum(split.words for split in step.targets),
        )
    if isinstance(step, FindRecipe):
        trials = len(step.starts) * len(step.rates)
        sentences = min(step.train.sentences, step.max_train or step.train.sentences)
        words = step.train.words * sentences / max(step.train.sentences, 1)
        return Amounts(
            trials * step.recipe.epochs * sentences,
            round(trials * step.recipe.epochs * words),
            trials * step.dev.sentences,
            trials * step.dev.words,
        )
    return Amounts(pretrained_pieces=int(step.work.size) if step.stored_as() in PRETRAINING else 0)


def _made_beforehand(plan: StudyPlan) -> Iterator[Record]:
    """Of a lab and of encoders that lie in the run's own store and are no steps of its plan, as those of the demo."""
    places = [plan.setting.corpora.root.parent, *(Path(each.encoder.location) for each in plan.setting.candidates)]
    own = {step.id for step in plan.steps.steps}
    for place in dict.fromkeys(places):
        here = place.parent.absolute() == plan.store.folder.absolute() and (place / RECORD).is_file()
        if here and place.name not in own:
            yield read_record(place)
