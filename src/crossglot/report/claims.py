"""Claims with their verdicts, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from crossglot.drawing.markup import Child, Markup, element
from crossglot.drawing.wording import NO_VALUE, verdict
from crossglot.results.claims import BEFORE_RUNS, Origin
from crossglot.results.verdicts import JudgedClaim, Verdict

VERDICT_CLASSES: Mapping[Verdict, str] = {"holds": "holds", "does not hold": "fails", "cannot tell": "open"}
LONG = 90
WHOSE: Mapping[Origin, str] = {"paper": "claims of the paper", "related": "of related papers", "ours": "our own"}


def verdicts_of_sentences(claims: Iterable[JudgedClaim]) -> list[str]:
    """The verdict on each sentence, once: where several claims share it, it holds if all of them do."""
    found: dict[tuple[str, str], set[str]] = {}
    for claim in claims:
        found.setdefault((claim.origin, sentence_of(claim)), set()).add(claim.verdict)
    return [
        next((word for word in ("does not hold", "cannot tell") if word in words), "holds") for words in found.values()
    ]


def claims_summary(claims: Sequence[JudgedClaim]) -> str:
    """`3 hold, 1 does not hold, 2 cannot be told`: of sentences, each once."""
    count = Counter(verdicts_of_sentences(claims))
    return (
        f"{count['holds']} {'holds' if count['holds'] == 1 else 'hold'}, {count['does not hold']} "
        f"{'does' if count['does not hold'] == 1 else 'do'} not hold, {count['cannot tell']} cannot be told"
    )


def claims_section(claims: Sequence[JudgedClaim]) -> Markup | None:
    """A table of all claims, folded away because the findings say them in words; None for a run without claims."""
    if not claims:
        return None
    heads = ("Verdict", "Claim", "Statistic", "Ours", "Where in the paper")
    rows = [
        element(
            "tr",
            element("td", verdict(claim.verdict), class_=f"verdict {VERDICT_CLASSES[claim.verdict]}"),
            element("th", *_named(claim), scope="row"),
            element(
                "td",
                claim.statistic,
                element("span", f"claimed: {claim.claimed}", class_="bounds"),
                *_rule(claim),
            ),
            element(
                "td",
                element("span", rounded(claim.value), class_="value"),
                element("span", f"{claim.bounds} ({claim.interval})", class_="bounds") if claim.interval else None,
                _why(claim.why),
                element("span", _cast(claim), class_="bounds") if claim.players else None,
            ),
            element("td", f"ours, {claim.where}" if claim.origin == "ours" else claim.where),
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


def rounded(value: float | None) -> str:
    """A claim's number with two decimals at most."""
    if value is None:
        return NO_VALUE
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")  # never -0


def sentence_of(claim: JudgedClaim) -> str:
    """What is claimed; of a claim without a sentence its name."""
    return claim.sentence or claim.id


def rule_set_later(claim: JudgedClaim) -> str:
    """`rule set after the first runs, …` for a rule that was not set before them; otherwise empty."""
    return "" if claim.rule == BEFORE_RUNS else f"rule set {claim.rule}"


def _rule(claim: JudgedClaim) -> tuple[Child, ...]:
    later = rule_set_later(claim)
    return (element("span", later, class_="bounds"),) if later else ()


def _named(claim: JudgedClaim) -> tuple[Child, ...]:
    name = element("span", claim.id, class_="bounds") if claim.sentence else None
    return (element("span", sentence_of(claim)), name)


def _cast(claim: JudgedClaim) -> str:
    """`m-bert is m-bert-small`."""
    return ", ".join(f"{role} is {name}" for role, name in claim.players.items())


def _why(why: str) -> Markup | None:
    """The reason; of a long one its beginning, which unfolds to the whole."""
    if len(why) <= LONG:
        return element("span", why, class_="why") if why else None
    end = why.rfind(" ", 0, LONG)
    beginning = why[: end if end > 0 else LONG] + " …"
    return element("details", element("summary", beginning), why, class_="why")


def claims_counted(claims: Sequence[JudgedClaim]) -> str:
    """`Claims of the paper: 3 hold, 1 does not hold, 2 cannot be told; our own: 1 holds, …`: counts by origin."""
    members = {origin: [claim for claim in claims if claim.origin == origin] for origin in WHOSE}
    said = "; ".join(f"{WHOSE[origin]}: {claims_summary(found)}" for origin, found in members.items() if found)
    return said[:1].upper() + said[1:]
