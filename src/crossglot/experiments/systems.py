"""The systems that fill tables of taggers. Each plans its own rows; no other module knows its kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from crossglot.corpora.tasks import TaggerTask
from crossglot.experiments.setting import Candidate, Setting
from crossglot.results.systems import LINEAR_PROBE, UNTRAINED, System
from crossglot.steps.arguments import CorpusSplit
from crossglot.steps.fit_and_predict import FitAndPredict
from crossglot.steps.linear_probe import ProbeAndPredict
from crossglot.steps.rows import MatrixRow
from crossglot.steps.train_and_predict import TrainAndPredict
from crossglot.steps.word_vector_file import WordVectorFile, describe_vectors
from crossglot.tagging.baselines import BASELINES

PaperRole = Literal["m-bert", "en-bert"]


@dataclass(frozen=True)
class TaggingData:
    """What a row is trained on and what it predicts, all of it present in the data root.

    Attributes:
        task: `pos` or `ner`.
        sources: training splits, one per language of the source.
        targets: splits to predict, one per language, sorted by its key.
        checkpoints: at so many points of a pretrained encoder's training; 0: at its end alone.
    """

    task: TaggerTask
    sources: tuple[CorpusSplit, ...]
    targets: tuple[CorpusSplit, ...]
    checkpoints: int = 0


class TaggingSystem(Protocol):
    """A system of taggers: to add one, write a class and name it in `tagging_systems`."""

    @property
    def system(self) -> System:
        """Its name, its role, and whose twin it is."""
        ...

    @property
    def papers(self) -> bool:
        """Whether it is the paper's own encoder, fine-tuned by the paper's recipe on all of the data."""
        ...

    def fills(self, role: PaperRole | None) -> bool:
        """Whether it has a place in a table that the paper fills with the encoder of this role (None: with both)."""
        ...

    def rows(self, data: TaggingData, setting: Setting) -> tuple[MatrixRow, ...]:
        """The steps that train it on the sources and predict the targets, one per seed if it has seeds."""
        ...

    def unable(self, sources: Sequence[str], targets: Iterable[str]) -> Mapping[str, str]:
        """Of targets that it cannot be evaluated on, trained on these languages, the reason."""
        ...


def tagging_systems(setting: Setting) -> list[TaggingSystem]:
    """The systems of a study: each encoder with the floors that are its twins, then the floors without an encoder."""
    found: list[TaggingSystem] = []
    for candidate in setting.candidates:
        found.append(FineTuned(candidate))
        if "linear-probe" in setting.floors:
            found.append(Probed(candidate))
        if "untrained" in setting.floors:
            found.append(FineTuned(candidate, untrained=True))
    return [*found, *(WithoutEncoder(name) for name in BASELINES if name in setting.floors)]


@dataclass(frozen=True)
class _OfEncoder:
    """What the systems of an encoder share."""

    candidate: Candidate

    @property
    def papers(self) -> bool:
        """See `TaggingSystem`."""
        return False

    def fills(self, role: PaperRole | None) -> bool:
        """See `TaggingSystem`: tables of its own role, or all tables if its role is none of the paper's."""
        return role is None or self.candidate.role in (role, "other")

    def unable(self, sources: Sequence[str], targets: Iterable[str]) -> Mapping[str, str]:
        """See `TaggingSystem`: what has position ids or an embedding for each language reads one language at a time."""
        if not (self.candidate.own_positions or self.candidate.own_embeddings):
            return {}
        if len(sources) > 1:
            what = "position ids" if self.candidate.own_positions else "embeddings"
            name = self.candidate.encoder.name
            why = f"{name} has {what} of their own for each of its languages: it can be trained on one alone"
            return dict.fromkeys(targets, why)
        found = {target: self.candidate.cannot_read((*sources, target)) for target in targets}
        return {target: why for target, why in found.items() if why}


@dataclass(frozen=True)
class FineTuned(_OfEncoder):
    """Taggers fine-tuned from an encoder, or from one of its shape with random weights (the untrained twin)."""

    untrained: bool = False

    @property
    def system(self) -> System:
        """See `TaggingSystem`."""
        return self.candidate.system.make_twin(UNTRAINED) if self.untrained else self.candidate.system

    @property
    def papers(self) -> bool:
        """See `TaggingSystem`."""
        return self.candidate.papers and not self.untrained

    def rows(self, data: TaggingData, setting: Setting) -> tuple[MatrixRow, ...]:
        """See `TaggingSystem`."""
        candidate, runtime = self.candidate, setting.runtime
        row = TrainAndPredict(
            system=self.system.name, task=data.task, sources=data.sources, targets=data.targets,
            max_train=setting.max_train, encoder=candidate.encoder, untrained=self.untrained,
            recipe=candidate.recipe_for(data.task), search=candidate.search_before(data.task),
            precision=runtime.precision, device_kind=runtime.kind, device=runtime.device,
            keep_weights=setting.keep_weights and not self.untrained,
            checkpoints=0 if self.untrained else data.checkpoints,
        )  # fmt: skip
        return tuple(row.model_copy(update={"seed": seed}) for seed in setting.seeds)


@dataclass(frozen=True)
class Probed(_OfEncoder):
    """Linear probes on an encoder as it is."""

    @property
    def system(self) -> System:
        """See `TaggingSystem`."""
        return self.candidate.system.make_twin(LINEAR_PROBE)

    def rows(self, data: TaggingData, setting: Setting) -> tuple[MatrixRow, ...]:
        """See `TaggingSystem`."""
        runtime = setting.runtime
        return (
            ProbeAndPredict(
                system=self.system.name, task=data.task, sources=data.sources, targets=data.targets,
                max_train=setting.max_train, encoder=self.candidate.encoder,
                recipe=self.candidate.recipe.reading_alone(),
                precision=runtime.precision, device_kind=runtime.kind, device=runtime.device,
            ),
        )  # fmt: skip


@dataclass(frozen=True)
class WithoutEncoder:
    """A baseline: it fills every table, whichever encoder the paper has there.

    Attributes:
        baseline: its name in `BASELINES`.
    """

    baseline: str
    papers: bool = False

    @property
    def system(self) -> System:
        """See `TaggingSystem`."""
        kind = BASELINES[self.baseline]
        return System(kind.NAME, kind.ROLE)

    def fills(self, role: PaperRole | None) -> bool:  # noqa: ARG002
        """See `TaggingSystem`."""
        return True

    def unable(self, sources: Sequence[str], targets: Iterable[str]) -> Mapping[str, str]:  # noqa: ARG002
        """See `TaggingSystem`."""
        return {}

    def rows(self, data: TaggingData, setting: Setting) -> tuple[MatrixRow, ...]:
        """See `TaggingSystem`."""
        kind = BASELINES[self.baseline]
        seeds = setting.seeds if kind.SEEDED else (None,)
        dev = _dev_splits(data, setting) if kind.USES_DEV else ()
        vectors = _vectors(data, setting) if kind.USES_VECTORS else ()
        return tuple(
            FitAndPredict(
                system=self.system.name, task=data.task, sources=data.sources, targets=data.targets,
                max_train=setting.max_train, seed=seed, baseline=self.baseline, dev=dev,
                vectors=vectors,
            )
            for seed in seeds
        )  # fmt: skip


def _dev_splits(data: TaggingData, setting: Setting) -> tuple[CorpusSplit, ...]:
    """The dev split of every source; none at all where one of them has none."""
    corpora = setting.corpora
    if any(corpora.absent(split.language, data.task, "dev") for split in data.sources):
        return ()
    found = [corpora.split(split.language, data.task, "dev") for split in data.sources]
    return tuple(split for split in found if isinstance(split, CorpusSplit))


def _vectors(data: TaggingData, setting: Setting) -> tuple[WordVectorFile, ...]:
    """The files with vectors of the sources' words, of those languages that have one."""
    given = setting.word_vectors
    return tuple(
        describe_vectors(each.language, given[each.language]) for each in data.sources if each.language in given
    )
