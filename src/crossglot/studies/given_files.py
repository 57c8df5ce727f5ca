"""A study of files of the user's own: what goes together, the files, their task, and a language told from a name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from crossglot.corpora.opening import plain_name
from crossglot.corpora.tagged_files import TaggedFile, find_task, tagged_file
from crossglot.errors import DataError
from crossglot.experiments.own_matrix.naming import known_as
from crossglot.experiments.tables import MATRICES
from crossglot.languages import KEY, LANGUAGES

if TYPE_CHECKING:
    from crossglot.studies.study import Study

TRANSFER = "transfer"
"""The matrix of files whose task is theirs: a name for the one of `MATRICES` that it comes to."""
SPLITS = {"train": "train", "dev": "dev", "eval": "test"}
"""Field of a study → what its files serve as."""
HOW = ("format", "column", "tag_column")
"""Fields that say how files are read."""


def checked_keys(files: object) -> object:
    """What is a mapping of languages to files, as it is.

    Raises:
        ValueError: for a key that is no word, or a file without a name.
    """
    for key, path in files.items() if isinstance(files, Mapping) else ():
        if not (isinstance(key, str) and re.fullmatch(KEY, key)):
            raise ValueError(f"{key!r} names no language: write one word, such as en or pt-BR")
        if path == "":  # as a path it would be the current folder
            raise ValueError(f"{key}: the name of the file is empty")
    return files


def check_files(study: Study) -> None:
    """Refuses files that do not go together, or with the rest of a study.

    Raises:
        ValueError: saying what is wrong.
    """
    given = [name for name in (*SPLITS, *HOW) if getattr(study, name) not in (None, {})]
    if not study.train and not study.eval:
        if given:
            raise ValueError(f"{given[0]}: is about files of one's own, and there are none to train on (train, eval)")
        if "transfer-labels" in study.experiments:
            raise ValueError("experiments: transfer-labels is of files of one's own: name them (train, eval)")
        return
    if len(study.experiments) > 1 or study.experiments[0] not in MATRICES:
        other = next(name for name in study.experiments if len(study.experiments) > 1 or name not in MATRICES)
        raise ValueError(f"experiments: files of one's own are read by {TRANSFER} alone, not by {other}")
    for name, missing in (("train", "to train on"), ("eval", "to evaluate on")):
        if not getattr(study, name):
            raise ValueError(f"{name}: has to be given: there is no file {missing}")
    for name in ("data", "corpora"):
        if getattr(study, name):
            raise ValueError(f"{name}: the files of train and eval are all that is read; leave it out")
    sources = [part for source in study.sources for part in source.split("+")]
    for what, keys, of in (
        ("dev", study.dev, "train"),
        ("sources", sources, "train"),
        ("targets", study.targets, "eval"),
    ):
        if stranger := next((key for key in keys if key not in getattr(study, of)), None):
            raise ValueError(f"{what}: {stranger} is no language of {of}, which has {', '.join(getattr(study, of))}")


def files_of(study: Study) -> dict[tuple[str, str], TaggedFile]:
    """(language, split) → file, for the files of a study; each is there, and is given once.

    Raises:
        CrossglotError: if one is missing, has no tags or a name that tells no format; or the same is given twice.
    """
    found: dict[tuple[str, str], TaggedFile] = {}
    seen: dict[str, tuple[str, str]] = {}
    for name, language, path in _named(study):
        file = tagged_file(path, study.format or "auto", column=study.column, tag_column=study.tag_column)
        said = f"{name} of {language}"
        before, where = seen.setdefault(file.checksum(), (said, str(path)))
        if before != said and not (name == "eval" and before.startswith("eval")):
            where = "" if Path(where) == Path(path) else f" ({where})"
            what = f"is given as {said}, and what it holds as {before}{where}, too"
            raise DataError(what, path=path, remedy="What is trained on cannot be what is chosen by or evaluated on.")
        found[language, SPLITS[name]] = file.model_copy(update={"path": file.path.absolute()})
    return found


def task_of(study: Study) -> str:
    """The task of a study's files, see `find_task`.

    Raises:
        CrossglotError: see `files_of` and `find_task`.
    """
    return find_task(files_of(study).values(), lenient=study.lenient)


def language_of(path: Path | str) -> str:
    """The language whose key a file's name begins with: `de_gsd-ud-train.conllu` is `de`; empty if there is none."""
    words = re.split(r"[_.-]", plain_name(path))
    both = "-".join(words[:2])
    return next((key for key in (both, words[0]) if key in LANGUAGES and len(words) > 1), "")


def one_language(study: Study) -> list[tuple[str, str, str]]:
    """(source, target, language) of files whose keys differ and seem to mean one language: `de`, `deu`, `de-Twitter`.

    Keys that crossglot itself keeps apart (`pt`, `pt-BR`) do not.
    """
    if not study.train:
        return []
    sources = [part for source in study.sources or study.train for part in source.split("+")]
    pairs = ((source, target) for source in dict.fromkeys(sources) for target in study.targets or study.eval)
    return [(*pair, said) for pair in pairs if pair[0] != pair[1] and (said := _meant(pair[0])) == _meant(pair[1])]


def _meant(key: str) -> str:
    """The English name of the language that a key seems to mean; of one that nobody knows its first part."""
    first = key.partition("-")[0]
    known = known_as(key, LANGUAGES) or known_as(first, LANGUAGES)
    return first.casefold() if known is None else known.name


def _named(study: Study) -> Iterator[tuple[str, str, Path]]:
    for name in SPLITS:
        for language, path in getattr(study, name).items():
            yield name, language, path
