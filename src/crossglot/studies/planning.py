"""From a study to a plan: experiments laid out, rows of their tables, all steps, and which the store already has."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crossglot.corpora.download import data_cache
from crossglot.engine.plan import Plan, PlannedStep
from crossglot.engine.remote_store import open_store
from crossglot.engine.store import Store
from crossglot.errors import DataError, UsageError
from crossglot.experiments.experiment import Experiment, Layout
from crossglot.experiments.given_corpora import NOTHING, GivenCorpora
from crossglot.experiments.matrix import TableRow, table_rows
from crossglot.experiments.registry import EXPERIMENTS
from crossglot.experiments.setting import Absent, Corpora, Setting
from crossglot.remedies import called, way, ways
from crossglot.results.systems import System
from crossglot.runtime import Runtime, plan_runtime
from crossglot.steps.analyse_errors import AnalyseErrors
from crossglot.steps.arguments import CorpusSplit
from crossglot.steps.complete_rows import complete_rows
from crossglot.steps.find_recipe import FindRecipe
from crossglot.steps.fit_and_predict import FitAndPredict
from crossglot.steps.on_device import EncoderStep
from crossglot.steps.score import ScoreRows
from crossglot.studies.candidates import find_candidates
from crossglot.studies.given_files import files_of
from crossglot.studies.searches import settle_recipes
from crossglot.studies.study import Study

STORE = "steps"

Scored = tuple[tuple[str, ...], int | None]
"""The families of taggers that a row is the score of, and the point of their trainings; None for the end."""


@dataclass(frozen=True)
class StudyPlan:
    """What running a study would do.

    Attributes:
        study: the study.
        setting: what its experiments know of it.
        layouts: its experiments, each with its layout.
        rows: the rows of the experiments' tables.
        scores: for each row the step that scores it; None for a row whose source or targets are all absent.
        analyses: for each row the step that counts its errors; None for floors, and for rows of a learning curve.
        store: where results are kept.
        steps: everything that is needed, in order, each once.
    """

    study: Study
    setting: Setting
    layouts: tuple[tuple[Experiment, Layout], ...]
    rows: tuple[TableRow, ...]
    scores: tuple[ScoreRows | None, ...]
    analyses: tuple[AnalyseErrors | None, ...]
    store: Store
    steps: Plan

    @property
    def searches(self) -> tuple[FindRecipe, ...]:
        """Searches for recipes, which come first; rows that wait for them are planned again afterwards."""
        return tuple(step for step in self.steps.steps if isinstance(step, FindRecipe))

    @property
    def systems(self) -> tuple[System, ...]:
        """The systems that have a row in a table, each once."""
        return tuple(dict.fromkeys(row.system for row in self.rows))

    def states(self) -> list[PlannedStep]:
        """Every step with its title, and whether it is finished, damaged or to do."""
        return self.steps.states(self.store)

    def missing(self) -> list[str]:
        """Reasons why cells will be empty, each once: `no ner corpus of German …`."""
        splits = [split for row in self.rows for split in row.targets.values()]
        whys = [split.why for split in splits if isinstance(split, Absent)]
        return list(dict.fromkeys([*whys, *(why for _, layout in self.layouts for why in layout.missing)]))

    def with_found_recipes(self) -> StudyPlan:
        """The plan with the recipes that its searches, now finished, have found.

        Raises:
            CrossglotError: see `plan_study`.
        """
        return _plan(self.study, self.setting, self.layouts, self.store)


def plan_study(study: Study, out: Path, runtime: Runtime | None = None, store: str = "") -> StudyPlan:
    """Finds encoders and corpora, reads the corpora that are not known yet, and lists the steps; none is run.

    Args:
        study: the study.
        out: the run's folder; its `steps/` is the store.
        runtime: device and precision where it will run; None: resolved from the study's on this machine.
        store: URL of the store, of whose steps the run's folder then holds copies.

    Raises:
        CrossglotError: if an encoder or a named corpus is missing, a file is faulty, or nothing at all could be run.
    """
    runtime = runtime or plan_runtime(study.device, study.precision)
    setting = Setting(
        candidates=find_candidates(study),
        corpora=_corpora(study, out),
        seeds=study.seeds,
        runtime=runtime,
        sources=study.sources or tuple(study.train),
        targets=study.targets or tuple(study.eval),
        max_train=study.max_train,
        keep_weights=study.keep_weights,
        floors=study.floors,
        vectors={name: folder.absolute() for name, folder in study.vectors.items()},
        word_vectors={language: file.absolute() for language, file in study.word_vectors.items()},
    )
    experiments = [EXPERIMENTS[name] for name in study.experiments]
    layouts = tuple((experiment, experiment.lay_out(setting)) for experiment in experiments)
    return _plan(study, setting, layouts, open_store(out / STORE, store))


def _plan(study: Study, setting: Setting, layouts: tuple[tuple[Experiment, Layout], ...], store: Store) -> StudyPlan:
    """The plan of experiments that are laid out, with the recipes that finished searches found."""
    with _no_collecting():
        return _planned(study, setting, layouts, store)


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Python looks for no cycles to take away: a plan makes a million objects that stay, and no cycle among them."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _planned(study: Study, setting: Setting, layouts: tuple[tuple[Experiment, Layout], ...], store: Store) -> StudyPlan:
    tables = [layout.table for _, layout in layouts if layout.table is not None]
    setting = settle_recipes(setting, tables, store)
    rows = tuple(row for table in tables for row in table_rows(table, setting))
    needs = [step for _, layout in layouts for step in layout.steps]
    setting.corpora.check_chosen()
    _check_word_vectors(setting, rows)
    scores = _score_steps(rows, store)
    analyses = [_analysis(row, score) for row, score in zip(rows, scores, strict=True)]
    plan = Plan.of([*(step for step in (*scores, *analyses) if step is not None), *needs])
    found = StudyPlan(study, setting, layouts, rows, tuple(scores), tuple(analyses), store, plan)
    if not plan.steps:
        raise _nothing_to_run(found)
    return found


def _corpora(study: Study, out: Path) -> Corpora:
    """Where its sentences come from: files of the user's own, the data root, or what it makes itself."""
    if study.train:
        return GivenCorpora(NOTHING, {}, study.lenient, study.max_test, files=files_of(study))
    # Absolute, as all paths in steps are: a step may run in another process, which stands elsewhere.
    root = (out if study.self_sufficient else data_root(study)).absolute()
    return Corpora(root, study.chosen_corpora(), study.lenient, study.max_test)


def _check_word_vectors(setting: Setting, rows: Sequence[TableRow]) -> None:
    """Makes sure that each file of word vectors is read.

    Raises:
        UsageError: naming one that no tagger starts from.
    """
    baselines = (step for row in rows for step in row.steps if isinstance(step, FitAndPredict))
    read = {file.language for step in baselines for file in step.vectors}
    for language, path in setting.word_vectors.items():
        if language not in read:
            named = called("word_vectors", f"{language}={path}")
            raise UsageError(f"{named}: no tagger that starts from word vectors is trained on {language}")


def data_root(study: Study) -> Path:
    """The study's data root, or the data cache.

    Raises:
        DataError: if there is no such folder.
    """
    root = data_cache() if study.data is None else study.data
    if not root.is_dir():
        remedy = ways(way("name it", "data"), "fill one with `crossglot data get`")
        raise DataError("no such data root", path=root, remedy=remedy)
    return root


def _score_steps(rows: Sequence[TableRow], store: Store) -> list[ScoreRows | None]:
    """The step that scores each row of the tables; rows of the same taggers share one, with all their targets."""
    steps_of_tagger = complete_rows((step for row in rows for step in row.steps), store)
    present: dict[int, tuple[CorpusSplit, ...]] = {}  # by the targets' number: systems share those of a source
    targets: dict[Scored, tuple[CorpusSplit, ...]] = {}
    types: dict[Scored, dict[str, tuple[str, ...]]] = {}
    for row in rows:
        if id(row.targets) not in present:
            present[id(row.targets)] = _sorted(
                split for split in row.targets.values() if isinstance(split, CorpusSplit)
            )
        of_row, key = present[id(row.targets)], _scored(row)
        targets[key] = _sorted((*targets[key], *of_row)) if key in targets else of_row
        types.setdefault(key, {}).update(row.types)
    scored: dict[Scored, ScoreRows] = {
        (taggers, checkpoint): ScoreRows(
            rows=tuple(step for tagger in taggers for step in steps_of_tagger[tagger]),
            targets=found,
            types=dict(sorted(types[taggers, checkpoint].items())),
            checkpoint=checkpoint,
        )
        for (taggers, checkpoint), found in targets.items()
        if taggers
    }
    return [scored.get(_scored(row)) for row in rows]


def _sorted(splits: Iterable[CorpusSplit]) -> tuple[CorpusSplit, ...]:
    """By language, the last of each."""
    return tuple(split for _, split in sorted({split.language: split for split in splits}.items()))


def _analysis(row: TableRow, score: ScoreRows | None) -> AnalyseErrors | None:
    """The step that counts the errors of what a row's score is of."""
    if score is None or row.condition or row.system.role == "floor":
        return None
    first = row.steps[0]
    encoder = first.encoder if isinstance(first, EncoderStep) else None
    return AnalyseErrors(rows=score.rows, targets=score.targets, types=score.types, encoder=encoder)


def _scored(row: TableRow) -> Scored:
    """The taggers of a row, one per seed, by what their steps have in common whatever their targets; and the point."""
    return tuple(step.family for step in row.steps), row.checkpoint


def _nothing_to_run(plan: StudyPlan) -> DataError:
    if plan.study.train:
        return DataError(f"no cell of the matrix can be filled: {'; '.join(plan.missing())}")
    named = way("name corpora that are there", "corpora") if plan.rows else ""
    remedy = ways(named, "get what is missing with `crossglot data get`")
    why = "; ".join(plan.missing()) or "its sources and targets name no pair of different languages that it is about"
    return DataError(f"no cell of the study can be filled: {why}", path=plan.setting.corpora.root, remedy=remedy)
