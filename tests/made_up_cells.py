"""Cells of a transfer matrix as a run would give them, with scores that a function makes up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from crossglot.engine.step import Inputs, Step
from crossglot.experiments.experiment import Evidence
from crossglot.experiments.setting import Candidate, Corpora, Setting
from crossglot.languages import LANGUAGES
from crossglot.results.rows import MEAN, ResultRow, Role
from crossglot.runtime import Runtime
from crossglot.steps.arguments import EncoderReference
from crossglot.tagging.recipe import Recipe

CONLL = {"en": "conll2003/en", "de": "conll2003/de", "nl": "conll2002/nl", "es": "conll2002/es"}
Score = Callable[[str, str], float | None]


def papers_corpus(task: str, key: str) -> str | None:
    """What the paper used of a language, of several joined by `+`, or of code-switched text; of anything else None."""
    if "/" in key:
        return "codemix/hiencs"
    if task == "ner":
        return CONLL.get(key, f"in-house/{key}")
    names = [LANGUAGES[part].first_treebank if part in LANGUAGES else None for part in key.split("+")]
    return None if None in names else "+".join(map(str, names))


def cells(
    experiment: str, system: str, role: Role, languages: Iterable[str], score: Score, seeds: tuple[int, ...] = (1, 2, 3)
) -> list[ResultRow]:
    """The square matrix over the languages; a score of None is a cell without data."""
    task = "ner" if experiment == "figure1" else "pos"
    names = list(languages)
    rows = []
    for source in names:
        for target in names:
            value = score(source, target)
            first = ResultRow(
                experiment=experiment, system=system, role=role, task=task, source=source,
                source_corpus=papers_corpus(task, source), target=target, target_corpus=papers_corpus(task, target),
                split="test", aggregate=MEAN,
                metric="f1" if task == "ner" else "accuracy", value=value, n=100,
                missing="no corpus" if value is None else None,
                **({} if value is None else {"ci_low": value - 1, "ci_high": value + 1, "interval": "95 % bootstrap"}),
            )  # fmt: skip
            bare = {"aggregate": None, "ci_low": None, "ci_high": None, "interval": None}
            rows += [first, *([] if value is None else [first.model_copy(update=bare | {"seed": s}) for s in seeds])]
    return rows


def candidate(name: str, role: Role, location: Path | str = "", revision: str = "") -> Candidate:
    return Candidate(
        encoder=EncoderReference(revision=revision or name, location=str(location), name=name),
        role=role, recipe=Recipe(), papers=False,
    )  # fmt: skip


def setting(root: Path, *candidates: Candidate, sources: tuple[str, ...] = ()) -> Setting:
    return Setting(candidates, Corpora(root), seeds=(1, 2, 3), runtime=Runtime(), sources=sources)


def evidence(rows: list[ResultRow], folder: Path, steps: Iterable[Step] = ()) -> Evidence:
    """Runs the steps there and then."""
    found: dict[str, Path] = {}
    for step in steps:
        found[step.id] = folder / step.id
        found[step.id].mkdir(parents=True, exist_ok=True)
        step.run(found[step.id], _no_inputs, lambda _: None)
    return Evidence(rows, lambda step: found.get(step.id), lambda step: "" if step.id in found else "it broke")


def _no_inputs(step: Step) -> Path:
    raise AssertionError(f"{step.id} is no input")


_: Inputs = _no_inputs


def statistic(
    rows: Iterable[ResultRow], system: str, aggregate: str, condition: str | None = None, **fields: object
) -> ResultRow:
    """The one row of that kind."""
    found = [
        row
        for row in rows
        if (row.system, row.aggregate) == (system, aggregate)
        and condition in (None, row.condition)
        and all(getattr(row, name) == value for name, value in fields.items())
    ]
    assert len(found) == 1, (system, aggregate, condition, len(found))
    return found[0]
