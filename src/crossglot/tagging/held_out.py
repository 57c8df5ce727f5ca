"""Sentences to choose by where there is no dev set: some of those to learn from, set aside."""

from __future__ import annotations

from collections.abc import Sequence

from crossglot.corpora.sampling import set_aside
from crossglot.corpora.sentences import TaggedSentence
from crossglot.tagging.grid import ENOUGH_DEV
from crossglot.tagging.labels import OUTSIDE

SHARE = 10
"""One sentence in so many is set aside."""


def held_out(
    sentences: Sequence[TaggedSentence], task: str
) -> tuple[Sequence[TaggedSentence], Sequence[TaggedSentence], str]:
    """Sentences to train on and to choose by, always the same, and what the latter are; of too few, the same ones."""
    aside = min(ENOUGH_DEV, len(sentences) // SHARE)
    train, dev = set_aside(sentences, aside)
    learnable = task != "ner" or any(set(sentence.tags) - {OUTSIDE} for sentence in train)
    if not (learnable and any(map(len, train)) and any(map(len, dev))):
        return sentences, sentences, f"the {len(sentences)} training sentences themselves, which are few"
    return train, dev, f"{aside} of the {len(sentences)} training sentences, set aside for it"
