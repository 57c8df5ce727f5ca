"""What can be wrong with a CoNLL-U sentence: the rules of the format, each with the line and the remedy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from crossglot.corpora.tasks import UPOS
from crossglot.errors import DataError
from crossglot.remedies import way, ways

FIELDS = ("ID", "FORM", "LEMMA", "UPOS", "XPOS", "FEATS", "HEAD", "DEPREL", "DEPS", "MISC")

_HOLDING_BLANKS = frozenset({"FORM", "LEMMA", "MISC"})
_BLANK, _BLANKS = re.compile(r"\s"), re.compile(r"\s\s")
_RANGE = re.compile(r"([1-9][0-9]*)-([1-9][0-9]*)")
_EMPTY_NODE = re.compile(r"(0|[1-9][0-9]*)\.([1-9][0-9]*)")
_RENUMBER = (
    "Number words 1, 2, 3, …; put a range (3-4) right before its first word, an empty node (3.1) after its word and "
    "before a range that follows."
)
_OLD_TAGS = {"CONJ": "CCONJ", "NOUN|PROPN": "PROPN", ".": "PUNCT", "PRT": "PART"}


def layout_fault(lines: Sequence[str], path: Path, start: int) -> DataError:
    """The first line of a sentence's rows that has not ten fields divided by tabs.

    Args:
        lines: the sentence's lines after its comments.
        path: the file.
        start: the line number of the first of them (of the last comment, if there are none).
    """
    for line, text in enumerate(lines, start):
        if text.startswith("#"):
            return DataError(
                "a comment inside a sentence",
                path=path,
                line=line,
                remedy="Comments stand above a sentence's first word; sentences are divided by an empty line.",
            )
        if not text.strip():
            return DataError("a line of blanks only", path=path, line=line, remedy="Make it an empty line.")
        fields = text.count("\t") + 1
        if fields != 10:
            what = f"{fields} field{'s' * (fields != 1)} where CoNLL-U has 10"
            if fields == 1 and len(text.split()) > 1:
                return DataError(what, path=path, line=line, remedy="Divide the fields by tabs, not blanks.")
            return DataError(what, path=path, line=line, remedy="Mend the line; write `_` for a field without a value.")
    return DataError("comments without a sentence", path=path, line=start, remedy="Delete them, or the empty line.")


def check_fields(rows: Sequence[Sequence[str]], path: Path, start: int) -> None:
    """Holds the fields of a sentence's rows to what level 1 of Universal Dependencies' validator says of them.

    No field is empty. Blanks of any kind stand only inside FORM, LEMMA and MISC, one at a time, and not in the FORM or
    LEMMA of a range: what has a blank in it is no single token.

    Args:
        rows: the ten fields of each row.
        path: the file.
        start: the line number of the first row.

    Raises:
        DataError: for the first field that breaks a rule.
    """
    for line, row in enumerate(rows, start):
        holding = _HOLDING_BLANKS & {"MISC"} if "-" in row[0] else _HOLDING_BLANKS
        for name, value in zip(FIELDS, row, strict=True):
            if not value:
                remedy = "Write `_` for a field without a value."
                raise DataError(f"{name} is empty", path=path, line=line, remedy=remedy)
            if name not in holding and _BLANK.search(value):
                remedy = "Take the blank out: only FORM, LEMMA and MISC of a word may have one."
                raise DataError(f"a blank in {name}: {value!r}", path=path, line=line, remedy=remedy)
            if value != value.strip() or _BLANKS.search(value):
                what = f"blanks at an end of {name}, or several in a row: {value!r}"
                remedy = "Leave one blank between the parts of a word, and none before or after it."
                raise DataError(what, path=path, line=line, remedy=remedy)


def check_ids(ids: Sequence[str], path: Path, start: int) -> list[int]:
    """Indices of the rows that are syntactic words, once every id is known to stand in its place.

    Args:
        ids: the first field of each row.
        path: the file.
        start: the line number of the first row.

    Raises:
        DataError: a gap, a repeated or malformed id, an empty node or range out of its place.
    """
    words: list[int] = []
    covered = nodes = covering = opened = 0
    numbers = map(str, count(1))
    awaited = next(numbers)
    for at, written in enumerate(ids):
        if written == awaited:
            words.append(at)
            awaited = next(numbers)
            nodes = 0
        elif match := _RANGE.fullmatch(written):
            first, last = int(match[1]), int(match[2])
            if first != len(words) + 1 or first <= covered or last < first:
                raise DataError(f"range {written} is out of its place", path=path, line=start + at, remedy=_RENUMBER)
            covered, covering, opened = last, at, first
        elif match := _EMPTY_NODE.fullmatch(written):
            nodes += 1
            if (int(match[1]), int(match[2])) != (len(words), nodes) or opened > len(words):
                what = f"empty node {written} is out of its place"
                raise DataError(what, path=path, line=start + at, remedy=_RENUMBER)
        else:
            what = f"word id {written!r} where {len(words) + 1} should be"
            raise DataError(what, path=path, line=start + at, remedy=_RENUMBER)
    if covered > len(words):
        what = f"range {ids[covering]} ends after the last word, {len(words)}"
        raise DataError(what, path=path, line=start + covering, remedy=_RENUMBER)
    if not words:
        raise DataError("a sentence without a word", path=path, line=start, remedy="Delete it.")
    return words


def blame_tag(word: str, tag: str, path: Path, line: int) -> DataError:
    """The error for a word whose tag is none of the 17."""
    new = _OLD_TAGS.get(tag)
    remedy = f"UD 2 calls it {new}." if new else f"The 17 tags are {' '.join(UPOS)}."
    if tag == "_":
        skipped, other = way("skip its sentence", "lenient"), way("take another corpus", "corpora")
        remedy = f"The word has no tag: {ways('annotate it', other, skipped)}."
    return DataError(f"unknown UPOS tag {tag!r} of {word!r}", path=path, line=line, remedy=remedy)


def blame_misc(word: str, misc: str, path: Path, line: int) -> DataError:
    """The error for a word without a label in MISC."""
    remedy = "`crossglot predict` writes it there; name the column that has the tags otherwise."
    return DataError(f"no Tag= in MISC {misc!r} of {word!r}", path=path, line=line, remedy=remedy)


def require_words(masked: int, total: int, path: Path) -> None:
    """Refuse a treebank released without its text, whose words are `_`.

    Raises:
        DataError: if more than half of the words are `_`.
    """
    if 2 * masked > total:
        raise DataError(
            f"{masked} of its {total} words are `_`: this treebank is released without its text",
            path=path,
            remedy="Get the text as the treebank's README says, merge it into the FORM column, and give the merged "
            f"file; or {way('choose another treebank', 'corpora') or 'use another treebank'}.",
        )
