"""Does transfer follow word order? Zero-shot POS accuracy against common WALS features (figure 2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

from crossglot.corpora.catalogue import OWN_LANGUAGES, own_languages, root_languages
from crossglot.engine.step import Step
from crossglot.experiments.experiment import Evidence
from crossglot.experiments.matrix import SPLIT
from crossglot.experiments.relations import (
    GAIN,
    Pair,
    corrected,
    kin_of,
    mean_over,
    mean_rows,
    relation_rows,
    slope_against,
    zero_shot_scores,
)
from crossglot.experiments.setting import Absent, Setting
from crossglot.experiments.tables import TransferTable
from crossglot.experiments.typology.claims import BY_FEATURES, FEW_FEATURES, LOW_SIMILARITY
from crossglot.experiments.typology.word_order import likeness
from crossglot.languages import PAPER_POS, WALS_VERSION, Language
from crossglot.results.rows import MEAN, ResultRow

if TYPE_CHECKING:
    from crossglot.drawing.chart_exhibit import Drawn

TITLE = "POS accuracy against common word-order features"
COMMON = "common features"
WALS = f"WALS {WALS_VERSION}"


@dataclass(frozen=True)
class TypologyExperiment:
    """How zero-shot tagging depends on word order that two languages share; see `Experiment`."""

    key: str = "figure2"
    title: str = TITLE
    own: bool = True

    def table(self, setting: Setting) -> TransferTable:
        """All ordered pairs of those of the paper's 41 languages that the data root has."""
        return pos_table(self.key, self.title, setting)

    def steps(self, setting: Setting) -> Sequence[Step]:  # noqa: ARG002
        """None: features are known without."""
        return ()

    def draw(self, rows: Sequence[ResultRow]) -> Drawn:
        """See `Experiment`."""
        from crossglot.experiments.typology.drawing import likeness_figure

        return likeness_figure(rows)

    def rows(self, setting: Setting, evidence: Evidence) -> list[ResultRow]:
        """Cells; common features of each pair; and what they say together."""
        scores = zero_shot_scores(evidence.cells, kin_of(languages_of(setting)))
        pairs = list(dict.fromkeys(pair for one in scores.values() for pair in one.cells))
        names = dict.fromkeys(language for pair in pairs for language in pair if "+" not in language)
        # QAP wants features of all pairs, also of those without a score.
        everything = dict.fromkeys([*pairs, *permutations(names, 2)])
        features = self._feature_rows(everything, setting)
        counted = {(row.source or "", row.target or ""): row for row in features}
        x = {pair: row.value for pair, row in counted.items() if row.value}  # none in common: left out, as in the paper
        low = [pair for pair, common in x.items() if common <= FEW_FEATURES]
        none = f"no pair with 1 to {FEW_FEATURES} features in common"
        statistics = []
        for one in scores.values():
            statistics += relation_rows(one, x, BY_FEATURES)
            statistics += mean_rows(one, "mean over pairs", LOW_SIMILARITY, low, none)
        players = {candidate.role: candidate.encoder.name for candidate in setting.candidates}
        ours, theirs = (scores.get(players.get(role, "")) for role in ("m-bert", "en-bert"))
        if ours and theirs:
            statistics += slope_against(ours, theirs, x, x, BY_FEATURES, "en-bert's")
            gaps = {pair: value - theirs.values[pair] for pair, value in ours.values.items() if pair in theirs.values}
            statistics += ours.among([pair for pair in low if pair in gaps], theirs).rows(
                "mean over pairs minus en-bert's", LOW_SIMILARITY, lambda kin: mean_over(gaps, low, none, kin, GAIN)
            )
        shown = [counted[pair] for pair in pairs]
        return [*evidence.cells, *shown, *statistics, *corrected(statistics)]

    def _feature_rows(self, pairs: Iterable[Pair], setting: Setting) -> list[ResultRow]:
        """For each pair of different languages the number of common features, of how many comparable ones."""
        languages, own = languages_of(setting), own_languages(setting.corpora.root)
        rows = []
        for source, target in pairs:
            if source == target:
                continue
            alike = likeness(languages[source], languages[target]) if "+" not in source else None
            silent = [key for key in (source, target) if key in languages and not languages[key].wals]
            why = ""
            if alike is None:
                why = "several sources have no common word order"
            elif silent:
                where = f"the data root's {OWN_LANGUAGES}" if silent[0] in own else WALS
                why = f"{where} has no word-order feature of {languages[silent[0]].name}"
            elif not alike.comparable:
                why = "no feature that both have a value of"
            rows.append(
                ResultRow(
                    experiment=self.key, system=WALS, role="published", task="pos", source=source, target=target,
                    aggregate=MEAN, metric=COMMON, value=None if why or alike is None else float(alike.common),
                    n=alike.comparable if alike else None, missing=why or None,
                )
            )  # fmt: skip
        return rows


def pos_table(key: str, title: str, setting: Setting) -> TransferTable:
    """All ordered pairs of those of the paper's 41 languages that the data root has; every encoder plays."""
    present = [
        language
        for language in PAPER_POS
        if not any(isinstance(setting.corpora.split(language, "pos", split), Absent) for split in ("train", SPLIT))
    ]
    return TransferTable(key, title, "pos", None, (tuple(present) or PAPER_POS,))


def languages_of(setting: Setting) -> Mapping[str, Language]:
    """The languages of the study's data root, as it has them."""
    return root_languages(setting.corpora.root)
