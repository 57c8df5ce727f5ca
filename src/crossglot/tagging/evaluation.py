"""A tagger's scores on gold sentences: the task's metric with its interval, and scores of each tag or entity type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from crossglot.corpora.sentences import TaggedSentence
from crossglot.corpora.tasks import METRICS, Metric, TaggerTask
from crossglot.statistics.intervals import Interval, estimate_cell
from crossglot.tagging.metrics import Counts, span_counts_by_type, tag_counts, task_counts, task_statistic


@dataclass(frozen=True, slots=True)
class LabelScore:
    """Precision, recall and F1 of one tag or entity type, in 0 to 1; `n` is how often gold has it."""

    precision: float
    recall: float
    f1: float
    n: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Scores on one set of sentences.

    Attributes:
        metric: "accuracy" (words) or "f1" (spans by conlleval's rules).
        value: in 0 to 1.
        interval: bootstrap over sentences, 95 %.
        n: words, or gold spans.
        sentences: sentences scored.
        by_label: the same for each tag or entity type.
        counts: (sentences, 2) right words and words, or (sentences, 3) true positives, predicted and gold spans.
    """

    metric: Metric
    value: float
    interval: Interval
    n: int
    sentences: int
    by_label: Mapping[str, LabelScore] = field(repr=False)
    counts: Counts = field(repr=False)


def evaluate(
    task: TaggerTask,
    sentences: Iterable[TaggedSentence],
    predicted: Iterable[Sequence[str]],
    *,
    types: Iterable[str] | None = None,
) -> Evaluation:
    """Scores predicted tags against gold: span F1 for `ner`, token accuracy otherwise.

    A gold tag that the tagger cannot predict is scored as wrong.

    Args:
        task: the tagger's.
        sentences: gold.
        predicted: tags of the same words.
        types: for `ner`, the entity types that count; all by default.

    Raises:
        CrossglotError: if gold and predicted differ in sentences or words.
    """
    gold, predicted = [sentence.tags for sentence in sentences], list(predicted)
    types = None if types is None else list(types)
    counts = task_counts(task, gold, predicted, types)
    found = estimate_cell(counts[None], task_statistic(task))
    if task == "ner":
        by_type = span_counts_by_type(gold, predicted)
        by_label = {name: by_type[name] for name in by_type if types is None or name in types}
    else:
        by_label = tag_counts(gold, predicted)
    n = int(counts[:, -1].sum())
    return Evaluation(METRICS[task], found.value, found.interval, n, len(gold), _scores(by_label), counts)


def _scores(counts: Mapping[str, Counts]) -> dict[str, LabelScore]:
    scores = {}
    for name, by_sentence in counts.items():
        right, predicted, gold = (int(total) for total in by_sentence.sum(axis=0))
        scores[name] = LabelScore(
            right / predicted if predicted else 0.0,
            right / gold if gold else 0.0,
            2 * right / (predicted + gold) if predicted + gold else 0.0,
            gold,
        )
    return scores
