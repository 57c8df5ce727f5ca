"""Schemes that mark spans, one tag per word (IOB1, BIO2, IOBES, BILOU): telling them apart, and turning all into BIO2.

A tag is `O` or a prefix and a type (`B-PER`); the type is all after the first hyphen. How a file's scheme is found:
one E-, S-, L- or U- tag makes it IOBES or BILOU. Otherwise only B-, I- and O occur, and the two schemes left differ in
how a span starts: in BIO2 always with B-, in IOB1 with I- unless it follows another span of the same type at once. A
file with any span obeys at most one of the two; one that obeys neither is taken for the one it breaks less often, and
then its illegal tags are faults.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from crossglot.errors import CrossglotError

SCHEMES = ("iob1", "bio2", "iobes", "bilou", "conlleval")
"""Four schemes, and `conlleval`: any mix of IOB1 and BIO2, read as that script reads it; nothing in it is illegal."""

_PREFIXES = {"iob1": "BI", "bio2": "BI", "iobes": "BIES", "bilou": "BILU", "conlleval": "BI"}
_ENDING = str.maketrans("LU", "ES")


class IllegalTagError(CrossglotError):
    """A tag that its scheme forbids where it stands.

    Args:
        at: index of the word.
        what: why it is illegal.
    """

    def __init__(self, at: int, what: str) -> None:
        self.at, self.what = at, what
        super().__init__(what)


def is_tag(tag: str) -> bool:
    """Whether `tag` looks like a span tag of any scheme: `O`, or a prefix letter, a hyphen and a type."""
    return tag == "O" or (len(tag) > 2 and tag[1] == "-" and tag[0] in "BIESLU")


def detect_scheme(sentences: Iterable[Sequence[str]]) -> str:
    """The scheme of a file's tags, by the rule this module opens with; `bio2` for a file without spans."""
    bigrams: Counter[tuple[str, str]] = Counter()
    for tags in sentences:
        bigrams.update(zip(("O", *tags), tags, strict=False))
    prefixes = {tag[0] for _, tag in bigrams if is_tag(tag)}
    if prefixes & set("LU"):
        return "bilou"
    if prefixes & set("ES"):
        return "iobes"
    breaks = {"bio2": 0, "iob1": 0}
    for (before, tag), count in bigrams.items():
        if not is_tag(tag) or tag == "O":
            continue
        continues = before[1:] == tag[1:]
        if tag[0] == "I" and not continues:
            breaks["bio2"] += count
        if tag[0] == "B" and not continues:
            breaks["iob1"] += count
    return min(breaks, key=lambda scheme: breaks[scheme])


def to_bio2(tags: Sequence[str], scheme: str) -> tuple[str, ...]:
    """The same spans in BIO2.

    Args:
        tags: a sentence's tags.
        scheme: one of `SCHEMES`.

    Raises:
        IllegalTagError: a tag that is none of the scheme's, or stands where the scheme does not allow it.
    """
    if tags.count("O") == len(tags):
        return tuple(tags)
    for at, tag in enumerate(tags):
        if tag != "O" and not (is_tag(tag) and tag[0] in _PREFIXES[scheme]):
            allowed = ", ".join(f"{prefix}-…" for prefix in _PREFIXES[scheme])
            raise IllegalTagError(at, f"{tag!r} is no tag of {scheme.upper()}, which has O, {allowed}")
    return _from_open(tags, scheme) if scheme in ("bio2", "iob1", "conlleval") else _from_closed(tags, scheme)


def _from_open(tags: Sequence[str], scheme: str) -> tuple[str, ...]:
    """From schemes that mark at most where spans start."""
    out = []
    before = "O"
    for at, tag in enumerate(tags):
        continues = before[1:] == tag[1:]
        if scheme == "bio2" and tag[0] == "I" and not continues:
            raise IllegalTagError(at, f"{tag} after {before} is not legal in BIO2, where B- starts a span")
        if scheme == "iob1" and tag[0] == "B" and not continues:
            raise IllegalTagError(at, f"{tag} after {before} is not legal in IOB1, where B- only divides two spans")
        out.append(f"B{tag[1:]}" if tag[0] == "I" and not continues else tag)
        before = tag
    return tuple(out)


def _from_closed(tags: Sequence[str], scheme: str) -> tuple[str, ...]:
    """From schemes that mark where spans end, too."""
    out = []
    before, inside = "O", False
    for at, tag in enumerate(tags):
        prefix = tag[0].translate(_ENDING) if scheme == "bilou" else tag[0]
        if (prefix in "IE") != inside or (inside and before[1:] != tag[1:]):
            raise IllegalTagError(at, f"{tag} after {before} is not legal in {scheme.upper()}")
        inside = prefix in "BI"
        out.append({"S": "B", "E": "I"}.get(prefix, prefix) + tag[1:])
        before = tag
    if inside:
        raise IllegalTagError(len(tags) - 1, f"{before} at the sentence's end is not legal in {scheme.upper()}")
    return tuple(out)
