"""Figure 2 drawn: accuracy against the number of common word-order features."""

from __future__ import annotations

from collections.abc import Sequence

from crossglot.drawing.chart_exhibit import Drawn
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


def likeness_figure(rows: Sequence[ResultRow]) -> Drawn:
    """Figure 2: accuracy against the number of common word-order features."""
    scores = zero_shot_values(rows, "accuracy")
    known = {(row.source or "", row.target or ""): row for row in rows if row.metric == COMMON}
    x = {pair: row.value for pair, row in known.items() if row.value}
    chart = panels(
        [
            [
                Series(system, points_of(scores[system], x), line_of(rows, system, BY_FEATURES))
                for system in encoders_of(rows)
                if system in scores
            ]
        ],
        ("common word-order features (WALS)",),
        "zero-shot POS accuracy, %",
    )
    none = [pair for pair, row in known.items() if row.value == 0]
    lines = tuple(
        (*pair, number(row.value, 0), row.n, *(scores[system].get(pair) for system in scores))
        for pair, row in sorted(known.items(), key=lambda item: ascending(item[1].value))
    )
    pairs = Drawn("figure2-pairs", "Pairs of languages", None, ("from", "to", COMMON, "comparable", *scores), lines)
    return Drawn(
        rows[0].experiment,
        TITLE,
        chart,
        COLUMNS,
        relation_lines(rows, {BY_FEATURES: COMMON}),
        (
            "Common features: those of WALS 81A, 85A, 86A, 87A, 88A and 89A in which both languages have the same "
            "value; “no dominant order” is a value like any other, a missing one is neither equal nor different. "
            "Systems stand side by side at each number.",
            f"Left out, as in the paper, for having no feature in common: {listed(none, COMMON) or 'no pair'}.",
            *remarks_on(rows),
        ),
        (pairs,),
    )  # fmt: skip
