"""Table 5: macro-averages between word-order groups beside the paper's, by rows and by columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crossglot.drawing.chart_exhibit import ChartExhibit, Entry
from crossglot.drawing.wording import METRICS, NO_VALUE, interval_note, number, reason
from crossglot.experiments.relations import HOLM, LANGUAGES_DRAWN, QAP_P, QAP_P_WITHOUT
from crossglot.experiments.typology.grouped import DIFFERENCE, SAME_MINUS_DIFFERENT
from crossglot.experiments.typology.groups import TITLE
from crossglot.experiments.typology.word_order import ADJECTIVE_NOUN, BY_WALS, SUBJECT_OBJECT_VERB
from crossglot.results.rows import MEAN, ResultRow

GROUPINGS = {
    SUBJECT_OBJECT_VERB: "SVO/SOV, footnote 7",
    BY_WALS: "SVO/SOV, WALS",
    ADJECTIVE_NOUN: "AN/NA, WALS",
}
BY_LANGUAGES = {name + LANGUAGES_DRAWN: name for name in (MEAN, DIFFERENCE, SAME_MINUS_DIFFERENT)}
"""Aggregate of rows that draw languages → that of the rows that they stand beside."""
COLUMNS = ("system", "groups", "from", "on", "{metric}", "low", "high", "by languages", "paper", "cells")
TESTS = ("system", "groups", "what", "points", "low", "high", "by languages", "paper", "QAP p", "partial p")
PAPERS_NOTES = (
    "Zero-shot cells only. Footnote 7 of the paper names the SVO and SOV languages; WALS has no value for Galician and "
    "Slovak, which it names. AN and NA are by 87A, as in the paper. A language that the data root's languages.tsv "
    "defines is grouped by its features there.",
    "By rows (one source group, two target groups), as the paper reads its table, easy targets look like word order; "
    "by columns (one target group, two source groups) its own numbers turn around twice. Effects removed: by least "
    "squares, with an effect of each source and of each target beside that of the order; the partial p-value likewise.",
)
NOTES = (
    "By languages: the interval with languages drawn as if they were unrelated, where the other draws genera.",
    "QAP p-values permute languages, rows and columns together, and all in this table are corrected together by Holm's "
    "method. They take related languages for unrelated: where an interval over genera holds zero, go by the interval.",
)


def group_table(rows: Sequence[ResultRow]) -> ChartExhibit:
    """Table 5: the averages, then their differences and the tests that tell word order from easy targets."""
    return averages_table(rows, TITLE, GROUPINGS, "order", PAPERS_NOTES)


def averages_table(
    rows: Sequence[ResultRow], title: str, called: Mapping[str, str], what: str, notes: Sequence[str]
) -> ChartExhibit:
    """Averages between groups of languages, in any experiment; the paper's beside them where there are any.

    Args:
        rows: the experiment's.
        title: what is shown.
        called: grouping → what it is called.
        what: in what languages are the same or different: `order`.
        notes: what has to be said of the groups.
    """
    others = _by_languages(rows)
    means: list[tuple[Entry, ...]] = [
        (
            row.system, _called(row, called), row.source, row.target, row.value, *_bounds(row),
            others.get(_key(row), ""), row.published, row.n,
        )
        for row in rows
        if row.aggregate == MEAN
    ]  # fmt: skip
    columns = tuple(column.format(metric=METRICS.get(rows[0].metric, rows[0].metric)) for column in COLUMNS)
    experiment, printed = rows[0].experiment, any(row.published is not None for row in rows)
    differences = _tests(rows, called, what)
    return ChartExhibit(
        experiment,
        title,
        None,
        *_with_or_without("paper", columns, means, printed),
        (
            *notes,
            *NOTES,
            interval_note(tuple(dict.fromkeys(row.interval for row in rows if row.interval))),
            *dict.fromkeys(f"No value: {reason(row)}." for row in rows if row.value is None),
        ),
        (
            ChartExhibit(
                f"{experiment}-differences", "Differences of groups", None,
                *_with_or_without("paper", TESTS, differences, printed),
            ),
        ),
    )  # fmt: skip


def _with_or_without(
    column: str, columns: tuple[str, ...], lines: Sequence[tuple[Entry, ...]], wanted: bool
) -> tuple[tuple[str, ...], tuple[tuple[Entry, ...], ...]]:
    """A table's columns and lines; without one of them where it would be empty."""
    if wanted:
        return columns, tuple(lines)
    at = columns.index(column)
    return (*columns[:at], *columns[at + 1 :]), tuple((*line[:at], *line[at + 1 :]) for line in lines)


def _tests(rows: Sequence[ResultRow], called: Mapping[str, str], of_what: str) -> list[tuple[Entry, ...]]:
    groups = {(row.condition, row.source) for row in rows if row.aggregate == MEAN}
    p_values = {(row.system, row.aggregate, row.condition): row for row in rows}
    others = _by_languages(rows)
    lines: list[tuple[Entry, ...]] = []
    for row in rows:
        if row.aggregate not in (DIFFERENCE, SAME_MINUS_DIFFERENT):
            continue
        what, tests = f"same minus different {of_what}, effects removed", ["", ""]
        if row.aggregate == DIFFERENCE:
            by_row = (row.condition, row.source) in groups
            what = f"from {row.source}, on {row.target}" if by_row else f"on {row.target}, from {row.source}"
        else:
            found = [p_values.get((row.system, name + HOLM, row.condition)) for name in (QAP_P, QAP_P_WITHOUT)]
            tests = [NO_VALUE if one is None or one.value is None else f"{one.value:.3f}" for one in found]
        shown = (row.value, *_bounds(row), others.get(_key(row), ""), row.published)
        lines.append((row.system, _called(row, called), what, *shown, *tests))
    return lines


def _key(row: ResultRow) -> tuple[str | None, ...]:
    aggregate = row.aggregate or ""
    return (row.system, BY_LANGUAGES.get(aggregate, aggregate), row.condition, row.source, row.target)


def _by_languages(rows: Sequence[ResultRow]) -> dict[tuple[str | None, ...], str]:
    """`62.1–74.0`: the intervals of rows that draw languages, beside those that draw genera."""
    return {
        _key(row): f"{number(row.ci_low)}–{number(row.ci_high)}".replace("-", "−")
        for row in rows
        if row.aggregate in BY_LANGUAGES
    }


def _called(row: ResultRow, called: Mapping[str, str]) -> str:
    """How the languages are grouped, in words."""
    return called.get(row.condition or "", row.condition or "")


def _bounds(row: ResultRow) -> tuple[float | None, float | None]:
    return (None, None) if row.ci_low == row.ci_high else (row.ci_low, row.ci_high)
