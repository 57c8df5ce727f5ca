"""What a run found, claim by claim, in sentences made from claims.csv."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossglot.report.claims import rounded, rule_set_later
from crossglot.report.folder import RunFolder
from crossglot.results.verdicts import JudgedClaim

PLAYERS = {"m-bert": "M-BERT", "en-bert": "EN-BERT"}
CONSTRUCTED = " (constructed"
"""In the names of languages that a lab has made."""


def cast_of(run: RunFolder) -> str:
    """Which of the run's encoders stand for the paper's."""
    encoders: Mapping[str, Any] = run.versions.get("encoders") or {}
    roles = {facts.get("role"): name for name, facts in encoders.items()}
    played = [f"{said} is {roles[role]}" for role, said in PLAYERS.items() if role in roles]
    return f"Here {' and '.join(played)}." if played else ""


def source(claim: JudgedClaim) -> str:
    """Where the claim comes from (`section 2.2, p. 4997; table 2`, or ours), and when its rule was set if late."""
    later = rule_set_later(claim)
    return ("our own claim" if claim.origin == "ours" else claim.where) + (f"; {later}" if later else "")


def finding(claim: JudgedClaim) -> str:
    """What the run says about one claim, in a sentence with its number and interval.

    `It holds: M-BERT's zero-shot POS accuracy … is 85.3 (81.02 to 90.2), all of it above 80.`
    """
    if claim.value is None:
        return f"It cannot be told: {claim.why or 'there is no number'}."
    number, side = f"{claim.statistic} is {rounded(claim.value)}", f"{claim.direction} {claim.line}"
    interval = f" (interval {claim.bounds}, {claim.interval})" if claim.interval else ""
    if claim.verdict == "holds":
        return f"It holds: {number}{interval}, {side} throughout."
    if claim.verdict == "does not hold":
        return f"It does not hold: {number}{interval}, where the claim needs a number {side}."
    return f"It cannot be told: {number}, but {claim.why}."


def constructed(languages: Mapping[str, str]) -> str:
    """A sentence that names the constructed languages among a run's own; empty if none of these is constructed."""
    names = "; ".join(f"{key} is {_plainly(name)}" for key, name in languages.items() if CONSTRUCTED in name)
    if not names:
        return ""
    return (
        "The languages of this run are constructed, with scripts, word orders and shared words that were set; none of "
        f"the numbers is about a language that anybody speaks: {names}."
    )


def _plainly(name: str) -> str:
    """`Avonian (constructed, in place of English)` → `Avonian, in place of English`."""
    return name.replace(f"{CONSTRUCTED}, ", ", ").replace(f"{CONSTRUCTED})", "").removesuffix(")")
