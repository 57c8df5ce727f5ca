"""Which sentences of a target a tagger has been trained on: of the samples that it is really given, and quickly."""

from __future__ import annotations

from array import array
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from crossglot.corpora.catalogue import find_corpus
from crossglot.corpora.leaks import SHORT, lasting_keys
from crossglot.corpora.sampling import sample
from crossglot.corpora.sentences import TaggedSentence
from crossglot.known_files import known
from crossglot.steps.arguments import CorpusSplit
from crossglot.steps.rows import MatrixRow


@dataclass(frozen=True, slots=True)
class Remembered:
    """Sentences of a target that its source is trained on.

    Attributes:
        task: `pos` or `ner`.
        source: language key; of sources joined, the one that has them.
        target: language key.
        sentences: how many of the target's, blanks and case aside; in the largest training, where there are several.
        long: how many of them have more than four words.
        of: how many sentences of the target are evaluated.
    """

    task: str
    source: str
    target: str
    sentences: int
    long: int
    of: int


@lru_cache(maxsize=1024)
def sentence_marks(split: CorpusSplit) -> tuple[array[int], bytes]:
    """Of each sentence a key of its letters, and 1 if it is long, 0 if not; cheap while the split is in memory.

    Raises:
        DataError: as `CorpusSplit.read`.
    """
    # What restores words is trained first, and moves no sentence.
    as_found = split.model_copy(update={"restored_by": ()})
    if split.lenient or split.file is not None:
        return _marks(as_found.read())
    corpus = find_corpus(split.root, split.language, split.task, split.corpus)

    def read() -> list[str]:
        return [b64encode(part).decode("ascii") for part in _marks(as_found.read())]

    kept = known(
        "sentence marks", corpus.files_of(split.split), read, split.language, split.task, split.split, split.at_most
    )
    keys, long = (b64decode(part) for part in kept)
    return array("q", keys), long


def _marks(sentences: Sequence[TaggedSentence]) -> tuple[array[int], bytes]:
    return array("q", lasting_keys(sentences).tolist()), bytes(len(sentence) > SHORT for sentence in sentences)


def remembered(rows: Iterable[MatrixRow]) -> list[Remembered]:
    """What the rows' taggers were trained on and are asked for all the same, by task, source and target.

    Raises:
        DataError: if a corpus is not in memory and cannot be read again.
    """
    asked: dict[tuple[str, CorpusSplit, int | None], dict[CorpusSplit, None]] = {}
    rows = list(rows)  # held, so that the numbers of what they hold stay its own
    seen: set[tuple[object, ...]] = set()
    for row in rows:
        alike = (row.task, row.max_train, *map(id, row.sources), *map(id, row.targets))
        if alike not in seen:  # as every system's row of a source is
            seen.add(alike)
            for source in row.sources:
                asked.setdefault((row.task, source, row.max_train), {}).update(dict.fromkeys(row.targets))
    most: dict[tuple[str, str, str], Remembered] = {}
    for (task, source, max_train), targets in asked.items():
        trained = set(sample(sentence_marks(source)[0], max_train))
        for target in targets:
            keys, long = sentence_marks(target)
            both = [mark for key, mark in zip(keys, long, strict=True) if key in trained]
            pair = (task, source.language, target.language)
            if both and (pair not in most or len(both) > most[pair].sentences):
                most[pair] = Remembered(*pair, len(both), sum(both), len(keys))
    return list(most.values())
