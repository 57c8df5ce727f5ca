"""The rows of a user's own matrix: averages, scores against word order, averages between groups of languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from crossglot.experiments.cells import average_rows
from crossglot.experiments.own_matrix.naming import Naming, groups_by
from crossglot.experiments.own_matrix.score_file import Score, ScoreFile
from crossglot.experiments.relations import SCORE, corrected, kin_of, relation_rows
from crossglot.experiments.typology.claims import BY_FEATURES
from crossglot.experiments.typology.common_features import WALS, CommonFeatures
from crossglot.experiments.typology.grouped import Grouping, group_rows
from crossglot.results.rows import MEAN, ResultRow
from crossglot.statistics.intervals import FEWEST_SEEDS
from crossglot.statistics.resampling import FEWEST_CLUSTERS, t_quantile

MATRIX, WORD_ORDER, GROUPS = "matrix", "word-order", "groups"
GROUPED_BY = ("81A", "87A")
"""How languages are grouped by default: by the orders of the paper's table 5."""
SHORT = {"Adjective-Noun": "AN", "Noun-Adjective": "NA"}


@dataclass(frozen=True)
class Matrix:
    """The scores to analyse.

    Attributes:
        file: the file they were read from.
        naming: the languages of its names.
        task: what was scored, in a word of the user's or the file's.
        metric: likewise.
    """

    file: ScoreFile
    naming: Naming
    task: str
    metric: str

    @property
    def systems(self) -> list[str]:
        """Names of the systems; in a file without any, the one system is called after the file."""
        return list(dict.fromkeys(map(self._system, self.file.scores)))

    def _system(self, score: Score) -> str:
        return score.system or self.file.path.name.partition(".")[0] or self.file.path.name

    def cells(self, experiment: str) -> list[ResultRow]:
        """Each cell's mean over seeds, then its seeds; a row that says so for cells without a score."""
        scores: dict[str, dict[tuple[str, str], list[Score]]] = {}
        for score in self.file.scores:
            pair = self.naming.key_of(score.source), self.naming.key_of(score.target)
            scores.setdefault(self._system(score), {}).setdefault(pair, []).append(score)
        rows = []
        for system, cells in scores.items():
            sources, targets = (dict.fromkeys(pair[side] for pair in cells) for side in (0, 1))
            for pair in ((source, target) for source in sources for target in targets):
                about = {
                    "experiment": experiment, "system": system, "role": "other", "task": self.task,
                    "metric": self.metric, "source": pair[0], "target": pair[1],
                }  # fmt: skip
                known = [score for score in cells.get(pair, ()) if score.value is not None]
                rows.append(ResultRow.model_validate(about | {"aggregate": MEAN} | self._mean(known)))
                rows += [
                    ResultRow.model_validate(about | {"seed": score.seed, "value": score.value})
                    for score in known
                    if score.seed is not None
                ]
        return rows

    def _mean(self, scores: Sequence[Score]) -> dict[str, object]:
        """The mean over seeds; from three seeds on with its interval by Student's t."""
        values = [score.value for score in scores if score.value is not None]
        if not values:
            return {"missing": f"no score in {self.file.path.name}"}
        mean = float(np.mean(values))
        if len(values) < FEWEST_SEEDS:
            return {"value": mean}
        reach = t_quantile(len(values) - 1, 0.95) * float(np.std(values, ddof=1)) / len(values) ** 0.5
        low, high = (float(np.clip(mean + side * reach, *SCORE)) for side in (-1, 1))
        return {"value": mean, "ci_low": low, "ci_high": high, "interval": f"95 % t over {len(values)} seeds"}

    def told_by(self, key: str) -> str:
        """The table that the features of a language are from."""
        return "the table of languages" if key in self.naming.table.languages else WALS


def matrix_rows(matrix: Matrix) -> list[ResultRow]:
    """The cells, and each system's mean over zero-shot cells and over the diagonal."""
    cells = matrix.cells(MATRIX)
    return [*cells, *average_rows(cells, kin_of(matrix.naming.languages))]


def word_order_rows(matrix: Matrix) -> list[ResultRow]:
    """Zero-shot cells against the number of word-order features that their languages share."""
    cells = matrix.cells(WORD_ORDER)
    found = CommonFeatures.of(cells, matrix.naming.languages, matrix.told_by)
    statistics = [row for one in found.scores.values() for row in relation_rows(one, found.x, BY_FEATURES)]
    return [*cells, *found.rows, *statistics, *corrected(statistics)]


def grouped_rows(matrix: Matrix, columns: Iterable[str]) -> list[ResultRow]:
    """Averages between groups of languages; for groups that are too small, a row that says so.

    Raises:
        UsageError: for a column that no language has.
    """
    cells = matrix.cells(GROUPS)
    groupings = [large_groups(cells, column, groups_by(column, matrix.naming)) for column in columns]
    return group_rows(cells, kin_of(matrix.naming.languages), groupings)


def large_groups(cells: Sequence[ResultRow], column: str, groups: Mapping[str, str]) -> Grouping:
    """The groups with enough languages in a matrix, the largest first; others would have no interval."""
    languages = dict.fromkeys(key for row in cells for key in (row.source or "", row.target or ""))
    members = {key: SHORT.get(groups[key], groups[key]) for key in languages if key in groups}
    sizes = Counter(members.values())
    names = tuple(name for name, size in sizes.most_common() if size >= FEWEST_CLUSTERS)
    return Grouping(column, names, {key: name for key, name in members.items() if name in names})
