"""The causal study: the effect of each knob, moved alone, on zero-shot transfer between two constructed languages."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crossglot.engine.step import Step
from crossglot.experiments.causes.conditions import (
    ALL_FLIPPED,
    BASE,
    COGNATES,
    CONDITIONS,
    CYRILLIC,
    SOURCE,
    TARGET,
    UNTRAINED,
    WITHOUT_ANCHORS,
    WITHOUT_PIECES,
    WORLD,
    Condition,
    World,
    lab_of,
)
from crossglot.experiments.causes.measures import (
    ENCODER,
    MEASURES,
    OF_TRANSLATION,
    TAGGED,
    counts_of,
    effect_on,
    outcomes_of,
    task_of,
)
from crossglot.experiments.experiment import Evidence, Layout
from crossglot.experiments.setting import Setting
from crossglot.results.rows import MEAN, ResultRow, Role
from crossglot.steps.make_lab import MakeLab
from crossglot.steps.rows import read_predictions
from crossglot.steps.train_on_lab import MOST_FREQUENT, OWN_TARGET, SHUFFLED, ZERO_SHOT, TrainOnLab, collapsed_in

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    from crossglot.statistics.intervals import CountStatistic

    Counts = NDArray[np.int64]  # (sentences, 2): right, total
    BySeed = Mapping[int, Counts]

KEY = "causes"
TITLE = "What moves zero-shot transfer: one knob at a time"
WORDS_SHUFFLED = "target's words shuffled"
SPLIT = "test"

Place = tuple[str, str]  # condition, key of one of its predictions
Training = tuple[str, str, int]  # a place, and the seed


@dataclass(frozen=True)
class Contrast:
    """A difference between two accuracies on test sentences of the same meanings.

    Attributes:
        key: its name in results.
        one: condition and prediction whose accuracy is the minuend.
        other: of the subtrahend; by default the base's zero-shot transfer, so that the contrast is a knob's effect.
    """

    key: str
    one: Place
    other: Place = (BASE.key, ZERO_SHOT)


SAME_LANGUAGE = COGNATES[-1].key
CHECKS: tuple[Contrast, ...] = (
    Contrast(f"{SAME_LANGUAGE} against own", (SAME_LANGUAGE, ZERO_SHOT), (SAME_LANGUAGE, OWN_TARGET)),
    Contrast("untrained against most frequent tag", (UNTRAINED.key, ZERO_SHOT), (UNTRAINED.key, MOST_FREQUENT)),
    *(
        Contrast(f"{condition.key} against untrained", (condition.key, ZERO_SHOT), (UNTRAINED.key, ZERO_SHOT))
        for condition in (CYRILLIC, ALL_FLIPPED, WITHOUT_ANCHORS, WITHOUT_PIECES)
    ),
)
"""Differences that are no effect of a knob; experiments/causes/claims.py says what they have to show."""


def contrasts(conditions: Sequence[Condition]) -> list[Contrast]:
    """The effects of all conditions but the base, the effect of shuffling, and the checks whose conditions are run."""
    keys = {condition.key for condition in conditions}
    effects = [
        Contrast(condition.key, (condition.key, ZERO_SHOT), (condition.against, ZERO_SHOT))
        for condition in conditions
        if condition != BASE
    ]
    found = [*effects, Contrast(WORDS_SHUFFLED, (BASE.key, SHUFFLED)), *CHECKS]
    return [contrast for contrast in found if {contrast.one[0], contrast.other[0]} <= keys]


def lay_out(setting: Setting, conditions: tuple[Condition, ...] = CONDITIONS, world: World = WORLD) -> Layout:
    """One run per condition and seed.

    Args:
        setting: the study's.
        conditions: those that are run, the base among them.
        world: what all conditions share.
    """
    plan = _Plan(conditions, world, setting)
    return Layout(plan.rows, steps=plan.steps)


@dataclass(frozen=True)
class _Plan:
    """The study's conditions and their runs, which train taggers on languages of their own.

    Attributes:
        conditions: those that are run, the base among them.
        world: what all conditions share.
        setting: the study's.
    """

    conditions: tuple[Condition, ...]
    world: World
    setting: Setting

    @property
    def steps(self) -> tuple[Step, ...]:
        """The runs, seed by seed, so that a stopped study has whole comparisons."""
        return tuple(self.step(condition, seed) for seed in self.setting.seeds for condition in self.conditions)

    def step(self, condition: Condition, seed: int) -> TrainOnLab:
        """The run of one condition with one seed, which languages, pretraining and fine-tuning all depend on."""
        return TrainOnLab(
            name=condition.key,
            lab=MakeLab(spec=lab_of(condition, self.world, seed)),
            shape=self.world.shape.changed(**condition.shape),
            recipe=self.world.recipe,
            seed=seed,
            precision=self.setting.runtime.precision,
            device_kind=self.setting.runtime.kind,
            device=self.setting.runtime.device,
            **condition.training,
        )

    def rows(self, evidence: Evidence) -> list[ResultRow]:
        """Measure by measure every condition's accuracies, then the contrasts."""
        counts: dict[str, dict[Place, dict[int, Counts]]] = {measure: {} for measure in MEASURES}
        failures: dict[str, str] = {}
        collapsed: set[Training] = set()
        for condition in self.conditions:
            for seed in self.setting.seeds:
                step = self.step(condition, seed)
                folder = evidence.result(step)
                if folder is None:
                    failures[condition.key] = evidence.failure(step)
                    continue
                for (measure, predicted), right in counts_of(folder).items():
                    counts[measure].setdefault((condition.key, predicted), {})[seed] = right
                collapsed |= {(condition.key, of, seed) for of in collapsed_in(read_predictions(folder))}
        rows: list[ResultRow] = []
        for measure, found in counts.items():
            lone = frozenset() if measure in OF_TRANSLATION else frozenset(collapsed)
            rows += self._outcome_rows(measure, found, failures, lone)
            rows += self._contrast_rows(measure, found, failures, lone)
        return rows

    def _outcome_rows(
        self, measure: str, counts: Mapping[Place, BySeed], failures: Mapping[str, str], collapsed: Collection[Training]
    ) -> Iterator[ResultRow]:
        from crossglot.statistics.intervals import accuracy

        for condition in self.conditions:
            for outcome in outcomes_of(measure):
                role = "floor" if condition == UNTRAINED else outcome.role
                place = (condition.key, outcome.predicted)
                found = counts.get(place, {})
                bad = {seed for seed in found if (*place, seed) in collapsed}
                scores = _scores(found, bad, accuracy, (0.0, 1.0)) or [_missing(failures[condition.key])]
                for score in scores:
                    yield _row(
                        condition.key,
                        outcome.system,
                        role,
                        outcome.source,
                        outcome.target,
                        task_of(measure),
                        measure,
                        score,
                    )

    def _contrast_rows(
        self, measure: str, counts: Mapping[Place, BySeed], failures: Mapping[str, str], collapsed: Collection[Training]
    ) -> Iterator[ResultRow]:
        known = {outcome.predicted for outcome in outcomes_of(measure)} | ({SHUFFLED} if measure in TAGGED else set())
        for contrast in contrasts(self.conditions):
            if not {contrast.one[1], contrast.other[1]} <= known:
                continue
            found = paired(counts.get(contrast.one, {}), counts.get(contrast.other, {}))
            bad = {seed for seed in found for place in (contrast.one, contrast.other) if (*place, seed) in collapsed}
            scores = _scores(found, bad, accuracy_difference, (-1.0, 1.0), ", paired by both")
            if not scores:
                reasons = (failures.get(condition) for condition, _ in (contrast.one, contrast.other))
                scores = [_missing(next(filter(None, reasons), "no seed in common"))]
            for score in scores:
                yield _row(contrast.key, ENCODER, "other", SOURCE, TARGET, task_of(measure), effect_on(measure), score)


def paired(one: BySeed, other: BySeed) -> dict[int, Counts]:
    """For each seed that both have, (sentences, 4): right and total of one, then of the other.

    With the same seed both have the same meanings in the same order, so that rows belong together.

    Args:
        one: seed → (sentences, 2): right, total.
        other: likewise.
    """
    import numpy as np

    return {seed: np.hstack([one[seed], other[seed]]) for seed in one if seed in other}


def accuracy_difference(counts: ArrayLike) -> NDArray[np.float64]:
    """One accuracy minus the other: counts (…, 4) → (…), in -1 to 1."""
    import numpy as np

    from crossglot.statistics.intervals import accuracy, difference_of

    return difference_of(accuracy)(np.asarray(counts))


def _scores(
    found: BySeed, collapsed: Collection[int], statistic: CountStatistic, bounds: tuple[float, float], how: str = ""
) -> list[dict[str, object]]:
    """Fields of rows: of the mean over seeds, then of every seed; empty if nothing was found.

    Args:
        found: seed → counts.
        collapsed: the seeds among them whose training collapsed.
        statistic: of counts.
        bounds: smallest and largest possible value.
        how: added to the interval's kind.
    """
    from crossglot.statistics.intervals import estimate_seeds

    words = [int(counts[:, 1].sum()) for counts in found.values()]
    scores: list[dict[str, object]] = []
    for seed, estimate in estimate_seeds(found, statistic, bounds=bounds).items():
        value, interval = estimate.in_per_cent().value, estimate.in_per_cent().interval
        scores.append(
            {
                "seed": seed,
                "aggregate": MEAN if seed is None else None,
                "value": value,
                "ci_low": interval.low,
                "ci_high": interval.high,
                "interval": interval.kind + how,
                "n": int(sum(words) / len(words)) if seed is None else int(found[seed][:, 1].sum()),
                "collapsed": (len(collapsed) if seed is None else int(seed in collapsed)) or None,
            }
        )
    return scores


def _missing(why: str) -> dict[str, object]:
    return {"aggregate": MEAN, "missing": why}


def _row(
    condition: str,
    system: str,
    role: Role,
    source: str,
    target: str,
    task: str,
    metric: str,
    score: Mapping[str, object],
) -> ResultRow:
    return ResultRow.model_validate(
        {"experiment": KEY, "system": system, "role": role, "task": task, "source": source, "target": target,
         "split": SPLIT, "metric": metric, "condition": condition, **score}
    )  # fmt: skip
