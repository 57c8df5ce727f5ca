"""BIO2 and IOBES: what a tagger learns that is to know where entities end and which are a single word."""

from __future__ import annotations

from collections.abc import Sequence

from crossglot.tagging.labels import OUTSIDE, Labels, entity_types

_BIO2 = {"S": "B", "E": "I"}


def iobes_names(labels: Labels) -> tuple[str, ...]:
    """The tags that stand for a task's labels inside: of entities `O` and four for each type, of others themselves."""
    if labels.task != "ner":
        return labels.names
    return (OUTSIDE, *(f"{prefix}-{kind}" for kind in entity_types(labels.names) for prefix in "BIES"))


def to_iobes(tags: Sequence[str]) -> tuple[str, ...]:
    """The spans of BIO2 tags in IOBES; as in conlleval, an `I-` that continues nothing starts a span.

    >>> to_iobes(["B-PER", "I-PER", "O", "B-LOC", "B-LOC", "I-LOC", "I-LOC"])
    ('B-PER', 'E-PER', 'O', 'S-LOC', 'B-LOC', 'I-LOC', 'E-LOC')
    """
    found = []
    for before, tag, after in zip((OUTSIDE, *tags), tags, (*tags[1:], OUTSIDE), strict=False):
        if tag == OUTSIDE:
            found.append(tag)
            continue
        begins = tag[0] == "B" or before[1:] != tag[1:]
        ends = after[0] != "I" or after[1:] != tag[1:]
        found.append(("S" if ends else "B") + tag[1:] if begins else ("E" if ends else "I") + tag[1:])
    return tuple(found)


def to_bio2(tags: Sequence[str]) -> tuple[str, ...]:
    """Each tag by itself, as Lample et al.'s code has it: what a tagger predicts need not be legal IOBES."""
    return tuple(_BIO2.get(tag[0], tag[0]) + tag[1:] for tag in tags)
