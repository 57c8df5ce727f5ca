"""The taggers without an encoder that there are: to add one, write its module and name it here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from crossglot.tagging.bilstm_crf.tagger import BiLstmCrf
from crossglot.tagging.character_ngrams import CharacterNGrams
from crossglot.tagging.language_sides.tagger import BallGarrette
from crossglot.tagging.most_frequent_tag import MostFrequentTag
from crossglot.tagging.stacking.tagger import BhatStacking
from crossglot.tagging.tagger import Baseline

BASELINES: Mapping[str, type[Baseline]] = MappingProxyType(
    {
        "most-frequent-tag": MostFrequentTag,
        "character-ngrams": CharacterNGrams,
        "bilstm-crf": BiLstmCrf,
        "ball-garrette": BallGarrette,
        "bhat-stacking": BhatStacking,
    }
)
"""What options call it → the kind of tagger."""
