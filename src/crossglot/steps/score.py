"""Scores of one system trained on one source: each target's metric, with seeds and sentences as the uncertainty."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pydantic import BaseModel, ConfigDict, SerializeAsAny, TypeAdapter

from crossglot.corpora.tasks import METRICS, Metric
from crossglot.engine.step import Advance, Inputs, Step
from crossglot.steps.arguments import CorpusSplit
from crossglot.steps.rows import AT_CHECKPOINT, MatrixRow, languages_of, read_about, read_predictions, tags_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]

SCORES = "scores.json"


class Score(BaseModel):
    """One number in per cent with its interval; `seed` is None in the mean over seeds.

    `part` is a language id where, of code-switched text, only the words with that id are scored; `collapsed` counts the
    trainings behind it that gave every word one label. `until_end`: not a score, but by how much it is higher at the
    end of the training than at the checkpoint, over the same seeds and sentences.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    target: str
    seed: int | None
    metric: Metric
    value: float
    low: float
    high: float
    interval: str
    n: int
    types: tuple[str, ...]
    part: str = ""
    collapsed: int = 0
    until_end: bool = False


class ScoreRows(Step):
    """Scores what the rows of one system and source predicted.

    A mean's interval resamples seeds, from three on, and sentences, the same sentences in every seed; that of a single
    seed resamples sentences.

    Attributes:
        rows: all seeds of one tagger, each possibly in several rows with different targets.
        targets: which of the rows' targets to score.
        types: for `ner`, the entity types to score for each target: those that source and target both annotate.
        resamples: draws of the bootstrap.
        checkpoint: the point of the rows' trainings that is scored, counted from 1; None for their end.
    """

    VERSION: ClassVar[str] = "3"  # 2 drew two seeds; 1 did not count collapsed trainings
    SKIP_DEFAULT_ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"checkpoint"})

    rows: tuple[SerializeAsAny[MatrixRow], ...]
    targets: tuple[CorpusSplit, ...]
    types: Mapping[str, tuple[str, ...]] = {}
    resamples: int = 1000
    checkpoint: int | None = None

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:
        """Writes scores.json: for each target, then for each language in it, the mean over seeds, then every seed.

        Of a checkpoint, what each target gains until the end of the training follows.
        """
        import numpy as np

        from crossglot.tagging.metrics import task_counts

        wanted = {split.content for split in self.targets}
        found: dict[tuple[str, str], dict[int | None, Counts]] = {}
        both: dict[str, dict[int | None, Counts]] = {}
        collapsed: set[tuple[str, int | None]] = set()
        for done, row in enumerate(self.rows):
            predictions = read_predictions(_predictions(inputs(row), self.checkpoint))
            at_end = predictions if self.checkpoint is None else read_predictions(inputs(row))
            if read_about(inputs(row)).get("collapsed"):
                collapsed.update((split.language, row.seed) for split in row.targets)
            for split in row.targets:
                if split.content not in wanted:
                    continue
                gold, predicted = tags_of(predictions, split.language)
                counts = task_counts(row.task, gold, predicted, self.types.get(split.language))
                found.setdefault((split.language, ""), {})[row.seed] = counts
                if self.checkpoint is not None:
                    later = task_counts(row.task, *tags_of(at_end, split.language), self.types.get(split.language))
                    both.setdefault(split.language, {})[row.seed] = np.hstack([later, counts])
                languages = languages_of(predictions, split.language)
                for part, of_part in counts_by_language(row.task, languages, gold, predicted).items():
                    found.setdefault((split.language, part), {})[row.seed] = of_part
            advance((done + 1) / len(self.rows))
        scores = [
            score
            for (target, part), counts in found.items()
            for score in self._scores(
                self.rows[0].task, target, part, counts, {seed for key, seed in collapsed if key == target}
            )
        ]
        for target, paired in both.items():
            lone = {seed for key, seed in collapsed if key == target}
            scores += self._scores(self.rows[0].task, target, "", paired, lone, until_end=True)
        (folder / SCORES).write_bytes(_SCORES.dump_json(scores, indent=1))

    def _scores(
        self,
        task: str,
        target: str,
        part: str,
        counts: Mapping[int | None, Counts],
        collapsed: Collection[int | None],
        *,
        until_end: bool = False,
    ) -> list[Score]:
        from crossglot.statistics.intervals import difference_of, estimate_seeds
        from crossglot.tagging.metrics import task_statistic

        n = int(next(iter(counts.values()))[:, -1].sum())  # of gold, which is the same for every seed
        statistic, bounds = task_statistic(task), (0.0, 1.0)
        if until_end:
            statistic, bounds = difference_of(statistic), (-1.0, 1.0)
        scores = []
        for seed, estimate in estimate_seeds(counts, statistic, resamples=self.resamples, bounds=bounds).items():
            found = estimate.in_per_cent()
            score = Score(
                target=target,
                seed=seed,
                metric=METRICS[task],
                value=found.value,
                low=found.interval.low,
                high=found.interval.high,
                interval=found.interval.kind,
                n=n,
                types=self.types.get(target, ()),
                part=part,
                collapsed=len(collapsed) if seed is None else int(seed in collapsed),
                until_end=until_end,
            )
            scores.append(score)
        return scores

    @property
    def title(self) -> str:
        """What the progress shows."""
        first, point = self.rows[0], "" if self.checkpoint is None else f", checkpoint {self.checkpoint}"
        return f"scores of {first.system}, {first.task}: {first.source_in_words}{point}"


def _predictions(folder: Path, checkpoint: int | None) -> Path:
    """A row's predictions at a point of its training, or at its end."""
    return folder if checkpoint is None else folder / AT_CHECKPOINT.format(checkpoint)


_SCORES = TypeAdapter(list[Score])


def read_scores(folder: Path) -> list[Score]:
    """What `ScoreRows` wrote."""
    return _SCORES.validate_json((folder / SCORES).read_bytes())


def counts_by_language(
    task: str, languages: Sequence[Sequence[str]], gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]
) -> dict[str, Counts]:
    """For code-switched text, language id → counts over the words with that id."""
    from crossglot.tagging.metrics import task_counts

    return {
        name: task_counts(task, _words_in(name, languages, gold), _words_in(name, languages, predicted))
        for name in sorted({name for sentence in languages for name in sentence})
    }


def _words_in(language: str, languages: Sequence[Sequence[str]], tags: Sequence[Sequence[str]]) -> list[list[str]]:
    pairs = zip(languages, tags, strict=True)
    return [[tag for own, tag in zip(*pair, strict=True) if own == language] for pair in pairs]
