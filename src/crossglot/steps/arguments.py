"""The arguments of steps: splits of corpora and encoders, identified by their content, read once per process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from weakref import WeakValueDictionary

from pydantic import BaseModel, ConfigDict

from crossglot import at_once
from crossglot.corpora.catalogue import Corpus, find_corpus
from crossglot.corpora.codemix import is_switch_key
from crossglot.corpora.sampling import sample
from crossglot.corpora.sentences import TaggedSentence
from crossglot.corpora.tagged_files import TaggedFile
from crossglot.errors import DataError
from crossglot.known_files import known
from crossglot.runtime import give_back_memory
from crossglot.tagging.held_out import held_out
from crossglot.tagging.labels import entity_types
from crossglot.tagging.language_sides.settings import RESTORER_VERSION

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from crossglot.encoders.encoder import Encoder
    from crossglot.encoders.pieces import Reading
    from crossglot.tagging.language_sides.restoring import Restorer
    from crossglot.tagging.prediction import Prepared
    from crossglot.tagging.recipe import Recipe


MOST_TARGETS = 400
"""Test sets that stay in memory, those of all targets of a row: with one more than that, every row would read all of
them again. How much memory they take is told by how many there are."""

Part = Literal["all", "kept", "held out"]
"""Of a file without another one to choose by: all of it, what is trained on, what is chosen by."""


class CorpusSplit(BaseModel):
    """One split of one corpus: the checksum says which sentences, the root only where they lie.

    With `at_most` it is a sample of so many sentences. `words`, `sentences` and, for `ner`, `types` (the entity types
    that the corpus annotates) are from reading it once. `restored_by` are splits of code-switched text's languages,
    each apart, by which its words are taken back to their languages' scripts, and `restorer` what version does so.

    A split that is a `file` of the user's lies in no data root. Its `types` are, but for `ner`, the tags in it. It may
    be a part of the file alone: a tenth `held out` to choose by, or what is `kept` to train on meanwhile.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    SKIP_ID_ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"root", "words", "sentences", "types"})
    SKIP_DEFAULT_ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"at_most", "restored_by", "restorer", "file", "part"})

    language: str
    task: str
    corpus: str
    split: str
    checksum: str
    lenient: bool = False
    at_most: int | None = None
    root: Path
    words: int
    sentences: int
    types: tuple[str, ...] = ()
    restored_by: tuple[CorpusSplit, ...] = ()
    restorer: str = ""
    file: TaggedFile | None = None
    part: Part = "all"

    @property
    def content(self) -> tuple[object, ...]:
        """Equal for splits of the same sentences, wherever they lie."""
        of_file = () if self.file is None else (self.file.column, self.file.tag_column, self.part)
        return self.language, self.checksum, self.at_most, *of_file, *(split.content for split in self.restored_by)

    def read(self) -> Sequence[TaggedSentence]:
        """The sentences, from memory if this process has read them before.

        Raises:
            DataError: if the file is faulty, or is not what it was when the study was planned.
        """
        if self.file is not None:
            if self.file.checksum() != self.checksum:
                raise self._changed(self.file.path)
            read = _read_file_to_train if self.split == "train" else _read_file
            return read(self.file, self.task, self.lenient, self.checksum, self.at_most, self.part)
        corpus = find_corpus(self.root, self.language, self.task, self.corpus)
        if corpus.checksum(self.split) != self.checksum:
            raise self._changed(corpus.files[self.split])
        written = _sentences(corpus, self.split, self.root, self.lenient, self.checksum, self.at_most)
        return _restored(self) if self.restored_by else written

    def _changed(self, path: Path) -> DataError:
        what = f"the {self.split} split of {self.corpus} has changed since this was planned"
        return DataError(what, path=path, remedy="run the same again: what depends on it is done anew")

    def word_languages(self) -> list[tuple[str, ...]]:
        """Of code-switched text the language id of every word, sentence by sentence as in `read`; else nothing.

        Raises:
            DataError: if the file is faulty.
        """
        if not is_switch_key(self.language):
            return []
        corpus = find_corpus(self.root, self.language, self.task, self.corpus)
        sentences = corpus.read_switched(self.split, lenient=self.lenient)
        return [sentence.languages for sentence in sample(sentences, self.at_most)]


def describe_split(
    corpus: Corpus,
    split: str,
    *,
    root: Path,
    lenient: bool = False,
    at_most: int | None = None,
    restored_by: tuple[CorpusSplit, ...] = (),
) -> CorpusSplit:
    """Reads a split once and says what it is, so that a faulty file is found before any training.

    What was read of a file that is as it was is known from the last time (see `known_files`), but for files with
    sentences that are left out: these are named each time.

    Raises:
        DataError: if the split is missing, empty or malformed.
    """

    def read() -> dict[str, Any]:
        checksum = corpus.checksum(split)
        sentences = _sentences(corpus, split, root, lenient, checksum, at_most)
        return {"checksum": checksum, "words": sum(map(len, sentences)), "sentences": len(sentences)}

    def types() -> list[str]:
        return list(_types(corpus, root, lenient))

    of = (corpus.language, corpus.task)
    told = read() if lenient else known("split", corpus.files_of(split), read, *of, split, at_most)
    annotated: list[str] = []
    if corpus.task == "ner":
        annotated = types() if lenient else known("entity types", list(corpus.files.values()), types, *of)
    return CorpusSplit(
        language=corpus.language,
        task=corpus.task,
        corpus=corpus.name,
        split=split,
        lenient=lenient,
        at_most=at_most,
        root=root,
        types=tuple(annotated),
        restored_by=restored_by,
        restorer=RESTORER_VERSION if restored_by else "",
        **told,
    )


def describe_file(
    file: TaggedFile,
    language: str,
    task: str,
    split: str,
    *,
    lenient: bool = False,
    at_most: int | None = None,
    together: Sequence[TaggedFile] = (),
) -> CorpusSplit:
    """Reads a user's file once and says what it is.

    Args:
        file: the file.
        language: its key, any word.
        task: `pos`, `ner` or `labels`.
        split: what it serves as: `train`, `dev` or `test`.
        lenient: skip malformed sentences.
        at_most: a sample of so many sentences.
        together: for `ner`, all files of the language: a type that one of them has counts as annotated in the others.

    Raises:
        DataError: if it is missing, empty or malformed.
        UsageError: if it cannot have tags of that task.
    """
    checksum = file.checksum()
    found = CorpusSplit(
        language=language,
        task=task,
        corpus=f"{language}/{file.name}".replace("+", "-"),  # corpora are joined by it
        split=split,
        checksum=checksum,
        lenient=lenient,
        at_most=at_most,
        root=file.path.parent,
        words=0,
        sentences=0,
        file=file,
    )
    sentences = found.read()
    every = [_read_file(each, task, lenient, each.checksum(), None, "all") for each in together or (file,)]
    tags = {tag for read in (every if task == "ner" else [sentences]) for sentence in read for tag in sentence.tags}
    types = entity_types(tags) if task == "ner" else tuple(sorted(tags))
    known = {"words": sum(map(len, sentences)), "sentences": len(sentences), "types": types}
    return found.model_copy(update=known)


class EncoderReference(BaseModel):
    """An encoder by what it is (`revision`: a hub commit or a checksum of its folder) and where it is found."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    SKIP_ID_ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"location", "name"})

    revision: str
    location: str
    name: str

    def load(self, device: str) -> Encoder:
        """The encoder, from memory if this process has it. Nobody may change its weights.

        Raises:
            ModelError: if it cannot be loaded.
        """
        return _GIVEN.get(self.revision) or _load(self.location, self.revision, device)

    def load_tokenizer(self) -> PreTrainedTokenizerBase:
        """Its tokenizer alone, without weights.

        Raises:
            ModelError: if there is none.
        """
        given = _GIVEN.get(self.revision)
        return _load_tokenizer(self.location, self.revision) if given is None else given.tokenizer


_GIVEN: WeakValueDictionary[str, Encoder] = WeakValueDictionary()
"""Encoders in memory by revision, as long as whoever gave them keeps them; later they are loaded as any other."""


def provide(encoder: Encoder) -> None:
    """Lets steps use an encoder that is in memory already, and has a revision, instead of loading it."""
    if encoder.revision is not None:
        _GIVEN[encoder.revision] = encoder


def prepared(split: CorpusSplit, encoder: EncoderReference, recipe: Recipe, device: str) -> Prepared:
    """The split, cut into pieces (once per node) and packed (once per process) for all taggers of this recipe."""
    return _prepare(split, encoder, recipe.max_length, recipe.reading, device, at_once.are_halved())


def _types(corpus: Corpus, root: Path, lenient: bool) -> tuple[str, ...]:
    """Entity types found in any split: a rare one may be absent from the test set and is annotated all the same."""
    found: set[str] = set()
    for split in corpus.files:
        sentences = _sentences(corpus, split, root, lenient, corpus.checksum(split), None)
        found.update(tag for sentence in sentences for tag in sentence.tags)
    return entity_types(found)


def _sentences(
    corpus: Corpus, split: str, root: Path, lenient: bool, checksum: str, at_most: int | None
) -> Sequence[TaggedSentence]:
    """Of a split, or of a sample of it: only what was asked for stays in memory."""
    read = _read_to_train if split == "train" else _read
    return read(root, corpus.language, corpus.task, corpus.name, split, lenient, checksum, at_most)


@lru_cache(maxsize=MOST_TARGETS)
def _read(
    root: Path, language: str, task: str, name: str, split: str, lenient: bool, checksum: str, at_most: int | None
) -> Sequence[TaggedSentence]:
    del checksum  # part of the key: a file that changed is read again
    return sample(find_corpus(root, language, task, name).read(split, lenient=lenient), at_most)


@lru_cache(maxsize=MOST_TARGETS)
def _read_file(
    file: TaggedFile, task: str, lenient: bool, checksum: str, at_most: int | None, part: Part
) -> Sequence[TaggedSentence]:
    del checksum  # part of the key, as above
    sentences: Sequence[TaggedSentence] = file.read(task, lenient=lenient)
    if part != "all":
        kept, aside, _ = held_out(sentences, task)
        sentences = kept if part == "kept" else aside
    return sample(sentences, at_most)


_read_file_to_train = lru_cache(maxsize=4)(_read_file.__wrapped__)


@lru_cache(maxsize=8)
def _restored(split: CorpusSplit) -> Sequence[TaggedSentence]:
    sentences = split.model_copy(update={"restored_by": ()}).read()
    words = _restorer(split.restored_by).restored([sentence.words for sentence in sentences])
    return [replace(sentence, words=its) for sentence, its in zip(sentences, words, strict=True)]


@lru_cache(maxsize=2)
def _restorer(texts: tuple[CorpusSplit, ...]) -> Restorer:
    from crossglot.tagging.language_sides.restoring import Restorer

    return Restorer.of({text.language: [sentence.words for sentence in text.read()] for text in texts})


_read_to_train = lru_cache(maxsize=4)(_read.__wrapped__)
"""Every row predicts all the targets again; its sources, which are far larger, are those of a few rows in turn."""


def forget() -> None:
    """Drops the corpora and encoders that this process has read, where it is others that run the steps."""
    for kept in (
        _read,
        _read_to_train,
        _read_file,
        _read_file_to_train,
        _restored,
        _restorer,
        _load,
        _load_tokenizer,
        _prepare,
    ):
        kept.cache_clear()
    give_back_memory()


@lru_cache(maxsize=2)
def _load(location: str, revision: str, device: str) -> Encoder:
    from crossglot.encoders.loading import load_encoder
    from crossglot.encoders.mapped import map_embedding
    from crossglot.encoders.weight_files import read_headers

    encoder = load_encoder(location, revision=revision, device=device)
    if Path(location).is_dir() and encoder.device == "cpu":
        map_embedding(encoder.model, read_headers(Path(location)))
    give_back_memory()  # what transformers read the tokenizer's files with
    return encoder


@lru_cache(maxsize=4)
def _load_tokenizer(location: str, revision: str) -> PreTrainedTokenizerBase:
    from crossglot.encoders.tokenizers import load_tokenizer

    return load_tokenizer(location, revision=revision)


@lru_cache(maxsize=MOST_TARGETS)
def _prepare(
    split: CorpusSplit,
    encoder: EncoderReference,
    max_length: int,
    reading: Reading,
    device: str,
    halved: bool,  # noqa: ARG001 - batches are others then
) -> Prepared:
    from crossglot.steps.cut_sets import once_per_node
    from crossglot.tagging.prediction import cut, packed

    loaded = encoder.load(device).for_language(split.language)
    told = (split.model_dump_json(), encoder.revision, max_length, *reading)
    return packed(loaded, once_per_node(lambda: cut(loaded, split.read(), max_length, reading), *told), max_length)
