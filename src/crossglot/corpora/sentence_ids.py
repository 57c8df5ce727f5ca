"""Which sentences of two parallel treebanks are the same: by what their comments call them, wherever they stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from crossglot.corpora.conllu import ConlluSentence

Ids = tuple[list[str | None], ...]
"""For each way of knowing a sentence, best first, what every sentence of a treebank is known by."""

_OWN_CODE = re.compile(r"[a-z]{2,3}_")


def sentence_ids(sentences: Iterable[ConlluSentence]) -> Ids:
    """Their `# parallel_id`; their `# sent_id`; that without the language that it begins with (`fr_partut-ud-9`)."""
    found = [(sentence.comment("parallel_id") or None, sentence.id or None) for sentence in sentences]
    bare = [own and _OWN_CODE.sub("", own, count=1) for _, own in found]
    return [parallel for parallel, _ in found], [own for _, own in found], bare


def aligned_by_ids(source: Ids, target: Ids) -> list[tuple[int, int]]:
    """Numbers, from 0, of the sentences that are the same, in the source's order; none if none are.

    By the first way of knowing them that finds any. What stands twice in a treebank is left out: nobody knows which of
    them is meant.
    """
    for ours, theirs in zip(source, target, strict=True):
        there = dict(_once(theirs))
        if found := [(number, there[key]) for key, number in _once(ours) if key in there]:
            return found
    return []


def _once(ids: Sequence[str | None]) -> Iterator[tuple[str, int]]:
    times = Counter(ids)
    return ((key, number) for number, key in enumerate(ids) if key is not None and times[key] == 1)
