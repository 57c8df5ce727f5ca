"""Transfer between groups of languages by word order (table 5): averages, differences, effects beyond languages."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from crossglot.experiments.cells import are_papers_treebanks
from crossglot.experiments.experiment import Layout
from crossglot.experiments.relations import Pair, kin_of
from crossglot.experiments.setting import Setting
from crossglot.experiments.typology.grouped import Grouped, Grouping, group_rows
from crossglot.experiments.typology.plan import languages_of, pos_table
from crossglot.experiments.typology.word_order import GROUPS, group_of
from crossglot.languages import LANGUAGES, PAPER_POS
from crossglot.paper.published import lookup
from crossglot.results.rows import ResultRow

KEY = "table5"
TITLE = "POS accuracy between word-order groups, macro-averages"


def lay_out(setting: Setting) -> Layout:
    """The cells that are averaged are those of figure 2."""
    return Layout(lambda evidence: _rows(evidence.cells, setting), pos_table(KEY, TITLE, setting))


def _rows(cells: Sequence[ResultRow], setting: Setting) -> list[ResultRow]:
    """For each system and grouping its four averages, their differences by row and by column, and tests."""
    languages = languages_of(setting)
    papers = {candidate.encoder.name for candidate in setting.candidates if candidate.papers}
    groupings = [
        Grouping(
            grouping,
            tuple(names.values()),
            {key: group for key, language in languages.items() if (group := group_of(language, grouping))},
        )
        for grouping, names in GROUPS.items()
    ]
    return group_rows(cells, kin_of(languages), groupings, partial(_printed, papers))


def _printed(papers: Collection[str], grouped: Grouped, weights: Mapping[Pair, float]) -> dict[str, object]:
    """The weighted sum of the paper's averages as fields of a row; empty if it prints none for such an encoder.

    Args:
        papers: systems that are the paper's own, fine-tuned by its recipe on all data.
        grouped: a system's cells in groups.
        weights: (group of sources, group of targets) → the weight of their average.
    """
    first = grouped.scores.first
    printed = [lookup(first.experiment, *pair, condition=grouped.grouping.key) for pair in weights]
    if first.role not in ("m-bert", "other") or None in printed:
        return {}
    value = sum(weight * one.value for weight, one in zip(weights.values(), printed, strict=True) if one)
    return {"published": round(value, 2), "comparable": first.system in papers and _is_of_the_papers(grouped)}


def _is_of_the_papers(grouped: Grouped) -> bool:
    """Whether the cells are of all the paper's languages, in the paper's data."""
    wanted = {key for key in PAPER_POS if group_of(LANGUAGES[key], grouped.grouping.key)}
    rows = [grouped.scores.cells[pair] for pair in grouped.groups]
    corpora = [corpus for row in rows for corpus in (row.source_corpus, row.target_corpus)]
    return wanted == {source for source, _ in grouped.groups} and are_papers_treebanks(corpora)
