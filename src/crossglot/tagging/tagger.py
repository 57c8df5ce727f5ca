"""Taggers: what every kind can do, be it a fine-tuned encoder or a table of counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import ClassVar, Literal, Protocol, Self

from crossglot.corpora.sentences import Sentence, TaggedSentence, gathered_tagged
from crossglot.corpora.tasks import TaggerTask
from crossglot.tagging.evaluation import Evaluation, evaluate
from crossglot.tagging.labels import Labels
from crossglot.tagging.scorable import check_scorable, check_types
from crossglot.tagging.word_vectors import WordVectors

Progress = Callable[[float], None]
"""Told by a training how much of it is done, between 0 and 1."""


class Tagger(Protocol):
    """What gives every word of a sentence a tag. `load_tagger` loads what `save` wrote, whichever kind it is."""

    @property
    def labels(self) -> Labels:
        """The tags that it can give, and for which task."""
        ...

    @property
    def task(self) -> TaggerTask:
        """`pos`, `ner` or `labels`."""
        ...

    def tag(self, sentences: Iterable[Iterable[str] | Sentence | TaggedSentence]) -> list[tuple[str, ...]]:
        """A tag for every word of every sentence, in order; gold tags are not looked at."""
        ...

    def save(self, folder: str | Path) -> None:
        """Writes it into a folder, whole or not at all.

        Raises:
            StorageError: if the folder cannot be written.
            UsageError: if the folder holds anything else than a tagger.
        """
        ...

    def evaluate(self, sentences: Iterable[TaggedSentence], *, types: Iterable[str] | None = None) -> Evaluation:
        """Tags the words of gold sentences and scores the tags."""
        ...


class TaggerBase:
    """What taggers of every kind do alike."""

    USES_DEV: ClassVar[bool] = False
    USES_VECTORS: ClassVar[bool] = False
    PASSES: ClassVar[int] = 0

    @property
    def task(self: Tagger) -> TaggerTask:
        """`pos`, `ner` or `labels`."""
        return self.labels.task

    def evaluate(
        self: Tagger, sentences: Iterable[TaggedSentence], *, types: Iterable[str] | None = None
    ) -> Evaluation:
        """Tags the words of gold sentences and scores the tags; see `evaluation.evaluate`.

        Raises:
            DataError: if there is nothing to score, or nothing that this tagger could have right (see `scorable`).
            UsageError: for types that neither gold nor the tagger has.
        """
        gold = gathered_tagged(sentences)
        wanted = None if types is None else check_types(types)
        check_scorable(self.labels, gold, wanted)
        return evaluate(self.task, gold, self.tag(gold), types=wanted)


class Baseline(Tagger, Protocol):
    """A tagger that needs tagged sentences and no encoder; `baselines.BASELINES` names the kinds that there are.

    Attributes:
        NAME: what tables call it; also the `kind` that a saved one has in its `tagger.json`.
        ROLE: `floor`, or `baseline` for a tagger that people would use.
        SEEDED: whether chance plays a part, so that it is trained once per seed.
        USES_DEV: whether it chooses among its own states by sentences that it does not learn from.
        USES_VECTORS: whether it starts from pretrained vectors of words where it is given some.
        PASSES: how often training goes through its sentences; 0 where it is too quick to count.
    """

    NAME: ClassVar[str]
    ROLE: ClassVar[Literal["floor", "baseline"]]
    SEEDED: ClassVar[bool]
    USES_DEV: ClassVar[bool]
    USES_VECTORS: ClassVar[bool]
    PASSES: ClassVar[int]

    @classmethod
    def fit(
        cls,
        sentences: Sequence[TaggedSentence],
        *,
        task: str,
        seed: int,
        dev: Sequence[TaggedSentence] = (),
        languages: Sequence[str] = (),
        word_languages: Sequence[Sequence[str]] = (),
        progress: Progress | None = None,
        vectors: WordVectors | None = None,
    ) -> Self:
        """A tagger that has learned from these sentences.

        Args:
            sentences: of one or several source languages.
            task: `pos`, `ner` or `labels`.
            seed: of what chance decides; nothing where `SEEDED` is false.
            dev: of the source, to choose by where `USES_DEV` is true; without any, some of the sentences are set aside.
            languages: of each sentence the key of its language, a switch key where it mixes two; may be empty. Only
                taggers that read languages apart look at them.
            word_languages: of each sentence the language ids of its words, where it mixes languages and they are known;
                nothing for others. May be empty, and is looked at as rarely.
            progress: told how much is done, where it takes long.
            vectors: of words, to start from where `USES_VECTORS` is true.

        Raises:
            DataError: if there are no words, or for a tag outside the task's labels.
        """
        ...

    @classmethod
    def load(cls, folder: Path) -> Self:
        """What `save` wrote.

        Raises:
            ModelError: if the folder is damaged.
        """
        ...
