"""Word order of languages: which WALS features a pair has in common, and the groups that the paper's table 5 makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crossglot.languages import FOOTNOTE7_SOV, FOOTNOTE7_SVO, LANGUAGES, WALS_FEATURES, Language

SUBJECT_OBJECT_VERB, ADJECTIVE_NOUN = "81A", "87A"
BY_WALS = "81A by WALS"

GROUPS: Mapping[str, Mapping[str, str]] = {
    SUBJECT_OBJECT_VERB: {"SVO": "SVO", "SOV": "SOV"},
    BY_WALS: {"SVO": "SVO", "SOV": "SOV"},
    ADJECTIVE_NOUN: {"Adjective-Noun": "AN", "Noun-Adjective": "NA"},
}
"""Grouping → value in WALS → group. `81A` has footnote 7's groups, as the paper's table 5a."""
FEATURES: Mapping[str, str] = {SUBJECT_OBJECT_VERB: "81A", BY_WALS: "81A", ADJECTIVE_NOUN: "87A"}
"""Grouping → the WALS feature behind it."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two languages are in word order.

    Attributes:
        common: how many features have the same value in both. "No dominant order" is a value like any other: two
            languages without a dominant order are alike in that.
        comparable: how many features have a value in both; one that WALS lacks is neither equal nor different.
    """

    common: int
    comparable: int


def likeness(one: Language, other: Language) -> Likeness:
    """Features 81A, 85A, 86A, 87A, 88A and 89A of two languages (section 4.1, footnote 6)."""
    both = [feature for feature in WALS_FEATURES if feature in one.wals and feature in other.wals]
    return Likeness(sum(one.wals[feature] == other.wals[feature] for feature in both), len(both))


def group_of(language: Language, grouping: str) -> str | None:
    """The language's group, or None if it has none: no value in WALS, or a value that the paper does not group.

    Footnote 7 names languages; a language that a data root defines in the place of one of them (a constructed one) is
    grouped by its own feature 81A.
    """
    if grouping == SUBJECT_OBJECT_VERB and LANGUAGES.get(language.key) == language:
        return "SVO" if language.key in FOOTNOTE7_SVO else "SOV" if language.key in FOOTNOTE7_SOV else None
    return GROUPS[grouping].get(language.wals.get(FEATURES[grouping], ""))
