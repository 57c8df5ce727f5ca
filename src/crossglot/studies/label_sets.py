"""What two files that are annotated differently mean for a score: labels that training has not, types left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from crossglot.corpora.tasks import UPOS
from crossglot.experiments.matrix import TableRow
from crossglot.steps.arguments import CorpusSplit
from crossglot.tagging.scorable import names_in_short


@dataclass(frozen=True, slots=True)
class Difference:
    """Labels of a target's file that its source's has not; of entity types those of either that the other has not.

    Attributes:
        task: `pos`, `ner` or `labels`.
        source: key of the language trained on, several joined by `+`.
        target: key of the language evaluated.
        words: how many of the target's words have such a label, and count as wrong; 0 for `ner`, where they do not.
        of: how many words the target has.
        labels: the labels or types, in short.
    """

    task: str
    source: str
    target: str
    words: int
    of: int
    labels: str

    def in_words(self) -> str:
        """`en → de 120 of 4,000 (NNP, NNPS)`, of entity types `en → de (not MISC)`."""
        if self.task == "ner":
            return f"{self.source} → {self.target} (not {self.labels})"
        return f"{self.source} → {self.target} {self.words:,} of {self.of:,} ({self.labels})"


def differences(rows: Iterable[TableRow]) -> Iterator[Difference]:
    """One for each source and target of rows, in their order, whose files are annotated differently and have cells."""
    pairs: dict[tuple[str, str], tuple[TableRow, CorpusSplit]] = {}
    for row in rows:
        for target, split in row.targets.items():
            if row.steps and isinstance(split, CorpusSplit) and split.file is not None:
                pairs.setdefault((row.source, target), (row, split))
    for (source, target), (row, split) in pairs.items():
        task, sources = row.table.task, row.steps[0].sources
        if task == "ner":
            left = {name for each in (*sources, split) for name in each.types} - set(row.types[target])
            words, of = 0, 0
        else:
            known = set(UPOS) if task == "pos" else {name for each in sources for name in each.types}
            left = set(split.types) - known
            words, of = (sum(_counts(split).get(name, 0) for name in left), split.words) if left else (0, 0)
        if left:
            yield Difference(task, source, target, words, of, names_in_short(left))


def _counts(split: CorpusSplit) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for sentence in split.read():
        for tag in sentence.tags:
            counts[tag] = counts.get(tag, 0) + 1
    return counts
