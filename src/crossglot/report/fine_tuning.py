"""How encoders were fine-tuned: what was chosen for each task and why, and what went wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crossglot.drawing.markup import Markup, element
from crossglot.drawing.wording import NO_VALUE, TASKS, number
from crossglot.report.folder import RunFolder
from crossglot.tagging.recipe import Recipe

STARTS = {"random": "at random", "probe": "from a linear probe"}


@dataclass(frozen=True)
class Choice:
    """What a search chose for an encoder and a task, and the scores on dev that decided.

    Attributes:
        encoder: its name.
        task: `pos` or `ner`.
        head_start: what the new layer starts from.
        learning_rate: the rate.
        source: the language whose dev set was looked at.
        scored_on: `dev`, or what of the language stood in for it.
        sentences: trained on in each trial.
        trials: (start in words, rate, score in per cent or that the training collapsed) of everything tried.
    """

    encoder: str
    task: str
    head_start: str
    learning_rate: float
    source: str
    scored_on: str
    sentences: int
    trials: tuple[tuple[str, float, str], ...]

    def in_words(self) -> str:
        """What was chosen, in one line: `new layer from a linear probe, learning rate 3e-4`."""
        return f"new layer {STARTS.get(self.head_start, self.head_start)}, learning rate {rate(self.learning_rate)}"

    def why(self) -> str:
        """The scores that decided: `en dev, 300 sentences: random 1e-4 81.2, 3e-4 90.3; probe 1e-4 92.0 …`."""
        starts: dict[str, list[str]] = {}
        for start, tried, score in self.trials:
            starts.setdefault(start, []).append(f"{rate(tried)} {score}")
        scores = "; ".join(f"{start} {', '.join(of_start)}" for start, of_start in starts.items())
        return f"{self.source} {self.scored_on} after {self.sentences:,} training sentences: {scores}"


def choices(run: RunFolder) -> list[Choice]:
    """What the run's searches chose; empty if every recipe was given or known."""
    return list(_choices(run.versions.get("encoders") or {}))


def remarks(run: RunFolder) -> list[str]:
    """What readers have to know about the run's trainings before they read its numbers."""
    return [str(remark["text"]) for remark in run.versions.get("remarks") or () if "text" in remark]


def departures(encoder: Mapping[str, Any]) -> list[str]:
    """Settings of an encoder's fine-tuning that are not the paper's: `learning rate 0.002 (paper 3e-5)`.

    A setting that only some tasks have names them: `NER: head start probe (paper random)`.
    """
    paper = {name: field.default for name, field in Recipe.model_fields.items()}
    tasks = encoder.get("fine_tuning") or {}
    found: dict[str, list[str]] = {}
    for task, facts in tasks.items():
        for name, value in (facts.get("departures") or {}).items():
            said = f"{name.replace('_', ' ')} {_said(value)} (paper {_said(paper.get(name))})"
            found.setdefault(said, []).append(TASKS.get(task, task))
    return [said if len(of) == len(tasks) else f"{', '.join(of)}: {said}" for said, of in found.items()]


def reading(encoder: Mapping[str, Any]) -> str:
    """At which piece words are read and how sentences are cut: `first-spelled, cut by words`."""
    recipes = (facts.get("recipe") for facts in (encoder.get("fine_tuning") or {}).values())
    found = (f"{recipe['subword']}, cut by {recipe['cutting']}" for recipe in recipes if recipe and "subword" in recipe)
    return "; ".join(dict.fromkeys(found)) or NO_VALUE


def remarks_list(run: RunFolder) -> Markup | None:
    """The remarks as a list for the top of the page; None without any."""
    found = remarks(run)
    return element("ul", *(element("li", text) for text in found), class_="remarks") if found else None


def choices_list(run: RunFolder) -> Markup | None:
    """What was chosen for each encoder and task, and why; None if nothing was searched."""
    found = choices(run)
    if not found:
        return None
    items = (
        element(
            "li",
            element("strong", f"{choice.encoder}, {TASKS.get(choice.task, choice.task)}"),
            f": {choice.in_words()}. {choice.why()}.",
        )
        for choice in found
    )
    rule = (
        "The paper's recipe is meant for encoders of BERT-base's size. For others the start of the new layer and the "
        "rate were chosen on the dev set of a source, or on sentences of it that were set aside, for each task: of the "
        "start with the highest score the lowest rate within two points of it. No target of this run was looked at; "
        "the rule itself was set after the fact, when other runs had shown what high rates and starts by chance do to "
        "targets. Scores are in per cent."
    )
    return element("div", element("h3", "How start and rate were chosen"), element("p", rule), element("ul", *items))


def rate(value: float) -> str:
    """A rate as papers write it: `3e-5`, `1e-3`, `0.05`."""
    return f"{value:.0e}".replace("e-0", "e-") if value < 0.01 and float(f"{value:.0e}") == value else f"{value:g}"


def _choices(encoders: Mapping[str, Any]) -> Iterator[Choice]:
    for name, facts in encoders.items():
        for task, tuned in (facts.get("fine_tuning") or {}).items():
            search = tuned.get("search")
            if search:
                trials = tuple(
                    (start, tried, "collapsed" if collapsed else number(100 * score))
                    for start, tried, score, collapsed in search["trials"]
                )
                yield Choice(
                    name, task, search["head_start"], search["learning_rate"], search["source"],
                    search.get("scored_on", "dev"), search["sentences"], trials,
                )  # fmt: skip


def _said(value: object) -> str:
    """A setting in words: rates as `3e-5`, not `3e-05`; `as all else` for a layer without a rate of its own."""
    if value is None:
        return "that of all"
    return f"{value:g}".replace("e-0", "e-") if isinstance(value, float | int) else str(value)
