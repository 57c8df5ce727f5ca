"""Tables that earlier versions wrote, brought to today's columns when they are read.

Until November 2026 `condition` of results.csv held what `types`, `part` and `missing` hold now, and claims.csv was
prose. This module alone takes them apart; what it knows of experiments and claims is what they wrote then, so it names
them itself and does not follow them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

FIRST_COLUMNS = (
    "experiment,system,role,task,source,source_corpus,target,target_corpus,split,condition,layer,seed,aggregate,metric,"
    "value,ci_low,ci_high,interval,n,published,comparable,collapsed"
)
ADDED_TO_FIRST = "collapsed"
"""The last of them came later than the others."""

_MISSING = "missing: "
_OVERLAPS = ("entity overlap", "spelled entity overlap")
_FORMS = {
    "hi/en:corrected": "corrected",
    "hi/en:transliterated": "transliterated",
    "hi/en:synthetic-corrected": "synthetic, corrected",
    "hi/en:synthetic-transliterated": "synthetic, transliterated",
}


def was_written_with(columns: Sequence[str]) -> bool:
    """Whether these are the columns of a results.csv whose `condition` held everything."""
    first = FIRST_COLUMNS.split(",")
    return list(columns) in (first, [name for name in first if name != ADDED_TO_FIRST])


def upgraded_rows(rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Rows with `condition`, `types`, `part` and `missing` apart, and with all later columns."""
    for row in rows:
        apart: dict[str, str | None] = dict.fromkeys(("condition", "types", "part", "missing"))
        yield {ADDED_TO_FIRST: None, **row, **apart, **_apart(row, row["condition"] or "")}


def _apart(row: Mapping[str, Any], text: str) -> dict[str, str | None]:
    """What a condition said, by the column that says it now."""
    experiment, cell = row["experiment"], row["aggregate"] in (None, "mean")
    if text.startswith(_MISSING):
        why = text.removeprefix(_MISSING)
        if experiment == "table6":
            return {"condition": _FORMS.get(row["target"] or ""), "missing": why}
        if experiment in ("table5", "causes") or (experiment in ("figure1", "figure2") and not cell):
            condition, colon, rest = why.partition(": ")
            return {"condition": condition, "missing": rest} if colon else {"missing": why}
        return {"missing": why}
    form = _FORMS.get(row["target"] or "", "") if experiment == "table6" else ""
    if form and text.startswith(f"{form}, "):
        return {"condition": form, "part": text.removeprefix(f"{form}, ")}
    if row["task"] == "ner" and cell and row["metric"] in ("f1", *_OVERLAPS):
        return {"types": text or None}
    if row["metric"] == "pieces in its script":
        return {"part": text or None}
    if experiment == "figure2" and (row["aggregate"] == "mean of a part" or row["seed"] is not None):
        return {"part": text or None}
    return {"condition": text or None}


FIRST_CLAIM_COLUMNS = ("claim", "where", "statistic", "threshold", "value", "interval", "verdict", "why")
"""Of a claims.csv that was prose; a column for when the rule was set came later."""

_OURS = "ours, "
_RELATED = ("K et al. (2020)", "Dufter and Schütze (2020)", "Conneau et al. (2020)")
_SIDES = (("> ", "above"), ("< ", "below"), ("within ±", "within"))
_INTERVAL = re.compile(r"(?P<low>-?[0-9.]+) to (?P<high>-?[0-9.]+) \((?P<kind>.*)\)", re.DOTALL)
_NUMBER_FIRST = re.compile(r"^-?[0-9.]+, (?:but|and) ")
_CAST = re.compile(r"; (?P<players>(?:m-bert|en-bert) is .+?)(?P<lowest>; lowest at [^;]+)?$", re.DOTALL)
_PLAYER = re.compile(r"(?:^|, )(m-bert|en-bert) is ")


def was_judged_with(columns: Sequence[str]) -> bool:
    """Whether these are columns of a claims.csv that was prose."""
    return set(FIRST_CLAIM_COLUMNS) <= set(columns)


def upgraded_claim(row: Mapping[str, str | None]) -> dict[str, str | None]:
    """A claim with id and sentence, direction and threshold, bounds, reason and players apart."""
    claim, where, threshold, why = (row[name] or "" for name in ("claim", "where", "threshold", "why"))
    name, colon, sentence = claim.partition(": ")
    if not colon or " " in name:  # it had no name
        name, sentence = claim, ""
    sign, direction = next((side for side in _SIDES if threshold.startswith(side[0])), ("", None))
    bounds = _INTERVAL.fullmatch(row["interval"] or "")
    players: dict[str, str] = {}
    if row["value"]:  # the reason began with it, and ended with who played whom
        why = _NUMBER_FIRST.sub("", why)
        if cast := _CAST.search(why):
            why = why[: cast.start()] + (cast["lowest"] or "")
            _, *rest = _PLAYER.split(cast["players"])
            players = dict(zip(rest[::2], rest[1::2], strict=True))
    return {
        **row,
        "id": name,
        "origin": "ours" if where.startswith(_OURS) else "related" if where.startswith(_RELATED) else "paper",
        "where": where.removeprefix(_OURS),
        "sentence": sentence,
        "direction": direction,
        "threshold": threshold.removeprefix(sign),
        "low": bounds["low"] if bounds else None,
        "high": bounds["high"] if bounds else None,
        "interval": bounds["kind"] if bounds else None,
        "why": why,
        "m_bert": players.get("m-bert"),
        "en_bert": players.get("en-bert"),
    }
