"""How the report says things: titles, numbers, names of languages, systems and verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

from crossglot.drawing.matrix_exhibit import Cell, Grid, MatrixExhibit
from crossglot.errors import CrossglotError
from crossglot.languages import language
from crossglot.results.rows import ResultRow
from crossglot.statistics.intervals import why_none

METRICS = {"accuracy": "accuracy", "f1": "F1"}
TASKS = {"pos": "POS", "ner": "NER", "labels": "Label"}
ROLES = {
    "m-bert": "multilingual encoder",
    "en-bert": "English encoder",
    "other": "encoder",
    "baseline": "baseline without a BERT",
    "floor": "floor",
    "published": "published, not run here",
}
VERDICTS = {"holds": "✓ holds", "does not hold": "✗ does not hold", "cannot tell": "? cannot tell"}
PAPER = "Pires et al. (2019)"
NO_VALUE = "–"
KINDS_NAMED = 8  # kinds of interval in a note
COLLAPSED = "†"
COLLAPSED_NOTE = "training collapsed: every word got one label, so the value tells of the training, not of the encoder"

_OWN: ContextVar[Mapping[str, str]] = ContextVar("_OWN", default=MappingProxyType({}))


@contextmanager
def calling(languages: Mapping[str, str]) -> Iterator[None]:
    """Within the block, `language_name` also knows these languages, which a run's data root defines."""
    token = _OWN.set(languages)
    try:
        yield
    finally:
        _OWN.reset(token)


def place(exhibit: MatrixExhibit) -> str:
    """The paper's table or figure: see `place_of`."""
    return place_of(exhibit.experiment)


def place_of(experiment: str) -> str:
    """`table1` → `Table 1`; the name of an experiment that is not the paper's stays as it is."""
    kind = experiment.rstrip("0123456789")
    number = experiment.removeprefix(kind)
    return f"{kind.capitalize()} {number}" if kind in ("table", "figure") and number else experiment


def papers_place(experiment: str) -> tuple[int, int]:
    """Sorts experiments as the paper numbers them: tables, figures, then what is not the paper's."""
    kind = experiment.rstrip("0123456789")
    number = experiment.removeprefix(kind)
    return (("table", "figure").index(kind), int(number)) if kind in ("table", "figure") and number else (2, 0)


def title(exhibit: MatrixExhibit) -> str:
    """What the exhibit shows, in words, with its variant."""
    plain = exhibit.title or f"{TASKS.get(exhibit.task, exhibit.task)} {METRICS.get(exhibit.metric, exhibit.metric)}"
    return f"{plain}, {exhibit.variant}" if exhibit.variant else plain


def metric(exhibit: MatrixExhibit) -> str:
    """`F1, %`."""
    return f"{METRICS.get(exhibit.metric, exhibit.metric)}, %"


def language_name(key: str) -> str:
    """`nn` → `Norwegian Nynorsk`, `hi+en` → `Hindi + English`; an unknown key stands for itself.

    A language of the run's own is named with its key: `Avonian (en)`; the findings say what it stands for.
    """
    own, names = _OWN.get(), []
    for part in key.split("+"):
        if part in own:
            names.append(f"{own[part].partition(' (')[0]} ({part})")
            continue
        try:
            names.append(language(part).name)
        except CrossglotError:
            names.append(part)
    return " + ".join(names)


def is_own(key: str) -> bool:
    """Whether the run itself defines this language."""
    return key in _OWN.get()


def number(value: float | None, digits: int = 1) -> str:
    """A number with one decimal, never `-0.0`; the second is smaller than any interval we have seen."""
    if value is None:
        return NO_VALUE
    return f"{round(value, digits) + 0.0:.{digits}f}"


def bounds(cell: Cell) -> str:
    """`29.7–32.4`, or nothing for a cell without an interval."""
    if cell.low is None or cell.high is None:
        return ""
    return f"{number(cell.low)}–{number(cell.high)}"


def interval_note(kinds: tuple[str, ...]) -> str:
    """The kinds of interval in a table, each once; or why there is none."""
    real = [kind for kind in kinds if not why_none(kind)]
    absent = [why for kind in kinds if (why := why_none(kind))]
    more = (
        f" and {len(real) - KINDS_NAMED} more kinds, of which results.csv has each" if len(real) > KINDS_NAMED else ""
    )
    said = [f"Intervals: {'; '.join(real[:KINDS_NAMED])}{more}."] if real else []
    return " ".join([*said, *(f"No interval: {why}." for why in absent)])


def reason(row: ResultRow) -> str:
    """Why a row has no value, of which variant of its experiment: `by entity overlap: fewer than 3 cells`."""
    return ": ".join(part for part in (row.condition, row.missing) if part)


def verdict(word: str | None) -> str:
    """The verdict in words, with a sign that does not depend on colour."""
    return VERDICTS.get(word or "", word or "? cannot tell")


def published_name(grid: Grid) -> tuple[str, str]:
    """System and source of the published numbers beside this system's: `("M-BERT", "Pires et al. (2019)")`."""
    if grid.role == "published":
        return grid.system, "published"
    return {"m-bert": "M-BERT", "en-bert": "EN-BERT"}.get(grid.role, "Published"), PAPER
