"""A transfer matrix to explore on the page: in another order, of another system, or less another's or the paper's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from crossglot.drawing.figures import DARK_FROM, GREY, INK, NUMBERED_UP_TO, RAMP
from crossglot.drawing.inline import inline
from crossglot.drawing.matrix_exhibit import Cell, CellKey, MatrixExhibit, is_zero_shot, matrix_exhibits
from crossglot.drawing.wording import METRICS, NO_VALUE, bounds, is_own, language_name, metric
from crossglot.errors import CrossglotError
from crossglot.languages import Language, language
from crossglot.results.rows import MEAN, ResultRow

DIFFERENCES = ["#8c4a10", "#dda768", "#f5f1e8", "#86b8b2", "#12435a"]
"""From behind, by brown and pale, to ahead: the two ends are told apart by whoever cannot tell red from green."""
FARTHEST = 50  # a difference of so many points, or more, has the ramp's last colour
CELL = {True: (40, 26), False: (16, 16)}  # pixels of a cell that has its number in it, and of one that has not
FEW = 3  # rows: where there are fewer, there is nothing to order
ORDERS: Mapping[str, Callable[[Language], str | None]] = {
    "family": lambda each: f"{each.family}, {each.genus}",
    "script": lambda each: each.script_name,
    "word order": lambda each: each.wals.get("81A"),
}

Pair = tuple[str, str]


def explorer(
    exhibit: MatrixExhibit,
    beside: Mapping[str, Mapping[Pair, float]],
    links: Mapping[CellKey, str] = MappingProxyType({}),
) -> Any:
    """The matrix of one system at a time, with a choice of system, of what is subtracted, and of the order.

    A cell that is pointed at says its languages, score, interval and number of words or entities, and what stands
    `beside` it. Cells framed by a heavy line are not zero-shot.

    Args:
        exhibit: the matrix; several blocks are shown as one.
        beside: what is measured of a pair, in words → pair → the number: overlap, common features.
        links: cell → where a click on it leads.

    Returns:
        An altair chart; None where there are too few rows or columns to be ordered.
    """
    systems = _systems(exhibit)
    sources = list(dict.fromkeys(source for block in exhibit.blocks for source in block.sources))
    targets = list(dict.fromkeys(target for block in exhibit.blocks for target in block.targets))
    if exhibit.same_language or not systems or min(len(sources), len(targets)) < FEW:
        return None
    places = _places(sources, targets)
    pairs = dict.fromkeys(pair for cells in systems.values() for pair in cells)
    records = [_record(pair, places, systems, beside) | _links(exhibit.task, systems, pair, links) for pair in pairs]
    names = {f"s{at}": name for at, name in enumerate(systems)}
    papers = {"paper": "the paper's"} if any(record["paper"] is not None for record in records) else {}
    numbered = max(len(sources), len(targets)) <= NUMBERED_UP_TO
    width, height = CELL[numbered]
    chart = _cells(_matrix(records, metric(exhibit), beside, numbered), metric(exhibit), numbered)
    return chart.properties(width=width * len(targets), height=height * len(sources)).add_params(
        _choice("shown", names, "of "),
        _choice("less", {"": "nothing"} | names | papers, "less "),
        _choice("order", {name: name for name in (*places, "score")}, "ordered by "),
    )


def _places(sources: Sequence[str], targets: Sequence[str]) -> dict[str, dict[str, dict[str, int]]]:
    """Order → `row` and `column` → language → its place."""
    keys = {*sources, *targets}
    places = {
        "as run": {side: {key: at for at, key in enumerate(of)} for side, of in (("row", sources), ("column", targets))}
    }
    for name, ranked in _orders(keys).items():
        ranks = {key: at for at, key in enumerate(sorted(keys, key=ranked))}
        places[name] = {"row": ranks, "column": ranks}
    return places


def _record(
    pair: Pair,
    places: Mapping[str, Mapping[str, Mapping[str, int]]],
    systems: Mapping[str, Mapping[Pair, Cell]],
    beside: Mapping[str, Mapping[Pair, float]],
) -> dict[str, Any]:
    """One cell of all systems: its place in each order and the numbers; what stands beside it is `b0`, `b1`, …."""
    source, target = pair
    sides = {"row": source, "column": target}
    return (
        {"source": language_name(source), "target": language_name(target), "zero_shot": is_zero_shot(source, target)}
        | {f"{side} {order}": of[side][key] for order, of in places.items() for side, key in sides.items()}
        | {f"b{at}": _in_words(numbers.get(pair)) for at, numbers in enumerate(beside.values())}
        | _numbers(systems, pair)
    )


def _in_words(value: float | None) -> str:
    """What a pointer is told: the renderer would make a 0 of what is missing."""
    return NO_VALUE if value is None else f"{value:.3g}"


def _matrix(records: Sequence[Mapping[str, Any]], what: str, beside: Iterable[str], numbered: bool) -> Any:
    """The cells' values `v`, less what is chosen, in the order that is chosen, and what they say to a pointer."""
    import altair as alt

    gaps = alt.Scale(paddingInner=0.07, paddingOuter=0.035)
    return (
        alt.Chart(inline(records))
        .transform_calculate(
            v="less === '' ? datum[shown] : isValid(datum[shown]) && isValid(datum[less]) ? "
            "datum[shown] - datum[less] : null",
            interval="less === '' ? datum['interval of ' + shown] : ''",
            n=f"isValid(datum['n of ' + shown]) ? format(datum['n of ' + shown], ',') : '{NO_VALUE}'",
            href="less === '' ? datum['errors of ' + shown] : null",
        )
        .transform_calculate(
            said=f"isValid(datum.v) ? format(datum.v, '.1f') : '{NO_VALUE}'",
            of_others="datum.zero_shot ? datum.v : null",
        )
        .transform_joinaggregate(row_mean="mean(of_others)", groupby=["source"])
        .transform_joinaggregate(column_mean="mean(of_others)", groupby=["target"])
        .transform_calculate(
            row="order === 'score' ? -datum.row_mean : datum['row ' + order]",
            column="order === 'score' ? -datum.column_mean : datum['column ' + order]",
        )
        .encode(
            x=alt.X("target:N", scale=gaps, title="evaluated on", sort=alt.EncodingSortField("column", op="min"),
                    axis=alt.Axis(orient="top", labelAngle=-60 if numbered else -90)),
            y=alt.Y("source:N", scale=gaps, title="trained on", sort=alt.EncodingSortField("row", op="min")),
            tooltip=[alt.Tooltip("source:N", title="trained on"), alt.Tooltip("target:N", title="evaluated on"),
                     alt.Tooltip("said:N", title=what), alt.Tooltip("interval:N"), alt.Tooltip("n:N"),
                     *(alt.Tooltip(f"b{at}:N", title=words) for at, words in enumerate(beside))],
        )
    )  # fmt: skip


def _cells(matrix: Any, what: str, numbered: bool) -> Any:
    """The matrix drawn: cells in the colour of their value or difference, framed where not zero-shot."""
    import altair as alt

    ends = [f"less === '' ? {value} : {other}" for value, other in ((0, -FARTHEST), (100, FARTHEST))]
    ramp = [f"less === '' ? '{value}' : '{other}'" for value, other in zip(RAMP, DIFFERENCES, strict=True)]
    scale = alt.Scale(domain=[{"expr": end} for end in ends], range=[{"expr": tone} for tone in ramp], clamp=True)
    legend = alt.Legend(orient="right", gradientLength=90, gradientThickness=9)
    filled = matrix.transform_filter("isValid(datum.v)")
    layers = [
        matrix.transform_filter("!isValid(datum.v)").mark_rect(color=GREY, opacity=0.2),
        filled.mark_rect().encode(color=alt.Color("v:Q", scale=scale, title=what, legend=legend)),
        matrix.transform_filter("!datum.zero_shot").mark_rect(filled=False, stroke=INK, strokeWidth=1.6),
    ]
    if numbered:
        dark = f"less === '' ? datum.v >= {DARK_FROM} : abs(datum.v) >= {FARTHEST * DARK_FROM / 100}"
        text = filled.transform_calculate(text="format(datum.v, less === '' ? '.1f' : '+.1f')")
        ink = alt.condition(dark, alt.value("#ffffff"), alt.value(INK))
        layers.append(text.mark_text(fontSize=11).encode(text="text:N", color=ink))
    # Vega makes a link of whatever it is given, even of nothing: only cells that lead somewhere have one.
    layers.append(matrix.transform_filter("isValid(datum.href)").mark_rect(opacity=0).encode(href="href:N"))
    return alt.layer(*layers)


def _choice(name: str, options: Mapping[str, str], words: str) -> Any:
    import altair as alt

    bound = alt.binding_select(options=list(options), labels=list(options.values()), name=words)
    return alt.param(name=name, value=next(iter(options)), bind=bound)


def _systems(exhibit: MatrixExhibit) -> dict[str, dict[Pair, Cell]]:
    """System → its cells in all blocks, those that were run."""
    found: dict[str, dict[Pair, Cell]] = {}
    for block in exhibit.blocks:
        for grid in block.grids:
            if grid.role != "published" and any(cell.value is not None for cell in grid.cells.values()):
                found.setdefault(grid.system, {}).update(grid.cells)
    return found


def _numbers(systems: Mapping[str, Mapping[Pair, Cell]], pair: Pair) -> dict[str, Any]:
    """What one pair has of each system: `s0`, `interval of s0`, `n of s0`; and the paper's number."""
    numbers: dict[str, Any] = {"paper": None}
    for at, cells in enumerate(systems.values()):
        cell = cells.get(pair, Cell())
        if numbers["paper"] is None:
            numbers["paper"] = cell.published
        numbers |= {f"s{at}": cell.value, f"interval of s{at}": bounds(cell), f"n of s{at}": cell.n}
    return numbers


def _links(task: str, systems: Iterable[str], pair: Pair, links: Mapping[CellKey, str]) -> dict[str, str]:
    """Where a click on the pair's cell of each system leads: `errors of s0`."""
    found = {f"errors of s{at}": links.get(CellKey(task, system, *pair)) for at, system in enumerate(systems)}
    return {name: href for name, href in found.items() if href}


def _orders(keys: set[str]) -> dict[str, Callable[[str], tuple[Any, ...]]]:
    """Name → the sorting key of an order in which the languages fall into groups, not all in one."""
    known = {key: _known(key) for key in keys}

    def ranked(of: Callable[[Language], str | None]) -> Callable[[str], tuple[Any, ...]]:
        values = {key: each and of(each) for key, each in known.items()}
        return lambda key: (values[key] is None, values[key] or "", language_name(key))

    values = {name: {of(each) for each in known.values() if each is not None} for name, of in ORDERS.items()}
    return {name: ranked(of) for name, of in ORDERS.items() if len(values[name]) > 1}


def _known(key: str) -> Language | None:
    """What is known of a language; nothing of several together, nor of one that the run itself defines."""
    if is_own(key):
        return None
    try:
        return language(key)
    except CrossglotError:
        return None


def explored(rows: Sequence[ResultRow]) -> tuple[MatrixExhibit, dict[str, dict[Pair, float]]] | None:
    """The matrix of scores among an experiment's rows, and what else its rows say of the pairs; None without a matrix.

    For experiments whose own picture is another, as that of figures 1 and 2. Scores by layer are no matrix.
    """
    if any(row.layer is not None for row in rows):
        return None
    exhibits = matrix_exhibits([row for row in rows if _is_of_a_pair(row) and row.metric in METRICS])
    return (exhibits[0], measured(rows)) if len(exhibits) == 1 and exhibits[0].blocks else None


def measured(rows: Iterable[ResultRow]) -> dict[str, dict[Pair, float]]:
    """What rows say of pairs besides scores: in words, with the system where several say it → pair → the number."""
    others = [row for row in rows if _is_of_a_pair(row) and row.metric not in METRICS and row.value is not None]
    systems: dict[str, set[str]] = {}
    for row in others:
        systems.setdefault(row.metric, set()).add(row.system)
    beside: dict[str, dict[Pair, float]] = {}
    for row in others:
        name = f"{row.metric}, {row.system}" if len(systems[row.metric]) > 1 else row.metric
        beside.setdefault(name, {})[row.source or "", row.target or ""] = row.value or 0.0
    return beside


def _is_of_a_pair(row: ResultRow) -> bool:
    plain = row.aggregate == MEAN and row.condition is None and row.layer is None
    return plain and bool(row.source and row.target)
