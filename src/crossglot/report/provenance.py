"""How a run was made (commands, encoders, recipes, data, effort): a line at the top of the page, all at its end."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from crossglot.drawing.markup import Child, Markup, element, joined
from crossglot.drawing.wording import NO_VALUE, ROLES, TASKS
from crossglot.experiments.translation.plan import TASK as TRANSLATION
from crossglot.report.columns import columns_list
from crossglot.report.effort import effort_table, in_short
from crossglot.report.facts import described, facts_table, folded
from crossglot.report.fine_tuning import choices_list, departures, reading
from crossglot.report.folder import RunFolder

SHORT_HASH = 12  # characters of a revision or checksum that are shown; versions.json has all
NAME_ALONE = " *"
BY_NAME = "* by the corpus's name: nothing beside its files tells a licence."
IN_FULL = "Checksums and revisions are in full in versions.json, beside this page."


def in_one_line(run: RunFolder) -> str:
    """`small-m-bert (multilingual encoder) · seeds 1, 2 · bf16 · not the paper's: …`."""
    encoders: Mapping[str, Any] = run.versions.get("encoders") or {}
    parts = [f"{name} ({ROLES.get(facts.get('role'), 'encoder')})" for name, facts in encoders.items()]
    if seeds := run.study.get("seeds"):
        parts.append(f"seed{'s' if len(seeds) > 1 else ''} {', '.join(map(str, seeds))}")
    if precision := run.versions.get("precision"):
        parts.append(str(precision))
    if most := run.study.get("max_train"):
        parts.append(f"at most {most} training sentences per source")
    if most := run.study.get("max_test"):
        parts.append(f"at most {most} test sentences per target")
    fine_tuned = not run.results.filter(run.results["task"] != TRANSLATION).is_empty()
    others = dict.fromkeys(said for facts in encoders.values() for said in departures(facts)) if fine_tuned else ()
    parts.append(f"not the paper's: {'; '.join(others)}" if others else "")
    return " · ".join(part for part in parts if part)


def provenance_section(run: RunFolder, signatures: Mapping[str, str]) -> Markup:
    """How it was made: commands, encoders, data, effort, machine, and the columns of results.csv; long parts folded.

    Args:
        run: what it is about.
        signatures: experiment → the signature of its tables.
    """
    versions = run.versions
    effort = versions.get("effort") or []
    took = in_short(effort)
    known = ("encoders", "data", "languages", "remarks", "effort", "command", "systems")
    rest = {key: value for key, value in versions.items() if key not in known}
    parts: list[Child] = [
        _commands(run),
        _encoders(versions.get("encoders") or {}),
        choices_list(run),
        _recipes(versions.get("encoders") or {}),
        _corpora(versions.get("data") or {}),
        folded(f"What it took{f': {took}' if took else ''}", effort_table(effort)) if versions else None,
        folded("Software and machine", described(rest)) if rest else None,
        folded("Systems", described(versions["systems"])) if versions.get("systems") else None,
        folded("The study as it was run", described(run.study)) if run.study else None,
        _signatures(signatures),
        columns_list(),
    ]
    return element("section", element("h2", "How it was made"), *parts, id="provenance")


def _commands(run: RunFolder) -> Markup | None:
    """What makes the run again, and what checks it, for a shell."""
    if not run.study:
        return None
    again = f"runs/{run.path.resolve().name}-again"
    lines = [
        ("From the study beside this page; its paths are relative to where the command is given:",
         f"crossglot run study.toml --out {shlex.quote(again)}"),
    ]  # fmt: skip
    if command := run.versions.get("command"):
        lines.append(("The same without a file:", f"{command} --out {shlex.quote(again)}"))
    if (run.path / "predictions").is_dir():
        lines.append(
            ("Every number again from the predictions that this run kept, in its folder:", "crossglot verify .")
        )
    said = (
        joined([element("p", what), element("pre", element("code", line), class_="command")]) for what, line in lines
    )
    return element("div", element("h3", "To make it again"), *said)


def _encoders(encoders: Mapping[str, Any]) -> Markup | None:
    heads = ("encoder", "stands for", "from", "revision", "fine-tuned by", "words read at")
    rows = [
        (
            name,
            ROLES.get(facts.get("role"), str(facts.get("role", NO_VALUE))),
            str(facts.get("location", NO_VALUE)),
            str(facts.get("revision", NO_VALUE))[:SHORT_HASH],
            "; ".join(departures(facts)) or "the paper's recipe",
            reading(facts),
        )
        for name, facts in encoders.items()
    ]
    return facts_table("Encoders", heads, rows)


def _recipes(encoders: Mapping[str, Any]) -> Markup | None:
    """Every setting of fine-tuning; equal recipes are one."""
    found: dict[str, tuple[Mapping[str, Any], list[str]]] = {}
    for name, facts in encoders.items():
        for task, tuned in (facts.get("fine_tuning") or {}).items():
            if recipe := tuned.get("recipe"):
                of = found.setdefault(repr(recipe), (recipe, []))[1]
                of.append(f"{name}, {TASKS.get(task, task)}")
    if not found:
        return None
    parts = (joined([element("h4", "; ".join(of)), described(recipe)]) for recipe, of in found.values())
    return folded("Recipe of fine-tuning, in full", *parts)


def _corpora(data: Mapping[str, Any]) -> Markup | None:
    known = {key: facts if isinstance(facts, Mapping) else {"checksum": facts} for key, facts in data.items()}
    if not known:
        return None
    sizes = [size for size in ("sentences", "words") if any(size in facts for facts in known.values())]
    rows = []
    for key, facts in known.items():
        corpus, _, split = key.rpartition(" ")
        counts = (f"{facts[size]:,}" if isinstance(facts.get(size), int) else NO_VALUE for size in sizes)
        rows.append((corpus, split, *counts, licence(facts), str(facts.get("checksum", NO_VALUE))[:SHORT_HASH]))
    table = facts_table("Data", ("corpus", "part", *sizes, "licence", "checksum (SHA-256)"), rows)
    names = {row[0] for row in rows}
    summary = f"Data: {len(rows)} {'part' if len(rows) == 1 else 'parts'} of {len(names)} "
    summary += "corpus" if len(names) == 1 else "corpora"
    by_name = any(facts.get("licence_from") == "name" for facts in known.values())
    return folded(summary, table, element("p", f"{BY_NAME} {IN_FULL}" if by_name else IN_FULL, class_="aside"))


def licence(facts: Mapping[str, Any]) -> str:
    """A corpus's licence, as far as the run could tell it."""
    if "licence" not in facts:
        return "not recorded"
    if not facts["licence"]:
        return "not known"
    return f"{facts['licence']}{NAME_ALONE if facts.get('licence_from') == 'name' else ''}"


def _signatures(signatures: Mapping[str, str]) -> Markup | None:
    """The lines to be pasted under tables, as they stand in tables/signatures.txt."""
    if not signatures:
        return None
    lines = (element("pre", element("code", line), class_="command") for line in signatures.values())
    what = "What the numbers of each table depend on, to be pasted under it; tables/signatures.txt has the same lines."
    return folded(f"Signatures of the tables: {len(signatures)}", element("p", what, class_="aside"), *lines)
