"""Figures 1 and 2: scores of pairs of languages against their overlap and their likeness, drawn and in numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from crossglot.paper.claims_overlap import BY_OVERLAP, BY_SEEN_TOKENS, ENTITY_OVERLAP, NEAR_ZERO_OVERLAP
from crossglot.paper.claims_typology import BY_FEATURES
from crossglot.probes.experiments import EXPERIMENTS
from crossglot.probes.overlap import (
    BY_SEEN_TYPES,
    BY_SPELLED_OVERLAP,
    MEASURES,
    SEEN_TOKENS,
    SPELLED_OVERLAP,
    SPELLING,
)
from crossglot.probes.relations import CENTRE, HOLM, INTERCEPT, LANGUAGES_DRAWN, QAP_P, QAP_P_WITHOUT, SLOPE
from crossglot.probes.results import MEAN, MISSING, ResultRow
from crossglot.probes.typology import COMMON
from crossglot.report.drawn import Drawn, Entry
from crossglot.report.exhibits import is_zero_shot
from crossglot.report.scatter import Line, Point, Series, scatter
from crossglot.report.wording import METRICS, NO_VALUE, interval_note, language_name, number

COLUMNS = ("system", "against", "pairs", "r", "slope", "partial r", "QAP p", "partial p")
NAMED = 12  # pairs that a note names before it counts the rest

Pair = tuple[str, str]


def overlap_figure(rows: Sequence[ResultRow]) -> Drawn:
    """Figure 1: F1 against entity overlap, and against Wu and Dredze's share of seen pieces beside it."""
    scores = _scores(rows, "f1")
    x = {metric: {system: _values(rows, metric, system) for system in _encoders(rows)} for metric in MEASURES}
    chart = _charts(
        [
            [
                Series(system, _points(scores[system], x[metric][system]), _line(rows, system, condition))
                for system in _encoders(rows)
                if system in scores
            ]
            for metric, condition in ((ENTITY_OVERLAP, BY_OVERLAP), (SEEN_TOKENS, BY_SEEN_TOKENS))
        ],
        ("overlap of word pieces in entities, %", "target's pieces seen in training, %"),
        "zero-shot NER F1, %",
    )
    conditions = {
        BY_OVERLAP: ENTITY_OVERLAP,
        BY_SPELLED_OVERLAP: SPELLED_OVERLAP,
        BY_SEEN_TYPES: "seen pieces, by type",
        BY_SEEN_TOKENS: "seen pieces, by token",
    }
    return Drawn(
        rows[0].experiment,
        EXPERIMENTS[rows[0].experiment].title,
        chart,
        COLUMNS,
        _relations(rows, conditions),
        (
            "Overlap is |E_train ∩ E_eval| / |E_train ∪ E_eval|, of the word pieces used in entities of the types that "
            "are scored (section 3.1); the unknown piece is one of them. Spelled overlap leaves it out: there what "
            "cannot be spelled is never shared, not even the same word, and its form is in the union. "
            "Seen pieces are the target's that occur in the source's training set, in all words, each once (by type) "
            "or as often as it occurs (by token), after Wu and Dredze (2019); what cannot be spelled is unseen.",
            *_near_zero(scores, x[ENTITY_OVERLAP]),
            *_remarks(rows),
        ),
        (_pairs_table(rows, scores, x), _spelling_table(rows)),
    )


def likeness_figure(rows: Sequence[ResultRow]) -> Drawn:
    """Figure 2: accuracy against the number of common word-order features."""
    scores = _scores(rows, "accuracy")
    known = {(row.source or "", row.target or ""): row for row in rows if row.metric == COMMON}
    x = {pair: row.value for pair, row in known.items() if row.value}
    chart = _charts(
        [
            [
                Series(system, _points(scores[system], x), _line(rows, system, BY_FEATURES))
                for system in _encoders(rows)
                if system in scores
            ]
        ],
        ("common word-order features (WALS)",),
        "zero-shot POS accuracy, %",
    )
    none = [pair for pair, row in known.items() if row.value == 0]
    lines = tuple(
        (*pair, number(row.value, 0), row.n, *(scores[system].get(pair) for system in scores))
        for pair, row in sorted(known.items(), key=lambda item: _ascending(item[1].value))
    )
    pairs = Drawn("figure2-pairs", "Pairs of languages", None, ("from", "to", COMMON, "comparable", *scores), lines)
    return Drawn(
        rows[0].experiment,
        EXPERIMENTS[rows[0].experiment].title,
        chart,
        COLUMNS,
        _relations(rows, {BY_FEATURES: COMMON}),
        (
            "Common features: those of WALS 81A, 85A, 86A, 87A, 88A and 89A in which both languages have the same "
            "value; “no dominant order” is a value like any other, a missing one is neither equal nor different. "
            "Systems stand side by side at each number.",
            f"Left out, as in the paper, for having no feature in common: {_listed(none, COMMON) or 'no pair'}.",
            *_remarks(rows),
        ),
        (pairs,),
    )  # fmt: skip


def _encoders(rows: Iterable[ResultRow]) -> list[str]:
    return list(dict.fromkeys(row.system for row in rows if row.role in ("m-bert", "en-bert", "other")))


def _scores(rows: Iterable[ResultRow], metric: str) -> dict[str, dict[Pair, float]]:
    """System → zero-shot cells that have a value."""
    found: dict[str, dict[Pair, float]] = {}
    for row in rows:
        if row.metric == metric and row.aggregate == MEAN and row.source and row.target:
            cells = found.setdefault(row.system, {})
            if row.value is not None and is_zero_shot(row.source, row.target):
                cells[row.source, row.target] = row.value
    return found


def _values(rows: Iterable[ResultRow], metric: str, system: str) -> dict[Pair, float]:
    return {
        (row.source or "", row.target or ""): row.value
        for row in rows
        if (row.metric, row.system, row.aggregate) == (metric, system, MEAN) and row.value is not None
    }


def _points(scores: Mapping[Pair, float], x: Mapping[Pair, float]) -> tuple[Point, ...]:
    return tuple(Point(*pair, x[pair], score) for pair, score in scores.items() if pair in x)


def _line(rows: Iterable[ResultRow], system: str, condition: str) -> Line | None:
    """The system's trend, with the intervals that the table prints; None where there is none."""
    found = {row.aggregate: row for row in rows if (row.system, row.condition) == (system, condition)}
    slope, intercept, centre = (_with_reach(found.get(name)) for name in (SLOPE, INTERCEPT, CENTRE))
    return Line(slope, intercept, centre and centre[1]) if slope and intercept else None


def _with_reach(row: ResultRow | None) -> tuple[float, float] | None:
    if row is None or row.value is None:
        return None
    return row.value, ((row.ci_high or 0.0) - (row.ci_low or 0.0)) / 2


def _charts(panels: Sequence[Sequence[Series]], x_titles: Sequence[str], y_title: str) -> Any:
    """Panels side by side; None if there is no point in any."""
    import altair as alt

    shown = [
        scatter(series, title, y_title)
        for series, title in zip(panels, x_titles, strict=True)
        if any(one.points for one in series)
    ]
    if not shown:
        return None
    return shown[0] if len(shown) == 1 else alt.hconcat(*shown, spacing=30)


def _relations(rows: Sequence[ResultRow], conditions: Mapping[str, str]) -> tuple[tuple[Entry, ...], ...]:
    """One line a system and measure."""
    found = {(row.system, row.aggregate, row.condition): row for row in rows if row.aggregate != MEAN}
    lines: list[tuple[Entry, ...]] = []
    for system in dict.fromkeys(row.system for row in rows if row.aggregate == "correlation"):
        for condition, words in conditions.items():
            statistic = partial(_statistic, found, system, condition)
            n = next((row.n for row in rows if _is_about(row, system, "correlation", condition)), None)
            numbers = [
                _estimate(statistic(name), statistic(name + LANGUAGES_DRAWN))
                for name in ("correlation", SLOPE, "correlation without effects")
            ]
            tests = [_p_value(statistic(name + HOLM)) for name in (QAP_P, QAP_P_WITHOUT)]
            lines.append((system, words, n or 0, *numbers, *tests))
    return tuple(lines)


def _statistic(
    found: Mapping[tuple[str, str | None, str | None], ResultRow], system: str, condition: str, name: str
) -> ResultRow | None:
    return found.get((system, name, condition))


def _is_about(row: ResultRow, system: str, aggregate: str, condition: str) -> bool:
    """Whether the row is that statistic, with a value or with the reason why it has none."""
    if (row.system, row.aggregate) != (system, aggregate) or row.condition is None:
        return False
    return row.condition == condition or row.condition.startswith(f"{MISSING}{condition}: ")


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


def _near_zero(scores: Mapping[str, Mapping[Pair, float]], overlaps: Mapping[str, Mapping[Pair, float]]) -> list[str]:
    """The pairs with almost no overlap, and what each encoder scores there."""
    said = []
    for system, x in overlaps.items():
        pairs = sorted(
            (pair for pair in scores.get(system, {}) if x.get(pair, 100.0) < NEAR_ZERO_OVERLAP),
            key=lambda pair: x[pair],
        )
        if pairs:
            named = [f"{source}→{target} {number(scores[system][source, target])}" for source, target in pairs[:NAMED]]
            said.append(
                f"Almost no overlap (below {NEAR_ZERO_OVERLAP:g} %) in {system}'s pieces, F1: {', '.join(named)}"
                f"{_unnamed(pairs, 'overlap')}."
            )
    return said


def _remarks(rows: Sequence[ResultRow]) -> list[str]:
    statistics = [row for row in rows if row.aggregate not in (None, MEAN)]
    why = dict.fromkeys(
        f"{row.system}, {row.aggregate}: {str(row.condition).removeprefix(MISSING)}."
        for row in statistics
        if row.value is None
    )
    missing = dict.fromkeys(
        str(row.condition).removeprefix(MISSING)
        for row in rows
        if row.aggregate == MEAN and row.value is None and row.condition
    )
    return [
        "Partial: what makes a source good or a target easy for every pair is taken away first, from both sides. QAP "
        "p-values permute languages, rows and columns together; they are corrected by Holm's method for the number of "
        "tests in a column, and take related languages for unrelated: where an interval over genera holds zero, go by "
        "the interval. Brackets hold 95 % intervals, with genera drawn where there are enough of them, and then with "
        "languages drawn as if they were unrelated.",
        interval_note(tuple(dict.fromkeys(row.interval for row in statistics if row.interval))),
        *why,
        *(f"No value: {reason}." for reason in missing),
    ]


def _pairs_table(
    rows: Sequence[ResultRow],
    scores: Mapping[str, Mapping[Pair, float]],
    x: Mapping[str, Mapping[str, Mapping[Pair, float]]],
) -> Drawn:
    """Every pair with its overlaps and its scores, an encoder a line; those that share the least first."""
    lines = [
        (system, *pair, *(x[metric][system].get(pair) for metric in x), score)
        for system in _encoders(rows)
        for pair, score in sorted(
            scores.get(system, {}).items(), key=lambda item: _ascending(x[ENTITY_OVERLAP][system].get(item[0]))
        )
    ]
    return Drawn("figure1-pairs", "Pairs of languages", None, ("system", "from", "to", *x, METRICS["f1"]), tuple(lines))


def _spelling_table(rows: Sequence[ResultRow]) -> Drawn:
    """How each encoder's tokenizer spells each language: one line each, its scripts in order of their letters."""
    found: dict[tuple[str, str], list[ResultRow]] = {}
    for row in rows:
        if row.metric in SPELLING and row.target:
            found.setdefault((row.system, row.target), []).append(row)
    per_word, unknown, known, in_script = SPELLING
    lines = []
    for (system, target), members in found.items():
        one = {row.metric: row for row in members}
        values = {metric: row.value for metric, row in one.items()}
        pieces, letters = values.get(per_word), (one[known].n if known in one else None) or 1
        scripts = [row for row in members if row.metric == in_script and row.value is not None]
        lines.append(
            (
                system,
                language_name(target),
                None if pieces is None else f"{pieces:.2f}",
                values.get(unknown),
                values.get(known),
                ", ".join(f"{row.condition} {number(100 * (row.n or 0) / letters)} %" for row in scripts) or None,
                ", ".join(f"{row.condition} {row.value:.0f}" for row in scripts) or None,
            )
        )
    heads = ("tokenizer of", "language", per_word, f"{unknown}, %", f"{known}, %", "its scripts", in_script)
    return Drawn("figure1-spelling", "How the tokenizers spell the test sets", None, heads, tuple(lines))


def _listed(pairs: Sequence[Pair], order: str) -> str:
    return ", ".join(f"{source}→{target}" for source, target in pairs[:NAMED]) + _unnamed(pairs, order)


def _unnamed(pairs: Sequence[Pair], order: str) -> str:
    """How many pairs a note does not name, and where to find them."""
    return f" and {len(pairs) - NAMED} more (the table of pairs is sorted by {order})" if len(pairs) > NAMED else ""


def _ascending(value: float | None) -> tuple[bool, float]:
    """Sorts what has no value behind everything that has one."""
    return (value is None, value or 0.0)
