"""Zero-shot transfer: which systems are trained on which sources and predict which targets, for a table of taggers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from crossglot.errors import UsageError
from crossglot.experiments.setting import Absent, Setting
from crossglot.experiments.systems import TaggingData, TaggingSystem, tagging_systems
from crossglot.experiments.tables import TransferTable
from crossglot.remedies import called
from crossglot.results.claims import in_sentences
from crossglot.results.systems import System
from crossglot.steps.arguments import CorpusSplit
from crossglot.steps.rows import MatrixRow
from crossglot.tagging.scorable import names_in_short

SPLIT = "test"


@dataclass(frozen=True)
class TableRow:
    """One row of a table: a system, the source it is trained on, and its targets.

    Attributes:
        table: the table that it stands in.
        system: the system that fills it.
        papers: whether the system is the paper's own.
        source: language, or several joined by `+`.
        source_corpus: what it is trained on; None if that is absent.
        targets: language → split, or why there is none.
        steps: the steps that predict all its targets that there are, one per seed; empty if it cannot be trained.
        types: target → the entity types that both it and the source annotate (`ner`).
        size: sentences of each source that it is trained on, in a table with several sizes.
        checkpoint: the point of its training that it is about, counted from 1; None for the end.
    """

    table: TransferTable
    system: System
    papers: bool
    source: str
    source_corpus: str | None
    targets: Mapping[str, CorpusSplit | Absent]
    steps: tuple[MatrixRow, ...] = ()
    types: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    size: int | None = None
    checkpoint: int | None = None

    @property
    def condition(self) -> str | None:
        """What tells it from the other rows of its system and source, in words; None where there are none."""
        said = [] if self.size is None else [in_sentences(self.size)]
        if self.checkpoint is not None:
            said.append(f"point {self.checkpoint} of {len(self.steps[0].points)}")
        return ", ".join(said) or None

    @property
    def optimiser_steps(self) -> int | None:
        """How many have been made; None where nothing is optimised."""
        points = self.steps[0].points if self.steps else ()
        return points[-1 if self.checkpoint is None else self.checkpoint - 1] if points else None


def table_rows(table: TransferTable, setting: Setting) -> list[TableRow]:
    """All rows of a table, system by system.

    Raises:
        DataError: for faulty data, or a corpus that the user named and is not there.
        UsageError: for an unknown language, or a matrix without languages.
    """
    cells = table.cells(setting.sources, setting.targets)
    if not cells:
        raise UsageError(f"{table.key}: no cells to fill: name languages ({called('sources')} and {called('targets')})")
    by_source: dict[str, list[str]] = {}
    for source, target in cells:
        by_source.setdefault(source, []).append(target)
    found = [_Source(table, setting, source, targets) for source, targets in by_source.items()]
    systems = [system for system in tagging_systems(setting) if system.fills(table.role)]
    return [row for system in systems for source in found for row in source.rows(system)]


class _Source:
    """The data of one source and its targets, and the rows that can be made of them."""

    def __init__(self, table: TransferTable, setting: Setting, source: str, targets: Sequence[str]) -> None:
        self.table, self.setting, self.source = table, setting, source
        self.sources = [setting.corpora.split(part, table.task, "train") for part in source.split("+")]
        goals = {target: setting.corpora.split(target, table.task, SPLIT) for target in targets}
        present = tuple(split for split in self.sources if isinstance(split, CorpusSplit))
        found = [goal for goal in goals.values() if isinstance(goal, CorpusSplit)]
        found.sort(key=lambda split: split.language)
        self.data = TaggingData(table.task, present, tuple(found))
        learnable = table.task != "ner" or any(split.types for split in present)  # nothing is learned from O alone
        self.complete = bool(found) and learnable and len(present) == len(self.sources)
        self.types = {goal.language: self._types(goal) for goal in found if table.task == "ner"}
        self.gap = next((split for split in self.sources if isinstance(split, Absent)), None)
        self.targets = {target: self.gap or self._target(goal) for target, goal in goals.items()}

    def rows(self, system: TaggingSystem) -> Iterator[TableRow]:
        """The row of a system for each size, the longest training's with those of its checkpoints."""
        sizes = self._sizes()
        for size in sizes:
            row = self._row(system, size, self.table.checkpoints if size == sizes[-1] else 0)
            yield row
            points = row.steps[0].points if row.steps else ()
            yield from (replace(row, checkpoint=point) for point in range(1, len(points)))

    def _sizes(self) -> tuple[int | None, ...]:
        """The table's numbers of training sentences that the source has; the last may be all it has."""
        if not self.table.sizes:
            return (None,)
        most = min([self.table.sizes[-1], *(split.sentences for split in self.data.sources)])
        return (*(size for size in self.table.sizes if size < most), most)

    def _row(self, system: TaggingSystem, size: int | None, checkpoints: int) -> TableRow:
        """A row of a system; targets that it cannot be evaluated on are absent, with that reason."""
        targets = self._targets(system)
        goals = tuple(goal for goal in self.data.targets if goal is targets[goal.language])
        corpora = None if self.gap else "+".join(split.corpus for split in self.data.sources)
        data = replace(self.data, targets=goals, checkpoints=checkpoints)
        setting = self.setting if size is None else replace(self.setting, max_train=size)
        steps = system.rows(data, setting) if self.complete and goals else ()
        return TableRow(
            self.table, system.system, system.papers, self.source, corpora, targets, steps, self.types, size
        )

    def _targets(self, system: TaggingSystem) -> dict[str, CorpusSplit | Absent]:
        """The targets, those absent that a system cannot be evaluated on."""
        reasons = system.unable(self.source.split("+"), [goal.language for goal in self.data.targets])
        if self.gap or not reasons:
            return self.targets
        return self.targets | {target: Absent(target, why) for target, why in reasons.items()}

    def _target(self, goal: CorpusSplit | Absent) -> CorpusSplit | Absent:
        """A target, absent if it has nothing that the source can teach."""
        if isinstance(goal, CorpusSplit) and (self.table.task == "ner" or goal.types) and not self._types(goal):
            return Absent(goal.language, self._why_no_types(goal))
        return goal

    def _types(self, goal: CorpusSplit) -> tuple[str, ...]:
        """The entity types, or of files other tags, that the source and a target annotate."""
        annotated = [set(split.types) for split in self.data.sources]
        if self.table.task != "ner":
            return tuple(sorted(set().union(*annotated) & set(goal.types)))
        return tuple(sorted(set.intersection(*annotated) & set(goal.types))) if annotated else ()

    def _why_no_types(self, goal: CorpusSplit) -> str:
        if self.table.task != "ner":
            has = {tag for split in self.data.sources for tag in split.types}
            return (
                f"the labels of {self.source} ({names_in_short(has)}) and {goal.language} "
                f"({names_in_short(goal.types)}) have none in common"
            )
        bare = [split.corpus for split in (*self.data.sources, goal) if not split.types]
        if bare:
            return f"no entity in {bare[0]}"
        return f"the entity types of {self.source} and {goal.language} have none in common"
