"""The fine-tuning rate of an encoder for which the paper's is not meant, found on the source language's dev set.

3e-5 is BERT-base's: on an encoder 64 wide it learns next to nothing in three epochs. The targets are never looked at,
so transfer stays zero-shot. A high rate fits the source and forgets the other languages, which no dev set of the source
can see: so of all rates that are nearly best the lowest is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crossglot.corpora.sentences import TaggedSentence
from crossglot.encoders.encoder import Encoder
from crossglot.errors import CrossglotError, DataError, UsageError
from crossglot.runtime import Runtime
from crossglot.tagging.finetuning import DivergenceError, finetune
from crossglot.tagging.recipe import RATES, Recipe

NEARLY = 0.02
"""How far below the highest dev score a rate still counts as nearly best: two points."""


@dataclass(frozen=True, slots=True)
class RateSearch:
    """The lowest rate whose dev score is nearly the highest, and every (rate, score) tried, scores in 0 to 1."""

    best: float
    scores: tuple[tuple[float, float], ...]

    @property
    def at_edge(self) -> bool:
        """Whether the best rate is the lowest or highest tried, so that one beyond might be better."""
        return len(self.scores) > 1 and self.best in (self.scores[0][0], self.scores[-1][0])


def find_learning_rate(
    encoder: Encoder,
    train: Sequence[TaggedSentence],
    dev: Sequence[TaggedSentence],
    *,
    task: str = "pos",
    recipe: Recipe | None = None,
    grid: Sequence[float] = RATES,
    seed: int = 1,
    runtime: Runtime | None = None,
    progress: Callable[[float, float], None] | None = None,
) -> RateSearch:
    """Fine-tunes once for each rate of `grid` and takes the lowest that is nearly best on `dev`.

    Args:
        encoder: to be fine-tuned; left as it is.
        train: of the source language (a part of it will do).
        dev: of the source language.
        task: `pos`, `ner` or `labels`.
        recipe: everything but the rate.
        grid: rates to try.
        seed: the same for every rate.
        runtime: device and precision.
        progress: called with (rate, score) after each.

    Raises:
        UsageError: for an empty grid.
        DataError: for an empty dev set.
        CrossglotError: if every rate diverged.
    """
    if not grid:
        raise UsageError("no learning rates to try: give a grid of at least one")
    if not any(len(sentence) for sentence in dev):
        raise DataError("no words to choose a learning rate on", remedy="give a dev set, or the rate itself (--lr)")
    recipe = recipe or Recipe()
    scores = []
    for rate in sorted(grid):
        try:
            tagger = finetune(
                encoder, train, task=task, recipe=recipe.model_copy(update={"learning_rate": rate}), seed=seed,
                runtime=runtime,
            )  # fmt: skip
        except DivergenceError:
            continue
        scores.append((rate, tagger.evaluate(dev).value))
        if progress is not None:
            progress(*scores[-1])
    if not scores:
        raise CrossglotError(f"the training loss was not a number at any rate from {min(grid)} to {max(grid)}")
    return RateSearch(lowest_nearly_best(scores), tuple(scores))


def lowest_nearly_best(scores: Sequence[tuple[float, float]]) -> float:
    """The lowest rate whose score is at most `NEARLY` below the highest; `scores` are (rate, score) by rising rate."""
    enough = max(score for _, score in scores) - NEARLY
    return next(rate for rate, score in scores if score >= enough)
