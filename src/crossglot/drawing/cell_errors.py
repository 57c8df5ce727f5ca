"""What a cell's taggers got wrong, as a part of a page: scores by group, the confusion matrix, sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from crossglot.corpora.tasks import METRICS
from crossglot.drawing.markup import Child, Markup, element, joined
from crossglot.drawing.wording import number
from crossglot.tagging.cell_errors import CellErrors, Confusion, Example, Group

MOSTLY = 2  # labels that are named beside the one that is right
PALEST = 8  # per cent of a row: a confusion that is rarer is not shaded


def errors_panel(cell: CellErrors, task: str) -> Markup:
    """Everything about one cell's errors but its heading; long tables scroll sideways."""
    by_entity = METRICS[task] == "f1"
    what, counted = ("entity", "gold entities") if by_entity else ("word", "words")
    of_seeds = f", {cell.seeds} seeds counted together" if cell.seeds > 1 else ""
    said = f"{cell.corpus}, test: {cell.sentences:,} sentences{of_seeds}."
    groups = [
        _shares(f"How often the {what} stands in the training sentences", counted, cell.frequencies, cell.seeds),
        _shares(f"Word pieces of the {what} seen in training", counted, cell.pieces, cell.seeds),
        _shares("Length of the entity", counted, cell.lengths, cell.seeds),
        _outcomes(cell.outcomes),
    ]
    return joined(
        [
            element("p", said, class_="lead"),
            _labels("type" if by_entity else "tag", cell),
            element("div", *groups, class_="side-by-side"),
            element("h4", "Words by the type of their entity" if by_entity else "Words by tag"),
            _confusion(cell.confusion),
            *_examples(cell.examples),
        ]
    )


def _labels(kind: str, cell: CellErrors) -> Markup:
    rows = (
        (group.name, _count(group.n, cell.seeds), *map(number, _scores(group)), _taken_for(cell.confusion, group.name))
        for group in cell.labels
    )
    return _table(f"By {kind}, %", (kind, "n", "recall", "precision", "F1", "words mostly taken for"), rows)


def _scores(group: Group) -> tuple[float | None, float | None, float | None]:
    """Recall, precision and their harmonic mean in per cent; None where there is nothing to divide by."""
    given = group.given or 0
    return _share(group.right, group.n), _share(group.right, given), _share(2 * group.right, group.n + given)


def _share(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


def _taken_for(confusion: Confusion, label: str) -> str:
    """The labels that words of this one are most often given instead: `NOUN 6 %, PROPN 2 %`."""
    if label not in confusion.labels:
        return ""
    row = dict(zip(confusion.labels, confusion.counts[confusion.labels.index(label)], strict=True))
    whole = sum(row.values())
    others = sorted(((count, name) for name, count in row.items() if name != label), reverse=True)[:MOSTLY]
    return ", ".join(f"{name} {100 * count / whole:.0f} %" for count, name in others if 100 * count >= whole > 0)


def _shares(caption: str, counted: str, groups: Sequence[Group], seeds: int) -> Markup | None:
    rows = ((group.name, _count(group.n, seeds), number(_share(group.right, group.n))) for group in groups)
    return _table(caption, ("", counted, "right, %"), rows) if groups else None


def _outcomes(groups: Sequence[Group]) -> Markup | None:
    """Of gold entities what became of them; last, of predicted ones those where there is none."""
    if not groups:
        return None
    *gold, nothing = groups
    rows = [(group.name, number(_share(group.right, group.n))) for group in gold]
    rows.append(("of predicted ones: where there is none", number(_share(nothing.right, nothing.n))))
    return _table("What became of gold entities, and predicted ones", ("", "%"), rows)


def _count(n: int, seeds: int) -> str:
    """How many there are in the test set, which every seed is evaluated on."""
    return f"{n // seeds:,}"


def _confusion(confusion: Confusion) -> Markup:
    """Rows are gold labels, columns predicted ones; a cell is shaded by its share of the row, the diagonal framed."""
    head = element("tr", element("th", "gold ↓ · predicted →"), *(element("th", name) for name in confusion.labels))
    rows = []
    for at, (name, counts) in enumerate(zip(confusion.labels, confusion.counts, strict=True)):
        whole = sum(counts)
        cells = (_confused(count, whole, own=place == at) for place, count in enumerate(counts))
        rows.append(element("tr", element("th", name, scope="row"), *cells))
    table = element("table", element("thead", head), element("tbody", *rows), class_="numbers confusion")
    return _scrolling(table, "Confusion matrix")


def _confused(count: int, whole: int, *, own: bool) -> Markup:
    """In one of nine shades, by tenths of the row."""
    share = 100 * count / whole if count else 0.0
    shade = f"shade-{min(max(round(share / 10), 1), 9)}" if share >= PALEST else None
    return element("td", f"{count:,}" if count else None, class_="own" if own else shade)


def _examples(examples: Sequence[Example]) -> Iterator[Markup]:
    if not examples:
        return
    yield element("h4", "Sentences with errors")
    yield element(
        "p",
        "With their numbers in the test set. Under a word its gold tag; where another was predicted: gold → predicted.",
        class_="aside",
    )
    for example in examples:
        words = (_word(*tagged) for tagged in zip(example.words, example.gold, example.predicted, strict=True))
        spaced = (part for word in words for part in (word, " "))
        place = element("span", f"{example.place:,}", class_="place")
        yield element("p", place, " ", *spaced, class_="tagged", dir="auto")


def _word(word: str, gold: str, predicted: str) -> Markup:
    tags = gold if gold == predicted else f"{gold} → {predicted}"
    below = element("span", tags, class_="tags", dir="ltr") if tags != "O" else None
    return element("span", word, below, class_="word" if gold == predicted else "word wrong")


def _table(caption: str, head: Sequence[str], rows: Iterable[Sequence[Child]]) -> Markup:
    """A table whose first column has names, and whose others have numbers."""
    body = (
        element("tr", element("th", name, scope="row"), *(element("td", value) for value in values))
        for name, *values in rows
    )
    heads = element("thead", element("tr", *(element("th", name, scope="col") for name in head)))
    table = element("table", element("caption", caption), heads, element("tbody", *body), class_="numbers compact")
    return _scrolling(table, caption)


def _scrolling(table: Markup, label: str) -> Markup:
    return element("div", table, class_="scroll", role="region", tabindex="0", aria_label=label)
