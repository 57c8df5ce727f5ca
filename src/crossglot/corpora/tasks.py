"""The tasks that words are tagged for, and the tags of the first."""

from __future__ import annotations

from typing import Literal

Task = Literal["pos", "ner"]
"""A task that a data root has corpora for: parts of speech (UPOS) or named entities (BIO2)."""

TASKS: tuple[Task, ...] = ("pos", "ner")

TaggerTask = Literal["pos", "ner", "labels"]
"""What a tagger is trained for: a task, or `labels`, any column of tags."""

# https://universaldependencies.org/u/pos/, in alphabetical order.
UPOS = ("ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "INTJ", "NOUN", "NUM", "PART", "PRON", "PROPN", "PUNCT", "SCONJ",
        "SYM", "VERB", "X")  # fmt: skip
"""The 17 universal part-of-speech tags of UD 2."""
