"""Label sets: the 17 UPOS tags, BIO2 entity labels found in the data, or any other label column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import get_args

from crossglot.corpora.sentences import TaggedSentence
from crossglot.corpora.tasks import UPOS, TaggerTask
from crossglot.errors import DataError, UsageError

OUTSIDE = "O"


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels a tagger can predict, in the order of its output units."""

    task: TaggerTask
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)

    def encode(self, sentences: Iterable[TaggedSentence]) -> list[int]:
        """Label numbers of all words, sentence after sentence, for training.

        Raises:
            DataError: for a tag outside the label set, naming the sentence and the word.
        """
        number = {name: i for i, name in enumerate(self.names)}
        try:
            return [number[tag] for sentence in sentences for tag in sentence.tags]
        except KeyError:
            raise self._stranger(sentences) from None

    def decode(self, numbers: Iterable[int]) -> list[str]:
        """Names of label numbers. Nothing is repaired: conlleval's rules score an `I-` after `O` as it stands."""
        return [self.names[i] for i in numbers]

    def _stranger(self, sentences: Iterable[TaggedSentence]) -> DataError:
        known = set(self.names)
        for position, sentence in enumerate(sentences, start=1):
            for word, tag in zip(sentence.words, sentence.tags, strict=True):
                if tag not in known:
                    where = sentence.id or f"number {position}"
                    return DataError(
                        f"training sentence {where}: the tag '{tag}' of '{word}' is not one of the labels",
                        remedy=f"labels of task '{self.task}': {' '.join(self.names)}; "
                        "mend the tag, leave the sentence out, or train with task 'labels'",
                    )
        raise AssertionError("every tag is a label")


def require_task(task: str) -> None:
    """Refuses what is no task.

    Raises:
        UsageError: naming those that there are.
    """
    if task not in get_args(TaggerTask):
        raise UsageError(f"unknown task '{task}': use pos, ner or labels")


def label_set(task: str, sentences: Sequence[TaggedSentence]) -> Labels:
    """The labels of a task.

    UPOS for `pos`; `O` and BIO2 labels of the types found for `ner`; the tags found for `labels`, in order. An entity
    type brings both its `B-` and its `I-` label, seen or not.

    Raises:
        UsageError: for an unknown task.
        DataError: for no words at all, or for a `ner` tag that is neither `O` nor `B-TYPE` nor `I-TYPE`, or no entity.
    """
    require_task(task)
    found = {tag for sentence in sentences for tag in sentence.tags}
    if not found:
        raise DataError("no words to learn from", remedy="give at least one sentence with tags")
    if task == "pos":
        return Labels("pos", UPOS)
    if task == "labels":
        return Labels("labels", tuple(sorted(found)))
    types: set[str] = set()
    for tag in found - {OUTSIDE}:
        prefix, _, kind = tag.partition("-")
        if prefix not in ("B", "I") or not kind:
            raise DataError(
                f"'{tag}' is not a BIO2 tag", remedy="use O, B-TYPE or I-TYPE; read_columns converts IOB1 and IOBES"
            )
        types.add(kind)
    if not types:
        raise DataError(
            "no entity to learn from: every tag is O", remedy="is this the right file, and the right column of tags?"
        )
    return Labels("ner", (OUTSIDE, *(f"{prefix}-{kind}" for kind in sorted(types) for prefix in "BI")))


def entity_types(labels: Iterable[str]) -> tuple[str, ...]:
    """Types that BIO2 labels or tags speak of, sorted: `("LOC", "PER")` for `O B-PER I-PER B-LOC`."""
    return tuple(sorted({label.partition("-")[2] for label in labels if label != OUTSIDE}))
