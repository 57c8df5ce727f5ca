"""What experiments have to know of a study: encoders with their recipes, corpora, seeds, and where it runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from crossglot.corpora.catalogue import Corpus, find_corpus, root_languages
from crossglot.corpora.codemix import BACK_TRANSLITERATED, is_switch_key, split_switch_key
from crossglot.corpora.tasks import TaggerTask
from crossglot.errors import DataError, UsageError
from crossglot.remedies import called
from crossglot.results.rows import Role
from crossglot.results.systems import System
from crossglot.runtime import Runtime
from crossglot.steps.arguments import CorpusSplit, EncoderReference, describe_split
from crossglot.steps.find_recipe import FindRecipe
from crossglot.steps.tested_on_training import sentence_marks
from crossglot.tagging.baselines import BASELINES
from crossglot.tagging.grid import Grid
from crossglot.tagging.recipe import Recipe

FLOORS = ("linear-probe", "untrained", "shared-pieces", *BASELINES)
"""The floors that may stand beside encoders; `shared-pieces` in translation only."""

DEFAULT_FLOORS = ("linear-probe", "untrained", "shared-pieces", "most-frequent-tag")
"""Those that do where a study names none: what is run by default does not change with every tagger that is added."""

TRANSLATION = "translation"
"""The task of bitexts, whose languages are a pair: `en-de`."""


@dataclass(frozen=True)
class Candidate:
    """An encoder of the study.

    Attributes:
        encoder: what it is and where.
        role: `m-bert`, `en-bert` or `other`.
        recipe: how it is fine-tuned for tasks that are not in `by_task`.
        papers: whether it is the paper's own encoder, fine-tuned by the paper's recipe on all of the data.
        by_task: task → its recipe, where one was kept beside the encoder or found by a search.
        grid: starts and rates to search among for the other tasks; None if nothing is searched.
        searches: task → the step that finds its start and rate, finished or not.
        own_positions: the languages with position ids of their own; empty if all languages share them.
        own_embeddings: the languages that it adds embeddings of to every piece (XLM); empty if it adds none.
    """

    encoder: EncoderReference
    role: Role
    recipe: Recipe
    papers: bool
    by_task: Mapping[str, Recipe] = field(default_factory=dict)
    grid: Grid | None = None
    searches: Mapping[str, FindRecipe] = field(default_factory=dict)
    own_positions: tuple[str, ...] = ()
    own_embeddings: tuple[str, ...] = ()

    def cannot_read(self, languages: Iterable[str]) -> str:
        """Why it cannot read text of all of these languages; empty if it can.

        An encoder whose languages have position ids or embeddings of their own has none for any other language.
        """
        languages = tuple(languages)
        for what, known in (("position ids", self.own_positions), ("embeddings", self.own_embeddings)):
            strangers = [language for language in languages if known and language not in known]
            if strangers:
                return f"{self.encoder.name} has {what} for {', '.join(known)}, none for {strangers[0]}"
        return ""

    @property
    def system(self) -> System:
        """The system of its fine-tuned taggers."""
        return System(self.encoder.name, self.role)

    def recipe_for(self, task: str) -> Recipe:
        """How it is fine-tuned for a task; start and rate that a search has still to find have their defaults."""
        return self.by_task.get(task, self.recipe)

    def search_before(self, task: str) -> FindRecipe | None:
        """The search that is still to find start and rate for a task; None where they are known."""
        return None if task in self.by_task else self.searches.get(task)


@dataclass(frozen=True)
class Absent:
    """A corpus or split that the data root does not have: of which language, and the reason in words."""

    language: str
    why: str


@dataclass
class Corpora:
    """The data root, each split described once.

    Attributes:
        root: the data root.
        chosen: corpora that the user named, by task and language; each of them has to be there.
        lenient: whether malformed sentences are skipped.
        max_test: at most so many sentences of a test split.
    """

    root: Path
    chosen: Mapping[tuple[str, str], str] = field(default_factory=dict)
    lenient: bool = False
    max_test: int | None = None
    _described: dict[tuple[str, str, str], CorpusSplit | Absent] = field(default_factory=dict, init=False)
    _asked: set[str] = field(default_factory=set, init=False)
    _looked_for: set[tuple[str, str]] = field(default_factory=set, init=False)

    def absent(self, language: str, task: TaggerTask, split: str) -> Absent | None:
        """Why there is no such split, or None if there is one; nothing is read.

        What a corpus that the user named does not have is an error where it is needed (see `split`), and no absence.

        Raises:
            DataError: if the root is missing, or a corpus that the user named is not there.
            UsageError: for an unknown language.
        """
        found = self._find(language, task, split)
        return found if isinstance(found, Absent) else None

    def split(self, language: str, task: TaggerTask, split: str) -> CorpusSplit | Absent:
        """A split of the language's corpus, or why there is none.

        Raises:
            DataError: if the root is missing, the file is faulty, or a corpus that the user named is not there.
            UsageError: for an unknown language.
        """
        key = (language, task, split)
        if key not in self._described:
            self._described[key] = self._describe(*key)
        return self._described[key]

    def to_choose_by(self, language: str, task: TaggerTask) -> tuple[CorpusSplit | Absent, CorpusSplit | Absent]:
        """What start and rate are chosen by for a source: sentences to train on, and others to score.

        Raises:
            CrossglotError: see `split`.
        """
        return self.split(language, task, "train"), self.split(language, task, "dev")

    def bitext(self, pair: tuple[str, str]) -> str | None:
        """The bitext that the user named for a pair of languages, in either order; None if none was."""
        keys = ["-".join(pair), "-".join(pair[::-1])]
        self._asked.update(keys)
        return next((self.chosen[TRANSLATION, key] for key in keys if (TRANSLATION, key) in self.chosen), None)

    def check_chosen(self) -> None:
        """Makes sure that every corpus the user named is there and that some experiment reads it.

        Raises:
            DataError: if one is not there.
            UsageError: if none of the splits asked for so far is of it, its language is unknown, or it is one treebank
                for two languages.
        """
        for (task, language), name in self.chosen.items():
            named = called("corpora", f"{language}={name}")
            if task == TRANSLATION:
                if language not in self._asked:
                    raise UsageError(f"{named}: no experiment of the study reads {language} bitexts")
                continue
            if "-" in language and language not in root_languages(self.root):
                raise UsageError(
                    f"{named}: {language} is no language; of a pair of languages, name a set of parallel/ "
                    "or two parallel treebanks joined by +, such as UD_English-PUD+UD_German-PUD"
                )
            if "+" not in name:  # otherwise two treebanks, of which synthetic text is made
                find_corpus(self.root, language, task, name)
            if (task, language) not in self._looked_for:
                raise UsageError(f"{named}: no experiment of the study reads a {task} corpus of {language}")

    def _find(self, language: str, task: str, split: str) -> Corpus | Absent:
        """The corpus that has the split."""
        self._looked_for.add((task, _without_form(language)))
        named = self.chosen.get((task, _without_form(language)))
        try:
            corpus = find_corpus(self.root, language, task, named)
        except DataError as error:
            if named is not None or not self.root.is_dir():
                raise
            return Absent(language, error.what)
        if not corpus.has(split) and named is None:
            return Absent(language, f"{corpus.name} has no {split} split")
        return corpus

    def _describe(self, language: str, task: TaggerTask, split: str) -> CorpusSplit | Absent:
        corpus = self._find(language, task, split)
        if isinstance(corpus, Absent):
            return corpus
        at_most = self.max_test if split == "test" else None
        restored_by: list[CorpusSplit] = []
        for one in _languages_apart(language):
            apart = self.split(one, "pos", "train")
            if isinstance(apart, Absent):
                return Absent(language, apart.why)
            restored_by.append(apart)
        found = describe_split(
            corpus, split, root=self.root, lenient=self.lenient, at_most=at_most, restored_by=tuple(restored_by)
        )
        sentence_marks(found)  # while its sentences are in memory: a run's remarks need them when they no longer are
        return found


def _without_form(language: str) -> str:
    """Both forms of code-switched text are of one corpus: `hi/en:corrected` → `hi/en`."""
    return language.partition(":")[0]


def _languages_apart(language: str) -> tuple[str, ...]:
    """The languages by whose text a word is taken back to its script, where that is what is asked for."""
    if not is_switch_key(language):
        return ()
    pair, form, _ = split_switch_key(language)
    return pair if form == BACK_TRANSLITERATED else ()


@dataclass(frozen=True)
class Setting:
    """Everything that an experiment has to know of the study.

    Attributes:
        candidates: the encoders, in the study's order.
        corpora: where sentences come from.
        seeds: of the trainings.
        runtime: device and resolved precision.
        sources: languages to train on instead of the experiment's own; empty for those.
        targets: languages to evaluate, likewise.
        max_train: at most so many training sentences per source.
        keep_weights: whether fine-tuned taggers are kept.
        floors: which floors stand beside the encoders.
        vectors: name → folder with vectors of texts that were made elsewhere, for figure 3.
        word_vectors: language → file with vectors of its words, for baselines that start from them.
    """

    candidates: tuple[Candidate, ...]
    corpora: Corpora
    seeds: tuple[int, ...]
    runtime: Runtime
    sources: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    max_train: int | None = None
    keep_weights: bool = False
    floors: tuple[str, ...] = DEFAULT_FLOORS
    vectors: Mapping[str, Path] = field(default_factory=dict)
    word_vectors: Mapping[str, Path] = field(default_factory=dict)
