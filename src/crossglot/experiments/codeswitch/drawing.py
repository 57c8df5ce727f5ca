"""Table 6 drawn: accuracy on code-switched text, one panel per form of the text, one line per source, over a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crossglot.corpora.catalogue import SYNTHETIC
from crossglot.corpora.codemix import is_switch_key
from crossglot.drawing.chart_exhibit import ChartExhibit, Entry
from crossglot.drawing.figures import GREY, INK
from crossglot.drawing.inline import inline
from crossglot.drawing.matrix_exhibit import ROLE_ORDER
from crossglot.drawing.wording import interval_note
from crossglot.experiments.codeswitch.plan import FORM_OF, KEY, MIXED, TITLE, WITH_SYNTHETIC
from crossglot.results.rows import MEAN, PART_MEAN, ResultRow

ALL_WORDS = "all"
HEIGHT, WIDTH = 24, 190  # pixels per source and of a panel
POINTS = ("circle", "square", "triangle-up", "diamond", "cross", "stroke")

Line = tuple[str, str, str]  # source, system, words


def switched(rows: Sequence[ResultRow]) -> ChartExhibit:
    """Dots with intervals over a table with one line per source, system and language of the words."""
    means = [row for row in rows if row.aggregate in (MEAN, PART_MEAN)]
    found: dict[Line, dict[str, ResultRow]] = {}
    for row in sorted(means, key=lambda row: ROLE_ORDER.index(row.role)):
        if (not row.missing or row.published is not None) and (row.aggregate == MEAN or row.role != "floor"):
            line = (row.source or "", row.system, row.part or ALL_WORDS)
            found.setdefault(line, {})[row.condition or ""] = row
    there = {form for cells in found.values() for form in cells}
    forms = [*(form for form in FORM_OF.values() if form in there), *sorted(there.difference(FORM_OF.values()))]
    printed = [form for form in forms if any(cells[form].published for cells in found.values() if form in cells)]
    columns = ("trained on", "system", "words", *forms, *(f"published, {form}" for form in printed))
    return ChartExhibit(
        KEY,
        TITLE,
        _chart(found, forms) if any(row.value is not None for row in means) else None,
        columns,
        tuple(_line(line, found[line], forms, printed) for line in sorted(found, key=_place)),
        _notes(means),
    )


def _place(line: Line) -> int:
    """Where a line stands: sources in the order of the paper's table, others after them."""
    known = WITH_SYNTHETIC.sources
    return known.index(line[0]) if line[0] in known else len(known)


def _line(
    line: Line, cells: Mapping[str, ResultRow], forms: Sequence[str], printed: Sequence[str]
) -> tuple[Entry, ...]:
    values = [cells[form].value if form in cells else None for form in forms]
    beside = [cells[form].published if form in cells else None for form in printed]
    source, system, words = line
    return (_trained_on(source), system, words, *values, *beside)


def _trained_on(source: str) -> str:
    """What was trained on, in the paper's words: `monolingual hi+en`, `code-switched hi/en, corrected`, or both."""
    alone = "+".join(part for part in source.split("+") if not is_switch_key(part))
    mixed = (f"{MIXED}, {FORM_OF[key]}" if key in FORM_OF else key for key in source.split("+") if is_switch_key(key))
    return " and ".join([*([f"monolingual {alone}"] if alone else []), *(f"code-switched {each}" for each in mixed)])


def _chart(found: Mapping[Line, Mapping[str, ResultRow]], forms: Sequence[str]) -> Any:
    import altair as alt

    records = [
        {
            "source": _trained_on(source),
            "system": system,
            "form": form,
            "value": row.value if row.value is not None else row.published,
            "low": row.ci_low,
            "high": row.ci_high,
        }
        for (source, system, words), cells in found.items()
        for form, row in cells.items()
        if words == ALL_WORDS and not row.missing
    ]
    sources = list(dict.fromkeys(_trained_on(line[0]) for line in sorted(found, key=_place)))
    systems = list(dict.fromkeys(record["system"] for record in records))
    shapes = alt.Scale(domain=systems, range=[POINTS[place % len(POINTS)] for place in range(len(systems))])
    panels = []
    for place, form in enumerate(forms):
        labels = alt.Axis(grid=True, gridColor=GREY, gridOpacity=0.25, labels=place % 2 == 0, labelLimit=240)
        base = alt.Chart(inline(record for record in records if record["form"] == form)).encode(
            y=alt.Y("source:N", sort=sources, scale=alt.Scale(domain=sources), title=None, axis=labels)
        )
        along = alt.X("value:Q", title="accuracy, %", scale=alt.Scale(domain=[0, 100]), axis=alt.Axis(tickCount=4))
        whiskers = base.mark_rule(color=INK).encode(x=alt.X("low:Q"), x2="high:Q")
        dots = base.mark_point(size=58, stroke=INK, opacity=1).encode(
            x=along,
            shape=alt.Shape("system:N", scale=shapes, legend=alt.Legend(title=None, orient="bottom", columns=2)),
        )
        title = alt.TitleParams(form, anchor="start")
        panels.append(alt.layer(whiskers, dots).properties(width=WIDTH, height=HEIGHT * len(sources), title=title))
    return alt.concat(*panels, columns=2, spacing=18).resolve_scale(shape="shared")


def _notes(means: Sequence[ResultRow]) -> tuple[str, ...]:
    whole = [row for row in means if row.aggregate == MEAN]
    sizes = dict.fromkeys(
        f"{row.condition}: {row.target_corpus}, {row.n} words" for row in whole if row.value is not None
    )
    missing = dict.fromkeys(
        f"{_trained_on(row.source or '')}, {row.target}: {row.missing}" for row in whole if row.missing
    )
    parts: dict[str, dict[str, None]] = {}
    for row in means:
        if row.aggregate == PART_MEAN and row.value is not None:
            parts.setdefault(row.target_corpus or "", {})[f"{row.n} {row.part}"] = None
    counts = "; ".join(f"{corpus}: {', '.join(of_corpus)}" for corpus, of_corpus in parts.items())
    synthetic = any(SYNTHETIC in f"{row.target_corpus} {row.source_corpus}" for row in whole)
    return tuple(
        note
        for note in (
            f"Evaluated on {'; '.join(sizes)}." if sizes else "",
            "Synthetic text was written by nobody: phrases of English sentences in their Hindi translations, from "
            "parallel treebanks, transliterated by rule."
            if synthetic
            else "",
            f"Words by the language ids of the corpus ({counts}): ne are names, univ marks, figures and the like. "
            "Their intervals are in results.csv."
            if counts
            else "",
            interval_note(tuple(dict.fromkeys(row.interval for row in whole if row.interval))),
            "The paper's taggers were trained and evaluated on the whole corpus, in the same form.",
            *(f"Not there: {gap}." for gap in missing),
        )
        if note
    )
