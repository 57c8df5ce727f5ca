"""Sentences that stand both in what is trained on and in what is evaluated, whatever their blanks, case and words.

Sentences are compared by their letters: blanks are left out, so that it does not matter where a corpus divides words,
case is folded and Unicode's normal form C taken. Of treebanks the text is looked at as well as the words, since words
may be written together (`im` for `in dem`). What is kept of a sentence is a number, eight bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal
from unicodedata import normalize

from crossglot.corpora.sentences import TaggedSentence

if TYPE_CHECKING:
    from numpy import int64
    from numpy.typing import NDArray

    Numbers = NDArray[int64]

SHORT = 4
"""Words that a sentence may have for chance to be why it stands in two places."""

Kind = Literal["own", "training", "evaluation", "text"]
_NO_LETTER = hash("")


@dataclass(frozen=True, slots=True)
class Shared:
    """Sentences of a split that stand somewhere else, too.

    Attributes:
        corpus: its name.
        split: where they should be new (test, or dev).
        seen_in: the other split; empty for plain and parallel text.
        other: the corpus that split is of, the same one where its own splits share; or the file of plain text.
        sentences: how many of the split's.
        long: how many of them have more than four words, so that chance is no excuse.
        example: the longest.
        of: how many sentences the split has.
        kind: `own`, splits of one corpus; `training`, another corpus' training sentences; `evaluation`, two corpora's
            dev or test sets; `text`, plain or parallel text.
    """

    corpus: str
    split: str
    seen_in: str
    other: str
    sentences: int
    long: int
    example: str
    of: int
    kind: Kind


def letter_keys(texts: Iterable[str]) -> Numbers:
    """A number for each text, equal where texts differ in blanks and case alone; good in this process only.

    Args:
        texts: without line feeds.
    """
    import numpy as np

    found = _letters(texts)
    return np.fromiter(map(hash, found), dtype=np.int64, count=len(found))


def lasting_keys(sentences: Iterable[TaggedSentence]) -> Numbers:
    """As `word_keys`, but good in all processes, and some times as long in the making."""
    import numpy as np

    found = _letters("".join(sentence.words) for sentence in sentences)
    digests = b"".join(hashlib.blake2b(each.encode(errors="surrogatepass"), digest_size=8).digest() for each in found)
    return np.frombuffer(digests, dtype="<i8").astype(np.int64)


def _letters(texts: Iterable[str]) -> list[str]:
    """Each text without blanks and case."""
    joined = "\n".join([*texts, ""])  # at once: a call for each text costs more than all its letters
    folded = normalize("NFC", normalize("NFC", joined).casefold())
    return ["".join(line.split()) for line in folded.split("\n")[:-1]]


def word_keys(sentences: Iterable[TaggedSentence]) -> Numbers:
    """The keys of sentences that are divided into words."""
    return letter_keys("".join(sentence.words) for sentence in sentences)


@dataclass(frozen=True, slots=True)
class _Split:
    """A split or a text: keys of its sentences, then of their texts if known; of an evaluated split in their order."""

    corpus: str
    split: str
    keys: tuple[Numbers, ...]
    evaluated: bool = False
    words: str = ""


@dataclass(frozen=True, slots=True)
class _Pair:
    """What of an evaluated split, by its place among them, stands elsewhere: sentences by their places."""

    held: int
    seen_in: str
    other: str
    kind: Kind
    places: Numbers


class SharedText:
    """Takes in splits and texts one by one and finds what they share; keeps no sentence that nothing is tested on."""

    def __init__(self) -> None:
        self._held: list[_Split] = []
        self._trained: list[_Split] = []
        self._texts: list[_Split] = []

    def add_split(
        self, corpus: str, split: str, sentences: Sequence[TaggedSentence], texts: Sequence[str], *, evaluated: bool
    ) -> None:
        """Takes in a split.

        Args:
            corpus: its name.
            split: train, dev or test.
            sentences: of the split.
            texts: as they are written; none where that is not known.
            evaluated: whether taggers are tested on it, not trained.
        """
        import numpy as np

        keys = (word_keys(sentences), *((letter_keys(texts),) if texts else ()))
        if not evaluated:
            self._trained.append(_Split(corpus, split, tuple(map(np.unique, keys))))
            return
        words = "\n".join("\t".join(sentence.words) for sentence in sentences)
        self._held.append(_Split(corpus, split, keys, True, words))

    def add_text(self, name: str, lines: Iterable[str]) -> None:
        """Takes in lines of plain or parallel text."""
        import numpy as np

        self._texts.append(_Split(name, "", (np.unique(letter_keys(lines)),)))

    def found(self) -> list[Shared]:
        """Every pair of an evaluated split and a place where sentences of it stand, too.

        Two dev or test sets are one pair, not two; of one corpus a split is compared with those before it.
        """
        if not self._held:
            return []
        find = partial(_pairs, lookup=_Lookup(self._held))
        pairs = [pair for seen in self._trained for pair in find(seen, self._held)]
        pairs += [pair for at, seen in enumerate(self._held) for pair in find(seen, self._held, after=at)]
        pairs += [pair for seen in self._texts for pair in find(seen, self._held)]
        pairs.sort(key=lambda pair: pair.held)  # so that the words of one split at a time are taken apart
        return list(_described(pairs, self._held))


class _Lookup:
    """Where the keys of evaluated sentences stand: numbers that run through all splits."""

    def __init__(self, held: Sequence[_Split]) -> None:
        import numpy as np

        sizes = [len(split.keys[0]) for split in held]
        self.starts: Numbers = np.cumsum([0, *sizes])
        keys = np.concatenate([keys for split in held for keys in split.keys])
        counted = zip(self.starts.tolist(), held, strict=False)
        numbers = np.concatenate([np.arange(len(keys)) + start for start, split in counted for keys in split.keys])
        order = np.argsort(keys, kind="stable")
        self._keys, self._numbers = keys[order], numbers[order]

    def places(self, keys: Numbers) -> Numbers:
        """Numbers of all sentences that have one of these keys, in order, each once."""
        import numpy as np

        keys = keys[keys != _NO_LETTER]
        first = np.searchsorted(self._keys, keys, "left")
        counts = np.searchsorted(self._keys, keys, "right") - first
        first, counts = first[counts > 0], counts[counts > 0]
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        return np.unique(self._numbers[np.repeat(first, counts) + within])


def _pairs(seen: _Split, held: Sequence[_Split], lookup: _Lookup, after: int = -1) -> Iterator[_Pair]:
    """What of the evaluated splits, of those alone that come after a place, stands in another split or a text."""
    import numpy as np

    numbers = lookup.places(np.unique(np.concatenate(seen.keys)))
    bounds = np.searchsorted(numbers, lookup.starts)
    for at in np.flatnonzero(np.diff(bounds)).tolist():
        if at > after:
            places = numbers[bounds[at] : bounds[at + 1]] - lookup.starts[at]
            yield _Pair(at, seen.split, seen.corpus, _kind(seen, held[at]), places)


def _kind(seen: _Split, held: _Split) -> Kind:
    if not seen.split:
        return "text"
    if seen.corpus == held.corpus:
        return "own"
    return "evaluation" if seen.evaluated else "training"


def _described(pairs: Iterable[_Pair], held: Sequence[_Split]) -> Iterator[Shared]:
    apart, words = -1, list[str]()
    for pair in pairs:
        split = held[pair.held]
        if pair.held != apart:
            apart, words = pair.held, split.words.split("\n")
        both = [words[place] for place in pair.places.tolist()]
        lengths = [sentence.count("\t") + 1 for sentence in both]  # a word may hold blanks, but no tab
        longest = both[lengths.index(max(lengths))].replace("\t", " ")
        long = sum(length > SHORT for length in lengths)
        yield Shared(
            split.corpus, split.split, pair.seen_in, pair.other, len(both), long, longest, len(words), pair.kind
        )
