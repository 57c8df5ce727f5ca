"""Several runs on one page: encoders, or checkpoints of one, on the cells that all of them have, and claim by claim."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from crossglot.drawing.explorer import Pair
from crossglot.drawing.markup import Child, Markup, element
from crossglot.drawing.wording import NO_VALUE, ROLES, calling, language_name, number, place, place_of, title, verdict
from crossglot.experiments.registry import EXHIBITED
from crossglot.experiments.translation.claims import FIGURE, MEASURE, PAPERS_CONDITION
from crossglot.files import write_whole
from crossglot.report.claims import rounded, sentence_of
from crossglot.report.course import FEWEST, course
from crossglot.report.document import document
from crossglot.report.facts import facts_table, folded
from crossglot.report.folder import read_run_folder
from crossglot.report.lines_of_runs import Line, Lined, NamedRun, held_against, lined, named_runs, not_lined
from crossglot.report.provenance import in_one_line
from crossglot.report.reach import ENCODERS, Reach, Target, scored
from crossglot.report.settings_of_runs import Differing, differ_in_encoders_alone, settings_section
from crossglot.report.targets_picture import dots
from crossglot.results.rows import MEAN, ResultRow
from crossglot.results.verdicts import JudgedClaim

if TYPE_CHECKING:
    from rich.console import RenderableType

MOST_PAIRS = 400  # lines of a table of pairs; of larger matrices there is one of targets

HEADS = ("run", "encoder", "own language", "zero-shot", "interval", "to the first", "best floor")
HOW = (
    "Means are over the cells that every line of an experiment has, so that no run looks better for having had easier "
    "languages; an interval stands where the run's own mean is over these very cells. Whether a difference is more "
    "than chance tells, of two runs, "
)


def write_side_by_side(folders: Sequence[Path], out: Path, differing: Sequence[Differing]) -> Path:
    """Writes one page about several runs, from what they kept; loads no model and no predictions.

    Args:
        folders: two runs or more, in the order in which they are shown.
        out: the page.
        differing: for each run but the first, the settings in which it differs from that: setting, what of, the
            first's value and its own, as words.

    Returns:
        The page.

    Raises:
        StorageError: if a folder is no run folder or damaged, or the page cannot be written.
    """
    runs = named_runs([read_run_folder(folder) for folder in folders])
    languages = {key: name for run in reversed(runs) for key, name in run.folder.languages.items()}
    with calling(languages):
        found = lined(runs)
        training = differ_in_encoders_alone(differing)
        sections = [
            settings_section([run.name for run in runs], differing),
            *(_experiment(each, training=training) for each in found),
            _translation(runs),
            _apart(runs, found),
            _claims(runs),
        ]
        page = document(
            f"{', '.join(run.name for run in runs)} side by side",
            element("a", "Skip to the results", class_="skip", href="#results"),
            element(
                "header",
                element("p", "crossglot report", class_="kicker"),
                element("h1", f"{len(runs)} runs side by side"),
                element("dl", *(_introduced(run) for run in runs)),
            ),
            _navigation(runs, found),
            element(
                "main",
                sections[0],
                element("p", *(_how() if found else ("No two of them have cells in common.",)), class_="lead"),
                *sections[1:],
                id="results",
            ),
        )
    write_whole(out, page)
    return out


def _introduced(run: NamedRun) -> Markup:
    return element("div", element("dt", run.name), element("dd", in_one_line(run.folder) or NO_VALUE))


def _navigation(runs: Sequence[NamedRun], found: Sequence[Lined]) -> Markup:
    links = [("settings", "In what they differ"), *((each.exhibit.name, place(each.exhibit)) for each in found)]
    links += [(FIGURE, place_of(FIGURE))] if any(True for run in runs for _ in _best_layers(run)) else []
    links += [("claims", "Claims")] if any(run.folder.claims for run in runs) else []
    items = (element("li", element("a", text, href=f"#{target}")) for target, text in links)
    return element("nav", element("ul", *items), aria_label="Sections")


def _how() -> tuple[Child, ...]:
    return HOW, element("code", "crossglot compare"), ", from their predictions on the same sentences."


def _experiment(found: Lined, *, training: bool) -> Markup:
    """One experiment; of three runs or more that differ in their encoders alone, lines from run to run."""
    languages = len({target for _, target in found.pairs})
    where = f"{len(found.pairs)} zero-shot cells in {languages} languages, which all of them have"
    courses = list(_courses(found)) if training else []
    drawn = [line for _, lines in courses for line in lines]
    rest = _panels(found, [line for line in found.lines if line not in drawn])
    return element(
        "section",
        element("h2", element("span", place(found.exhibit), class_="number"), " ", _titled(found)),
        course(f"{_measure(found)}, %", courses) if courses else None,
        dots(f"{_measure(found)}, %", f"mean over {where}", rest, str) if rest else None,
        facts_table(f"Means over {where}, %", HEADS, (_averages(line, found) for line in found.lines)),
        _by_target(found),
        _by_pair(found),
        id=found.exhibit.name,
    )


def _courses(found: Lined) -> Iterator[tuple[str, list[Line]]]:
    """Lines that go from run to run: those of a role; those of a system, where a run has several of the role."""
    for role in ENCODERS:
        lines = [line for line in found.lines if line.role == role]
        alone = len({line.run for line in lines}) == len(lines)
        named = [ROLES.get(role, role)] if alone else list(dict.fromkeys(line.system for line in lines))
        for name in named:
            members = lines if alone else [line for line in lines if line.system == name]
            if len(members) >= FEWEST:
                yield name, members


def _titled(found: Lined) -> str:
    known = EXHIBITED.get(found.exhibit.experiment)
    return title(found.exhibit) if known is None else known.title


def _measure(found: Lined) -> str:
    return scored(found.exhibit.task, found.exhibit.metric)


def _panels(found: Lined, shown: Sequence[Line]) -> list[Reach]:
    """A panel for each role: its lines, run by run, in the order that they were given in."""
    panels = []
    for role in (*ENCODERS, "baseline"):
        lines = [line for line in shown if line.role == role]
        targets = tuple(
            Target(_called(line, found.lines), line.own, line.others, line.floor, line.low, line.high) for line in lines
        )
        if targets:
            panels.append(Reach(found.exhibit, ROLES.get(role, role), "", targets, len(found.pairs)))
    return panels


def _called(line: Line, lines: Sequence[Line]) -> str:
    """The run, with the encoder's name where one run has several."""
    several = sum((other.run, other.role) == (line.run, line.role) for other in lines) > 1
    return f"{line.run}: {line.system}" if several else line.run


def _averages(line: Line, found: Lined) -> tuple[str, ...]:
    first = held_against(line, found.lines)
    interval = NO_VALUE if line.low is None else f"{number(line.low)}–{number(line.high)}"
    change = NO_VALUE if line is first else _signed(line.others - first.others)
    return (line.run, line.system, number(line.own), number(line.others), interval, change, number(line.floor))


def _by_target(found: Lined) -> Markup:
    """For each target the mean of its zero-shot cells, a column for each line."""
    targets: dict[str, list[tuple[str, str]]] = {}
    for pair in found.pairs:
        targets.setdefault(pair[1], []).append(pair)
    heads = ("evaluated on", *(_called(line, found.lines) for line in found.lines))
    rows = (
        (language_name(target), *(number(sum(line.cells[pair] for pair in pairs) / len(pairs)) for line in found.lines))
        for target, pairs in sorted(targets.items(), key=lambda item: language_name(item[0]))
    )
    return folded(
        f"By language: {len(targets)}", facts_table(f"{_measure(found)} from other languages, %", heads, rows)
    )


def _by_pair(found: Lined) -> Markup:
    """Each cell that two runs or more have, with its difference to the first run's where that has it."""
    runs: dict[Pair, set[str]] = {}
    for line in found.lines:
        for pair in line.cells:
            runs.setdefault(pair, set()).add(line.run)
    pairs = sorted(pair for pair, having in runs.items() if len(having) > 1)
    if len(pairs) > MOST_PAIRS:
        return element("p", f"{len(pairs)} pairs are too many to list; each run's results.csv has them.", class_="what")
    heads = ("trained on → evaluated on", *(_called(line, found.lines) for line in found.lines))
    rows = (
        (
            f"{language_name(source)} → {language_name(target)}",
            *(_cell(line, (source, target), found.lines) for line in found.lines),
        )
        for source, target in pairs
    )
    caption = f"{_measure(found)}, %; in brackets the difference to the first run"
    return folded(f"By pair: {len(pairs)}", facts_table(caption, heads, rows))


def _cell(line: Line, pair: Pair, lines: Sequence[Line]) -> str:
    value, first = line.cells.get(pair), held_against(line, lines)
    if value is None or line is first or pair not in first.cells:
        return number(value)
    return f"{number(value)} ({_signed(value - first.cells[pair])})"


def _signed(difference: float) -> str:
    """With one decimal and its sign, never `-0.0`."""
    return f"{round(difference, 1) + 0.0:+.1f}"


def _apart(runs: Sequence[NamedRun], found: Sequence[Lined]) -> Markup | None:
    """What is not put side by side, and which runs have it."""
    having = not_lined(runs, found)
    having.pop(FIGURE, None)  # it has a table of its own
    said = [
        f"{place_of(experiment)}: in {', '.join(names)} "
        + ("alone" if len(names) == 1 else "without zero-shot cells that all of them have")
        for experiment, names in having.items()
    ]
    items = element("ul", *(element("li", each) for each in said), class_="notes")
    return element("section", element("h2", "Not side by side"), items, id="apart") if said else None


def _translation(runs: Sequence[NamedRun]) -> Markup | None:
    """The best layer of each encoder and pair of languages, by the paper's method."""
    heads = ("run", "encoder", "from → to", "best layer", "found, %", "pairs")
    rows = [row for run in runs for row in _best_layers(run)]
    table = facts_table("The layer at which most translations are found", heads, rows)
    heading = element("h2", element("span", "Figure 3", class_="number"), " Translation by nearest neighbours")
    return element("section", heading, table, id=FIGURE) if table else None


def _best_layers(run: NamedRun) -> Iterator[tuple[str, ...]]:
    found: dict[tuple[str, str, str], list[ResultRow]] = {}
    for row in run.folder.rows():
        papers = (row.experiment, row.aggregate, row.metric, row.condition) == (FIGURE, MEAN, MEASURE, PAPERS_CONDITION)
        if papers and row.role in ENCODERS and row.layer is not None and row.value is not None:
            found.setdefault((row.system, row.source or "", row.target or ""), []).append(row)
    for (system, source, target), rows in found.items():
        best = max(rows, key=lambda row: row.value or 0.0)
        pair = f"{language_name(source)} → {language_name(target)}"
        yield run.name, system, pair, str(best.layer), number(best.value), f"{best.n:,}" if best.n else NO_VALUE


def _claims(runs: Sequence[NamedRun]) -> Markup | None:
    """A line for each claim that any run judged, a column for each run."""
    judged = [{claim.id: claim for claim in run.folder.claims} for run in runs]
    every = {key: claim for of_run in reversed(judged) for key, claim in of_run.items()}
    order = dict.fromkeys(claim.id for run in runs for claim in run.folder.claims)
    rows = ((f"{sentence_of(every[key])} ({key})", *(_judged(of_run.get(key)) for of_run in judged)) for key in order)
    table = facts_table("Verdict, and the number that decides it", ("claim", *(run.name for run in runs)), rows)
    return element("section", element("h2", "Claim by claim"), table, id="claims") if table else None


def _judged(claim: JudgedClaim | None) -> str:
    if claim is None:
        return NO_VALUE
    return verdict(claim.verdict) + ("" if claim.value is None else f" ({rounded(claim.value)})")


def side_by_side_tables(folders: Sequence[Path]) -> Iterator[RenderableType]:
    """The same means for the terminal, a table for each experiment.

    Raises:
        StorageError: if a folder is no run folder or damaged.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from crossglot.terminal import plain

    runs = named_runs([read_run_folder(folder) for folder in folders])
    for found in lined(runs):
        heading = f"{place(found.exhibit)}  {_titled(found)}, means over cells in common: {len(found.pairs)}"
        table = Table(
            title=plain(heading, "bold"), title_justify="left", title_style="", box=SIMPLE_HEAD, pad_edge=False
        )
        for at, head in enumerate(HEADS):
            table.add_column(head, justify="left" if at < 2 else "right", overflow="fold")
        for line in found.lines:
            table.add_row(*map(plain, _averages(line, found)))
        yield table
