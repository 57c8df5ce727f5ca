"""The data that a run read: for each split of a corpus and side of a bitext its checksum, size and licence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from crossglot.corpora.catalogue import find_corpus
from crossglot.corpora.codemix import is_switch_key, split_switch_key
from crossglot.corpora.licences import Licence, licence_of
from crossglot.engine.step import Step
from crossglot.errors import DataError
from crossglot.lab.making import is_of_lab
from crossglot.steps.arguments import CorpusSplit
from crossglot.steps.bitext_sides import Side
from crossglot.steps.given_vectors import GivenVectors
from crossglot.steps.word_vector_file import WordVectorFile

CONSTRUCTED = Licence("none needed: constructed, nobody's text", "lab")

Argument = TypeVar("Argument")


def data_read(steps: Iterable[Step], root: Path) -> dict[str, dict[str, Any]]:
    """`UD_German-GSD test` or `ntrex128 de` → `checksum`, `sentences`, of corpora `words`, `licence`, `licence_from`.

    The last two are None where nothing tells a licence (see `Licence`). Of a user's own file its path, `file`, follows.

    Args:
        steps: of the run's plan.
        root: its data root.
    """
    steps = list(steps)
    found: dict[str, dict[str, Any]] = {}
    licences: dict[tuple[str, str], Licence | None] = {}
    splits = list(_arguments(steps, CorpusSplit))
    for split in (*splits, *chain.from_iterable(split.restored_by for split in splits)):
        if split.part != "all":  # of a file that is there as a whole, too
            continue
        key = f"{split.corpus} {split.split}"
        if key not in found:
            of = (split.corpus, split.language)
            if of not in licences:
                licences[of] = (
                    None if split.file else _licence(split.corpus, _languages(split), _files(split), split.root)
                )
            found[key] = {"checksum": split.checksum, "sentences": split.sentences, "words": split.words}
            found[key] |= _said(licences[of])
            found[key] |= {} if split.file is None else {"file": str(split.file.path)}
    for side in _arguments(steps, Side):
        key = f"{side.name} {side.language}"
        if key not in found:
            found[key] = {"checksum": side.checksum, "sentences": len(side.read().lines)}
            found[key] |= _said(_licence(side.name, (side.language,), side.paths, root))
    for step in steps:
        if isinstance(step, GivenVectors):
            found[f"{step.name}: vectors of {step.side.name} {step.side.language}"] = {"checksum": step.checksum}
    for file in _arguments(steps, WordVectorFile):
        found[f"word vectors of {file.language}: {file.path.name}"] = {"checksum": file.checksum}
    return dict(sorted(found.items()))


def _arguments(steps: Iterable[Step], kind: type[Argument]) -> Iterator[Argument]:
    """All arguments of that type among the steps'."""
    for step in steps:
        for name in type(step).model_fields:
            value = getattr(step, name)
            for item in value if isinstance(value, tuple) else (value,):
                if isinstance(item, kind):
                    yield item


def _languages(split: CorpusSplit) -> tuple[str, ...]:
    return split_switch_key(split.language)[0] if is_switch_key(split.language) else (split.language,)


def _files(split: CorpusSplit) -> tuple[Path, ...]:
    try:
        corpus = find_corpus(split.root, split.language, split.task, split.corpus)
    except DataError:  # it was taken away since it was read
        return ()
    return (*corpus.files.values(), *corpus.translation, *corpus.further)


def _licence(name: str, languages: Iterable[str], paths: Iterable[Path], root: Path) -> Licence | None:
    return CONSTRUCTED if is_of_lab(root, name) else licence_of(name, languages, paths, root)


def _said(licence: Licence | None) -> dict[str, str | None]:
    if licence is None:
        return {"licence": None, "licence_from": None}
    return {"licence": licence.terms, "licence_from": licence.stated_in}
