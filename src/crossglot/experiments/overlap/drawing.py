"""Figure 1 drawn: F1 against overlap of word pieces, and how tokenizers spell the test sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crossglot.drawing.chart_exhibit import ChartExhibit
from crossglot.drawing.scatter import Series
from crossglot.drawing.wording import METRICS, language_name, number
from crossglot.experiments.overlap.claims import BY_OVERLAP, BY_SEEN_TOKENS, ENTITY_OVERLAP, NEAR_ZERO_OVERLAP
from crossglot.experiments.overlap.plan import (
    BY_SEEN_TYPES,
    BY_SPELLED_OVERLAP,
    MEASURES,
    SEEN_TOKENS,
    SPELLED_OVERLAP,
    SPELLING,
    TITLE,
)
from crossglot.experiments.relation_drawing import (
    COLUMNS,
    NAMED,
    Pair,
    ascending,
    encoders_of,
    line_of,
    panels,
    points_of,
    relation_lines,
    remarks_on,
    unnamed,
    values_of,
    zero_shot_values,
)
from crossglot.results.rows import ResultRow


def overlap_figure(rows: Sequence[ResultRow]) -> ChartExhibit:
    """Figure 1: F1 against entity overlap, and against Wu and Dredze's share of seen pieces beside it."""
    scores = zero_shot_values(rows, "f1")
    x = {metric: {system: values_of(rows, metric, system) for system in encoders_of(rows)} for metric in MEASURES}
    chart = panels(
        [
            [
                Series(system, points_of(scores[system], x[metric][system]), line_of(rows, system, condition))
                for system in encoders_of(rows)
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
    return ChartExhibit(
        rows[0].experiment,
        TITLE,
        chart,
        COLUMNS,
        relation_lines(rows, conditions),
        (
            "Overlap is |E_train ∩ E_eval| / |E_train ∪ E_eval|, of the word pieces used in entities of the types that "
            "are scored (section 3.1); the unknown piece is one of them. Spelled overlap leaves it out: there what "
            "cannot be spelled is never shared, not even the same word, and its form is in the union. "
            "Seen pieces are the target's that occur in the source's training set, in all words, each once (by type) "
            "or as often as it occurs (by token), after Wu and Dredze (2019); what cannot be spelled is unseen.",
            *_near_zero(scores, x[ENTITY_OVERLAP]),
            *remarks_on(rows),
        ),
        (_pairs_table(rows, scores, x), _spelling_table(rows)),
    )


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
                f"{unnamed(pairs, 'overlap')}."
            )
    return said


def _pairs_table(
    rows: Sequence[ResultRow],
    scores: Mapping[str, Mapping[Pair, float]],
    x: Mapping[str, Mapping[str, Mapping[Pair, float]]],
) -> ChartExhibit:
    """Every pair with its overlaps and scores, one line per encoder; pairs that share least come first."""
    lines = [
        (system, *pair, *(x[metric][system].get(pair) for metric in x), score)
        for system in encoders_of(rows)
        for pair, score in sorted(
            scores.get(system, {}).items(), key=lambda item: ascending(x[ENTITY_OVERLAP][system].get(item[0]))
        )
    ]
    return ChartExhibit(
        "figure1-pairs", "Pairs of languages", None, ("system", "from", "to", *x, METRICS["f1"]), tuple(lines)
    )


def _spelling_table(rows: Sequence[ResultRow]) -> ChartExhibit:
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
                ", ".join(f"{row.part} {number(100 * (row.n or 0) / letters)} %" for row in scripts) or None,
                ", ".join(f"{row.part} {row.value:.0f}" for row in scripts) or None,
            )
        )
    heads = ("tokenizer of", "language", per_word, f"{unknown}, %", f"{known}, %", "its scripts", in_script)
    return ChartExhibit("figure1-spelling", "How the tokenizers spell the test sets", None, heads, tuple(lines))
