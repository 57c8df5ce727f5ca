"""Searches that were made, kept in the user's cache: the same question is not searched twice."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from crossglot.corpora.sentences import TaggedSentence
from crossglot.encoders.encoder import Encoder
from crossglot.errors import StorageError
from crossglot.files import NotWrittenError, user_cache, write_whole
from crossglot.json_files import read_object
from crossglot.runtime import Runtime
from crossglot.tagging.grid import Grid
from crossglot.tagging.recipe import Recipe
from crossglot.tagging.search import Search

_log = logging.getLogger(__name__)

VERSION = "1"
"""Raise it when a change of code changes what searches find."""

_SEARCH = TypeAdapter(Search)


@dataclass(frozen=True, slots=True)
class Question:
    """Everything that what a search finds depends on."""

    encoder: Encoder
    task: str
    recipe: Recipe
    grid: Grid
    train: Sequence[TaggedSentence]
    dev: Sequence[TaggedSentence]
    runtime: Runtime

    def place(self) -> Path:
        """The file of the cache that keeps what was found."""
        asked = [
            VERSION, self.encoder.revision, self.encoder.language, self.task, self.recipe.model_dump(mode="json"),
            asdict(self.grid), _digest(self.train), _digest(self.dev), self.runtime.precision, self.runtime.kind,
        ]  # fmt: skip
        digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:20]
        return user_cache() / "fine-tuning" / f"{digest}.json"


def kept(question: Question) -> Search | None:
    """What an earlier search found; None if there was none, or if the cache cannot be read."""
    place = question.place()
    if not (question.encoder.revision and place.exists()):
        return None
    try:
        return _SEARCH.validate_python(read_object(place, StorageError)["search"])
    except (StorageError, ValidationError, KeyError) as error:
        _log.warning("%s: no search that was kept, so it is made again (%s)", place, str(error).splitlines()[0])
        return None


def keep(question: Question, found: Search) -> None:
    """Keeps what was found, with the names of what it was found for; a cache that cannot be written is only warned of.

    An encoder without a revision is not known again, so nothing is kept for it.
    """
    if not question.encoder.revision:
        return
    about = {
        "encoder": question.encoder.name, "revision": question.encoder.revision, "task": question.task,
        "sentences": len(question.train), "dev_sentences": len(question.dev), "search": asdict(found),
    }  # fmt: skip
    place = question.place()
    try:
        write_whole(place, json.dumps(about, indent=1, ensure_ascii=False) + "\n")
    except NotWrittenError as error:
        _log.warning("what was found is not kept: %s", str(error).splitlines()[0])


def _digest(sentences: Sequence[TaggedSentence]) -> str:
    total = hashlib.sha256()
    for sentence in sentences:
        total.update(json.dumps([sentence.words, sentence.tags]).encode())
    return total.hexdigest()
