"""What a study takes before it runs: its missing steps by kind, and all of them together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crossglot.engine.step import Step
from crossglot.estimates.calibrating import Calibration, Say
from crossglot.estimates.cost import FILES, FOLDER, PROCESS, Cost
from crossglot.estimates.downloads import Downloads, downloads
from crossglot.estimates.of_encoders import EncoderCosts
from crossglot.steps.analyse_errors import AnalyseErrors
from crossglot.steps.arguments import CorpusSplit
from crossglot.steps.count_pieces import CountPieces
from crossglot.steps.embed import EmbedLines
from crossglot.steps.embed_words import EmbedWords
from crossglot.steps.find_recipe import FindRecipe
from crossglot.steps.fit_and_predict import FitAndPredict
from crossglot.steps.linear_probe import ProbeAndPredict
from crossglot.steps.measure_counting import Counted
from crossglot.steps.on_device import DeviceStep, EncoderStep
from crossglot.steps.pretrain import Pretrain
from crossglot.steps.rows import MatrixRow
from crossglot.steps.score import ScoreRows
from crossglot.steps.score_translations import ScoreTranslations
from crossglot.steps.train_and_predict import TrainAndPredict
from crossglot.steps.train_on_lab import PRETRAINING_SHARE, TrainOnLab
from crossglot.steps.translate import CONDITIONS, Translate
from crossglot.studies.planning import StudyPlan


@dataclass
class Kind:
    """Steps of one kind on one kind of device.

    Attributes:
        step: the kind, as `effort` of `versions.json` calls it.
        device: `cpu`, `cuda`.
        steps: how many are to be done.
        seconds: of all of them: the processor's on a CPU, a clock's on a GPU.
        longest: of one of them.
        memory: bytes of the process that takes most; on a GPU the GPU's.
        disk: bytes in the run's folder.
    """

    step: str
    device: str
    steps: int = 0
    seconds: float = 0.0
    longest: float = 0.0
    memory: int = 0
    disk: float = 0.0

    def add(self, cost: Cost) -> None:
        """Adds a step."""
        self.steps += 1
        self.seconds += cost.seconds
        self.longest = max(self.longest, cost.seconds)
        self.memory = max(self.memory, cost.memory)
        self.disk += cost.disk + FOLDER


@dataclass(frozen=True)
class Estimate:
    """What the missing steps of a study take.

    Attributes:
        kinds: by kind of step, the longest first.
        finished: steps that are there already, and count nothing.
        jobs: steps at the same time.
        unknown: kind → steps of it that nothing is said of.
        downloads: what has to be fetched before.
        machine: what it was measured on.
    """

    kinds: tuple[Kind, ...]
    finished: int
    jobs: int
    unknown: Mapping[str, int]
    downloads: Downloads
    machine: tuple[str, ...] = field(default=())

    @property
    def core_seconds(self) -> float:
        """The processor's, of steps on a CPU."""
        return sum(kind.seconds for kind in self.kinds if kind.device == "cpu")

    @property
    def gpu_seconds(self) -> float:
        """A clock's, of steps on a GPU."""
        return sum(kind.seconds for kind in self.kinds if kind.device != "cpu")

    @property
    def wall_seconds(self) -> float:
        """From beginning to end with so many jobs, each of one thread, if none ever waits."""
        longest = max((kind.longest for kind in self.kinds), default=0.0)
        return max(longest, (self.core_seconds + self.gpu_seconds) / self.jobs)

    @property
    def memory(self) -> int:
        """Bytes of as many jobs as there are, each of the kind that takes most."""
        return self.jobs * max((kind.memory for kind in self.kinds), default=0)

    @property
    def disk(self) -> float:
        """Bytes of the run's folder: its store, and predictions."""
        return sum(kind.disk for kind in self.kinds)

    @property
    def files(self) -> int:
        """Files and folders of the store, about."""
        return FILES * sum(kind.steps for kind in self.kinds)


def estimate(plan: StudyPlan, jobs: int = 1, *, anew: bool = False, say: Say = lambda _: None) -> Estimate:
    """What running a plan's missing steps takes; measures what was not measured before on this machine.

    Args:
        plan: of the study.
        jobs: steps at the same time.
        anew: measure everything again.
        say: told of each measurement before it begins.

    Raises:
        CrossglotError: if an encoder or a corpus cannot be read.
    """
    states = plan.states()
    to_do = [planned.step for planned in states if planned.state != "finished"]
    calibration = Calibration(plan.setting.runtime, anew=anew, say=say)
    costs = _Costs(calibration, jobs, to_do)
    kinds: dict[tuple[str, str], Kind] = {}
    unknown: Counter[str] = Counter()
    for step in to_do:
        device = step.device_kind if isinstance(step, DeviceStep) else "cpu"
        cost = costs.of(step)
        if cost is None:
            unknown[step.stored_as()] += 1
            continue
        kinds.setdefault((step.stored_as(), device), Kind(step.stored_as(), device)).add(cost)
    ordered = tuple(sorted(kinds.values(), key=lambda kind: -kind.seconds))
    finished = len(states) - len(to_do)
    return Estimate(ordered, finished, jobs, dict(unknown), downloads(plan.study), calibration.machine)


class _Costs:
    """The cost of each kind of step."""

    def __init__(self, calibration: Calibration, jobs: int, steps: Iterable[Step]) -> None:
        self._calibration = calibration
        self._counted = _counted(calibration, list(steps))
        read_byte, predictions = (0.0, 0.0) if self._counted is None else _of(self._counted)
        self._encoders = EncoderCosts(calibration, jobs, read_byte, predictions)
        self._by_kind: dict[type[Step], Callable[[Any], Cost | None]] = {
            TrainAndPredict: self._encoders.row,
            ProbeAndPredict: self._encoders.probe,
            EmbedWords: self._encoders.words,
            EmbedLines: self._encoders.lines,
            FindRecipe: self._encoders.search,
            FitAndPredict: self._baseline,
            ScoreRows: self._scores,
            AnalyseErrors: self._errors,
            CountPieces: self._encoders.counted,
            Translate: self._translations,
            ScoreTranslations: self._scores_of_translations,
            Pretrain: lambda step: self._pretraining(step, 1.0),
            TrainOnLab: lambda step: self._pretraining(step, PRETRAINING_SHARE),
        }

    def of(self, step: Step) -> Cost | None:
        """What a step takes; None of a kind that nothing is known of."""
        find = self._by_kind.get(type(step))
        return None if find is None else find(step)

    def _baseline(self, step: FitAndPredict) -> Cost:
        words = 3 * step.passes * step.training_words() + sum(split.words for split in step.targets)
        seconds = self._measured.fitted[step.baseline].seconds(words)
        seconds += self._encoders.reading(step.sources, step.baseline) + self._encoders.reading(step.targets)
        return Cost(seconds, PROCESS, self._encoders.predictions(step, 1))

    def _scores(self, step: ScoreRows) -> Cost:
        return Cost(self._measured.scored.seconds(_read_by(step)), PROCESS)

    def _errors(self, step: AnalyseErrors) -> Cost:
        row = step.rows[0]
        seconds = self._measured.analysed.seconds(_read_by(step) + row.training_words())
        if step.encoder is not None:
            seconds += self._encoders.tokenizer(step.encoder, row)
        return Cost(seconds + self._encoders.reading(row.sources, step.id), PROCESS)

    def _translations(self, step: Translate) -> Cost | None:
        if not isinstance(step.source, EmbedLines):
            return None
        speeds = self._calibration.encoder(step.source.encoder, step.source.precision)
        share = len(step.conditions) / len(CONDITIONS)
        seconds = share * speeds.compared * step.pairs**2 * speeds.layers
        return Cost(seconds, PROCESS + 2 * step.pairs**2 * 4, 2 * len(step.conditions) * speeds.layers * step.pairs * 4)

    def _scores_of_translations(self, step: ScoreTranslations) -> Cost | None:
        trained = step.trained
        if not isinstance(trained.source, EmbedLines):
            return None
        speeds = self._calibration.encoder(trained.source.encoder, trained.source.precision)
        systems = 1 + (step.untrained is not None)
        numbers = 2 * systems * len(trained.conditions) * speeds.layers * trained.pairs
        return Cost(numbers * speeds.resampled, PROCESS)

    def _pretraining(self, step: Pretrain | TrainOnLab, share: float) -> Cost:
        speed = self._calibration.pretraining(step.shape)
        seconds = step.shape.steps * step.shape.batch_pieces * speed.piece / share
        return Cost(seconds, speed.memory, speed.weights * 4 if isinstance(step, Pretrain) else 0)

    @property
    def _measured(self) -> Counted:
        assert self._counted is not None  # noqa: S101 - there is a row, so it was measured
        return self._counted


def _read_by(step: ScoreRows | AnalyseErrors) -> int:
    """Words of all seeds and targets that are looked at."""
    return len(step.rows) * sum(split.words for split in step.targets)


def _of(counted: Counted) -> tuple[float, float]:
    return counted.read_byte, counted.predictions


def _counted(calibration: Calibration, steps: list[Step]) -> Counted | None:
    """Measured on the source of a row and its smallest target that has some sentences; None if there is no row."""
    rows = [row for step in steps for row in (step, *step.dependencies) if isinstance(row, MatrixRow)]
    if not rows:
        return None
    source, target = _typical(rows[0])
    encoders = [step.encoder for step in steps if isinstance(step, EncoderStep)]
    baselines = {row.baseline for row in rows if isinstance(row, FitAndPredict)}
    return calibration.counting(source, target, encoders[0] if encoders else None, baselines)


def _typical(row: MatrixRow) -> tuple[CorpusSplit, CorpusSplit]:
    return row.sources[0], max(row.targets, key=lambda split: (min(split.sentences, 200), -split.words))
