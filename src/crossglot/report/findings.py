"""What a run found, claim by claim, in sentences made from claims.csv."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crossglot.drawing.markup import Child, Markup, element
from crossglot.report.claims import VERDICT_CLASSES, claims_counted, rounded, rule_set_later, sentence_of
from crossglot.report.folder import RunFolder
from crossglot.results.verdicts import JudgedClaim, Verdict

HEADINGS: Mapping[Verdict, str] = {
    "holds": "What holds",
    "does not hold": "What does not hold",
    "cannot tell": "What cannot be told",
}
PLAYERS = {"m-bert": "M-BERT", "en-bert": "EN-BERT"}
CONSTRUCTED = " (constructed"
"""In the names of languages that a lab has made."""


def findings_section(run: RunFolder) -> Markup | None:
    """Every claim as a sentence, by verdict, and which encoders they are about; None for a run without claims."""
    claims, made_up = run.claims, constructed(run.languages)
    if not claims:
        return None
    groups = [
        _group(heading, [claim for claim in claims if claim.verdict == verdict], VERDICT_CLASSES[verdict])
        for verdict, heading in HEADINGS.items()
    ]
    opening = f"{claims_counted(claims)}; sentences with several claims count once. {_cast(run)}"
    return element(
        "section",
        element("h2", "What was found"),
        element("p", opening, class_="what"),
        element("p", made_up, class_="what constructed") if made_up else None,
        *groups,
        id="findings",
    )


def _group(heading: str, claims: Sequence[JudgedClaim], kind: str) -> Child:
    """One verdict's claims under its heading; nothing where there are none."""
    if not claims:
        return None
    items = (element("li", *_item(claim)) for claim in claims)
    return (element("h3", heading, class_=kind), element("ul", *items, class_="findings"))


def _cast(run: RunFolder) -> str:
    """Which of the run's encoders stand for the paper's."""
    encoders: Mapping[str, Any] = run.versions.get("encoders") or {}
    roles = {facts.get("role"): name for name, facts in encoders.items()}
    played = [f"{said} is {roles[role]}" for role, said in PLAYERS.items() if role in roles]
    return f"Here {' and '.join(played)}." if played else ""


def _item(claim: JudgedClaim) -> tuple[Child, ...]:
    said = element("span" if claim.origin == "ours" else "q", sentence_of(claim))
    return (said, " ", element("span", f"({source(claim)})", class_="aside"), ". ", finding(claim))


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
