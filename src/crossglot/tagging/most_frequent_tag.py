"""The floor without a network: the most frequent tag of each word, for spans too.

The other floor, an untrained encoder of the same shape, is `finetune(encoder.untrained(seed), …)`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from crossglot import __version__
from crossglot.corpora.sentences import Sentence, TaggedSentence, gathered, gathered_tagged, words_of
from crossglot.corpora.tasks import TaggerTask
from crossglot.tagging.labels import Labels, label_set
from crossglot.tagging.tagger import Progress, TaggerBase
from crossglot.tagging.tagger_files import check_labels, read_about, write_tagger
from crossglot.tagging.word_vectors import WordVectors


@dataclass(frozen=True)
class MostFrequentTag(TaggerBase):
    """Gives each word the tag it had most often in training, an unseen word the most frequent tag of all.

    For entities that is the span floor: tags of the words stand as they are and spans follow from them by conlleval's
    rules. Ties go to the tag that comes first in the alphabet, so that the floor does not depend on the data's order.
    """

    NAME: ClassVar[str] = "most frequent tag"
    ROLE: ClassVar[Literal["floor", "baseline"]] = "floor"
    SEEDED: ClassVar[bool] = False

    labels: Labels
    tag_of: Mapping[str, str]
    fallback: str

    @classmethod
    def fit(
        cls,
        sentences: Iterable[TaggedSentence],
        *,
        task: str = "pos",
        seed: int = 0,  # noqa: ARG003
        dev: Iterable[TaggedSentence] = (),  # noqa: ARG003
        languages: Sequence[str] = (),  # noqa: ARG003
        word_languages: Sequence[Sequence[str]] = (),  # noqa: ARG003
        progress: Progress | None = None,  # noqa: ARG003
        vectors: WordVectors | None = None,  # noqa: ARG003
    ) -> MostFrequentTag:
        """Counts the tags of each word form as written; see `Baseline`."""
        sentences = gathered_tagged(sentences)
        labels = label_set(task, sentences)
        by_word: dict[str, Counter[str]] = {}
        overall: Counter[str] = Counter()
        for sentence in sentences:
            overall.update(sentence.tags)
            for word, tag in zip(sentence.words, sentence.tags, strict=True):
                by_word.setdefault(word, Counter())[tag] += 1
        return cls(labels, {word: _most_frequent(tags) for word, tags in by_word.items()}, _most_frequent(overall))

    def tag(self, sentences: Iterable[Iterable[str] | Sentence | TaggedSentence]) -> list[tuple[str, ...]]:
        """See `Tagger`."""
        words = map(words_of, gathered(sentences))
        return [tuple(self.tag_of.get(word, self.fallback) for word in sentence) for sentence in words]

    def save(self, folder: str | Path) -> None:
        """Writes `tagger.json`; see `Tagger`."""
        about = _About(
            kind=self.NAME, task=self.task, labels=self.labels.names, tag_of=dict(self.tag_of), fallback=self.fallback,
            crossglot=__version__,
        )  # fmt: skip
        write_tagger(folder, about, {})

    @classmethod
    def load(cls, folder: Path) -> MostFrequentTag:
        """See `Baseline`."""
        about = read_about(folder, _About)
        check_labels(folder, about.labels)
        return cls(Labels(about.task, about.labels), about.tag_of, about.fallback)


class _About(BaseModel):
    """What `tagger.json` holds."""

    model_config = ConfigDict(frozen=True)

    kind: str
    task: TaggerTask
    labels: tuple[str, ...]
    tag_of: dict[str, str]
    fallback: str
    crossglot: str


def _most_frequent(tags: Counter[str]) -> str:
    return min(tags, key=lambda tag: (-tags[tag], tag))
