"""Scores of translations between two languages: curves over layers, floors, and what is said of the curves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from crossglot.engine.step import Advance, Inputs, Step
from crossglot.steps.translate import Condition, Translate, TranslateByPieces, condition_name, read_found

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from crossglot.alignment.scoring import Resampled

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
        untrained: those of its shape with random weights.
        pieces: those by shared pieces.
    """

    trained: Translate
    untrained: Translate
    pieces: TranslateByPieces

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:  # noqa: ARG002
        """Writes scores.json."""
        from crossglot.alignment.scoring import resample

        scores: list[TranslationScore] = []
        steps = (self.trained, self.untrained, self.pieces)
        for direction in (0, 1):
            trained, untrained, pieces = (resample(_right(read_found(inputs(step))[direction])) for step in steps)
            curves = _Curves(self.trained.conditions, trained, untrained, pieces)
            scores += [score.model_copy(update={"forward": direction == 0}) for score in curves.scores()]
        (folder / SCORES).write_bytes(_SCORES.dump_json(scores, indent=1))

    @property
    def title(self) -> str:
        """What the progress shows."""
        return f"scores of {self.trained.title}"


class _Curves:
    """Accuracies from one language to the other: (conditions, layers) of encoders, one number of shared pieces."""

    def __init__(
        self, conditions: Sequence[Condition], trained: Resampled, untrained: Resampled, pieces: Resampled
    ) -> None:
        self.conditions, self.trained, self.untrained, self.pieces = conditions, trained, untrained, pieces

    def scores(self) -> Iterator[TranslationScore]:
        """Curves, floors, statistics."""
        for system, curves in (("encoder", self.trained), ("untrained", self.untrained)):
            for place, condition in enumerate(self.conditions):
                for layer in range(curves.observed.shape[1]):
                    at = (place, layer)
                    values = curves.observed[at], curves.draws[:, *at]
                    yield self._score("accuracy", *values, system=system, condition=condition, layer=layer)
        yield self._score("accuracy", self.pieces.observed[()], self.pieces.draws, system="shared pieces")
        yield from self._statistics()

    def _statistics(self) -> Iterator[TranslationScore]:
        depth = self.trained.observed.shape[1] - 1
        papers, middle = self.conditions.index(PAPERS), two_thirds(depth)
        upper = (
            self.trained.observed[papers, bottom_third(depth) :],
            self.trained.draws[:, papers, bottom_third(depth) :],
        )
        yield self._score("minimum", upper[0].min(), upper[1].min(axis=1), condition=PAPERS)
        here = papers, middle
        less: tuple[tuple[Statistic, Resampled, tuple[int, ...]], ...] = (
            ("fall", self.trained, (papers, depth)),
            ("rise", self.trained, (papers, 0)),
            ("by shift", self.trained, (self.conditions.index(UNSHIFTED), middle)),
            ("by own pairs", self.trained, (self.conditions.index(HELD_OUT), middle)),
            ("over untrained", self.untrained, here),
            ("over pieces", self.pieces, ()),
        )
        for statistic, other, place in less:
            value = self.trained.observed[here] - other.observed[place]
            draws = self.trained.draws[:, *here] - other.draws[:, *place]
            yield self._score(statistic, value, draws, condition=PAPERS)
        best = self.conditions.index(BEST_PRACTICE), middle
        value = self.trained.observed[best] - self.trained.observed[here]
        draws = self.trained.draws[:, *best] - self.trained.draws[:, *here]
        yield self._score("by csls", value, draws, condition=PAPERS)

    def _score(
        self,
        statistic: Statistic,
        value: float,
        draws: NDArray[np.float64],
        *,
        system: str = "encoder",
        condition: Condition | None = None,
        layer: int | None = None,
    ) -> TranslationScore:
        lowest = 0.0 if statistic in ("accuracy", "minimum") else -100.0
        bounds = self.trained.interval(float(value), draws, lowest, 100.0)
        return TranslationScore.model_validate(
            {
                "forward": True, "system": system, "statistic": statistic, "layer": layer, "value": float(value),
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
    """Whether what was found is the translation: the pool has it in the same place."""
    import numpy as np

    right: NDArray[np.bool_] = found == np.arange(found.shape[-1])
    return right
