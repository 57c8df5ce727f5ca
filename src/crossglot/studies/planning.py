"""From a study to a plan: its probes, the lines of their tables, all steps they need, what the store has already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crossglot.corpora.download import data_cache
from crossglot.engine.plan import Plan, PlannedStep
from crossglot.engine.step import Step
from crossglot.engine.store import Store
from crossglot.errors import DataError
from crossglot.experiments.experiment import Evidence, Experiment
from crossglot.experiments.matrix import Line, transfer_lines
from crossglot.experiments.registry import EXPERIMENTS
from crossglot.experiments.setting import Absent, Corpora, Setting
from crossglot.remedies import way, ways
from crossglot.runtime import Runtime, plan_runtime
from crossglot.steps.arguments import CorpusSplit
from crossglot.steps.complete_rows import complete_rows
from crossglot.steps.find_recipe import FindRecipe
from crossglot.steps.rows import Row
from crossglot.steps.score import ScoreRows
from crossglot.studies.candidates import find_candidates
from crossglot.studies.searches import settle_recipes
from crossglot.studies.study import Study

STORE = "steps"


@dataclass(frozen=True)
class StudyPlan:
    """What running a study would do.

    Attributes:
        study: the study.
        setting: what it puts to its probes.
        probes: its experiments, each with the steps that it needs besides its table's.
        lines: the lines of the probes' tables.
        scores: for each line the step that scores it; None for a line whose source or targets are all absent.
        store: where results are kept.
        steps: everything that is needed, in order, each once.
    """

    study: Study
    setting: Setting
    probes: tuple[tuple[Experiment, tuple[Step, ...]], ...]
    lines: tuple[Line, ...]
    scores: tuple[ScoreRows | None, ...]
    store: Store
    steps: Plan

    @property
    def searches(self) -> tuple[FindRecipe, ...]:
        """Searches for recipes that are to come first; the rows that wait for them are planned again after."""
        return tuple(step for step in self.steps.steps if isinstance(step, FindRecipe))

    def states(self) -> list[PlannedStep]:
        """Every step with its title, and whether it is finished, damaged or to do."""
        return self.steps.states(self.store)

    def absences(self) -> list[str]:
        """Why cells will be empty, each reason once: `no ner corpus of German …`."""
        splits = [split for line in self.lines for split in line.targets.values()]
        return list(dict.fromkeys(split.why for split in splits if isinstance(split, Absent)))


def plan_study(study: Study, out: Path, runtime: Runtime | None = None) -> StudyPlan:
    """Finds encoders and corpora, reads the corpora once, and lists the steps; nothing is written or run.

    Args:
        study: the study.
        out: the run's folder; its `steps/` is the store.
        runtime: device and precision where it will be run; None for what this machine makes of the study's.

    Raises:
        CrossglotError: if an encoder or a named corpus is missing, a file is faulty, or nothing at all could be run.
    """
    runtime = runtime or plan_runtime(study.device, study.precision)
    setting = Setting(
        candidates=find_candidates(study),
        corpora=Corpora(
            # Absolute, as all paths in steps are: a step may run in another process, which stands elsewhere.
            (out if study.self_sufficient else data_root(study)).absolute(),
            study.chosen_corpora(),
            study.lenient,
            study.max_test,
        ),
        seeds=study.seeds,
        runtime=runtime,
        sources=study.sources,
        targets=study.targets,
        max_train=study.max_train,
        keep_weights=study.keep_weights,
    )
    return lay_out(study, setting, Store(out / STORE))


def lay_out(study: Study, setting: Setting, store: Store) -> StudyPlan:
    """The plan of a study's experiments; laid out again after its searches, it has what they found.

    Raises:
        CrossglotError: see `plan_study`.
    """
    probes = [EXPERIMENTS[name] for name in study.experiments]
    tables = [table for probe in probes if (table := probe.table(setting)) is not None]
    setting = settle_recipes(setting, tables, store)
    lines = [line for table in tables for line in transfer_lines(table, setting)]
    needs = [tuple(probe.steps(setting)) for probe in probes]
    setting.corpora.check_chosen()
    if not any(line.rows for line in lines) and not any(needs):
        raise _nothing_to_run(lines, probes, setting)
    scores = _score_steps(lines, store)
    plan = Plan.of([*(step for step in scores if step is not None), *(step for steps in needs for step in steps)])
    return StudyPlan(study, setting, tuple(zip(probes, needs, strict=True)), tuple(lines), tuple(scores), store, plan)


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


def _score_steps(lines: Sequence[Line], store: Store) -> list[ScoreRows | None]:
    members = complete_rows((row for line in lines for row in line.rows), store)
    targets: dict[tuple[str, ...], dict[str, CorpusSplit]] = {}
    types: dict[tuple[str, ...], dict[str, tuple[str, ...]]] = {}
    for line in lines:
        families = _families(line.rows)
        targets.setdefault(families, {}).update(
            {key: split for key, split in line.targets.items() if isinstance(split, CorpusSplit)}
        )
        types.setdefault(families, {}).update(line.types)
    steps: list[ScoreRows | None] = []
    for line in lines:
        families = _families(line.rows)
        if not families:
            steps.append(None)
            continue
        found = targets[families]
        rows: tuple[Row, ...] = tuple(row for family in families for row in members[family])
        goals = tuple(found[key] for key in sorted(found))
        steps.append(ScoreRows(rows=rows, targets=goals, types=dict(sorted(types[families].items()))))
    return steps


def _families(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(row.family for row in rows)


def _nothing_to_run(lines: Sequence[Line], probes: Sequence[Experiment], setting: Setting) -> DataError:
    reasons = dict.fromkeys(split.why for line in lines for split in line.targets.values() if isinstance(split, Absent))
    nothing = Evidence((), lambda _: None, lambda _: "")
    rows = (row for probe in probes for row in probe.rows(setting, nothing))
    reasons |= dict.fromkeys(row.missing for row in rows if row.missing)
    named = way("name corpora that are there", "corpora") if lines else ""
    remedy = ways(named, "get what is missing with `crossglot data get`")
    why = "; ".join(reasons) or "its sources and targets name no pair of different languages that it is about"
    return DataError(f"no cell of the study can be filled: {why}", path=setting.corpora.root, remedy=remedy)
