"""Claims with their verdicts, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from crossglot.drawing.wording import NO_VALUE
from crossglot.results.claims import BEFORE_RUNS, Origin
from crossglot.results.verdicts import JudgedClaim, Verdict

VERDICT_CLASSES: Mapping[Verdict, str] = {"holds": "holds", "does not hold": "fails", "cannot tell": "open"}
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


def claims_counted(claims: Sequence[JudgedClaim]) -> str:
    """`Claims of the paper: 3 hold, 1 does not hold, 2 cannot be told; our own: 1 holds, …`: counts by origin."""
    members = {origin: [claim for claim in claims if claim.origin == origin] for origin in WHOSE}
    said = "; ".join(f"{WHOSE[origin]}: {claims_summary(found)}" for origin, found in members.items() if found)
    return said[:1].upper() + said[1:]
