"""Which corpora experiments want: asked of the experiments themselves, before there is a data root or an encoder.

Each is laid out on a root that holds nothing, as `plan_study` lays it out on the study's. What it then has in its table
of taggers, and the pairs of languages that it looks for bitexts of, is what it wants.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crossglot.corpora.catalogue import SPLITS
from crossglot.corpora.codemix import is_switch_key, split_switch_key
from crossglot.corpora.parallel import Pair
from crossglot.corpora.tasks import TaggerTask
from crossglot.errors import UsageError
from crossglot.experiments.experiment import Experiment
from crossglot.experiments.given_corpora import NOTHING
from crossglot.experiments.matrix import SPLIT
from crossglot.experiments.registry import EXPERIMENTS
from crossglot.experiments.setting import TRANSLATION, Absent, Corpora, Setting
from crossglot.runtime import Runtime
from crossglot.steps.arguments import CorpusSplit
from crossglot.studies.study import Study, named_experiments

Place = tuple[tuple[str, ...], str]
"""Languages and task of a corpus."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A corpus that experiments want, whichever of the possible ones it will be.

    Attributes:
        languages: its language; both of code-switched text and of a bitext.
        task: `pos`, `ner` or `translation`.
        splits: those that are read; none of a bitext, which has none.
        experiments: those that want it.
        named: the corpus that the user named for it.
    """

    languages: tuple[str, ...]
    task: str
    splits: tuple[str, ...]
    experiments: tuple[str, ...]
    named: str | None = None

    @property
    def key(self) -> str:
        """What options call it: `de`, `hi/en` for code-switched text, `en-de` for a bitext."""
        return _key(self.languages, self.task)

    @property
    def switched(self) -> bool:
        """Whether it is code-switched text."""
        return self.task != TRANSLATION and len(self.languages) > 1


def wanted_by_study(study: Study) -> tuple[Wanted, ...]:
    """What a study wants, in the order of its experiments; nothing of those that make their own languages."""
    return _wanted(study.experiments, study.sources, study.targets, study.chosen_corpora())


def wanted_by(names: Sequence[str]) -> tuple[Wanted, ...]:
    """What experiments want with the languages that they have of themselves; `all` stands for the paper's.

    Raises:
        UsageError: for an unknown experiment, and one that has no languages of its own.
    """
    try:
        experiments = named_experiments(names)
    except ValueError as error:
        raise UsageError(str(error)) from error
    for name in experiments:
        if not EXPERIMENTS[name].own and not EXPERIMENTS[name].self_sufficient:
            raise UsageError(f"{name} has no languages of its own: name the corpora of those that you mean")
    return _wanted(experiments, (), (), {})


def _wanted(
    names: Sequence[str], sources: tuple[str, ...], targets: tuple[str, ...], chosen: Mapping[tuple[str, str], str]
) -> tuple[Wanted, ...]:
    splits: dict[Place, dict[str, None]] = {}
    by: dict[Place, dict[str, None]] = {}
    for experiment in (EXPERIMENTS[name] for name in names if not EXPERIMENTS[name].self_sufficient):
        for place, split in _asked_by(experiment, sources, targets):
            found = splits.setdefault(place, {})
            found |= {split: None} if split else {}
            by.setdefault(place, {})[experiment.key] = None
    return tuple(
        Wanted(
            *place, tuple(split for split in SPLITS if split in found), tuple(by[place]),
            next((chosen[place[1], key] for key in _keys(*place) if (place[1], key) in chosen), None),
        )
        for place, found in splits.items()
    )  # fmt: skip


def _key(languages: Sequence[str], task: str) -> str:
    return ("-" if task == TRANSLATION else "/").join(languages)


def _keys(languages: Sequence[str], task: str) -> tuple[str, ...]:
    """What the user may have called it: a bitext by its languages in either order."""
    turned = (_key(languages[::-1], task),) if task == TRANSLATION else ()
    return (_key(languages, task), *turned)


def _asked_by(
    experiment: Experiment, sources: tuple[str, ...], targets: tuple[str, ...]
) -> list[tuple[Place, str | None]]:
    """(what, split) of all that an experiment wants, in its order, some of it several times."""
    corpora = _NoCorpora(NOTHING)
    setting = Setting((), corpora, (1,), Runtime(), sources=sources, targets=targets)
    table = experiment.lay_out(setting).table
    asked: list[tuple[Place, str | None]] = [((pair, TRANSLATION), None) for pair in corpora.pairs]
    if table is None:
        return asked
    for source, target in table.cells(sources, targets):
        places = [*((part, "train") for part in source.split("+")), (target, SPLIT)]
        asked += [((_languages(key), table.task), split) for key, split in places if _is_written(key)]
    return asked


def _languages(key: str) -> tuple[str, ...]:
    """Both languages of code-switched text, whose forms are of one corpus: `hi/en:corrected` → `hi`, `en`."""
    return split_switch_key(key)[0] if is_switch_key(key) else (key,)


def _is_written(language: str) -> bool:
    """Whether somebody wrote it: synthetic text is made of other corpora."""
    return not (is_switch_key(language) and split_switch_key(language)[2])


@dataclass
class _NoCorpora(Corpora):
    """A data root that has nothing, and remembers of which pairs of languages bitexts were asked for."""

    pairs: list[Pair] = field(default_factory=list)

    def absent(self, language: str, task: TaggerTask, split: str) -> Absent | None:  # noqa: ARG002
        """See `Corpora`."""
        return Absent(language, f"no {task} corpus")

    def split(self, language: str, task: TaggerTask, split: str) -> CorpusSplit | Absent:  # noqa: ARG002
        """See `Corpora`."""
        return Absent(language, f"no {task} corpus")

    def bitext(self, pair: tuple[str, str]) -> str | None:
        """See `Corpora`."""
        self.pairs.append(pair)
        return None
