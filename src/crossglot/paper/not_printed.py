"""Claims that the paper's own numbers cannot be held against, and why; every other one is, in the tests.

A claim is only rightly written if it comes out as it should on what the paper itself prints. Where that is not enough
to work a statistic out, the claim stands here, by its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

FIGURE = "the paper prints no numbers of its figures, and none are read off them"
FLOOR = "the paper prints no floor"
OWN_TEXT = "the text is of our making"

_BY_REASON = {
    FIGURE: (
        *("en-bert-depends-on-overlap", "en-bert-deteriorates", "en-bert-near-zero", "m-bert-flat", "m-bert-flatter"),
        *("m-bert-without-overlap", "overlap-improves-transfer", "no-overlap-across-scripts", "conll-follows"),
        *("single-languages-follow", "overlap-beyond-languages", "m-bert-follows-seen-pieces"),
        *("similar-is-better", "decent-for-low-similarity", "similarity-beyond-languages"),
        *("translation-over-50", "translation-russian-similar", "translation-hindi-similar"),
        *("translation-falls-at-the-end", "translation-low-at-the-bottom", "translation-separated-in-space"),
        *("translation-pairs-found", "translation-above-untrained", "translation-held-out-shift", "translation-hubs"),
    ),
    "what is left of table 5 without source and target effects takes single pairs, and the paper prints averages": (
        *("same-81a-beyond-languages", "same-87a-beyond-languages"),
    ),
    FLOOR: (
        *("ner-above-untrained", "ner-above-floor", "pos-above-untrained", "pos-above-floor"),
        *("possible-across-scripts", "hindi-urdu-above-floor", "hindi-urdu-above-untrained"),
        *("scripts-above-untrained", "corrected-above-untrained"),
    ),
    OWN_TEXT: ("synthetic-no-transfer-to-transliterated",),
}

NOT_PRINTED: Mapping[str, str] = MappingProxyType({name: why for why, names in _BY_REASON.items() for name in names})
"""Claim → why its statistic cannot be worked out from printed numbers. Not listed: the claims about `causes`, whose
languages are of our making, and about `curve`, of which the paper has nothing."""
