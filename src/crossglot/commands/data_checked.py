"""What `crossglot data check` found, for readers and, as JSON, for scripts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from crossglot.corpora.check_findings import Fault, Report
    from crossglot.corpora.leaks import Kind, Shared

SHOWN = 20  # findings of one kind; the rest is counted
_HEADINGS: dict[Kind, str] = {
    "own": "sentences that splits of a corpus share",
    "training": "sentences of a dev or test set that another corpus trains on",
    "evaluation": "dev and test sets that share sentences",
    "text": "sentences of dev and test sets in plain or parallel text",
}


def as_json(report: Report) -> dict[str, Any]:
    """All of a report as one JSON object; every number and path is also in what readers are shown with --all."""
    from dataclasses import asdict

    return {
        "root": str(report.root),
        "ok": report.ok,
        "files": [
            {
                "path": str(file.path), "sentences": file.sentences, "words": file.words, "labels": dict(file.labels),
                "encoding": file.encoding, "faults": file.faults,
            }
            for file in report.files
        ],
        "faults": list(map(_plain, report.faults)),
        "remarks": list(map(_plain, report.remarks)),
        "shared": list(map(asdict, report.shared)),
        "missing": [{"corpus": corpus, "split": split} for corpus, split in report.missing],
        "unseen": [
            {"corpus": corpus, "split": split, "labels": list(labels)} for corpus, split, labels in report.unseen
        ],
        "ignored": list(map(str, report.ignored)),
    }  # fmt: skip


def _plain(fault: Fault) -> dict[str, Any]:
    return {"path": str(fault.path), "line": fault.line, "what": fault.what, "remedy": fault.remedy}


def print_report(report: Report, console: Console, *, everything: bool) -> None:
    """Prints a report, of each kind of finding the first `SHOWN` if it is not to be everything."""

    def say(line: str, style: str = "") -> None:
        console.print(line, style=style, soft_wrap=True)

    def section(heading: str, lines: Sequence[str], style: str = "", unsaid: int = 0) -> None:
        if not lines and not unsaid:
            return
        say(f"\n{heading}", "bold")
        most = len(lines) if everything else SHOWN
        for line in lines[:most]:
            say(f"  {line}", style)
        if len(lines) > most:
            say(f"  … and {len(lines) - most} more (--all shows them)", "dim")
        if unsaid:
            say(f"  {unsaid} pairs share nothing longer than four words (--all shows them)", "dim")

    faults = f"{len(report.faults) or 'no'} fault{'s' if len(report.faults) != 1 else ''}"
    sentences, words = sum(file.sentences for file in report.files), sum(file.words for file in report.files)
    say(f"{report.root}: {len(report.files)} files, {sentences:,} sentences, {words:,} words")
    section(faults, [_fault(fault) for fault in report.faults], "red")
    section("no fault, but worth a look", [_fault(remark) for remark in report.remarks])
    for kind, heading in _HEADINGS.items():
        pairs = [one for one in report.shared if one.kind == kind]
        told = [one for one in pairs if one.long or kind == "own" or everything]
        section(heading, _shared(told), unsaid=len(pairs) - len(told))
    section(
        "labels that training lacks", [f"{c}: {split} has {', '.join(labels)}" for c, split, labels in report.unseen]
    )
    missing: dict[str, list[str]] = {}
    for corpus, split in report.missing:
        missing.setdefault(corpus, []).append(split)
    section("missing splits", [f"{corpus}: {', '.join(splits)}" for corpus, splits in missing.items()])
    section("not part of the layout, not read", [str(path) for path in report.ignored])
    say(f"\n{faults}", "bold green" if report.ok else "bold red")


def _shared(pairs: Iterable[Shared]) -> list[str]:
    """A line for each pair, those that share most first."""
    return [
        f"{one.corpus}: {one.sentences:,} of {one.of:,} of {one.split} also in {_place(one)}"
        f" ({one.long:,} of them longer than four words), the longest: {one.example[:70]}"
        for one in sorted(pairs, key=lambda one: (-one.long, -one.sentences))
    ]


def _place(one: Shared) -> str:
    return one.seen_in if one.kind == "own" else f"{one.other} {one.seen_in}".strip()


def _fault(fault: Fault) -> str:
    place = f"{fault.path}:{fault.line}" if fault.line else str(fault.path)
    return f"{place}: {fault.what}" + (f"\n    {fault.remedy}" if fault.remedy else "")
