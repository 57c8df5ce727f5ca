"""Scores of translations between two languages: curves over layers, floors, and what is said of the curves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from crossglot.engine.step import Advance, Inputs, Step
from crossglot.steps.translate import Condition, Translate, TranslateByPieces, condition_name, read_found

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from crossglot.alignment.scoring import Accuracies, Sampled
    from crossglot.statistics.intervals import Interval

SCORES = "scores.json"
PAPERS: Condition = ("mean shift", "l2")
HELD_OUT: Condition = ("held-out mean shift", "l2")
UNSHIFTED: Condition = ("no shift", "l2")
BEST_PRACTICE: Condition = ("centred", "csls")

Statistic = Literal[
    "accuracy", "minimum", "fall", "rise", "by shift", "by own pairs", "by csls", "over pieces", "over untrained"
]


class TranslationScore(BaseModel):
    """One number in per cent with its interval.

    Attributes:
        forward: from source to target, or the other way round.
        system: whose neighbours.
        statistic: `accuracy` of one layer, or of all sentences where there are no layers; or, of a curve under the
            paper's condition, `minimum` over layers above the bottom third; accuracy two thirds of the way up less
            that of the last layer (`fall`), of the embeddings (`rise`), without the shift (`by shift`), with a shift
            from held-out pairs (`by own pairs`), by shared pieces (`over pieces`), of the untrained encoder (`over
            untrained`); `by csls`: centred and by CSLS less the paper's.
        condition: shift and metric; empty for shared pieces.
        layer: 0 for the embeddings.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    forward: bool
    system: Literal["encoder", "untrained", "shared pieces"]
    statistic: Statistic
    condition: str
    layer: int | None
    value: float
    low: float
    high: float
    interval: str


class ScoreTranslations(Step):
    """Scores an encoder's translations between two languages beside its floors.

    Intervals are by one bootstrap over the pairs of sentences, the same draws for every layer, condition and system.

    Attributes:
        trained: the encoder's.
        untrained: those of its shape with random weights; None where this floor is not asked for.
        pieces: those by shared pieces; likewise.
    """

    VERSION: ClassVar[str] = "2"  # 1 took percentiles of a resampled minimum, which lies too low

    trained: Translate
    untrained: Translate | None
    pieces: TranslateByPieces | None

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:  # noqa: ARG002
        """Writes scores.json."""
        from crossglot.alignment.scoring import resampled_accuracies

        scores: list[TranslationScore] = []
        steps = (self.trained, self.untrained, self.pieces)
        for direction in (0, 1):
            trained, untrained, pieces = (
                None if step is None else resampled_accuracies(_right(read_found(inputs(step))[direction]))
                for step in steps
            )
            assert trained is not None  # noqa: S101 - the encoder's own are always there
            curves = _Curves(self.trained.conditions, trained, untrained, pieces)
            scores += [score.model_copy(update={"forward": direction == 0}) for score in curves.scores()]
        (folder / SCORES).write_bytes(_SCORES.dump_json(scores, indent=1))

    @property
    def title(self) -> str:
        """What the progress shows."""
        return f"scores of {self.trained.title}"


@dataclass(frozen=True)
class _Curves:
    """Accuracies from one language to the other: (conditions, layers) of encoders, one number of shared pieces.

    Vectors that were made elsewhere may be of one layer alone, which neither falls nor rises.
    """

    conditions: Sequence[Condition]
    trained: Accuracies
    untrained: Accuracies | None
    pieces: Accuracies | None

    def scores(self) -> Iterator[TranslationScore]:
        """Curves, floors, statistics."""
        for system, curves in (("encoder", self.trained), ("untrained", self.untrained)):
            if curves is None:
                continue
            for place, condition in enumerate(self.conditions):
                for layer in range(curves.observed.shape[1]):
                    found = curves.at(place, layer)
                    yield _accuracy(found, system=system, condition=condition, layer=layer)
        if self.pieces is not None:
            yield _accuracy(self.pieces.at(), system="shared pieces")
        papers, middle = self.conditions.index(PAPERS), two_thirds(self._depth)
        if self._depth:
            value, bounds = self.trained.least(papers, slice(bottom_third(self._depth), None))
            yield _score("minimum", value, bounds, condition=PAPERS)
        here = self.trained.at(papers, middle)
        for statistic, other in self._compared(papers, middle):
            yield _difference(statistic, here.minus(other))
        best = self.trained.at(self.conditions.index(BEST_PRACTICE), middle)
        yield _difference("by csls", best.minus(here))

    @property
    def _depth(self) -> int:
        return int(self.trained.observed.shape[1]) - 1

    def _compared(self, papers: int, middle: int) -> Iterator[tuple[Statistic, Sampled]]:
        """The accuracies that are subtracted from the paper's, two thirds of the way up."""
        if self._depth:
            yield "fall", self.trained.at(papers, self._depth)
            yield "rise", self.trained.at(papers, 0)
        yield "by shift", self.trained.at(self.conditions.index(UNSHIFTED), middle)
        yield "by own pairs", self.trained.at(self.conditions.index(HELD_OUT), middle)
        if self.untrained is not None:
            yield "over untrained", self.untrained.at(papers, middle)
        if self.pieces is not None:
            yield "over pieces", self.pieces.at()


def _accuracy(
    found: Sampled, *, system: str, condition: Condition | None = None, layer: int | None = None
) -> TranslationScore:
    bounds = found.interval(0.0, 100.0)
    return _score("accuracy", found.value, bounds, system=system, condition=condition, layer=layer)


def _difference(statistic: Statistic, found: Sampled) -> TranslationScore:
    return _score(statistic, found.value, found.interval(-100.0, 100.0), condition=PAPERS)


def _score(
    statistic: Statistic,
    value: float,
    bounds: Interval,
    *,
    system: str = "encoder",
    condition: Condition | None = None,
    layer: int | None = None,
) -> TranslationScore:
    return TranslationScore.model_validate(
        {
            "forward": True, "system": system, "statistic": statistic, "layer": layer, "value": value,
            "condition": condition_name(condition) if condition else "",
            "low": bounds.low, "high": bounds.high, "interval": bounds.kind,
        }
    )  # fmt: skip


def bottom_third(depth: int) -> int:
    """The lowest layer above the bottom third of an encoder `depth` layers deep: the fifth of twelve."""
    return depth // 3 + 1


def two_thirds(depth: int) -> int:
    """The layer two thirds of the way up: the eighth of twelve."""
    return round(2 * depth / 3)


_SCORES = TypeAdapter(list[TranslationScore])


def read_translation_scores(folder: Path) -> list[TranslationScore]:
    """What `ScoreTranslations` wrote."""
    return _SCORES.validate_json((folder / SCORES).read_bytes())


def _right(found: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Whether each found sentence is the translation, which has the same place in the pool."""
    import numpy as np

    right: NDArray[np.bool_] = found == np.arange(found.shape[-1])
    return right
