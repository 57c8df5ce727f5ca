"""The parts that figures 1 and 2 share: scatters of scores of pairs against x, and tables of their relations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from crossglot.drawing.chart_exhibit import Entry
from crossglot.drawing.matrix_exhibit import is_zero_shot
from crossglot.drawing.scatter import Line, Point, Series, scatter
from crossglot.drawing.wording import NO_VALUE, interval_note, reason
from crossglot.experiments.relations import (
    CENTRE,
    HOLM,
    INTERCEPT,
    LANGUAGES_DRAWN,
    QAP_P,
    QAP_P_WITHOUT,
    SLOPE,
)
from crossglot.results.rows import MEAN, ResultRow

COLUMNS = ("system", "against", "pairs", "r", "slope", "partial r", "QAP p", "partial p")
NAMED = 12  # pairs that a note names before it counts the rest

Pair = tuple[str, str]


def encoders_of(rows: Iterable[ResultRow]) -> list[str]:
    """Names of the encoders among the systems, in the order of the rows."""
    return list(dict.fromkeys(row.system for row in rows if row.role in ("m-bert", "en-bert", "other")))


def zero_shot_values(rows: Iterable[ResultRow], metric: str) -> dict[str, dict[Pair, float]]:
    """System → zero-shot cells that have a value."""
    found: dict[str, dict[Pair, float]] = {}
    for row in rows:
        if row.metric == metric and row.aggregate == MEAN and row.source and row.target:
            cells = found.setdefault(row.system, {})
            if row.value is not None and is_zero_shot(row.source, row.target):
                cells[row.source, row.target] = row.value
    return found


def values_of(rows: Iterable[ResultRow], metric: str, system: str) -> dict[Pair, float]:
    """Pair → the value of a metric in one system's rows."""
    return {
        (row.source or "", row.target or ""): row.value
        for row in rows
        if (row.metric, row.system, row.aggregate) == (metric, system, MEAN) and row.value is not None
    }


def points_of(scores: Mapping[Pair, float], x: Mapping[Pair, float]) -> tuple[Point, ...]:
    """The pairs that have a score and an x."""
    return tuple(Point(*pair, x[pair], score) for pair, score in scores.items() if pair in x)


def line_of(rows: Iterable[ResultRow], system: str, condition: str) -> Line | None:
    """The system's trend, with the intervals that the table prints; None where there is none."""
    found = {row.aggregate: row for row in rows if (row.system, row.condition) == (system, condition)}
    slope, intercept, centre = (_with_reach(found.get(name)) for name in (SLOPE, INTERCEPT, CENTRE))
    return Line(slope, intercept, centre and centre[1]) if slope and intercept else None


def _with_reach(row: ResultRow | None) -> tuple[float, float] | None:
    if row is None or row.value is None:
        return None
    return row.value, ((row.ci_high or 0.0) - (row.ci_low or 0.0)) / 2


def panels(series: Sequence[Sequence[Series]], x_titles: Sequence[str], y_title: str) -> Any:
    """Panels side by side; None if there is no point in any."""
    import altair as alt

    shown = [
        scatter(of_panel, title, y_title)
        for of_panel, title in zip(series, x_titles, strict=True)
        if any(one.points for one in of_panel)
    ]
    if not shown:
        return None
    return shown[0] if len(shown) == 1 else alt.hconcat(*shown, spacing=30)


def relation_lines(rows: Sequence[ResultRow], conditions: Mapping[str, str]) -> tuple[tuple[Entry, ...], ...]:
    """One line per system and measure."""
    found = {(row.system, row.aggregate, row.condition): row for row in rows if row.aggregate != MEAN}
    lines: list[tuple[Entry, ...]] = []
    for system in dict.fromkeys(row.system for row in rows if row.aggregate == "correlation"):
        for condition, words in conditions.items():
            statistic = partial(_statistic, found, system, condition)
            correlated = statistic("correlation")
            numbers = [
                _estimate(statistic(name), statistic(name + LANGUAGES_DRAWN))
                for name in ("correlation", SLOPE, "correlation without effects")
            ]
            tests = [_p_value(statistic(name + HOLM)) for name in (QAP_P, QAP_P_WITHOUT)]
            lines.append((system, words, (correlated and correlated.n) or 0, *numbers, *tests))
    return tuple(lines)


def _statistic(
    found: Mapping[tuple[str, str | None, str | None], ResultRow], system: str, condition: str, name: str
) -> ResultRow | None:
    return found.get((system, name, condition))


def _estimate(row: ResultRow | None, by_languages: ResultRow | None = None) -> str:
    """`0.43 (0.10 to 0.70)`; with languages drawn beside genera, `0.43 (0.10 to 0.70; languages: 0.20 to 0.62)`."""
    if row is None or row.value is None:
        return NO_VALUE
    intervals = [
        f"{label}{one.ci_low:.2f} to {one.ci_high:.2f}"
        for label, one in (("", row), ("languages: ", by_languages))
        if one is not None and one.ci_low is not None and one.ci_low != one.ci_high
    ]
    shown = f" ({'; '.join(intervals)})" if intervals else ""
    return f"{row.value:.2f}{shown}".replace("-", "−")


def _p_value(row: ResultRow | None) -> str:
    return NO_VALUE if row is None or row.value is None else f"{row.value:.3f}"


def remarks_on(rows: Sequence[ResultRow]) -> list[str]:
    """The notes under relations: how to read them, their intervals, and which have no value."""
    statistics = [row for row in rows if row.aggregate not in (None, MEAN)]
    why = dict.fromkeys(f"{row.system}, {row.aggregate}: {reason(row)}." for row in statistics if row.value is None)
    missing = dict.fromkeys(row.missing for row in rows if row.aggregate == MEAN and row.missing)
    return [
        "Partial: what makes a source good or a target easy for every pair is taken away first, from both sides. QAP "
        "p-values permute languages, rows and columns together; they are corrected by Holm's method for the number of "
        "tests in a column, and take related languages for unrelated: where an interval over genera holds zero, go by "
        "the interval. Brackets hold 95 % intervals, with genera drawn where there are enough of them, and then with "
        "languages drawn as if they were unrelated.",
        interval_note(tuple(dict.fromkeys(row.interval for row in statistics if row.interval))),
        *why,
        *(f"No value: {why_none}." for why_none in list(missing)[:NAMED]),
        *([f"No value: {len(missing) - NAMED} reasons more, in results.csv."] if len(missing) > NAMED else []),
    ]


def listed(pairs: Sequence[Pair], order: str) -> str:
    """The first pairs by name, and how many more there are."""
    return ", ".join(f"{source}→{target}" for source, target in pairs[:NAMED]) + unnamed(pairs, order)


def unnamed(pairs: Sequence[Pair], order: str) -> str:
    """How many pairs a note does not name, and where to find them."""
    return f" and {len(pairs) - NAMED} more (the table of pairs is sorted by {order})" if len(pairs) > NAMED else ""


def ascending(value: float | None) -> tuple[bool, float]:
    """A sorting key that puts missing values last."""
    return (value is None, value or 0.0)
