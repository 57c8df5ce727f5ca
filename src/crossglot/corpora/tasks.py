"""The tasks that words are tagged for, what each is scored by, and the tags of the first."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Task = Literal["pos", "ner"]
"""A task that a data root has corpora for: parts of speech (UPOS) or named entities (BIO2)."""

TASKS: tuple[Task, ...] = ("pos", "ner")

TaggerTask = Literal["pos", "ner", "labels"]
"""What a tagger is trained for: a task, or `labels`, any column of tags."""

Metric = Literal["accuracy", "f1"]

METRICS: Mapping[str, Metric] = MappingProxyType({"pos": "accuracy", "ner": "f1", "labels": "accuracy"})
"""What a task is scored by: words tagged right, or spans by conlleval's rules."""

# https://universaldependencies.org/u/pos/, in alphabetical order.
UPOS = ("ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "INTJ", "NOUN", "NUM", "PART", "PRON", "PROPN", "PUNCT", "SCONJ",
        "SYM", "VERB", "X")  # fmt: skip
"""The 17 universal part-of-speech tags of UD 2."""
