"""The learning curve drawn: accuracy by training sentences and by optimiser steps, and as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import floor
from typing import Any, Literal

from crossglot.drawing.chart_exhibit import ChartExhibit, Entry
from crossglot.drawing.figures import GREY, INK
from crossglot.drawing.inline import inline
from crossglot.drawing.lines import DASHES, LINES, SHAPES, scale_of
from crossglot.drawing.matrix_exhibit import is_zero_shot
from crossglot.drawing.wording import interval_note, language_name, reason
from crossglot.experiments.curve.amounts import Curve, Trained, curves_of
from crossglot.experiments.curve.claims import KEY, MEASURE
from crossglot.experiments.relation_drawing import encoders_of
from crossglot.results.rows import MEAN, ZERO_SHOT_MEAN, ResultRow
from crossglot.results.systems import LINEAR_PROBE, System

TITLE = "POS accuracy by amount of training text"
ON_THE_WAY = "Likewise within the longest training, by optimiser steps"
PANEL = (300, 300)
OWN, TARGET, OF_ALL, FLOOR = "own", "target", "zero-shot mean", "floor"
"""What a line is of: the source itself, a target, the mean over targets, that of the linear probe."""

Cells = Mapping[tuple[str, str, str], Mapping[str, ResultRow]]
"""(system, source, target) → condition → its row."""


def curves(rows: Sequence[ResultRow]) -> ChartExhibit:
    """Two panels for each encoder over a table by sentences; one by steps is folded away."""
    found = curves_of(rows)
    cells: dict[tuple[str, str, str], dict[str, ResultRow]] = {}
    means: dict[str, dict[str, ResultRow]] = {}
    for row in rows:
        if row.metric == MEASURE and row.condition and row.aggregate == MEAN and row.source and row.target:
            cells.setdefault((row.system, row.source, row.target), {})[row.condition] = row
        elif row.metric == MEASURE and row.condition and row.aggregate == ZERO_SHOT_MEAN:
            means.setdefault(row.system, {})[row.condition] = row
    by_size = {place: curve.sizes for place, curve in found.items()}
    by_steps = {place: curve.points for place, curve in found.items() if curve.points}
    sizes = sorted({each.sentences for of in by_size.values() for each in of})
    steps = sorted({each.steps or 0 for of in by_steps.values() for each in of})
    tables = [
        (("system", "from", "to", *(f"{size:,}" for size in sizes)), _lines(cells, means, by_size, "sentences", sizes)),
        (("system", "from", "to", *(f"{step:,}" for step in steps)), _lines(cells, means, by_steps, "steps", steps)),
    ]
    more = (ChartExhibit(f"{KEY}-steps", ON_THE_WAY, None, *tables[1]),) if steps else ()
    return ChartExhibit(
        rows[0].experiment, TITLE, _chart(rows, found, cells, means) if found else None, *tables[0], _notes(rows), more
    )


def _lines(
    cells: Cells,
    means: Mapping[str, Mapping[str, ResultRow]],
    curves_: Mapping[tuple[str, str], Sequence[Trained]],
    amount: str,
    columns: Sequence[int],
) -> tuple[tuple[Entry, ...], ...]:
    """For each system and source a line of the source itself, of the mean over all zero-shot cells, of each target."""
    lines: list[tuple[Entry, ...]] = []
    for (system, source), conditions in curves_.items():
        name = {getattr(each, amount): each.condition for each in conditions}
        members = {target: of for (one, other, target), of in cells.items() if (one, other) == (system, source)}
        own = [target for target in members if not is_zero_shot(source, target)]
        shown = [(target, members[target]) for target in own]
        shown.append((OF_ALL, means.get(system, {})))
        shown += [(target, of) for target, of in members.items() if target not in own]
        for target, of in shown:
            values = [row.value if (row := of.get(name.get(column, ""))) else None for column in columns]
            lines.append((system, source, target, *values))
    return tuple(lines)


def _chart(
    rows: Sequence[ResultRow],
    found: Mapping[tuple[str, str], Curve],
    cells: Cells,
    means: Mapping[str, Mapping[str, ResultRow]],
) -> Any:
    import altair as alt

    pairs = list(dict.fromkeys((source, target) for _, source, target in cells))
    several = len({source for source, _ in pairs}) > 1
    names = {pair: f"{pair[0]} → {pair[1]}" if several else language_name(pair[1]) for pair in pairs}
    zero_shot = [names[pair] for pair in pairs if is_zero_shot(*pair)]
    own = [names[pair] for pair in pairs if not is_zero_shot(*pair)]
    drawn = [row for of in (*cells.values(), *means.values()) for row in of.values() if row.role != "floor"]
    lowest = 10 * floor(min((row.value for row in drawn if row.value is not None), default=0.0) / 10)
    parts = []
    for encoder in encoders_of(rows):
        sizes = list(_records(encoder, {at: curve.sizes for at, curve in found.items()}, names, cells, means))
        points = list(_records(encoder, {at: curve.points for at, curve in found.items()}, names, cells, means))
        panels = []
        if sizes:
            panels.append(_panel(sizes, "training sentences", "log", encoder, (own, zero_shot), lowest))
        if points:
            title = "optimiser steps of the longest training"
            panels.append(_panel(points, title, "sqrt", encoder, (own, zero_shot), lowest))
        if panels:
            parts.append(alt.hconcat(*panels, spacing=26))
    return alt.vconcat(*parts, spacing=22) if parts else None


def _records(
    encoder: str,
    curves_: Mapping[tuple[str, str], Sequence[Trained]],
    names: Mapping[tuple[str, str], str],
    cells: Cells,
    means: Mapping[str, Mapping[str, ResultRow]],
) -> Iterator[dict[str, Any]]:
    """What the lines of an encoder's panel go through."""
    probe = System(encoder, "other").make_twin(LINEAR_PROBE).name
    by_steps = all(len({each.sentences for each in conditions}) == 1 for conditions in curves_.values() if conditions)
    for (system, source), conditions in curves_.items():
        for each in conditions if system in (encoder, probe) else ():
            x = each.steps if by_steps else each.sentences
            kind = OF_ALL if system == encoder else FLOOR
            yield from _record(means.get(system, {}).get(each.condition), kind, kind, x)
            for pair, name in names.items() if system == encoder else ():
                if pair[0] == source:
                    row = cells.get((system, *pair), {}).get(each.condition)
                    yield from _record(row, TARGET if is_zero_shot(*pair) else OWN, name, x)


def _record(row: ResultRow | None, kind: str, name: str, x: int | None) -> Iterator[dict[str, Any]]:
    if row is not None and row.value is not None and x:
        yield {"kind": kind, "name": name, "x": x, "value": row.value, "low": row.ci_low, "high": row.ci_high}


def _panel(
    records: list[dict[str, Any]],
    title: str,
    scale: Literal["log", "sqrt"],
    heading: str,
    names: tuple[Sequence[str], Sequence[str]],
    lowest: int,
) -> Any:
    """Thin lines for targets and thick ones for sources, both with their intervals; dashed the means over targets."""
    import altair as alt

    own, zero_shot = names
    every = [*own, *zero_shot]
    inks = [INK] * len(own) + [LINES[place % len(LINES)] for place in range(len(zero_shot))]
    legend = alt.Legend(title=None, orient="right", symbolSize=70, symbolStrokeWidth=1.6, symbolOpacity=1)
    colour = alt.Color("name:N", scale=alt.Scale(domain=every, range=inks), legend=legend)
    at = sorted({record["x"] for record in records})
    height = alt.Scale(domain=[lowest, 100])
    grid = alt.Axis(grid=True, gridColor=GREY, gridOpacity=0.22, tickCount=5)
    base = alt.Chart(inline(records)).encode(
        x=alt.X("x:Q", title=title, scale=alt.Scale(type=scale, nice=False),
                axis=alt.Axis(values=at, ticks=True, format=",d", labelOverlap=True)),
        y=alt.Y("value:Q", title="accuracy, %", axis=grid, scale=height),
    )  # fmt: skip
    lines = base.transform_filter(f"datum.kind === '{OWN}' || datum.kind === '{TARGET}'")
    width = alt.condition(f"datum.kind === '{OWN}'", alt.value(2.6), alt.value(1.3))
    band = lines.mark_area(opacity=0.14, clip=True).encode(y=alt.Y("low:Q", scale=height), y2="high:Q", color=colour)
    line = lines.mark_line().encode(
        color=colour,
        strokeWidth=width,
        strokeDash=alt.StrokeDash("name:N", scale=scale_of(every, DASHES), legend=legend),
    )
    points = lines.mark_point(filled=True, size=30, opacity=1).encode(
        color=colour, shape=alt.Shape("name:N", scale=scale_of(every, SHAPES), legend=legend)
    )
    mean = base.transform_filter(f"datum.kind === '{OF_ALL}'").mark_line(color=INK, strokeWidth=2.6, strokeDash=[6, 4])
    probe = base.transform_filter(f"datum.kind === '{FLOOR}'").mark_line(
        color=GREY, strokeWidth=1.4, strokeDash=[2, 3], clip=True
    )
    titled = alt.TitleParams(heading, anchor="start")
    return alt.layer(band, probe, line, points, mean).properties(width=PANEL[0], height=PANEL[1], title=titled)


def _notes(rows: Sequence[ResultRow]) -> tuple[str, ...]:
    cells = [row for row in rows if row.aggregate == MEAN]
    scores = [row for row in cells if row.metric == MEASURE]
    missing = dict.fromkeys(f"No value for {row.source} → {row.target}, {reason(row)}." for row in cells if row.missing)
    return (
        "Per cent of words tagged right. Every size is trained by one recipe with as many epochs, so that more "
        "sentences are more optimiser steps as well. The longest training is also asked on its way, while its rate is "
        "that of a training which goes on. All seeds train on the same sentences.",
        "The thick line is the source itself, thin ones are its targets, zero-shot, with intervals as shades; the "
        "thick dashed line is their mean, the dotted one that of a linear probe of the encoder as it is.",
        interval_note(tuple(dict.fromkeys(row.interval for row in scores if row.interval))),
        *missing,
    )
