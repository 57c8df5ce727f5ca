"""In how many word-order features the languages of each pair agree, and how a matrix's scores go with that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from crossglot.experiments.relations import Pair, Scores, kin_of, zero_shot_scores
from crossglot.experiments.typology.word_order import likeness
from crossglot.languages import WALS_VERSION, Language
from crossglot.results.rows import MEAN, ResultRow

COMMON = "common features"
WALS = f"WALS {WALS_VERSION}"


@dataclass(frozen=True)
class CommonFeatures:
    """A matrix's zero-shot cells beside the word order that their languages share.

    Attributes:
        scores: system → its cells.
        rows: a row for each pair that has a cell: the number of common features, of how many comparable ones.
        x: pair → that number, also of pairs without a cell, for tests that rename languages.
    """

    scores: Mapping[str, Scores]
    rows: Sequence[ResultRow]
    x: Mapping[Pair, float]

    @staticmethod
    def of(
        cells: Sequence[ResultRow],
        languages: Mapping[str, Language],
        told_by: Callable[[str], str] = lambda _: WALS,
        least: int = 0,
    ) -> CommonFeatures:
        """Common features of the pairs of a matrix.

        Args:
            cells: of one experiment.
            languages: key → what is known of the language; of others nothing is.
            told_by: key → what has the features of the language, for reasons.
            least: pairs that have fewer in common are left out of `x`.
        """
        scores = zero_shot_scores(cells, kin_of(languages))
        pairs = list(dict.fromkeys(pair for one in scores.values() for pair in one.cells))
        names = dict.fromkeys(language for pair in pairs for language in pair if "+" not in language)
        everything = dict.fromkeys([*pairs, *permutations(names, 2)])
        if not cells:
            return CommonFeatures(scores, (), {})
        rows = {pair: _row(cells[0], pair, languages, told_by) for pair in everything}
        x = {pair: row.value for pair, row in rows.items() if row.value is not None and row.value >= least}
        return CommonFeatures(scores, [rows[pair] for pair in pairs], x)


def _row(first: ResultRow, pair: Pair, languages: Mapping[str, Language], told_by: Callable[[str], str]) -> ResultRow:
    """The number of common features of a pair of different languages; or why there is none."""
    silent = [key for key in pair if key in languages and not languages[key].wals]
    alike = None
    if "+" in pair[0]:
        why = "several sources have no common word order"
    elif pair[0] not in languages or pair[1] not in languages:
        why = "a language that no table has"
    else:
        alike = likeness(languages[pair[0]], languages[pair[1]])
        why = "" if alike.comparable else "no feature that both have a value of"
        if silent:
            why = f"{told_by(silent[0])} has no word-order feature of {languages[silent[0]].name}"
    return ResultRow(
        experiment=first.experiment, system=WALS, role="published", task=first.task, source=pair[0], target=pair[1],
        aggregate=MEAN, metric=COMMON, value=None if why or alike is None else float(alike.common),
        n=alike.comparable if alike else None, missing=why or None,
    )  # fmt: skip
