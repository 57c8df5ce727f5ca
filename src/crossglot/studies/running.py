"""Running a study: its steps, then the folder of results that it leaves."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from crossglot.corpora.catalogue import own_languages
from crossglot.engine.executor import Executor, Outcome, check, requirements_of
from crossglot.engine.locking import locked
from crossglot.engine.plan import Plan
from crossglot.engine.progress import Progress, Several
from crossglot.engine.step import Step
from crossglot.errors import CrossglotError, StorageError
from crossglot.experiments.cells import tabulate
from crossglot.experiments.experiment import Evidence
from crossglot.experiments.few_seeds import with_pooled_seeds
from crossglot.experiments.setting import Candidate
from crossglot.files import NotWrittenError, write_whole
from crossglot.results.predictions import Predicted
from crossglot.results.row_errors import FOLDER as ERRORS
from crossglot.results.row_errors import RowErrors, write_errors
from crossglot.results.rows import WRITING, ResultRow, results_frame, write_results
from crossglot.results.systems import System
from crossglot.results.verdicts import write_claims
from crossglot.runtime import machine, plan_runtime
from crossglot.steps.analyse_errors import read_cell_errors
from crossglot.steps.arguments import forget
from crossglot.steps.find_recipe import read_search
from crossglot.steps.rows import PREDICTIONS, MatrixRow
from crossglot.steps.score import Score, read_scores
from crossglot.steps.train_and_predict import TrainAndPredict
from crossglot.steps.train_on_lab import TrainOnLab
from crossglot.studies.as_command import as_command
from crossglot.studies.data_read import data_read
from crossglot.studies.effort import effort
from crossglot.studies.planning import StudyPlan, plan_study
from crossglot.studies.remarks import remarks_on, warnings_before
from crossglot.studies.run_folder import check_run_folder, write_predictions, write_study
from crossglot.studies.study import Study
from crossglot.studies.tracking import StudyTracker
from crossglot.studies.unfinished import unfinished

_log = logging.getLogger(__name__)

PACKAGES = ("crossglot", "torch", "transformers", "tokenizers", "safetensors", "numpy", "polars")


def run_study(
    study: Study,
    out: Path,
    executor: Executor,
    progress: Progress | None = None,
    command: str = "",
    store: str = "",
    tracker: StudyTracker | None = None,
) -> Path:
    """Runs what is not finished yet and writes results.csv, claims.csv, predictions/, study.toml and versions.json.

    Starts and learning rates that have to be found come first; the store keeps them. Trainings that are too short for
    their new layer are warned of before they start, those that went wrong when they are finished.

    Args:
        study: the study.
        out: the run's folder; giving it again goes on where the last run stopped.
        executor: runs its steps.
        progress: told what happens.
        command: what asks for the same again, where that is not the study.
        store: URL of the store, of whose steps the run's folder then holds copies.
        tracker: logs its steps as they end (see `studies.tracking`).

    Returns:
        The folder.

    Raises:
        CrossglotError: if steps failed; by then everything that could be run is kept and written.
    """
    check_run_folder(out)
    progress = progress or Progress()
    with _preparing(progress, "reading the data and planning"):
        plan = plan_study(study, out, executor.ask(partial(plan_runtime, study.device, study.precision)), store)
        waiting = (planned.step for planned in plan.states() if planned.state != "finished")
        executor.ask(partial(check, requirements_of(waiting)))  # before any work, and once
    if executor.elsewhere:
        forget()
    if tracker is not None:
        tracker.begin(plan)
        progress = Several(progress, tracker)
    plan, outcome = _run_steps(plan, executor, progress)
    with _preparing(progress, "writing the results"):
        _write(plan, outcome, out, executor, command)
    failure = outcome.error()
    if failure is not None:
        raise failure
    return out


@contextmanager
def _preparing(progress: Progress, what: str) -> Iterator[None]:
    """Tells what is done until the block ends."""
    progress.prepare(what)
    try:
        yield
    finally:
        progress.stop()


def _write(plan: StudyPlan, outcome: Outcome, out: Path, executor: Executor, command: str) -> None:
    """Writes the run's folder; what cannot be written, or not for a damaged step, is said with what to do."""
    try:
        with locked(out / WRITING):  # another run may be writing into this folder just now
            write_run(plan, outcome, out, executor.ask(machine), command)
    except NotWrittenError as error:
        remedy = f"{error.remedy or 'mend it'}; the same command goes on from there"
        raise StorageError(f"{error.path}: {error.why}: the finished steps are kept\n  {remedy}") from error
    except CrossglotError:
        raise
    except Exception as error:
        fault = plan.store.fault_in((*outcome.found, *outcome.done), error)
        if fault is None:
            raise
        raise fault from error


def _run_steps(plan: StudyPlan, executor: Executor, progress: Progress | None) -> tuple[StudyPlan, Outcome]:
    """Runs the searches, then everything else, planned with what they found."""
    lost: dict[str, CrossglotError] = {}
    if plan.searches:
        lost = executor.run(Plan(plan.searches), plan.store, progress).failed
        plan = plan.with_found_recipes()
    for remark in warnings_before(plan):
        _log.warning("%s", remark.text)
    for why in plan.missing() if plan.study.train else ():  # files that the user chose for these very cells
        _log.warning("cells stay empty: %s", why)
    waiting: dict[str, CrossglotError] = {}  # rows whose search failed
    for step in plan.steps.steps:
        blame = next((error for need in step.dependencies if (error := (lost | waiting).get(need.id))), None)
        if blame is not None:
            waiting[step.id] = blame
    hopeless = lost.keys() | waiting.keys()
    hopeful = Plan(tuple(step for step in plan.steps.steps if step.id not in hopeless))
    outcome = executor.run(hopeful, plan.store, progress)
    outcome.failed.update(lost)
    outcome.left_out.update(waiting)
    return plan, outcome


def write_run(plan: StudyPlan, outcome: Outcome, out: Path, machine: Mapping[str, str], command: str = "") -> None:
    """Writes everything but the report into the run's folder; `machine` describes where it was run."""
    results = results_frame(result_rows(plan, outcome))
    write_results(results, out / "results.csv")
    _write_claims(results, plan, out)
    write_predictions(out / "predictions", list(_predictions(plan, outcome)))
    write_errors(out / ERRORS, _errors(plan, outcome))
    write_study(out / "study.toml", plan.study)
    finished = [step for step in plan.steps.steps if step.id not in outcome.unfinished]
    said = versions(plan, finished, machine, command)
    said["remarks"] += [asdict(remark) for remark in unfinished(outcome, plan.steps.steps)]
    write_whole(out / "versions.json", json.dumps(said, indent=1, ensure_ascii=False) + "\n")


def result_rows(plan: StudyPlan, outcome: Outcome) -> list[ResultRow]:
    """All rows of results.csv, experiment by experiment."""
    failed = outcome.unfinished

    def failure(step: Step) -> str:
        return str(failed[step.id]).splitlines()[0] if step.id in failed else ""

    def result(step: Step) -> Path | None:
        return None if step.id in failed else plan.store.result(step)

    cells: dict[str, list[ResultRow]] = {}
    for row, step in zip(plan.rows, plan.scores, strict=True):
        scores: dict[str, list[Score]] = {}
        folder = None if step is None else result(step)
        for score in [] if folder is None else read_scores(folder):
            scores.setdefault(score.target, []).append(score)
        cells.setdefault(row.table.key, []).extend(tabulate(row, scores, "" if step is None else failure(step)))
    return [
        row
        for experiment, layout in plan.layouts
        for row in layout.rows(Evidence(with_pooled_seeds(cells.get(experiment.key, [])), result, failure))
    ]


def versions(plan: StudyPlan, finished: Iterable[Step], machine: Mapping[str, str], command: str) -> dict[str, Any]:
    """Packages, machine, precision, encoders with revision and recipes, data, languages of the root's own, the effort.

    The report reads no data root and no store, so all that it says of them is here.

    Args:
        plan: what was run.
        finished: its finished steps.
        machine: where.
        command: what asks for the same again; else the command that says what the study does, if there is one.
    """
    revisions = [candidate.encoder.revision for candidate in plan.setting.candidates]
    return {
        "packages": {name: version(name) for name in PACKAGES},
        "machine": dict(machine),
        "device": plan.setting.runtime.device,
        "precision": plan.setting.runtime.precision,
        "encoders": {
            candidate.encoder.name: {
                "location": candidate.encoder.location,
                "revision": candidate.encoder.revision,
                "role": candidate.role,
                "fine_tuning": {task: _fine_tuning(candidate, task, plan) for task in _tasks(candidate, plan)},
            }
            for candidate in plan.setting.candidates
        },
        "systems": {system.name: asdict(system) for system in plan.systems},
        "remarks": [asdict(remark) for remark in remarks_on(plan)],
        "data": data_read(plan.steps.steps, plan.setting.corpora.root),
        "languages": {key: language.name for key, language in own_languages(plan.setting.corpora.root).items()},
        "effort": effort(plan, finished),
        "command": command or as_command(plan.study, plan.setting.runtime, revisions),
    }


def _tasks(candidate: Candidate, plan: StudyPlan) -> list[str]:
    """The tasks for which taggers of the encoder are trained."""
    trained = (step for step in plan.steps.steps if isinstance(step, TrainAndPredict))
    return list(dict.fromkeys(step.task for step in trained if step.encoder == candidate.encoder))


def _fine_tuning(candidate: Candidate, task: str, plan: StudyPlan) -> dict[str, Any]:
    """The recipe, how it differs from the paper's, and what a search tried; no recipe if the search failed."""
    search, recipe = candidate.searches.get(task), candidate.recipe_for(task)
    if candidate.search_before(task) is not None:
        return {"recipe": None, "departures": {}, "search": None}
    found = None if search is None else dict(read_search(plan.store.result(search)))
    return {"recipe": recipe.model_dump(), "departures": recipe.departures(), "search": found}


def _write_claims(results: Any, plan: StudyPlan, out: Path) -> None:
    from crossglot.experiments.judging import judge

    write_claims(judge(results, systems=plan.systems), out / "claims.csv")


def _errors(plan: StudyPlan, outcome: Outcome) -> Iterator[RowErrors]:
    """What the taggers of each row got wrong, of finished ones; several tables may have the same row."""
    found = {step.id: (row, step) for row, step in zip(plan.rows, plan.analyses, strict=True) if step is not None}
    for row, step in found.values():
        if step.id not in outcome.unfinished:
            of = Predicted(system=row.system, task=row.table.task, source=row.source, seed=None, step=step.id)
            yield RowErrors(of=of, cells=read_cell_errors(plan.store.result(step)))


def _predictions(plan: StudyPlan, outcome: Outcome) -> Iterator[tuple[Predicted, Path]]:
    """For each finished row, whose predictions it has and the store's file of them."""
    systems = {system.name: system for system in plan.systems}
    sizes = {step.family: row.size for row in plan.rows for step in row.steps}
    sizes |= {step.family: None for row in plan.rows for step in row.steps if row.size is None}
    for step in plan.steps.steps:
        if step.id in outcome.unfinished:
            continue
        path = plan.store.result(step) / PREDICTIONS if isinstance(step, MatrixRow | TrainOnLab) else Path()
        if isinstance(step, MatrixRow):
            system = systems[step.system]
            said = Predicted(
                system=system, task=step.task, source=step.source, seed=step.seed,
                sentences=sizes[step.family], step=step.id,
            )  # fmt: skip
            yield said, path
        elif isinstance(step, TrainOnLab):
            system = System(step.name, "other")
            source = step.languages[0]
            said = Predicted(
                system=system, task="pos", source=source, seed=step.seed, condition=step.name, step=step.id
            )
            yield said, path
