"""What steps that compute with an encoder cost: their pieces at the speeds that its shape was measured at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable

from crossglot.corpora.tasks import UPOS
from crossglot.estimates.calibrating import Calibration
from crossglot.estimates.cost import PROCESS, Cost
from crossglot.estimates.pieces import PieceCounts
from crossglot.steps.arguments import CorpusSplit, EncoderReference
from crossglot.steps.count_pieces import CountPieces
from crossglot.steps.embed import EmbedLines
from crossglot.steps.embed_words import EmbedWords
from crossglot.steps.find_recipe import FindRecipe
from crossglot.steps.linear_probe import ProbeAndPredict
from crossglot.steps.measure_counting import size_of
from crossglot.steps.measure_encoder import Speeds
from crossglot.steps.rows import MatrixRow
from crossglot.steps.train_and_predict import TrainAndPredict
from crossglot.tagging.grid import ENOUGH_DEV
from crossglot.tagging.linear_probe import MOST_WORDS
from crossglot.tagging.recipe import Recipe
from crossglot.tagging.training import count_steps

PASSES = 75
"""Of a linear probe's fit over its words: 42 to 102 for 14 real fits (POS and NER, 1,500 to 10,000 words)."""

NUMBER = 4
"""Bytes of a number in fp32."""

WORD = 500
"""Bytes of memory that a word of a target takes in every process, read, cut into pieces and packed: 494 over the test
sets of 15 treebanks, most of it the masks that keep packed sentences apart."""


class EncoderCosts:
    """Costs of a study's steps with encoders, step after step in the order in which they run.

    What a process does once for many steps (reading an encoder and a corpus, fitting a probe that all seeds of a row
    start from) costs what it does in each of `jobs` processes.
    """

    def __init__(self, calibration: Calibration, jobs: int, read_byte: float, prediction: float) -> None:
        self.pieces, self._calibration, self._jobs = PieceCounts(), calibration, jobs
        self._precision = calibration.runtime.precision
        self._read_byte, self._prediction = read_byte, prediction
        self._done: Counter[Hashable] = Counter()

    def row(self, step: TrainAndPredict) -> Cost:
        """Fine-tuning and predicting."""
        speeds = self._calibration.encoder(step.encoder, step.precision)
        seconds = self._loading(step.encoder, speeds)
        if step.tagger_of is None:
            seconds += self._training(step, step.recipe, speeds)
        else:
            seconds += speeds.load
        points = max(1, len(step.points))
        seconds += points * (speeds.ask + sum(self._asked(split, step.encoder, speeds) for split in step.targets))
        seconds += self._preparing(step.targets, step.encoder, speeds)
        disk = self.predictions(step, points) + (speeds.weights * NUMBER if step.keep_weights else 0)
        return Cost(seconds, speeds.memory_trained + self._held(step), disk)

    def probe(self, step: ProbeAndPredict) -> Cost:
        """A linear probe."""
        speeds = self._calibration.encoder(step.encoder, step.precision)
        seconds = self._loading(step.encoder, speeds) + self.reading(
            step.sources, f"{step.stored_as()} {step.encoder.revision}"
        )
        seconds += self._fitting(step, speeds)
        return Cost(seconds, speeds.memory_asked + self._held(step), self.predictions(step, 1))

    def words(self, step: EmbedWords) -> Cost:
        """Vectors of words."""
        speeds = self._calibration.encoder(step.encoder, step.precision)
        seconds = self._loading(step.encoder, speeds) + self._preparing([step.split], step.encoder, speeds)
        seconds += speeds.ask + self._asked(step.split, step.encoder, speeds)
        return Cost(seconds, speeds.memory_asked, step.split.words * speeds.width * NUMBER)

    def lines(self, step: EmbedLines) -> Cost:
        """Vectors of lines at all layers."""
        speeds = self._calibration.encoder(step.encoder, step.precision)
        numbers, lines = step.side.numbers(), step.side.read().lines
        pieces = self.pieces.of_lines([lines[number] for number in numbers], step.encoder)
        seconds = self._loading(step.encoder, speeds) + speeds.ask + pieces * speeds.embedded_piece
        return Cost(seconds, speeds.memory_asked, len(numbers) * speeds.layers * speeds.width * NUMBER)

    def search(self, step: FindRecipe) -> Cost:
        """A search for start and rate: as many trainings as it tries."""
        speeds = self._calibration.encoder(step.encoder, step.precision)
        row = TrainAndPredict(
            task=step.task, sources=(step.train,), targets=(step.dev,), max_train=step.max_train, encoder=step.encoder,
            precision=step.precision, device_kind=step.device_kind, device=step.device,
        )  # fmt: skip
        trials, share = len(step.starts) * len(step.rates), min(1.0, ENOUGH_DEV / max(step.dev.sentences, 1))
        one = self._training(row, step.recipe.model_copy(update={"head_start": "random"}), speeds)
        one += speeds.ask + share * self._asked(step.dev, step.encoder, speeds)
        probe = self._fitting(row, speeds) if "probe" in step.starts else 0.0
        return Cost(self._loading(step.encoder, speeds) + trials * one + probe, speeds.memory_trained)

    def counted(self, step: CountPieces) -> Cost:
        """Counting word pieces."""
        speeds = self._calibration.encoder(step.encoder, self._precision)
        share = min(1.0, (step.at_most or step.split.sentences) / max(step.split.sentences, 1))
        seconds = speeds.count + share * step.split.words * speeds.counted_word + self.reading([step.split])
        return Cost(seconds + self._once(("tokenizer", step.encoder.revision), speeds.load_tokenizer), PROCESS)

    def tokenizer(self, encoder: EncoderReference, row: MatrixRow) -> float:
        """Seconds of reading an encoder's tokenizer and cutting what a row is trained on."""
        speeds = self._calibration.encoder(encoder, self._precision)
        read = self._once(("tokenizer", encoder.revision), speeds.load_tokenizer)
        return read + row.training_words() * speeds.cut_word

    def predictions(self, step: MatrixRow, points: int) -> float:
        """Bytes of what a row predicts, in the store and once more in the run's `predictions/`."""
        return 2 * points * self._prediction * sum(split.words for split in step.targets)

    def _training(self, step: TrainAndPredict, recipe: Recipe, speeds: Speeds) -> float:
        pieces = sum(
            min(self.pieces.of(split, step.encoder, sentences), sentences * recipe.max_length)
            for split, sentences in _trained(step)
        )
        seconds = speeds.begin + count_steps(step.training_size(), recipe) * speeds.step
        seconds += recipe.epochs * pieces * speeds.trained_piece + step.training_words() * speeds.cut_word
        seconds += self.reading(step.sources, f"{step.stored_as()} {step.encoder.revision}")
        if recipe.head_start == "probe" and not step.untrained:
            key = ("probe", tuple(split.content for split in step.sources), step.max_train, step.encoder.revision)
            seconds += self._once(key, self._fitting(step, speeds))
        return seconds

    def _fitting(self, step: TrainAndPredict | ProbeAndPredict, speeds: Speeds) -> float:
        """A linear probe: the encoder asked for the source's words, and a logistic regression on their vectors."""
        pieces = sum(self.pieces.of(split, step.encoder, sentences) for split, sentences in _trained(step))
        words = step.training_words()
        share = min(1.0, MOST_WORDS / max(words, 1.0))
        fit = PASSES * words * speeds.width * _labels(step) * speeds.fitted_number
        return speeds.ask + share * (pieces * speeds.asked_piece + words * speeds.cut_word + fit)

    def _asked(self, split: CorpusSplit, encoder: EncoderReference, speeds: Speeds) -> float:
        return self.pieces.of(split, encoder) * speeds.asked_piece

    def _preparing(self, splits: Iterable[CorpusSplit], encoder: EncoderReference, speeds: Speeds) -> float:
        splits = list(splits)
        cut = (self._once(("cut", encoder.revision, one.content), one.words * speeds.cut_word, 1) for one in splits)
        return sum(cut) + self.reading(splits)

    def reading(self, splits: Iterable[CorpusSplit], whose: str = "") -> float:
        """Seconds of reading corpora: once in a process those of all steps, and once for each of `whose` its sources.

        What is trained on is kept in memory for a few steps only.
        """
        return sum(self._once(("read", whose, one.content), size_of(one) * self._read_byte) for one in splits)

    def _loading(self, encoder: EncoderReference, speeds: Speeds) -> float:
        return self._once(("load", encoder.revision), speeds.load)

    def _once(self, key: Hashable, seconds: float, processes: int | None = None) -> float:
        """What it costs this time: nothing once each process has done it, or so many of them."""
        self._done[key] += 1
        return seconds if self._done[key] <= (processes or self._jobs) else 0.0

    def _held(self, step: MatrixRow) -> int:
        return WORD * sum(split.words for split in step.targets)


def _trained(step: MatrixRow) -> list[tuple[CorpusSplit, int]]:
    """Each source with the number of its sentences that are trained on."""
    return [(split, min(split.sentences, step.max_train or split.sentences)) for split in step.sources]


def _labels(step: MatrixRow) -> int:
    if step.task == "pos":
        return len(UPOS)
    types = {name for split in step.sources for name in split.types}
    return max(2, 2 * len(types) + 1 if step.task == "ner" else len(types))
