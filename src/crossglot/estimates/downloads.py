"""What has to be fetched before a study runs: corpora that its data root lacks, encoders that the hub's cache lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crossglot.corpora.download import data_cache
from crossglot.corpora.sizes import UNPACKED
from crossglot.encoders.known import known_encoders
from crossglot.studies.missing import download_size, missing_corpora, missing_encoders, sources_of
from crossglot.studies.study import Study
from crossglot.studies.wanted import wanted_by_study

WEIGHT = 4_000_000
"""Bytes of a million parameters in fp32."""


@dataclass(frozen=True, slots=True)
class Downloads:
    """What is not here.

    Attributes:
        corpora: how many can be fetched.
        corpora_bytes: of those whose size is known.
        corpora_unknown: how many are of unknown size.
        unpacked_bytes: what they take in the data root, about.
        encoders: hub id → bytes of its weights, None where they are not known.
    """

    corpora: int = 0
    corpora_bytes: int = 0
    corpora_unknown: int = 0
    unpacked_bytes: int = 0
    encoders: Mapping[str, int | None] = field(default_factory=dict)

    @property
    def encoder_bytes(self) -> int:
        """Of all encoders whose size is known."""
        return sum(size or 0 for size in self.encoders.values())


def downloads(study: Study) -> Downloads:
    """What a study lacks.

    Raises:
        CrossglotError: if the data root's own table of languages is faulty.
    """
    sizes = {known.id: known.parameters * WEIGHT for known in known_encoders()}
    encoders = {name: sizes.get(name) for name in missing_encoders(study)}
    if study.self_sufficient or study.train:
        return Downloads(encoders=encoders)
    root = data_cache() if study.data is None else study.data
    sources = sources_of(missing_corpora(wanted_by_study(study), root))
    size, unknown = download_size(sources)
    return Downloads(len(sources), size, unknown, UNPACKED * size, encoders)
