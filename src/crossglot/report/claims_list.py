"""Claims on the page: a line each, which unfolds to what was found, with its interval drawn beside the threshold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from crossglot.drawing.markup import Child, Markup, element
from crossglot.drawing.wording import verdict
from crossglot.report.claims import VERDICT_CLASSES, WHOSE, rounded, sentence_of
from crossglot.report.findings import finding, source
from crossglot.results.verdicts import JudgedClaim

LINE = (360, 46)  # width and height of an interval's drawing


def claims_strip(claims: Sequence[JudgedClaim]) -> Markup:
    """All verdicts at one look, a sign each, by whose claims they are; each leads to its claim in `claims_list`."""
    numbered = list(enumerate(claims, start=1))
    rows = ((WHOSE[origin], [each for each in numbered if each[1].origin == origin]) for origin in WHOSE)
    lines = (
        element("li", element("span", whose, class_="whose"), element("span", *(_sign(*each) for each in found)))
        for whose, found in rows
        if found
    )
    return element("ul", *lines, class_="strip")


def claims_said(claims: Sequence[JudgedClaim], wanted: Collection[str]) -> Markup | None:
    """What the paper says, of the claims with these ids, each with its verdict and a link; None of none."""
    lines = [
        element("li", _sign(at, claim), " ", f"“{sentence_of(claim)}”")
        for at, claim in enumerate(claims, start=1)
        if claim.origin == "paper" and claim.id in wanted
    ]
    return element("div", element("p", "The paper says:"), element("ul", *lines), class_="said") if lines else None


def _sign(at: int, claim: JudgedClaim) -> Markup:
    said = f"{verdict(claim.verdict)}: {sentence_of(claim)}"
    sign, kind = verdict(claim.verdict)[:1], VERDICT_CLASSES[claim.verdict]
    return element("a", sign, href=f"#claim-{at}", class_=kind, title=said, aria_label=said)


def claims_list(claims: Sequence[JudgedClaim]) -> Markup:
    """All claims in a list that can be narrowed to verdicts and origins; each unfolds to its number and interval."""
    verdicts = Counter(claim.verdict for claim in claims)
    origins = Counter(claim.origin for claim in claims)
    choices = [
        *((VERDICT_CLASSES[word], verdict(word), verdicts[word]) for word in VERDICT_CLASSES if verdicts[word]),
        *((origin, WHOSE[origin], origins[origin]) for origin in WHOSE if origins[origin] and len(origins) > 1),
    ]
    boxes = (
        element(
            "label",
            element("input", type="checkbox", checked=True, id=f"show-{kind}", autocomplete="off"),
            f" {said} ({count})",
        )
        for kind, said, count in choices
    )
    items = (
        element(
            "li",
            element("details", element("summary", *_in_a_line(claim)), *_in_full(at, claim)),
            class_=f"is-{VERDICT_CLASSES[claim.verdict]} of-{claim.origin}",
        )
        for at, claim in enumerate(claims, start=1)
    )
    return element(
        "div",
        element("fieldset", element("legend", "Show claims"), *boxes),
        element("ul", *items),
        class_="claims",
        id="claims",
    )


def _in_a_line(claim: JudgedClaim) -> tuple[Child, ...]:
    """Verdict, sentence, where it stands, and the number."""
    where = "ours" if claim.origin == "ours" else claim.where
    return (
        element("span", verdict(claim.verdict), class_=f"verdict {VERDICT_CLASSES[claim.verdict]}"),
        element("span", sentence_of(claim), class_="sentence"),
        element("span", f"{where} · {claim.id}", class_="where"),
    )


def _in_full(at: int, claim: JudgedClaim) -> tuple[Child, ...]:
    cast = ", ".join(f"{role} is {name}" for role, name in claim.players.items())
    aside = "; ".join(part for part in (f"{claim.statistic} {claim.claimed}", source(claim), cast) if part)
    # A link to what is folded away unfolds it.
    return element("p", finding(claim), id=f"claim-{at}"), interval_line(claim), element("p", aside, class_="aside")


def interval_line(claim: JudgedClaim) -> Markup | None:
    """The number, its interval and the threshold on a line; None without a number."""
    if claim.value is None:
        return None
    lines = {-claim.threshold, claim.threshold} if claim.direction == "within" else {claim.threshold}
    ends = [end for end in (claim.low, claim.high) if end is not None]
    shown = [claim.value, *lines, *ends]
    span = max(shown) - min(shown) or abs(claim.threshold) or 1.0
    lowest, highest = min(shown) - 0.12 * span, max(shown) + 0.12 * span

    def at(value: float) -> str:
        return f"{LINE[0] * (value - lowest) / (highest - lowest):.1f}"

    middle, bottom = str(LINE[1] / 2 - 6), str(LINE[1] - 14)
    left = "0" if claim.direction == "below" else at(min(lines))
    right = str(LINE[0]) if claim.direction == "above" else at(max(lines))
    reach = element("line", x1=at(min(ends)), x2=at(max(ends)), y1=middle, y2=middle, class_="reach") if ends else None
    return element(
        "svg",
        element("title", f"{rounded(claim.value)} {claim.bounds}, claimed {claim.claimed}"),
        element("rect", x=left, width=f"{float(right) - float(left):.1f}", y="0", height=bottom, class_="claimed"),
        *(element("line", x1=at(each), x2=at(each), y1="0", y2=bottom, class_="threshold") for each in sorted(lines)),
        reach,
        element("circle", cx=at(claim.value), cy=middle, r="4.5", class_="value"),
        *(
            element("text", rounded(each), x=at(each), y=str(LINE[1] - 1), text_anchor="middle")
            for each in sorted(lines)
        ),
        viewBox=f"0 0 {LINE[0]} {LINE[1]}",
        role="img",
        class_=f"interval {VERDICT_CLASSES[claim.verdict]}",
    )
