"""What steps that compute with no encoder take for each word: measured by doing them, on a few sentences of a study."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from crossglot.corpora.catalogue import find_corpus
from crossglot.engine.step import Advance, Inputs, Step
from crossglot.steps.analyse_errors import AnalyseErrors
from crossglot.steps.arguments import CorpusSplit, EncoderReference
from crossglot.steps.fit_and_predict import FitAndPredict
from crossglot.steps.rows import PREDICTIONS
from crossglot.steps.score import ScoreRows

COUNTED = "counted.json"

SENTENCES, FEW = 200, 20
"""Of each split; the first few are done twice, so that what every process does once is not measured."""

SIMPLEST, SCORED, ANALYSED = "most-frequent-tag", "scores", "errors"


class Taken(BaseModel):
    """Processor's seconds of a step, whatever it reads, and of each word that it reads."""

    model_config = ConfigDict(frozen=True)

    step: float
    word: float

    def seconds(self, words: float) -> float:
        """Of a step that reads so many words."""
        return self.step + words * self.word


class Counted(BaseModel):
    """What kinds of step take, and bytes of their predictions.

    Attributes:
        scored: by words of each target, for each seed.
        analysed: likewise, and by words of the source.
        fitted: by baseline: by words in and out, as `FitAndPredict.work` counts them.
        predictions: bytes that a predicted word takes in the store.
        read_byte: of reading a corpus, for each byte of its file.
    """

    model_config = ConfigDict(frozen=True)

    scored: Taken
    analysed: Taken
    fitted: Mapping[str, Taken]
    predictions: float
    read_byte: float


class MeasureCounting(Step):
    """Does each kind of step on the source's and the target's first sentences.

    Attributes:
        source: trained on.
        target: predicted.
        encoder: whose tokenizer counts pieces.
        baselines: taggers without an encoder.
        machine: what it is measured on.
    """

    VERSION: ClassVar[str] = "1"

    source: CorpusSplit
    target: CorpusSplit
    encoder: EncoderReference | None
    baselines: tuple[str, ...]
    machine: tuple[str, ...]

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:  # noqa: ARG002
        """Writes counted.json."""
        with TemporaryDirectory(dir=folder) as place:
            self._measured(Path(place) / "first", FEW)
            advance(0.3)
            few, many = (self._measured(Path(place) / str(size), size) for size in (FEW + 1, SENTENCES))
            predictions = self._size_of_predictions(Path(place) / str(SENTENCES))
        taken = {name: _line(few[name], many[name]) for name in many}
        found = Counted(
            scored=taken.pop(SCORED),
            analysed=taken.pop(ANALYSED),
            fitted=taken,
            read_byte=_read_byte(self.source),
            predictions=predictions,
        )
        (folder / COUNTED).write_text(found.model_dump_json(indent=1) + "\n", encoding="utf-8")

    def _measured(self, folder: Path, sentences: int) -> dict[str, tuple[float, float]]:
        """By kind of step, and by baseline: words and seconds."""
        source, target = shortened(self.source, sentences), shortened(self.target, sentences)
        for split in (source, target):
            split.read()  # which is timed apart, and then in memory
        done, found = _Done(folder), {}
        rows = {name: self._row(name, sentences) for name in dict.fromkeys((SIMPLEST, *self.baselines))}
        for name, row in rows.items():
            words = 3 * row.passes * source.words + target.words
            found[name] = (float(words), done.seconds(row))
        types = {target.language: target.types} if self.source.task == "ner" else {}
        one = (rows[SIMPLEST],)
        score = ScoreRows(rows=one, targets=(target,), types=types)
        errors = AnalyseErrors(rows=one, targets=(target,), types=types, encoder=self.encoder)
        found[SCORED] = (target.words, done.seconds(score))
        found[ANALYSED] = (target.words + source.words, done.seconds(errors))
        return found

    def _row(self, baseline: str, sentences: int) -> FitAndPredict:
        return FitAndPredict.model_validate({
            "task": self.source.task, "sources": (shortened(self.source, sentences),),
            "targets": (shortened(self.target, sentences),), "baseline": baseline, "seed": 1,
        })  # fmt: skip

    def _size_of_predictions(self, folder: Path) -> float:
        row = self._row(SIMPLEST, SENTENCES)
        return (folder / row.id / PREDICTIONS).stat().st_size / row.targets[0].words

    @property
    def title(self) -> str:
        """What the progress shows."""
        return f"measuring steps without an encoder on {self.source.corpus}"


class _Done:
    """Steps done in folders of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def folder_of(self, step: Step) -> Path:
        return self._folder / step.id

    def seconds(self, step: Step) -> float:
        """The processor's, of doing it."""
        self.folder_of(step).mkdir(parents=True)
        return _seconds(lambda: step.run(self.folder_of(step), self.folder_of, lambda _done: None))


def _line(few: tuple[float, float], many: tuple[float, float]) -> Taken:
    """What a step takes for itself and for each word, from two of different sizes."""
    word = max(0.0, many[1] - few[1]) / max(1.0, many[0] - few[0])
    return Taken(step=max(0.0, few[1] - word * few[0]), word=word)


def _read_byte(split: CorpusSplit) -> float:
    """Seconds for each byte of the file that a split is read from."""
    if split.file is not None:
        return _seconds(lambda: split.file and split.file.read(split.task, lenient=split.lenient)) / size_of(split)
    corpus = find_corpus(split.root, split.language, split.task, split.corpus)
    return _seconds(lambda: corpus.read(split.split, lenient=split.lenient)) / size_of(split)


def _seconds(do: Callable[[], object]) -> float:
    began = time.process_time()
    do()
    return time.process_time() - began


def size_of(split: CorpusSplit) -> int:
    """Bytes of the files that a split is read from."""
    if split.file is not None:
        return split.file.path.stat().st_size
    corpus = find_corpus(split.root, split.language, split.task, split.corpus)
    return sum(path.stat().st_size for path in corpus.files_of(split.split))


def shortened(split: CorpusSplit, sentences: int) -> CorpusSplit:
    """A sample of a split, with about as many words as its share of them."""
    if split.sentences <= sentences:
        return split
    words = max(1, round(split.words * sentences / split.sentences))
    return split.model_copy(update={"at_most": sentences, "sentences": sentences, "words": words})
