"""Figure 2 drawn: accuracy against the number of common word-order features."""

from __future__ import annotations

from collections.abc import Sequence

from crossglot.drawing.chart_exhibit import ChartExhibit
from crossglot.drawing.scatter import Series
from crossglot.drawing.wording import number
from crossglot.experiments.relation_drawing import (
    COLUMNS,
    ascending,
    encoders_of,
    line_of,
    listed,
    panels,
    points_of,
    relation_lines,
    remarks_on,
    zero_shot_values,
)
from crossglot.experiments.typology.claims import BY_FEATURES
from crossglot.experiments.typology.common_features import COMMON
from crossglot.experiments.typology.plan import TITLE
from crossglot.results.rows import ResultRow


def likeness_figure(rows: Sequence[ResultRow]) -> ChartExhibit:
    """Figure 2: accuracy against the number of common word-order features."""
    none = [(row.source or "", row.target or "") for row in rows if row.metric == COMMON and row.value == 0]
    left_out = f"Left out, as in the paper, for having no feature in common: {listed(none, COMMON) or 'no pair'}."
    return features_figure(rows, TITLE, "zero-shot POS accuracy, %", 1, (left_out,))


def features_figure(
    rows: Sequence[ResultRow], title: str, y_title: str, least: int, notes: Sequence[str] = ()
) -> ChartExhibit:
    """The scores of an experiment against the number of word-order features that source and target share.

    Args:
        rows: the experiment's.
        title: what is shown.
        y_title: title of the y axis.
        least: pairs that have fewer in common are left out.
        notes: what else has to be said.
    """
    metric = next(row.metric for row in rows if row.metric != COMMON)
    scores = zero_shot_values(rows, metric)
    known = {(row.source or "", row.target or ""): row for row in rows if row.metric == COMMON}
    x = {pair: row.value for pair, row in known.items() if row.value is not None and row.value >= least}
    chart = panels(
        [
            [
                Series(system, points_of(scores[system], x), line_of(rows, system, BY_FEATURES))
                for system in encoders_of(rows)
                if system in scores
            ]
        ],
        ("common word-order features (WALS)",),
        y_title,
    )
    lines = tuple(
        (*pair, number(row.value, 0), row.n, *(scores[system].get(pair) for system in scores))
        for pair, row in sorted(known.items(), key=lambda item: ascending(item[1].value))
    )
    experiment = rows[0].experiment
    pairs = ChartExhibit(
        f"{experiment}-pairs", "Pairs of languages", None, ("from", "to", COMMON, "comparable", *scores), lines
    )
    return ChartExhibit(
        experiment,
        title,
        chart,
        COLUMNS,
        relation_lines(rows, {BY_FEATURES: COMMON}),
        (
            "Common features: those of WALS 81A, 85A, 86A, 87A, 88A and 89A in which both languages have the same "
            "value; “no dominant order” is a value like any other, a missing one is neither equal nor different. "
            "Systems stand side by side at each number.",
            *notes,
            *remarks_on(rows),
        ),
        (pairs,),
    )
