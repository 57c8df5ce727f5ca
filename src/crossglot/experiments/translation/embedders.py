"""What has vectors of sentences in figure 3: the encoders of a study, and vectors that were made elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from crossglot.alignment.vector_files import SUFFIXES, vector_file
from crossglot.checksums import file_checksum
from crossglot.corpora.parallel import Pair
from crossglot.errors import UsageError
from crossglot.experiments.setting import Candidate, Setting
from crossglot.results.systems import System
from crossglot.steps.bitext_sides import Side
from crossglot.steps.embed import EmbedLines
from crossglot.steps.given_vectors import GivenVectors
from crossglot.steps.score_translations import ScoreTranslations
from crossglot.steps.translate import Translate, TranslateByPieces


@dataclass(frozen=True)
class Bitext:
    """Two languages with both sides of their bitext and the number of pairs compared; or why there is no bitext."""

    pair: Pair
    sides: tuple[Side, ...] = ()
    pool: int = 0
    why_missing: str = ""


class Embedder(Protocol):
    """A system with curves in figure 3."""

    @property
    def system(self) -> System:
        """Whose rows they are."""
        ...

    def why_missing(self, bitext: Bitext) -> str:
        """Why it has no curve of a pair of languages; empty if it has one."""
        ...

    def step(self, bitext: Bitext) -> ScoreTranslations:
        """What scores its curve of a pair."""
        ...


def embedders(setting: Setting) -> tuple[Embedder, ...]:
    """The encoders, then those whose vectors are given.

    Raises:
        UsageError: for given vectors that have the name of an encoder, or no folder.
    """
    names = {candidate.encoder.name for candidate in setting.candidates}
    for name, folder in setting.vectors.items():
        if name in names:
            raise UsageError(f"vectors {name}: an encoder has this name; give them another")
        if not folder.is_dir():
            raise UsageError(f"vectors {name}: {folder} is no folder")
    encoded = (_Encoded(candidate, setting) for candidate in setting.candidates)
    return (*encoded, *(_Given(name, folder, setting) for name, folder in setting.vectors.items()))


@dataclass(frozen=True)
class _Encoded:
    """An encoder, with its floors."""

    candidate: Candidate
    setting: Setting

    @property
    def system(self) -> System:
        return self.candidate.system

    def why_missing(self, bitext: Bitext) -> str:
        return bitext.why_missing or self.candidate.cannot_read(bitext.pair)

    def step(self, bitext: Bitext) -> ScoreTranslations:
        setting, encoder = self.setting, self.candidate.encoder
        source, target = bitext.sides

        def translate(untrained: int | None) -> Translate:
            vectors = (
                EmbedLines(
                    encoder=encoder, untrained=untrained, side=side, precision=setting.runtime.precision,
                    device_kind=setting.runtime.kind, device=setting.runtime.device,
                )
                for side in (source, target)
            )  # fmt: skip
            return Translate(source=next(vectors), target=next(vectors), pairs=bitext.pool)

        pieces = TranslateByPieces(encoder=encoder, source=source, target=target, pairs=bitext.pool)
        return ScoreTranslations(
            trained=translate(None),
            untrained=translate(setting.seeds[0]) if "untrained" in setting.floors else None,
            pieces=pieces if "shared-pieces" in setting.floors else None,
        )


@dataclass(frozen=True)
class _Given:
    """Vectors of an encoder that is not loaded here; it has no floors of its own."""

    name: str
    folder: Path
    setting: Setting

    @property
    def system(self) -> System:
        return System(self.name, "other")

    def why_missing(self, bitext: Bitext) -> str:
        lacking = (side for side in bitext.sides if self._file(side) is None)
        wanted = next((f"{side.name}.{side.language}{SUFFIXES[0]}" for side in lacking), "")
        return bitext.why_missing or (f"{self.name}: no {wanted} in {self.folder}" if wanted else "")

    def step(self, bitext: Bitext) -> ScoreTranslations:
        source, target = map(self._vectors, bitext.sides)
        trained = Translate(source=source, target=target, pairs=bitext.pool)
        return ScoreTranslations(trained=trained, untrained=None, pieces=None)

    def _file(self, side: Side) -> Path | None:
        return vector_file(self.folder, side.name, side.language)

    def _vectors(self, side: Side) -> GivenVectors:
        path = self._file(side)
        assert path is not None  # noqa: S101 - `why_missing` was asked
        return GivenVectors(
            name=self.name, side=side, checksum=file_checksum(path), path=path,
            device_kind=self.setting.runtime.kind, device=self.setting.runtime.device,
        )  # fmt: skip
