"""Remarks on what a run could not do: how many steps have no result, which they are, and why."""

from __future__ import annotations

from crossglot.engine.executor import Outcome
from crossglot.engine.step import Step
from crossglot.studies.remarks import Remark

NAMED = 3
"""Steps of one reason that are named; the others are counted."""


def unfinished(outcome: Outcome, steps: tuple[Step, ...]) -> list[Remark]:
    """A remark for each reason; the steps that failed are named, and those that needed them are counted with them."""
    total = len(steps)
    failed: dict[str, list[Step]] = {}
    affected: dict[str, int] = {}
    for step in steps:
        error = outcome.unfinished.get(step.id)
        if error is None:
            continue
        why = str(error).splitlines()[0]
        affected[why] = affected.get(why, 0) + 1
        if step.id in outcome.failed:
            failed.setdefault(why, []).append(step)
    return [
        Remark(
            "unfinished", "", "",
            f"Not everything was run: {count} of {total} steps have no result, and numbers that need them are missing: "
            f"{why}. Failed: {_named(failed.get(why, []))}. The same command tries again.",
        )
        for why, count in affected.items()
    ]  # fmt: skip


def _named(steps: list[Step]) -> str:
    titles = [step.title for step in steps]
    more = f"; and {len(titles) - NAMED} more" if len(titles) > NAMED else ""
    return "; ".join(titles[:NAMED]) + more if titles else "a search before them"
