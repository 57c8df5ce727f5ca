"""Zero-shot transfer: train a tagger on one language, evaluate it on others; which steps that takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crossglot.corpora.tasks import Task
from crossglot.errors import UsageError
from crossglot.experiments.setting import Absent, Candidate, Setting
from crossglot.experiments.tables import TransferTable
from crossglot.remedies import called
from crossglot.results.rows import Role
from crossglot.steps.arguments import CorpusSplit
from crossglot.steps.linear_probe import LINEAR_PROBE, ProbeAndPredict
from crossglot.steps.most_frequent import SYSTEM as MOST_FREQUENT_TAG
from crossglot.steps.most_frequent import CountAndPredict
from crossglot.steps.rows import Row
from crossglot.steps.train_and_predict import TrainAndPredict

SPLIT = "test"


@dataclass(frozen=True)
class Line:
    """One line of a table: a system, the source it was trained on, and its targets.

    Attributes:
        table: where it stands.
        system: what fills it.
        role: the system's.
        papers: whether the system is the paper's own.
        source: language, or several joined by `+`.
        source_corpus: what it was trained on; None if that is absent.
        targets: language → split, or why there is none.
        rows: the steps that predict its targets, one a seed, with every target there is; none if the source is absent.
        types: target → the entity types that both it and the source annotate (`ner`).
    """

    table: TransferTable
    system: str
    role: Role
    papers: bool
    source: str
    source_corpus: str | None
    targets: Mapping[str, CorpusSplit | Absent]
    rows: tuple[Row, ...] = ()
    types: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def transfer_lines(table: TransferTable, setting: Setting) -> list[Line]:
    """All lines of a table: its encoders, the same ones untrained and as linear probes, and the most frequent tag.

    Raises:
        DataError: for faulty data, or a corpus that the user named and is not there.
        UsageError: for an unknown language, or a matrix without languages.
    """
    cells = table.cells(setting.sources, setting.targets)
    if not cells:
        raise UsageError(f"{table.key}: no cells to fill: name languages ({called('sources')} and {called('targets')})")
    players = [candidate for candidate in setting.candidates if plays(candidate, table)]
    by_source: dict[str, list[str]] = {}
    for source, target in cells:
        by_source.setdefault(source, []).append(target)
    drafts = [_Drafts(table.task, setting, source, targets) for source, targets in by_source.items()]
    lines = []
    for candidate in players:
        name, role = candidate.encoder.name, candidate.role
        lines += [each.line(table, name, role, candidate.papers, each.encoder_rows(candidate)) for each in drafts]
        probe, random = name + LINEAR_PROBE, f"{name} untrained"
        lines += [each.line(table, probe, "floor", False, each.probe_rows(candidate)) for each in drafts]
        lines += [each.line(table, random, "floor", False, each.encoder_rows(candidate, True)) for each in drafts]
    lines += [each.line(table, MOST_FREQUENT_TAG, "floor", False, each.floor_rows()) for each in drafts]
    return lines


def plays(candidate: Candidate, table: TransferTable) -> bool:
    """Whether the candidate fills this table: it has the table's role, or none of the paper's."""
    return table.role is None or candidate.role in (table.role, "other")


class _Drafts:
    """The data of one source and its targets, and the rows that can be made of them."""

    def __init__(self, task: Task, setting: Setting, source: str, targets: Sequence[str]) -> None:
        self.task, self.setting, self.source = task, setting, source
        self.sources = [setting.corpora.split(part, task, "train") for part in source.split("+")]
        self.targets = {target: setting.corpora.split(target, task, SPLIT) for target in targets}
        self.present = tuple(split for split in self.sources if isinstance(split, CorpusSplit))
        found = [split for split in self.targets.values() if isinstance(split, CorpusSplit)]
        self.goals = tuple(sorted(found, key=lambda split: split.language))
        learnable = task != "ner" or any(split.types for split in self.present)  # of O alone nothing is learnt
        self.complete = bool(self.goals) and learnable and len(self.present) == len(self.sources)

    def encoder_rows(self, candidate: Candidate, untrained: bool = False) -> tuple[Row, ...]:
        if not self.complete:
            return ()
        setting, runtime = self.setting, self.setting.runtime
        return tuple(
            TrainAndPredict(
                task=self.task, sources=self.present, targets=self.goals, max_train=setting.max_train, seed=seed,
                encoder=candidate.encoder, untrained=untrained, recipe=candidate.recipe_for(self.task),
                search=candidate.search_before(self.task),
                precision=runtime.precision, device_kind=runtime.kind, device=runtime.device,
                keep_weights=setting.keep_weights and not untrained,
            )
            for seed in setting.seeds
        )  # fmt: skip

    def probe_rows(self, candidate: Candidate) -> tuple[Row, ...]:
        if not self.complete:
            return ()
        runtime = self.setting.runtime
        return (
            ProbeAndPredict(
                task=self.task, sources=self.present, targets=self.goals, max_train=self.setting.max_train,
                encoder=candidate.encoder, recipe=candidate.recipe.reading_alone(),
                precision=runtime.precision, device_kind=runtime.kind, device=runtime.device,
            ),
        )  # fmt: skip

    def floor_rows(self) -> tuple[Row, ...]:
        if not self.complete:
            return ()
        return (
            CountAndPredict(task=self.task, sources=self.present, targets=self.goals, max_train=self.setting.max_train),
        )

    def line(self, table: TransferTable, system: str, role: Role, papers: bool, rows: tuple[Row, ...]) -> Line:
        absent = [split for split in self.sources if isinstance(split, Absent)]
        corpus = None if absent else "+".join(split.corpus for split in self.present)
        targets = {target: absent[0] if absent else split for target, split in self.targets.items()}
        annotated = [set(split.types) for split in self.present]
        shared = set.intersection(*annotated) if annotated else set()
        types = {goal.language: tuple(sorted(shared & set(goal.types))) for goal in self.goals if self.task == "ner"}
        for goal in self.goals:
            if types.get(goal.language) == () and not absent:
                targets[goal.language] = Absent(goal.language, self._why_no_types(goal))
        return Line(table, system, role, papers, self.source, corpus, targets, rows, types)

    def _why_no_types(self, goal: CorpusSplit) -> str:
        bare = [split.corpus for split in (*self.present, goal) if not split.types]
        if bare:
            return f"no entity in {bare[0]}"
        return f"the entity types of {self.source} and {goal.language} have none in common"
