"""Where the new layer starts from and at which rate, for an encoder that the paper's recipe is not meant for.

3e-5 is BERT-base's rate: an encoder 64 wide learns next to nothing by it in three epochs. And a layer that starts at
random has hardly left its start after a hundred steps of Adam, whatever the encoder knows. So both are tried together,
on the dev set of the source language, for each task anew. The targets are never looked at: transfer stays zero-shot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from crossglot.corpora.sampling import sample
from crossglot.corpora.sentences import TaggedSentence, gathered_tagged
from crossglot.encoders.encoder import Encoder
from crossglot.errors import CrossglotError, DataError, UsageError
from crossglot.remedies import way, ways
from crossglot.runtime import Runtime
from crossglot.tagging.evaluation import evaluate
from crossglot.tagging.fitting import DivergenceError, fit
from crossglot.tagging.grid import ENOUGH_DEV, Grid, grid_for
from crossglot.tagging.labels import label_set
from crossglot.tagging.linear_probe import fit_probe
from crossglot.tagging.recipe import HeadStart, Recipe
from crossglot.tagging.training import only_label
from crossglot.tagging.trials_kept import TrialsKept

NEARLY = 0.02
"""How far below the highest dev score a rate still counts as nearly best: two points."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One training of a search: the new layer's start, the rate, and the score on dev in 0 to 1.

    `collapsed` if every word of dev got one label.
    """

    head_start: HeadStart
    learning_rate: float
    score: float
    collapsed: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """What a search found.

    Attributes:
        best: the trial whose start and rate are to be used.
        trials: all that did not diverge, by start, then by rising rate.
        rates: all that were tried, rising.
    """

    best: Trial
    trials: tuple[Trial, ...]
    rates: tuple[float, ...] = field(default=())

    @property
    def at_edge(self) -> bool:
        """Whether the best rate is the lowest or highest tried, so that one beyond might be better."""
        return len(self.rates) > 1 and self.best.learning_rate in (min(self.rates), max(self.rates))


def search_recipe(
    encoder: Encoder,
    train: Iterable[TaggedSentence],
    dev: Iterable[TaggedSentence],
    *,
    task: str = "pos",
    recipe: Recipe | None = None,
    grid: Grid | None = None,
    seed: int = 1,
    runtime: Runtime | None = None,
    progress: Callable[[int, int], None] | None = None,
    kept: TrialsKept | None = None,
) -> Search:
    """Fine-tunes once for each start and rate of a grid and chooses by the scores on `dev` (see `chosen`).

    Args:
        encoder: to be fine-tuned; left as it is.
        train: of the source language, as many as the real training will have: what suits fewer steps suits no others.
        dev: of the source language; of more than `ENOUGH_DEV`, a sample.
        task: `pos`, `ner` or `labels`.
        recipe: everything but the new layer's start and the rate.
        grid: starts and rates to try; by default those for the encoder's width.
        seed: the same for all.
        runtime: device and precision.
        progress: called with (trainings done, trainings in all).
        kept: what the same search had tried before it was broken off; what is tried now is added.

    Raises:
        UsageError: for an empty grid.
        DataError: for an empty dev set.
        CrossglotError: if every training diverged.
    """
    grid, recipe, runtime = grid or grid_for(encoder.hidden_size), recipe or Recipe(), runtime or Runtime()
    if not (grid.starts and grid.rates):
        raise UsageError("nothing to try: give a grid of at least one start and one learning rate")
    train, dev = gathered_tagged(train), sample(gathered_tagged(dev), ENOUGH_DEV)
    if not any(len(sentence) for sentence in dev):
        raise DataError(
            "no words to choose a learning rate on",
            remedy=ways("give a dev set", way("the rate itself", "learning_rate")),
        )
    rates = tuple(sorted(grid.rates))
    tried: list[dict[str, Any]] = [
        {"head_start": start, "learning_rate": rate} for start in grid.starts for rate in rates
    ]
    probe = None
    if any(one["head_start"] == "probe" and not (kept and kept.known(**one)) for one in tried):
        probe = fit_probe(encoder, train, label_set(task, train), recipe, runtime)
    trials = []
    for done, settings in enumerate(tried, start=1):
        if kept is not None and kept.known(**settings):
            score = kept.score(**settings)
        else:
            trying = Recipe.model_validate(recipe.model_dump() | settings)
            keeper = None if kept is None else kept.keeper(done - 1, len(tried))
            score = _try(encoder, train, dev, trying, task=task, seed=seed, runtime=runtime, probe=probe, keeper=keeper)
            if kept is not None:
                kept.add(**settings, score=score, share=done / len(tried))
        if score is not None:
            trials.append(Trial(settings["head_start"], settings["learning_rate"], *score))
        if progress is not None:
            progress(done, len(tried))
    if not trials:
        raise CrossglotError(f"the training loss was not a number at any rate from {rates[0]:g} to {rates[-1]:g}")
    return Search(chosen(trials), tuple(trials), rates)


def _try(
    encoder: Encoder, train: Sequence[TaggedSentence], dev: Sequence[TaggedSentence], recipe: Recipe, **how: Any
) -> tuple[float, bool] | None:
    """The score on dev of one training, and whether it collapsed; None if it diverged."""
    try:
        tagger = fit(encoder, train, recipe, **how)
    except DivergenceError:
        return None
    predicted = tagger.predict(dev)
    collapsed = bool(only_label(predicted, [sentence.tags for sentence in dev]))
    return evaluate(tagger.task, dev, predicted).value, collapsed


def chosen(trials: Sequence[Trial]) -> Trial:
    """The rule: of the start that has the highest dev score, the lowest rate that is nearly as good.

    A high rate fits the source and forgets the other languages, which no dev set of the source can see.

    Args:
        trials: by rising rate within a start; of equal scores the first start's counts.
    """
    highest = max(trials, key=lambda trial: trial.score)
    same_start = (trial for trial in trials if trial.head_start == highest.head_start)
    return next(trial for trial in same_start if trial.score >= highest.score - NEARLY)
