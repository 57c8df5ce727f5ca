"""Sentences to measure an encoder on: of its own vocabulary, so that no corpus need be there."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

from crossglot.corpora.sentences import TaggedSentence
from crossglot.corpora.tasks import UPOS

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

VARIETY = 2_000
"""Different words of the sentences."""


def made_up_words(tokenizer: PreTrainedTokenizerBase) -> list[str]:
    """Words of the tokenizer's own vocabulary, and two of them together; strings of letters where it has none."""
    chance = random.Random(0)  # noqa: S311 - nothing here is a secret
    known = {piece.strip("▁Ġ#") for piece in tokenizer.get_vocab()}
    known = {piece for piece in known if piece.isalpha()} or set("abcdefghijklmnopqrstuvwxyz")
    pieces = sorted(known)
    return [
        "".join(chance.choices(pieces, k=chance.choice((1, 1, 2)) if len(pieces) > 100 else 5)) for _ in range(VARIETY)
    ]


def made_up_sentences(words: Sequence[str], count: int, length: int, seed: int) -> list[TaggedSentence]:
    """Sentences about so long, each word with one of the tags, which it mostly determines, as in text."""
    chance, tags = random.Random(seed), sorted(UPOS)  # noqa: S311
    frequent = [1 / (rank + 10) for rank in range(len(words))]
    found = []
    for _ in range(count):
        chosen = chance.choices(range(len(words)), frequent, k=max(2, round(length * chance.uniform(0.5, 1.5))))
        tagged = [tags[(number if chance.random() < 0.9 else chance.randrange(99)) % len(tags)] for number in chosen]
        found.append(TaggedSentence(tuple(words[number] for number in chosen), tuple(tagged)))
    return found
