"""The paper's claims with their verdicts, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crossglot.drawing.markup import Child, Markup, element
from crossglot.drawing.wording import NO_VALUE, verdict
from crossglot.experiments.claims import CLAIMS
from crossglot.results.claims import BEFORE_RUNS

VERDICT_CLASSES = {"holds": "holds", "does not hold": "fails", "cannot tell": "open"}
LONG = 90
WHOSE = {"paper": "claims of the paper", "related": "of related papers", "ours": "our own"}
_ORIGINS = {claim.id: claim.origin for claim in CLAIMS}


def verdicts_of_sentences(claims: Iterable[Mapping[str, Any]]) -> list[str]:
    """The verdict on each sentence, once: where several claims share it, it holds if all of them do."""
    found: dict[tuple[str, str], set[str]] = {}
    for claim in claims:
        name, sentence = claim_parts(claim["claim"])
        found.setdefault((whose(claim), sentence or name), set()).add(claim["verdict"])
    return [
        next((word for word in ("does not hold", "cannot tell") if word in words), "holds") for words in found.values()
    ]


def claims_summary(claims: Sequence[Mapping[str, Any]]) -> str:
    """`3 hold, 1 does not hold, 2 cannot be told`: of sentences, each once."""
    count = Counter(verdicts_of_sentences(claims))
    return (
        f"{count['holds']} {'holds' if count['holds'] == 1 else 'hold'}, {count['does not hold']} "
        f"{'does' if count['does not hold'] == 1 else 'do'} not hold, {count['cannot tell']} cannot be told"
    )


def claims_section(claims: Sequence[Mapping[str, Any]]) -> Markup | None:
    """A table of all claims, folded away because the findings say them in words; None for a run without claims."""
    if not claims:
        return None
    heads = ("Verdict", "Claim", "Statistic", "Ours", "Where in the paper")
    rows = [
        element(
            "tr",
            element("td", verdict(claim["verdict"]), class_=f"verdict {VERDICT_CLASSES.get(claim['verdict'], 'open')}"),
            element("th", *_named(claim["claim"]), scope="row"),
            element(
                "td",
                claim["statistic"],
                element("span", f"claimed: {claim['threshold']}", class_="bounds"),
                *_rule(claim),
            ),
            element(
                "td",
                element("span", rounded(claim["value"]) or NO_VALUE, class_="value"),
                element("span", claim["interval"], class_="bounds") if claim["interval"] else None,
                _why(claim["why"] or ""),
            ),
            element("td", claim["where"]),
        )
        for claim in claims
    ]
    caption = (
        "Sentences written down as statistic and threshold before any run, but where a rule of another time is named. "
        f"{claims_counted(claims)}; sentences with several claims count once."
    )
    table = element(
        "table",
        element("caption", caption),
        element("thead", element("tr", *(element("th", head, scope="col") for head in heads))),
        element("tbody", *rows),
        class_="claims",
    )
    frame = element("div", table, class_="scroll", role="region", tabindex="0", aria_label="Claims")
    folded = element("details", element("summary", f"All {len(claims)} claims with statistic and threshold"), frame)
    return element("section", element("h2", "Claims"), folded, id="claims")


def rounded(value: str | None) -> str:
    """A number of claims.csv with at most two decimals; any other text unchanged."""
    try:
        return f"{round(float(value or ''), 2) + 0.0:.2f}".rstrip("0").rstrip(".")  # never -0
    except ValueError:
        return value or ""


def claim_parts(claim: str) -> tuple[str, str]:
    """The name and the sentence of claims.csv's `name: sentence`; a claim without a name is its own name."""
    name, colon, sentence = claim.partition(": ")
    return (name, sentence) if colon and " " not in name else (claim, "")


def rule_set_later(claim: Mapping[str, Any]) -> str:
    """`rule set after the first runs, …` for a rule that was not set before them; otherwise empty."""
    rule = claim.get("rule") or BEFORE_RUNS
    return "" if rule == BEFORE_RUNS else f"rule set {rule}"


def _rule(claim: Mapping[str, Any]) -> tuple[Child, ...]:
    later = rule_set_later(claim)
    return (element("span", later, class_="bounds"),) if later else ()


def _named(claim: str) -> tuple[Child, ...]:
    name, sentence = claim_parts(claim)
    return (element("span", sentence or name), element("span", name, class_="bounds") if sentence else None)


def _why(why: str) -> Markup | None:
    """The reason; of a long one its beginning, which unfolds to the whole."""
    if len(why) <= LONG:
        return element("span", why, class_="why") if why else None
    end = why.rfind(" ", 0, LONG)
    beginning = why[: end if end > 0 else LONG] + " …"
    return element("details", element("summary", beginning), why, class_="why")


def whose(claim: Mapping[str, Any]) -> str:
    """`paper`, `related` or `ours`; a claim that this version does not know is ours where its place says so."""
    name, _ = claim_parts(claim["claim"])
    return _ORIGINS.get(name) or ("ours" if (claim["where"] or "").startswith("ours") else "paper")


def claims_counted(claims: Sequence[Mapping[str, Any]]) -> str:
    """`Claims of the paper: 3 hold, 1 does not hold, 2 cannot be told; our own: 1 holds, …`: counts by origin."""
    members = {origin: [claim for claim in claims if whose(claim) == origin] for origin in WHOSE}
    said = "; ".join(f"{WHOSE[origin]}: {claims_summary(found)}" for origin, found in members.items() if found)
    return said[:1].upper() + said[1:]
