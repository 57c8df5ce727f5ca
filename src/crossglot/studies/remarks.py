"""Remarks that readers of a run's numbers have to know: trainings too short or collapsed, what files share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from crossglot.engine.step import Step
from crossglot.engine.store import Store
from crossglot.experiments.setting import Candidate
from crossglot.steps.find_recipe import read_search
from crossglot.steps.rows import MatrixRow, read_about
from crossglot.steps.tested_on_training import Remembered, remembered
from crossglot.steps.train_and_predict import TrainAndPredict
from crossglot.studies.given_files import one_language
from crossglot.studies.label_sets import differences
from crossglot.tagging.training import count_steps, has_fallen, too_short, way_out

if TYPE_CHECKING:
    from crossglot.studies.planning import StudyPlan

Kind = Literal[
    "too short",
    "collapsed",
    "loss not fallen",
    "edge of the grid",
    "tested on training",
    "label sets",
    "one language",
    "unfinished",
]


@dataclass(frozen=True, slots=True)
class Remark:
    """A remark on trainings, or on what could not be run.

    Attributes:
        kind: what is wrong.
        system: whose trainings it is about; empty for those of all.
        task: `pos`, `ner` or `labels`.
        text: the remark in a sentence or two, with what to do.
    """

    kind: Kind
    system: str
    task: str
    text: str


def forewarnings(steps: Iterable[Step], candidates: Sequence[Candidate]) -> list[Remark]:
    """Warnings of trainings too short for a new layer that starts at random; one per encoder and task.

    What a search chose needs no warning: it had as many steps, and its score on dev is known.
    """
    searched = {(each.encoder.name, task, one.max_train) for each in candidates for task, one in each.searches.items()}
    short: dict[tuple[str, str], dict[tuple[str, int | None], TrainAndPredict]] = {}
    for step in steps:
        if not isinstance(step, TrainAndPredict) or step.untrained:
            continue
        known = (step.encoder.name, step.task, step.max_train) in searched
        if not known and too_short(step.recipe, count_steps(step.training_size(), step.recipe)):
            short.setdefault((step.encoder.name, step.task), {})[step.source, step.max_train] = step
    return [
        Remark(
            "too short", name, task,
            f"{name}, {task}: {_steps_in_words(list(of.values()))} at a rate of {_rate(next(iter(of.values()))):g} can "
            f"hardly move the new layer from its random start (sources: {_sources(of.values())}): {way_out()}",
        )
        for (name, task), of in short.items()
    ]  # fmt: skip


def warnings_before(plan: StudyPlan) -> list[Remark]:
    """What is to be known before any training: trainings too short, tests trained on; of own files, their labels.

    Sentences were compared when the corpora were read for the plan.
    """
    found = [*forewarnings(plan.steps.steps, plan.setting.candidates), *_of_corpora(_remembered(plan))]
    return [*found, *_of_keys(plan), *_of_label_sets(plan)] if plan.study.train else found


def remarks_on(plan: StudyPlan) -> list[Remark]:
    """All remarks on the finished trainings of a plan."""
    steps = [step for step in plan.steps.steps if isinstance(step, TrainAndPredict)]
    return [
        *forewarnings(steps, plan.setting.candidates),
        *_of_trainings(steps, plan.store),
        *_of_searches(plan.setting.candidates, plan.store),
        *_of_keys(plan),
        *_of_label_sets(plan),
        *_of_corpora(_remembered(plan)),
    ]


def _remembered(plan: StudyPlan) -> list[Remembered]:
    return remembered(step for step in plan.steps.steps if isinstance(step, MatrixRow))


def _of_keys(plan: StudyPlan) -> Iterator[Remark]:
    """One for each language that files to train on and to evaluate on name differently."""
    for source, target, said in one_language(plan.study):
        task = plan.rows[0].table.task
        yield Remark(
            "one language", "", task,
            f"{task}: {source} → {target} is taken for zero-shot, though both seem to be {said}; give the two files "
            "one key if they are one language",
        )  # fmt: skip


def _of_label_sets(plan: StudyPlan) -> Iterator[Remark]:
    """One for a task whose files are annotated differently."""
    found = list(differences(plan.rows))
    for task in dict.fromkeys(each.task for each in found):
        said = _in_short([each.in_words() for each in found if each.task == task])
        text = f"{task}: words whose label the training file has not count as wrong: {said}"
        if task == "ner":
            text = f"{task}: scored are the entity types that both files annotate: {said}"
        yield Remark("label sets", "", task, text)


def _of_trainings(steps: Iterable[TrainAndPredict], store: Store) -> Iterator[Remark]:
    collapsed: dict[tuple[str, str, str, bool, str], list[str]] = {}
    unmoved: dict[tuple[str, str, str], list[str]] = {}
    steps = list(steps)
    several = len({step.max_train for step in steps}) > 1
    for step in steps:
        if store.state(step) != "finished":
            continue
        about = read_about(store.result(step))
        size = f"{step.training_size():,} sentences, " if several else ""
        training, where = about.get("training"), f"{step.source} ({size}seed {step.seed})"
        if label := about.get("collapsed"):
            kind = (step.system, step.task, label, step.untrained, step.recipe.head_start)
            collapsed.setdefault(kind, []).append(where)
        elif training and not has_fallen(**training):
            unmoved.setdefault((step.system, step.task, step.recipe.head_start), []).append(where)
    for (system, task, label, untrained, start), places in collapsed.items():
        advice = "" if untrained else f": {way_out(start)}"
        yield Remark(
            "collapsed", system, task,
            f"{system}, {task}: collapsed, every word gets {label}; trained on {_in_short(places)}. "
            f"Its scores tell of the training, not of the encoder{advice}",
        )  # fmt: skip
    for (system, task, start), places in unmoved.items():
        yield Remark(
            "loss not fallen", system, task,
            f"{system}, {task}: the training loss has not fallen; trained on {_in_short(places)}: {way_out(start)}",
        )  # fmt: skip


def _of_searches(candidates: Iterable[Candidate], store: Store) -> Iterator[Remark]:
    for candidate in candidates:
        for task, search in candidate.searches.items():
            if store.state(search) == "finished" and (found := read_search(store.result(search)))["at_edge"]:
                name = candidate.encoder.name
                yield Remark(
                    "edge of the grid", name, task,
                    f"{name}, {task}: the chosen learning rate {found['learning_rate']:g} is at the edge of those "
                    "tried; one beyond may be better",
                )  # fmt: skip


def _of_corpora(found: Iterable[Remembered]) -> Iterator[Remark]:
    """One for each task that is tested on sentences longer than chance explains which are trained on, too."""
    by_task: dict[str, list[Remembered]] = {}
    for pair in sorted(found, key=lambda pair: (-pair.long, -pair.sentences)):
        if pair.long:
            by_task.setdefault(pair.task, []).append(pair)
    for task, pairs in by_task.items():
        said = [
            f"{each.source} → {each.target} {each.sentences:,} of {each.of:,} ({each.long:,} longer than four words)"
            for each in pairs
        ]
        yield Remark(
            "tested on training", "", task,
            f"{task}: test sentences stand in the training data, too, blanks and case aside: {_in_short(said)}. "
            "A tagger may remember these",
        )  # fmt: skip


def _rate(step: TrainAndPredict) -> float:
    return step.recipe.head_learning_rate or step.recipe.learning_rate


def _sources(rows: Iterable[TrainAndPredict]) -> str:
    return _in_short(list(dict.fromkeys(row.source for row in rows)))


def _steps_in_words(rows: Sequence[TrainAndPredict]) -> str:
    counts = [count_steps(row.training_size(), row.recipe) for row in rows]
    low, high = min(counts), max(counts)
    return f"{low:,} training steps" if low == high else f"{low:,} to {high:,} training steps"


def _in_short(places: Sequence[str], most: int = 6) -> str:
    shown = ", ".join(places[:most])
    return f"{shown} and {len(places) - most} more" if len(places) > most else shown
