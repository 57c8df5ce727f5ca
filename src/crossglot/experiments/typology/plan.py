"""Does transfer follow word order? Zero-shot POS accuracy against common WALS features (figure 2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crossglot.corpora.catalogue import OWN_LANGUAGES, own_languages, root_languages
from crossglot.experiments.experiment import Layout
from crossglot.experiments.matrix import SPLIT
from crossglot.experiments.relations import (
    GAIN,
    corrected,
    mean_over,
    mean_rows,
    relation_rows,
    slope_against,
)
from crossglot.experiments.setting import Setting
from crossglot.experiments.tables import TransferTable
from crossglot.experiments.typology.claims import BY_FEATURES, FEW_FEATURES, LOW_SIMILARITY
from crossglot.experiments.typology.common_features import WALS, CommonFeatures
from crossglot.languages import PAPER_POS, Language
from crossglot.results.rows import ResultRow

KEY = "figure2"
TITLE = "POS accuracy against common word-order features"


def lay_out(setting: Setting) -> Layout:
    """All ordered pairs of those of the paper's 41 languages that the data root has."""
    return Layout(lambda evidence: _rows(evidence.cells, setting), pos_table(KEY, TITLE, setting))


def _rows(cells: Sequence[ResultRow], setting: Setting) -> list[ResultRow]:
    """Cells, common features of each pair, and their statistics."""
    own = own_languages(setting.corpora.root)
    found = CommonFeatures.of(
        cells,
        languages_of(setting),
        lambda key: f"the data root's {OWN_LANGUAGES}" if key in own else WALS,
        least=1,  # pairs with none in common are left out, as in the paper
    )
    scores, x = found.scores, found.x
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
    return [*cells, *found.rows, *statistics, *corrected(statistics)]


def pos_table(key: str, title: str, setting: Setting) -> TransferTable:
    """All ordered pairs of those of the paper's 41 languages that the data root has, for every encoder."""
    present = [
        language
        for language in PAPER_POS
        if not any(setting.corpora.absent(language, "pos", split) for split in ("train", SPLIT))
    ]
    return TransferTable(key, title, "pos", None, (tuple(present) or PAPER_POS,))


def languages_of(setting: Setting) -> Mapping[str, Language]:
    """The languages by key, as the study's data root defines them."""
    return root_languages(setting.corpora.root)
