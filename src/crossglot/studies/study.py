"""A study: which experiments, with which encoders, on which data; written down in TOML."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, field_validator, model_validator

from crossglot.encoders.pieces import Cutting, Subword
from crossglot.errors import SpecError
from crossglot.experiments.registry import EXPERIMENTS, SELF_SUFFICIENT
from crossglot.experiments.setting import DEFAULT_FLOORS, FLOORS, TRANSLATION
from crossglot.languages import KEY, LANGUAGES
from crossglot.limits import COLUMN, COUNT, EPOCHS, MOST_SEEDS, RATE, SEED
from crossglot.specs import checked, parse_toml, read_toml, toml_value, within
from crossglot.studies.given_files import HOW, TRANSFER, check_files, checked_keys, task_of
from crossglot.studies.given_files import SPLITS as FILES
from crossglot.tagging.baselines import BASELINES
from crossglot.tagging.recipe import Decay, HeadStart

ALL = "all"
PRESETS = ("causes", "paper", "paper-ner", "paper-pos")

_PART = rf"{KEY}|{KEY}/{KEY}(:[\w-]+)?"
_LANGUAGES = re.compile(rf"({_PART})(\+({_PART}))*")
"""`en`; `hi/en:corrected`, code-switched; `hi+en`, `hi+en+hi/en:corrected`: joined. No path: files are named so."""

_OF_TAGGERS = (
    *FILES, *HOW, "encoders", "data", "vectors", "word_vectors", "corpora", "sources", "targets", "max_train",
    "max_test", "learning_rate", "epochs", "head_start", "head_learning_rate", "decay", "subword", "cutting",
    "keep_weights", "lenient",
)  # fmt: skip
"""Fields without a meaning for experiments that make their languages and encoders themselves."""


def named_experiments(names: Sequence[str]) -> tuple[str, ...]:
    """The experiments of these names, each once; `all` stands for the paper's.

    Raises:
        ValueError: for an unknown name, with the one that it may have meant.
    """
    papers = tuple(key for key, experiment in EXPERIMENTS.items() if experiment.own and experiment.of_paper)
    wanted = [name for one in names for name in (papers if one == ALL else (one,))]
    if TRANSFER in wanted:
        raise ValueError(f"{TRANSFER} is a matrix of files of one's own: it stands alone, and has no corpora to fetch")
    for name in wanted:
        if name not in EXPERIMENTS:
            near = get_close_matches(name, EXPERIMENTS, n=1)
            meant = f"did you mean {near[0]}? " if near else ""
            raise ValueError(f"unknown experiment '{name}': {meant}known: {', '.join(EXPERIMENTS)}, {ALL}")
    return tuple(dict.fromkeys(wanted))


class EncoderEntry(BaseModel):
    """One encoder of a study.

    Attributes:
        encoder: hub id or folder.
        role: which of the paper's two it stands for; by default what the hub id or the folder's notes say. `other`:
            neither, whatever they say.
        revision: commit, tag or branch of a hub id.
        name: what tables call it; by default the last part of the hub id or folder.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoder: str = Field(min_length=1)
    role: Literal["m-bert", "en-bert", "other"] | None = None
    revision: str | None = Field(None, min_length=1)
    name: str | None = Field(None, min_length=1)


class Study(BaseModel):
    """What to run. Paths are relative to where the command is given.

    Attributes:
        name: names the folder under `runs/` where none is given.
        experiments: `table1` …; `transfer-pos` and `transfer-ner` are matrices over `sources` and `targets`, and with
            `transfer-labels` over files (`train`, `eval`).
        encoders: whose taggers fill the tables; none for experiments that make their own.
        data: the data root; None for the data cache.
        vectors: name → folder with vectors of the texts of figure 3 that were made elsewhere (`ntrex128.de.npy`).
        word_vectors: language → text file with pretrained vectors of its words, as word2vec, fastText and GloVe write
            them, from which the floor `bilstm-crf` starts where it is trained on that language.
        corpora: language → corpora to use for it instead of the default (`UD_Spanish-AnCora`, `conll2002/es`); pair of
            languages (`en-de`) → its bitext (`ntrex128`, `UD_English-PUD+UD_German-PUD`).
        train: language → file to train on, for a matrix of files that needs no data root; any word is a language.
        dev: language → file to choose start and learning rate by; else a tenth of the training sentences is set aside.
        eval: language → file to evaluate on.
        format: of these files, `conllu` or `columns`; by default what their names tell.
        column: of those in CoNLL-U the field with the tags, instead of `upos`.
        tag_column: of column files the index of the tags' field, instead of the last.
        sources: languages to train on instead of the experiment's (`hi+en` joins two, `hi+en+hi/en:corrected` these and
            text that mixes them).
        targets: languages to evaluate, likewise.
        seeds: of the trainings.
        max_train: at most so many training sentences per source.
        max_test: at most so many test sentences per target.
        learning_rate: instead of the paper's, of the one kept beside the encoder, or of one to be searched.
        epochs: instead of the paper's 3.
        head_start: what the new layer starts from, likewise: `random` (the paper's) or `probe`.
        head_learning_rate: of the new layer alone, instead of the rate of all.
        decay: where the linear decay of the rate starts: `after-warmup` (the paper's) or `throughout`, as BERT's
            released code has it.
        subword: the piece a word is read at: `first-spelled`, the first that covers a character of it (the default), or
            plainly its `first`, which may be a bare mark.
        cutting: how sentences are cut into pieces: `words` one by one (the default), or their `text` whole.
        device: `auto`, `cpu`, `cuda`, `cuda:1`.
        precision: `auto`, `fp32`, `bf16`.
        floors: what stands beside the encoders: `most-frequent-tag`, `linear-probe`, `untrained` (as much work as the
            encoders themselves) and, in translation, `shared-pieces`, all four by default; and other taggers without an
            encoder (`BASELINES`).
        keep_weights: keep fine-tuned taggers in the store, so that targets added later need no training.
        lenient: skip malformed sentences instead of stopping.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field("study", max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    experiments: tuple[str, ...] = Field(min_length=1)
    encoders: tuple[EncoderEntry, ...] = ()
    data: Path | None = None
    vectors: Mapping[Annotated[str, Field(min_length=1)], Path] = {}
    word_vectors: Mapping[str, Path] = {}
    corpora: Mapping[str, tuple[str, ...]] = {}
    train: Mapping[str, Path] = {}
    dev: Mapping[str, Path] = {}
    eval: Mapping[str, Path] = {}
    format: Literal["conllu", "columns"] | None = None
    column: str | None = Field(None, min_length=1)
    tag_column: Annotated[int, within(COLUMN)] | None = None
    sources: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    seeds: tuple[Annotated[int, within(SEED)], ...] = Field((1, 2, 3), min_length=1, max_length=MOST_SEEDS)
    max_train: Annotated[int, within(COUNT)] | None = None
    max_test: Annotated[int, within(COUNT)] | None = None
    learning_rate: Annotated[float, within(RATE)] | None = None
    epochs: Annotated[int, within(EPOCHS)] | None = None
    head_start: HeadStart | None = None
    head_learning_rate: Annotated[float, within(RATE)] | None = None
    decay: Decay | None = None
    subword: Subword | None = None
    cutting: Cutting | None = None
    device: str = "auto"
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    floors: tuple[str, ...] = DEFAULT_FLOORS
    keep_weights: StrictBool = False
    lenient: StrictBool = False

    @field_validator("experiments")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return named_experiments(names)

    @field_validator("floors")
    @classmethod
    def _known_floors(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in FLOORS:
                raise ValueError(f"unknown floor '{name}': known: {', '.join(FLOORS)}")
        return names

    @field_validator("data", mode="before")
    @classmethod
    def _named(cls, data: Any) -> Any:
        if data == "":  # as a path it would be the current folder
            raise ValueError("is empty; give a folder, or leave it out for the data cache")
        return data

    @field_validator("vectors", mode="before")
    @classmethod
    def _in_folders(cls, vectors: Any) -> Any:
        if isinstance(vectors, Mapping) and "" in vectors.values():  # as a path it would be the current folder
            raise ValueError("a folder is empty; give one with a file for each text (ntrex128.de.npy)")
        return vectors

    @field_validator("word_vectors", "train", "dev", "eval", mode="before")
    @classmethod
    def _by_language(cls, files: Any) -> Any:
        return checked_keys(files)

    @field_validator("corpora", mode="before")
    @classmethod
    def _one_or_several(cls, corpora: Any) -> Any:
        if not isinstance(corpora, Mapping):
            return corpora
        return {key: [names] if isinstance(names, str) else names for key, names in corpora.items()}

    @field_validator("sources", "targets")
    @classmethod
    def _languages(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        for key in keys:
            parts = key.split("+")
            pairs = [part.partition(":")[0].split("/") for part in parts]
            if not _LANGUAGES.fullmatch(key) or any(len(set(each)) < len(each) for each in (parts, *pairs)):
                raise ValueError(
                    f"'{key}' names no language: write a key (en, pt-BR), hi+en for two that are joined, or "
                    "hi/en:corrected for code-switched text"
                )
        return keys

    @field_validator("corpora")
    @classmethod
    def _one_a_task(cls, corpora: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        for language, names in corpora.items():
            if not _LANGUAGES.fullmatch(language) or not all(name.strip() for name in names) or not names:
                raise ValueError(f"{language} = {list(names)}: write a language's key, and for it a corpus's name")
            tasks = [_task_of(language, name) for name in names]
            if len(set(tasks)) < len(tasks):
                raise ValueError(f"{language} = {list(names)}: names two for one task; name one")
        return corpora

    @field_validator("seeds", "sources", "targets", "floors")
    @classmethod
    def _each_once(cls, values: tuple[Any, ...]) -> tuple[Any, ...]:
        if len(set(values)) < len(values):
            raise ValueError("names something twice")
        return values

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        roles = [entry.role for entry in self.encoders if entry.role in ("m-bert", "en-bert")]
        if len(set(roles)) < len(roles):
            raise ValueError("encoders: two have the same role; give one of them the role 'other'")
        if self.self_sufficient:
            if idle := [name for name in _OF_TAGGERS if getattr(self, name)]:
                raise ValueError(f"{idle[0]}: {self.experiments[0]} makes its own languages, encoders and taggers")
            return self
        if self.vectors and "figure3" not in self.experiments:
            raise ValueError("vectors: figure3 alone reads them, and it is not among the experiments")
        if self.word_vectors and not any(BASELINES[name].USES_VECTORS for name in self.floors if name in BASELINES):
            those = " or ".join(name for name, kind in BASELINES.items() if kind.USES_VECTORS)
            raise ValueError(f"word_vectors: only {those} reads them, and it is not among the floors")
        check_files(self)
        if not self.encoders and not (self.vectors and set(self.experiments) == {"figure3"}):
            raise ValueError("encoders: has to be given")
        for name in self.experiments:
            languages = self.train or (self.sources and self.targets)
            if not (EXPERIMENTS[name].own or name in SELF_SUFFICIENT or languages):
                raise ValueError(f"experiments: {name} needs sources and targets")
        return self

    @property
    def self_sufficient(self) -> bool:
        """Whether all its experiments make their languages and encoders themselves."""
        return SELF_SUFFICIENT.issuperset(self.experiments)

    def chosen_corpora(self) -> dict[tuple[str, str], str]:
        """(task, language) → the corpus that was named for it.

        Code-switched text is named by two languages (`hi/en`), as are bitexts (`en-de`). Of the others, names that
        begin with `UD_` are treebanks, the rest NER sets.
        """
        return {
            (_task_of(language, name), language): name for language, names in self.corpora.items() for name in names
        }


def _task_of(language: str, name: str) -> str:
    if "-" in language and language not in LANGUAGES and (not name.startswith("UD_") or "+" in name):
        return TRANSLATION
    return "pos" if name.startswith("UD_") or "/" in language else "ner"


def make_study(fields: Mapping[str, Any], where: str = "study") -> Study:
    """A study from plain values; of `transfer`, a matrix of files, it is the one of the files' task.

    Raises:
        SpecError: naming each wrong field and what is allowed.
        CrossglotError: for a file of `transfer` that is missing or faulty, or files of different tasks.
    """
    fault = f"{where}: not a study that can be run"
    if fields.get("experiments") not in ([TRANSFER], (TRANSFER,)):
        return checked(Study, fields, fault)
    if not (fields.get("train") or fields.get("eval")):
        known = "over the languages of a data root it is transfer-pos or transfer-ner"
        raise SpecError(
            f"{fault}\n  experiments: {TRANSFER} is of files of one's own: name them (train, eval); {known}"
        )
    study = checked(Study, {**fields, "experiments": ["transfer-labels"]}, fault)  # whatever the task is
    return study.model_copy(update={"experiments": (f"transfer-{task_of(study)}",)})


def load_study(path_or_preset: str | Path) -> Study:
    """A study from a TOML file, or a preset by name.

    Raises:
        SpecError: for a missing file, bad TOML, or a wrong field.
    """
    path, where = Path(path_or_preset), str(path_or_preset)
    if path.is_file():
        name, fields = path.stem, _without_engine(read_toml(path))
    elif where in PRESETS:
        text = (files("crossglot.studies") / "presets" / f"{where}.toml").read_text(encoding="utf-8")
        name, fields = where, parse_toml(text, where)
    else:
        raise SpecError(f"{path}: no such file, and no such preset; presets: {', '.join(PRESETS)}")
    return make_study({"name": name} | fields, where)


def _without_engine(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A study's fields as this version knows them.

    Earlier ones wrote `engine = "local"` into the study.toml of every run, when there was no other to choose; these
    runs are to be gone on with. Any other engine is a field that is unknown.
    """
    return {key: value for key, value in fields.items() if (key, value) != ("engine", "local")}


_OF_NAMES = ("vectors", "word_vectors", "corpora", *FILES)
"""Fields that are tables of their own in TOML."""


def study_toml(study: Study) -> str:
    """The study as TOML that `load_study` reads back to the same study."""
    fields = study.model_dump(mode="json", exclude_none=True, exclude={"encoders"})
    fields_of = {table: fields.pop(table) for table in _OF_NAMES}
    lines = [f"{key} = {toml_value(value)}" for key, value in fields.items() if value != [] or key == "floors"]
    for entry in study.encoders:
        lines += ["", "[[encoders]]"]
        lines += [f"{key} = {toml_value(value)}" for key, value in entry.model_dump(exclude_none=True).items()]
    for table in _OF_NAMES:
        if named := fields_of[table]:
            lines += ["", f"[{table}]"]
            lines += [f"{toml_value(key)} = {toml_value(value)}" for key, value in named.items()]
    return "\n".join(lines) + "\n"
