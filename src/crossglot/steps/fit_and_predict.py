"""A row of a tagger without an encoder: fit it on the source, predict every target."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from crossglot.corpora.sentences import TaggedSentence
from crossglot.engine.step import Advance, Inputs, Work
from crossglot.steps.arguments import CorpusSplit
from crossglot.steps.rows import MatrixRow, write_row
from crossglot.steps.word_vector_file import WordVectorFile
from crossglot.tagging.baselines import BASELINES
from crossglot.tagging.word_vectors import WordVectors, forms, joined


class FitAndPredict(MatrixRow):
    """Fits a baseline on the source and predicts every target.

    Attributes:
        baseline: which, by its name in `BASELINES`.
        dev: splits of the sources that it chooses among its own states by; empty for kinds that choose nothing, and
            where there are none.
        vectors: of words, by source language, for kinds that start from them.
    """

    NAME: ClassVar[str] = "CountAndPredict"
    VERSION: ClassVar[str] = "2"  # 1 kept no language ids of code-switched words
    SKIP_DEFAULT_ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"baseline", "dev", "vectors"})

    baseline: str = "most-frequent-tag"
    dev: tuple[CorpusSplit, ...] = ()
    vectors: tuple[WordVectorFile, ...] = ()

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:  # noqa: ARG002
        """Writes predictions.parquet and row.json."""
        training = self.training_sentences()
        tagger = BASELINES[self.baseline].fit(
            training,
            task=self.task,
            seed=self.seed or 0,
            dev=[sentence for split in self.dev for sentence in split.read()],
            languages=self.training_languages(),
            word_languages=self.training_word_languages(),
            progress=advance,
            vectors=self._vectors(training),
        )
        predicted = {split.language: tagger.tag(split.read()) for split in self.targets}
        write_row(folder, self, predicted, {"labels": tagger.labels.names})

    def _vectors(self, training: Iterable[TaggedSentence]) -> WordVectors | None:
        """Vectors of the words that it will read; further ones would change nothing."""
        if not self.vectors:
            return None
        to_tag = (sentence for split in (*self.dev, *self.targets) for sentence in split.read())
        wanted = {form for sentence in (*training, *to_tag) for word in sentence.words for form in forms(word)}
        return joined([file.read(wanted) for file in self.vectors])

    @property
    def title(self) -> str:
        """What the progress shows."""
        seed = "" if self.seed is None else f", seed {self.seed}"
        return f"{self.system}, {self.task}: {self.source_in_words}{seed} → {self.targets_in_words}"

    @property
    def passes(self) -> int:
        """How often training goes through its sentences."""
        return max(1, BASELINES[self.baseline].PASSES)

    @property
    def work(self) -> Work:
        """Words in and out, a forward pass counting 1 and a training pass 3; nothing for what takes seconds."""
        size = 3 * self.passes * self.training_words() + sum(split.words for split in self.targets)
        return Work(size if BASELINES[self.baseline].PASSES else 0, f"tagging with {self.system}")
