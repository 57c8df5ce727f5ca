"""The causal study's figure and tables: the effect of each knob on zero-shot accuracy, beside what others report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crossglot.drawing.chart_exhibit import ChartExhibit, Entry
from crossglot.drawing.figures import GREY, INK
from crossglot.drawing.inline import inline
from crossglot.drawing.wording import interval_note, reason
from crossglot.experiments.causes.claims import REPORTED
from crossglot.experiments.causes.conditions import BASE, SOURCE, TARGET
from crossglot.experiments.causes.measures import (
    ALL_WORDS,
    ENCODER,
    MEASURES,
    OTHER_WORDS,
    TAGGED,
    TRANSLATED,
    TRANSLATED_WITHOUT,
    WITHOUT,
    effect_on,
)
from crossglot.experiments.causes.plan import CHECKS, KEY, TITLE
from crossglot.results.claims import MOST_FREQUENT_TAG
from crossglot.results.rows import MEAN, ResultRow

COLUMNS = (
    "condition", "zero-shot", "source's own", "target's own", "most frequent tag", "effect", "from", "to",
    "others report",
)  # fmt: skip
SHORT = ("condition", "accuracy", "effect", "from", "to")
MEASURED = {
    OTHER_WORDS: "words that are no anchors",
    ALL_WORDS: "all words, anchors too",
    WITHOUT: "tagging sentences whose anchors are cut out",
    TRANSLATED_WITHOUT: "translations found between sentences whose anchors are cut out",
    TRANSLATED: "translations found",
}
"""Measure → the title of its table; the study's own measure is in the main one."""
PLACES = (
    (ENCODER, SOURCE, TARGET),
    (ENCODER, SOURCE, SOURCE),
    (ENCODER, TARGET, TARGET),
    (MOST_FREQUENT_TAG, SOURCE, TARGET),
)
HEIGHT = 21  # pixels per condition in the figure


def effects(rows: Sequence[ResultRow]) -> ChartExhibit:
    """Dots and whiskers over a table: the base, the effects from the largest to the smallest, then the checks.

    Chart and table are of the study's own measure; every other measure has a further table. Early runs have only one.
    """
    means = [row for row in rows if row.aggregate == MEAN]
    there = [measure for measure in MEASURES if any(row.metric == measure for row in means)] or [ALL_WORDS]
    moved, lines = _table(means, there[0])
    more = []
    for measure in there[1:]:
        columns: tuple[str, ...] = COLUMNS
        table = _table(means, measure)[1]
        if measure not in TAGGED:
            columns, table = SHORT, tuple((*line[:2], *line[len(PLACES) + 1 : -1]) for line in table)
        more.append(
            ChartExhibit(
                f"{KEY}-{measure.replace(',', '').replace(' ', '-')}",
                f"Likewise, {MEASURED[measure]}",
                None,
                columns,
                table,
            )
        )
    chart = dots_and_whiskers(moved) if moved else None
    return ChartExhibit(KEY, TITLE, chart, COLUMNS, lines, _notes(means, there[0]), tuple(more))


def _table(means: Sequence[ResultRow], measure: str) -> tuple[list[ResultRow], tuple[tuple[Entry, ...], ...]]:
    """The effects of one measure, largest first, and the table's lines: base, effects, checks."""
    accuracies = {(row.condition, row.system, row.source, row.target): row for row in means if row.metric == measure}
    checks = {check.key for check in CHECKS}
    found = [row for row in means if row.metric == effect_on(measure) and row.value is not None]
    moved = sorted((row for row in found if row.condition not in checks), key=lambda row: -(row.value or 0.0))
    shown = [None, *moved, *(row for row in found if row.condition in checks)]
    lines = []
    for row in shown:
        condition = BASE.key if row is None else row.condition or ""
        cells = [accuracies.get((condition, *place)) for place in PLACES]
        effect: tuple[Entry, ...] = (None, None, None) if row is None else (row.value, row.ci_low, row.ci_high)
        line = (condition, *(cell.value if cell else None for cell in cells), *effect)
        lines.append((*line, REPORTED.get(condition)))
    return moved, tuple(lines)


def dots_and_whiskers(rows: Sequence[ResultRow]) -> Any:
    """One line per condition, in the order given; filled dots where the interval leaves out zero."""
    import altair as alt

    records = [
        {
            "condition": row.condition,
            "effect": row.value,
            "low": row.ci_low,
            "high": row.ci_high,
            "sure": bool((row.ci_low or 0.0) > 0 or (row.ci_high or 0.0) < 0),
        }
        for row in rows
    ]
    order = [str(record["condition"]) for record in records]
    base = alt.Chart(inline(records)).encode(
        y=alt.Y("condition:N", sort=order, title=None, axis=alt.Axis(grid=True, gridColor=GREY, gridOpacity=0.25))
    )
    along = alt.X(
        "effect:Q", title="change of zero-shot accuracy against the base, in points", axis=alt.Axis(ticks=True)
    )
    whiskers = base.mark_rule(color=INK, strokeWidth=1.4).encode(x=alt.X("low:Q"), x2="high:Q")
    dots = base.mark_point(size=62, stroke=INK, strokeWidth=1.6, opacity=1).encode(
        x=along, fill=alt.condition("datum.sure", alt.value(INK), alt.value("#ffffff"))
    )
    nothing = alt.Chart(inline([{"zero": 0}])).mark_rule(color=GREY, strokeDash=[4, 3]).encode(x="zero:Q")
    return alt.layer(nothing, whiskers, dots).properties(width=430, height=HEIGHT * len(records))


def _notes(means: Sequence[ResultRow], measure: str) -> tuple[str, ...]:
    effects_kinds = tuple(
        dict.fromkeys(row.interval for row in means if row.metric == effect_on(measure) and row.interval)
    )
    missing = dict.fromkeys(f"No value for {reason(row)}." for row in means if row.missing)
    words = "all words" if measure == ALL_WORDS else "the words that are no anchors (names, figures, addresses, marks)"
    return (
        f"POS accuracy in per cent, over {words}, between two constructed languages. In the base they have one "
        "grammar, one script and no word in common but names, figures and marks. Each other line moves one knob; its "
        "effect is its zero-shot accuracy minus the base's with the same seed, in points (“TLM, …” and “Cyrillic, no "
        "anchors”: minus that of “all six orders” and “Cyrillic”).",
        "Each seed has its own languages, pretraining and fine-tuning. Filled dots: the interval leaves out zero.",
        interval_note(effects_kinds),
        "Lines with “against” are differences within the study that check it; they are no effects of a knob.",
        "What others report is for other models, languages and measures: compare signs and orders of size.",
        *missing,
    )
