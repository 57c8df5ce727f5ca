"""Figure 3 drawn: translations found by hidden layer, one line per pair of languages, one panel per direction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from math import ceil
from typing import Any

from crossglot.drawing.chart_exhibit import ChartExhibit, Entry
from crossglot.drawing.figures import GREY
from crossglot.drawing.inline import inline
from crossglot.drawing.lines import DASHES, LINES, SHAPES, scale_of
from crossglot.drawing.wording import interval_note
from crossglot.experiments.translation.claims import PAPERS_CONDITION
from crossglot.experiments.translation.plan import CHANCE
from crossglot.results.rows import MEAN, ResultRow
from crossglot.results.systems import SHARED_PIECES, UNTRAINED, System

COLUMNS = (
    "system",
    "from",
    "to",
    "shift, metric",
    "embeddings",
    "two thirds up",
    "last",
    "best",
    "layer",
    "pairs",
    "of",
)
PANEL = (215, 170)  # pixels

Curve = tuple[str, str, str, str]  # system, source, target, condition


def curves(rows: Sequence[ResultRow]) -> ChartExhibit:
    """Panels of curves over a table with one line per curve."""
    found: dict[Curve, list[ResultRow]] = {}
    for row in rows:
        if row.aggregate == MEAN and row.value is not None:
            found.setdefault((row.system, row.source or "", row.target or "", row.condition or ""), []).append(row)
    layered = {curve: members for curve, members in found.items() if members[0].layer is not None}
    return ChartExhibit(
        rows[0].experiment,
        "Translation by nearest neighbours, by layer",
        _chart(found, layered) if layered else None,
        COLUMNS,
        tuple(_line(curve, members) for curve, members in found.items()),
        _notes(rows),
    )


def _line(curve: Curve, rows: Sequence[ResultRow]) -> tuple[Entry, ...]:
    system, source, target, condition = curve
    by_layer = {row.layer: row.value for row in rows}
    read = (rows[0].n, _in_short(rows[0]))
    if None in by_layer:
        return (system, source, target, condition or None, None, None, None, by_layer[None], None, *read)
    depth = max(layer or 0 for layer in by_layer)
    best = max(rows, key=lambda row: row.value or 0.0)
    ends = (by_layer.get(layer) for layer in (0, round(2 * depth / 3), depth))
    return (system, source, target, condition, *ends, best.value, best.layer, *read)


def _chart(found: Mapping[Curve, Sequence[ResultRow]], layered: Mapping[Curve, Sequence[ResultRow]]) -> Any:
    """For each encoder both directions with its floors: by the paper's shift and distance, or by others on the page."""
    import altair as alt

    encoders = list(dict.fromkeys(rows[0].system for rows in layered.values() if rows[0].role != "floor"))
    pairs = list(dict.fromkeys(frozenset(curve[1:3]) for curve in layered))
    first = {pair: next(curve[1:3] for curve in layered if frozenset(curve[1:3]) == pair) for pair in pairs}
    forward = list(first.values())
    pools = {curve[1:3]: rows[0].n for curve, rows in layered.items()}
    labels = [_label(way, pools[way]) for way in forward]
    conditions = sorted(dict.fromkeys(curve[3] for curve in layered), key=lambda each: each != PAPERS_CONDITION)
    top = _top(row for rows in found.values() for row in rows)
    parts: list[Any] = []
    for encoder in encoders:
        both = [
            _panel(_records(found, encoder, way, conditions, labels), labels, top, title, subtitle)
            for way, title, subtitle in (
                (forward, encoder, "first to second language"),
                ([pair[::-1] for pair in forward], encoder, "second to first language"),
            )
        ]
        parts.append(alt.hconcat(*both, spacing=26))
    chart = alt.vconcat(*parts, spacing=22)
    bound = alt.binding_select(options=conditions, name="shift, distance ")
    chart = chart.add_params(alt.param(name="condition", value=conditions[0], bind=bound))
    return chart.resolve_scale(color="shared", shape="shared", strokeDash="shared")


def _top(rows: Iterable[ResultRow]) -> int:
    """The end of all panels' axes: the least multiple of 20 above every bound, so that panels can be compared."""
    return 20 * max(1, ceil(max(row.ci_high or row.value or 0.0 for row in rows) / 20))


def _records(
    found: Mapping[Curve, Sequence[ResultRow]],
    encoder: str,
    way: Iterable[tuple[str, str]],
    conditions: Sequence[str],
    labels: Sequence[str],
) -> list[dict[str, Any]]:
    records, its = [], System(encoder, "other")
    for (source, target), label in zip(way, labels, strict=True):
        for condition, (system, what) in product(
            conditions, ((encoder, "encoder"), (its.make_twin(UNTRAINED).name, "untrained"))
        ):
            rows = found.get((system, source, target, condition), ())
            records += [_record(row, label, what) | {"layer": row.layer, "by": condition} for row in rows]
        pieces = found.get((its.make_twin(SHARED_PIECES).name, source, target, ""), ())
        deepest = max((record["layer"] for record in records), default=0)
        records += [_record(row, label, "pieces") | {"layer": layer} for row in pieces for layer in (0, deepest)]
    return records


def _record(row: ResultRow, label: str, what: str) -> dict[str, Any]:
    return {"pair": label, "what": what, "value": row.value, "low": row.ci_low, "high": row.ci_high}


def _name(pair: tuple[str, str]) -> str:
    """A pair as the paper writes it: `EN-DE`."""
    return "-".join(key.upper() for key in pair)


def _label(pair: tuple[str, str], pool: int | None) -> str:
    """A pair with its number of sentences, since the heights of curves with different numbers do not compare."""
    return f"{_name(pair)}, {pool:,}"


def _corpora(row: ResultRow) -> str | None:
    """The name of the set that was read, or of both treebanks."""
    return " and ".join(dict.fromkeys(name for name in (row.source_corpus, row.target_corpus) if name)) or None


def _panel(
    records: list[dict[str, Any]],
    names: Sequence[str],
    top: int,
    title: str,
    subtitle: str,
) -> Any:
    import altair as alt

    legend = alt.Legend(title=None, orient="right", symbolSize=70, symbolStrokeWidth=1.6, symbolOpacity=1)
    axis = alt.Axis(grid=True, gridColor=GREY, gridOpacity=0.22, tickCount=4)
    base = alt.Chart(inline(records)).encode(
        x=alt.X("layer:Q", title="layer", axis=alt.Axis(tickMinStep=1, ticks=True)),
        y=alt.Y("value:Q", title="accuracy, %", axis=axis, scale=alt.Scale(domain=[0, top])),
        color=alt.Color("pair:N", scale=scale_of(names, LINES), legend=legend),
    )
    curve = base.transform_filter("datum.what == 'encoder' && datum.by == condition")
    band = curve.mark_area(opacity=0.16).encode(y=alt.Y("low:Q"), y2="high:Q")
    line = curve.mark_line(strokeWidth=1.7).encode(
        strokeDash=alt.StrokeDash("pair:N", scale=scale_of(names, DASHES), legend=legend)
    )
    points = curve.mark_point(filled=True, size=34, opacity=1).encode(
        shape=alt.Shape("pair:N", scale=scale_of(names, SHAPES), legend=legend),
        tooltip=[alt.Tooltip("pair:N", title="pair, sentences"), alt.Tooltip("layer:Q"),
                 alt.Tooltip("value:Q", title="accuracy, %", format=".1f"),
                 alt.Tooltip("low:Q", title="from", format=".1f"), alt.Tooltip("high:Q", title="to", format=".1f")],
    )  # fmt: skip
    untrained = base.transform_filter("datum.what == 'untrained' && datum.by == condition")
    floor = untrained.mark_line(strokeWidth=0.8, opacity=0.75)
    pieces = base.transform_filter("datum.what == 'pieces'").mark_line(strokeWidth=1, strokeDash=[1, 4])
    heading = alt.TitleParams(title, subtitle=subtitle, anchor="start")
    return alt.layer(band, pieces, floor, line, points).properties(width=PANEL[0], height=PANEL[1], title=heading)


def _notes(rows: Sequence[ResultRow]) -> tuple[str, ...]:
    cells = [row for row in rows if row.aggregate == MEAN]
    missing = dict.fromkeys(f"{row.system}, {row.source} → {row.target}: {row.missing}" for row in cells if row.missing)
    return (
        "How often the nearest neighbour of a sentence is its translation: " + "; ".join(_searched(cells)) + ". "
        "The more sentences, the lower: compare only what has as many. The paper has 5,000 of WMT16, and what it says "
        "is judged on as many only.",
        "“Mean shift, l2” is the paper's: a sentence is moved by the mean difference of the two languages, estimated "
        "on the pairs that are scored. Held out: each half of the pairs is moved by the other half's. Centred: each "
        "language less its own mean, which in l2 would be the mean shift over again. CSLS averages over 10 neighbours.",
        "Thick lines with points are the encoder, thin ones the same encoder untrained, dotted ones shared word pieces "
        "(tf-idf cosine). Shades are intervals; under a gain's name results.csv has what the claims compare.",
        interval_note(tuple(dict.fromkeys(row.interval for row in cells if row.interval))),
        *missing,
    )


def _in_short(row: ResultRow) -> str | None:
    """The set, or the common end of two treebanks' names (`PUD`): tables have little room; notes have whole names."""
    endings = {(name or "").rpartition("-")[2] for name in (row.source_corpus, row.target_corpus)}
    return endings.pop() if row.source_corpus != row.target_corpus and len(endings) == 1 else _corpora(row)


def _searched(cells: Iterable[ResultRow]) -> list[str]:
    """A sentence on how many sentences of which text each pair was searched among, and what chance finds there."""
    found: dict[frozenset[str | None], str] = {}
    for row in cells:
        if row.system == CHANCE and row.value is not None and row.n is not None:
            pair = (row.source or "", row.target or "")
            said = f"{_name(pair)} among {row.n:,} of {_corpora(row)} (chance {row.value:.2g} %)"
            found.setdefault(frozenset(pair), said)
    return list(found.values())
