"""A run in a few sentences that ask for no knowledge of the paper: transfer beside floors, script, order, meaning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from crossglot.drawing.wording import calling, language_name, number
from crossglot.experiments.translation.claims import FIGURE, MEASURE, PAPERS_CONDITION
from crossglot.report.claims import claims_summary
from crossglot.report.findings import constructed
from crossglot.report.folder import RunFolder
from crossglot.report.reach import Reach, best_sources, transfer_in_words
from crossglot.results.rows import MEAN, ZERO_SHOT_MEAN, ResultRow

TAGGED = {
    "table2": ("Parts of speech", "table8"),
    "table1": ("Names of people, places, organisations and products (F1)", "table7"),
}
"""M-BERT's table → what is tagged in it, and EN-BERT's table of the same."""
ACROSS_SCRIPTS = "table4"


def in_short(run: RunFolder, reaches: Mapping[tuple[str, str], Sequence[Reach]]) -> list[str]:
    """What a run found, in a few sentences; those about experiments that it has not are left out.

    Args:
        run: what it left.
        reaches: its matrices', from `reaches_in`.
    """
    rows = [row for row in run.rows() if row.value is not None and row.seed is None]
    with calling(run.languages):
        in_general = [] if any(row.experiment in TAGGED for row in rows) else transfer_in_words(reaches)
        found = [
            *in_general, *_transfer(rows), *best_sources(reaches), *_scripts_and_orders(rows), *_translation(rows)
        ]  # fmt: skip
    if found and constructed(run.languages):
        found.append("The languages are constructed: none of these numbers is about a language that anybody speaks.")
    return [*found, f"Of what was claimed, {claims_summary(run.claims)}."] if run.claims else found


def _transfer(rows: Sequence[ResultRow]) -> Iterator[str]:
    """How well labels of one language serve others, beside the best floor and an encoder that has read one language."""
    means = [row for row in rows if row.aggregate == ZERO_SHOT_MEAN]
    for table, (what, of_one) in TAGGED.items():
        ours = _best(row for row in means if (row.experiment, row.role) == (table, "m-bert"))
        floor = _best(row for row in means if (row.experiment, row.role) == (table, "floor"))
        other = _best(row for row in means if (row.experiment, row.role) == (of_one, "en-bert"))
        if ours and floor:
            yield (
                f"{what}: with labels of one language {ours.system} gets {_shown(ours)} right in another, the best "
                f"floor ({floor.system}) {_shown(floor)}"
                + (f", and {other.system}, which has read one language only, {_shown(other)}." if other else ".")
            )


def _scripts_and_orders(rows: Sequence[ResultRow]) -> Iterator[str]:
    """Transfer from English to Bulgarian, whose script alone is another, and to Japanese, whose order is too."""
    cells = {
        (row.source, row.target): row
        for row in rows
        if (row.experiment, row.role, row.aggregate) == (ACROSS_SCRIPTS, "m-bert", MEAN)
    }
    script, order = cells.get(("en", "bg")), cells.get(("en", "ja"))
    if script and order:
        yield (
            f"Parts of speech from {language_name('en')} to {language_name('bg')}, another script but the same word "
            f"order: {_shown(script)} right; to {language_name('ja')}, where the order differs too: {_shown(order)}."
        )


def _translation(rows: Sequence[ResultRow]) -> Iterator[str]:
    """How many sentences have their translation as nearest neighbour, at the best layer, without any training."""
    curve = [
        row
        for row in rows
        if (row.experiment, row.aggregate, row.metric, row.source, row.target) == (FIGURE, MEAN, MEASURE, "en", "de")
        and row.condition in (PAPERS_CONDITION, None)
    ]
    ours = _best(row for row in curve if row.role == "m-bert")
    floor = _best(row for row in curve if row.role == "floor")
    if ours and floor:
        yield (
            f"At its best layer {_shown(ours)} of {ours.n:,} sentences of {language_name('en')} have their own "
            f"translation into {language_name('de')} as nearest neighbour; by the best floor "
            f"({floor.system}) {_shown(floor)}."
        )


def _best(rows: Iterable[ResultRow]) -> ResultRow | None:
    return max(rows, key=lambda row: row.value or 0.0, default=None)


def _shown(row: ResultRow) -> str:
    return f"{number(row.value, 0)} %"
