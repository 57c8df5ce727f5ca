"""A row of a transfer matrix: train on the source, predict every target, keep what was predicted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self

from crossglot.corpora.sampling import sample
from crossglot.corpora.sentences import TaggedSentence
from crossglot.corpora.tasks import TaggerTask
from crossglot.engine.step import Advance, Step
from crossglot.errors import CrossglotError
from crossglot.steps.arguments import CorpusSplit, EncoderReference, prepared

if TYPE_CHECKING:
    import polars

    from crossglot.tagging.encoder_tagger import EncoderTagger
    from crossglot.tagging.metrics import Tags

PREDICTIONS, ABOUT = "predictions.parquet", "row.json"
AT_CHECKPOINT = "predictions-at-{}.parquet"
"""Predictions at a point of the training before its end, counted from 1."""
LANGUAGE = "language"
"""Column of predictions: the language id of a word of code-switched text."""


class MatrixRow(Step):
    """A step that makes a row of a transfer matrix: one source, several targets; what all kinds of rows share.

    The targets belong to a row's identity, but rows that differ in nothing else are one `family`: one trained tagger,
    asked in several runs for several targets. A study looks into the store for a row's family first and adds a row for
    those targets alone that are not there yet (see `steps.complete_rows`).

    Attributes:
        task: `pos`, `ner` or `labels`.
        sources: splits trained on, one per language.
        targets: splits predicted, one per language.
        max_train: at most so many sentences of each source.
        seed: of the training; None where nothing is random.
        system: name of the system whose row this is; no part of what it is.
    """

    SKIP_ID_ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"system"})

    task: TaggerTask
    sources: tuple[CorpusSplit, ...]
    targets: tuple[CorpusSplit, ...]
    max_train: int | None = None
    seed: int | None = None
    system: str = ""

    @cached_property
    def family(self) -> str:
        """Equal for rows that differ in targets only."""
        return f"{self.stored_as()}-{self.digest(without=frozenset({'targets'}))}"

    def for_targets(self, targets: Iterable[CorpusSplit]) -> Self:
        """The row of the same tagger that predicts these instead, with what it needs for them."""
        targets = tuple(targets)
        return self if targets == self.targets else self.model_copy(update={"targets": targets})

    @property
    def source(self) -> str:
        """Key of the source, several joined by `+`."""
        return "+".join(split.language for split in self.sources)

    @property
    def source_in_words(self) -> str:
        """`en`, or `en (200 sentences)` where their number is limited."""
        return self.source if self.max_train is None else f"{self.source} ({self.training_size():,} sentences)"

    @property
    def targets_in_words(self) -> str:
        """`de, nl, es`, or their number where they are many."""
        keys = [split.language for split in self.targets]
        return ", ".join(keys) if len(keys) <= 4 else f"{len(keys)} targets"

    def training_sentences(self) -> list[TaggedSentence]:
        """Sentences of all sources, one source after another, at most `max_train` of each."""
        return training_sentences(self.sources, self.max_train)

    def training_languages(self) -> list[str]:
        """Of each of the training sentences the key of the source that it is of."""
        return [
            split.language for split in self.sources for _ in range(len(training_sentences((split,), self.max_train)))
        ]

    def training_word_languages(self) -> list[tuple[str, ...]]:
        """Of each of the training sentences the language ids of its words; nothing where its language is one."""
        found: list[tuple[str, ...]] = []
        for split in self.sources:
            ids = sample(split.word_languages(), self.max_train)
            found += ids or [()] * len(training_sentences((split,), self.max_train))
        return found

    def training_size(self) -> int:
        """How many sentences are trained on."""
        return sum(min(split.sentences, self.max_train or split.sentences) for split in self.sources)

    @property
    def points(self) -> tuple[int, ...]:
        """The optimiser steps after which it predicts, its end last; empty where nothing is optimised."""
        return ()

    def training_words(self) -> float:
        """About how many words are trained on."""
        return sum(
            split.words * min(1.0, (self.max_train or split.sentences) / max(split.sentences, 1))
            for split in self.sources
        )


def training_sentences(sources: Iterable[CorpusSplit], at_most: int | None) -> list[TaggedSentence]:
    """Sentences of all splits, one split after another, at most so many of each."""
    return [sentence for split in sources for sentence in sample(split.read(), at_most)]


def predict_targets(
    row: MatrixRow, tagger: EncoderTagger, encoder: EncoderReference, device: str, advance: Advance
) -> dict[str, list[tuple[str, ...]]]:
    """The tags of every target of a row, by language key: the last of its work."""
    predicted, left = {}, sum(split.words for split in row.targets)
    for split in row.targets:
        predicted[split.language] = tagger.predict_prepared(prepared(split, encoder, tagger.recipe, device))
        left -= split.words
        advance(1 - left / max(row.work.size, 1))
    return predicted


def write_row(
    folder: Path, row: MatrixRow, predicted: Mapping[str, Sequence[Sequence[str]]], about: Mapping[str, Any]
) -> None:
    """Writes what was predicted for each target (by language key) and what is to be known about the row.

    Raises:
        CrossglotError: if a word was lost.
    """
    write_predictions(folder / PREDICTIONS, row, predicted)
    (folder / ABOUT).write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def write_predictions(path: Path, row: MatrixRow, predicted: Mapping[str, Sequence[Sequence[str]]]) -> None:
    """Writes a table of what was predicted for each target.

    The table has one line per word: target, sentence and word (numbers from 0), form, gold, predicted, and of
    code-switched text the language id of the word, so that scores by language need no corpus.

    Raises:
        CrossglotError: if a word was lost.
    """
    gold = {split.language: split.read() for split in row.targets}
    for language, sentences in gold.items():
        if list(map(len, sentences)) != list(map(len, predicted[language])):
            raise CrossglotError(f"{row.title}: the words predicted for {language} are not the words of its gold")
    languages = {split.language: split.word_languages() for split in row.targets}
    predictions_frame(gold, predicted, languages).write_parquet(path, compression="zstd")


def predictions_frame(
    gold: Mapping[str, Sequence[TaggedSentence]],
    predicted: Mapping[str, Sequence[Sequence[str]]],
    languages: Mapping[str, Sequence[Sequence[str]]] = MappingProxyType({}),
) -> polars.DataFrame:
    """One line per word: target (the key of all mappings), sentence and word (from 0), form, gold, predicted, language.

    The last is null but in targets whose words' language ids are given.
    """
    import polars as pl

    tables = []
    for target, sentences in gold.items():
        lengths = [len(sentence) for sentence in sentences]
        tables.append(
            pl.DataFrame(
                {
                    "target": pl.Series([target] * sum(lengths), dtype=pl.String),
                    "sentence": pl.Series([i for i, n in enumerate(lengths) for _ in range(n)], dtype=pl.Int32),
                    "word": pl.Series([j for n in lengths for j in range(n)], dtype=pl.Int32),
                    "form": pl.Series([word for sentence in sentences for word in sentence.words], dtype=pl.String),
                    "gold": pl.Series([tag for sentence in sentences for tag in sentence.tags], dtype=pl.String),
                    "predicted": pl.Series([tag for tags in predicted[target] for tag in tags], dtype=pl.String),
                    LANGUAGE: pl.Series(
                        [name for names in languages.get(target, ()) for name in names] or [None] * sum(lengths),
                        dtype=pl.String,
                    ),
                }
            )
        )
    return pl.concat(tables)


def read_predictions(path: Path) -> polars.DataFrame:
    """The table that `write_row` wrote, from a row's folder or the file itself."""
    import polars as pl

    return pl.read_parquet(path / PREDICTIONS if path.is_dir() else path, glob=False)  # names may hold brackets


def tags_of(predictions: polars.DataFrame, target: str) -> tuple[Tags, Tags]:
    """Gold and predicted tags of one target, sentence by sentence; sentences without words are left out."""
    import polars as pl

    by_sentence = (
        predictions.filter(pl.col("target") == target)
        .group_by("sentence", maintain_order=True)
        .agg(pl.col("gold"), pl.col("predicted"))
    )
    return by_sentence["gold"].to_list(), by_sentence["predicted"].to_list()


def forms_of(predictions: polars.DataFrame, target: str) -> list[list[str]]:
    """The words of one target, sentence by sentence as in `tags_of`."""
    import polars as pl

    words = predictions.filter(pl.col("target") == target)
    return words.group_by("sentence", maintain_order=True).agg(pl.col("form"))["form"].to_list()


def languages_of(predictions: polars.DataFrame, target: str) -> list[list[str]]:
    """The language id of every word of a code-switched target, sentence by sentence as in `tags_of`; else nothing."""
    import polars as pl

    words = predictions.filter(pl.col("target") == target, pl.col(LANGUAGE).is_not_null())
    return words.group_by("sentence", maintain_order=True).agg(pl.col(LANGUAGE))[LANGUAGE].to_list()


def read_about(folder: Path) -> dict[str, Any]:
    """What is known about a row: labels, learning rate, seconds, versions."""
    about: dict[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    return about
