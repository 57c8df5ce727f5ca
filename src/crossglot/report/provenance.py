"""What was run (encoders, recipe, corpora, precision, versions): one line at the top of the page, all at its end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from crossglot.drawing.markup import Child, Markup, element
from crossglot.drawing.wording import NO_VALUE, ROLES
from crossglot.experiments.translation.plan import TASK as TRANSLATION
from crossglot.report.fine_tuning import choices_list, departures, reading
from crossglot.report.folder import RunFolder

SHORT_HASH = 12  # characters of a revision or checksum that are shown; versions.json has all


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


def provenance_section(run: RunFolder) -> Markup:
    """Encoders and corpora as tables, the machine and packages in words, the study as it was run."""
    versions = run.versions
    parts: list[Child] = [
        _encoders(versions.get("encoders") or {}),
        choices_list(run),
        _corpora(versions.get("data") or {}),
    ]
    known = ("encoders", "data", "languages", "remarks")
    rest = {key: value for key, value in versions.items() if key not in known}
    parts.append(described(rest) if rest else None)
    if run.study:
        parts += [element("h3", "Study"), described(run.study)]
    return element("section", element("h2", "What was run"), *parts, id="provenance")


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
    return _table("Encoders", heads, rows)


def _corpora(data: Mapping[str, Any]) -> Markup | None:
    known = {key: facts if isinstance(facts, Mapping) else {"checksum": facts} for key, facts in data.items()}
    sizes = [size for size in ("sentences", "words") if any(size in facts for facts in known.values())]
    rows = []
    for key, facts in known.items():
        corpus, _, split = key.rpartition(" ")
        counts = (f"{facts[size]:,}" if isinstance(facts.get(size), int) else NO_VALUE for size in sizes)
        rows.append((corpus, split, *counts, str(facts.get("checksum", NO_VALUE))[:SHORT_HASH]))
    return _table("Corpora", ("corpus", "split", *sizes, "checksum"), rows)


def _table(caption: str, heads: Iterable[str], rows: Iterable[tuple[str, ...]]) -> Markup | None:
    lines = [
        element("tr", element("th", first, scope="row"), *(element("td", value) for value in rest))
        for first, *rest in rows
    ]
    if not lines:
        return None
    head = element("thead", element("tr", *(element("th", name, scope="col") for name in heads)))
    table = element("table", element("caption", caption), head, element("tbody", *lines), class_="facts")
    return element("div", table, class_="scroll", role="region", tabindex="0", aria_label=caption)


def described(value: Any) -> Markup | str:
    """Any TOML or JSON value as HTML: mappings as definition lists, lists in one line where they are plain."""
    if isinstance(value, Mapping):
        pairs = (element("div", element("dt", str(key)), element("dd", described(item))) for key, item in value.items())
        return element("dl", *pairs)
    if isinstance(value, list | tuple):
        if any(isinstance(item, Mapping | list | tuple) for item in value):
            return element("ul", *(element("li", described(item)) for item in value))
        return ", ".join(str(item) for item in value) or "none"
    return "not given" if value is None else str(value)
