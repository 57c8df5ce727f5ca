"""The tagger of Bhat et al. (2018), "Universal Dependency Parsing for Hindi-English Code-switching"."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from crossglot import __version__
from crossglot.corpora.sentences import Sentence, TaggedSentence, gathered, gathered_tagged, words_of
from crossglot.corpora.tasks import TaggerTask
from crossglot.errors import ModelError
from crossglot.tagging.character_ngrams import MOST_BUCKETS, PLACES, CharacterNGrams
from crossglot.tagging.labels import Labels, label_set
from crossglot.tagging.stacking.as_read import as_read
from crossglot.tagging.stacking.material import sort_out
from crossglot.tagging.stacking.reader import Reader
from crossglot.tagging.stacking.settings import Settings
from crossglot.tagging.stacking.sides import Side
from crossglot.tagging.tagger import Progress, TaggerBase
from crossglot.tagging.tagger_files import ABOUT, check_labels, read_about, read_tensors, write_tagger
from crossglot.tagging.word_vectors import WordVectors
from crossglot.transliteration.transliterator import About as AboutTransliterator

if TYPE_CHECKING:
    import torch

    from crossglot.tagging.stacking.network import Network

TELLER, TRANSLITERATOR = "teller", "transliterator"


@dataclass(frozen=True, eq=False)
class BhatStacking(TaggerBase):
    """A tagger of code-switched text upon one of the languages apart.

    Every word is given its language, in which it is read: transliterated back or normalised, with that language's own
    vectors of words and BiLSTM over characters. The first network is trained on sentences of the languages apart, or
    where there are none on the words of each language in code-switched ones. The second reads code-switched sentences
    with the first one's hidden layer beside each word; without such sentences there is only the first.

    Attributes:
        labels: the tags that it can give.
        reader: tells languages and finds words.
        network: see there.
        settings: of its training.
        seed: likewise.
    """

    NAME: ClassVar[str] = "Bhat stacking tagger"
    ROLE: ClassVar[Literal["floor", "baseline"]] = "baseline"
    SEEDED: ClassVar[bool] = True
    PASSES: ClassVar[int] = 2 * Settings().epochs

    labels: Labels
    reader: Reader
    network: Network
    settings: Settings
    seed: int

    @classmethod
    def fit(
        cls,
        sentences: Iterable[TaggedSentence],
        *,
        task: str = "pos",
        seed: int = 0,
        dev: Iterable[TaggedSentence] = (),  # noqa: ARG003
        languages: Sequence[str] = (),
        word_languages: Sequence[Sequence[str]] = (),
        progress: Progress | None = None,
        vectors: WordVectors | None = None,  # noqa: ARG003
        settings: Settings | None = None,
    ) -> BhatStacking:
        """Trains it from random weights; see `Baseline`.

        Args:
            sentences: of one or several source languages, and code-switched ones.
            task: `pos`, `ner` or `labels`.
            seed: of all that is drawn.
            dev: not looked at: the last state stays.
            languages: key of each sentence; without any, scripts stand for languages.
            word_languages: language ids of the words of code-switched sentences, where they are known.
            progress: told how much is done.
            vectors: not looked at.
            settings: of the training, if not the usual ones.
        """
        from crossglot.tagging.stacking.batches import encode
        from crossglot.tagging.stacking.network import draw_network
        from crossglot.tagging.stacking.training import train

        every = gathered_tagged(sentences)
        settings = settings or Settings()
        labels = label_set(task, every)
        labels.encode(every)  # a tag that is no label is named before any work
        material = sort_out(every, languages, word_languages)
        found = as_read(material, settings, seed=seed, progress=_part(progress, 0))
        sides = found.reader.sides
        network = draw_network(_sizes(sides), len(labels), stacked=bool(found.mixed), seed=seed)
        for sentences_of, base in ((found.base, True), (found.mixed, False)):
            if sentences_of:
                own = [one.languages for one in sentences_of]
                tags = labels.encode(one.sentence for one in sentences_of)
                encoded = encode([one.sentence.words for one in sentences_of], own, sides, tags)
                part = _part(progress, 1 if base else 2)
                train(network, encoded, settings, base=base, seed=seed, progress=part)
        return cls(labels, found.reader, network, settings, seed)

    def tag(self, sentences: Iterable[Iterable[str] | Sentence | TaggedSentence]) -> list[tuple[str, ...]]:
        """See `Tagger`."""
        from crossglot.tagging.stacking.batches import encode
        from crossglot.tagging.stacking.training import best_tags

        words = [tuple(words_of(sentence)) for sentence in gathered(sentences)]
        languages = self.reader.languages(words)
        encoded = encode(self.reader.words(words, languages), languages, self.reader.sides)
        return [tuple(self.labels.decode(numbers)) for numbers in best_tags(self.network, encoded)]

    def save(self, folder: str | Path) -> None:
        """Writes `tagger.json` and `model.safetensors`; see `Tagger`."""
        reader = self.reader
        tensors = dict(self.network.state_dict())
        if reader.teller is not None:
            tensors |= {f"{TELLER}.weight": reader.teller.weight, f"{TELLER}.bias": reader.teller.bias}
        for language, one in reader.transliterators.items():
            tensors |= {f"{TRANSLITERATOR}.{language}.{name}": tensor for name, tensor in one.tensors().items()}
        about = _About(
            kind=self.NAME, task=self.task, labels=self.labels.names,
            sides=tuple(_Side(language=s.language, words=s.words, characters=s.characters) for s in reader.sides),
            teller=None if reader.teller is None else len(reader.teller.weight),
            told=() if reader.teller is None else reader.teller.labels.names,
            transliterators={language: one.about() for language, one in reader.transliterators.items()},
            stacked=self.network.stacked is not None, settings=self.settings, seed=self.seed, crossglot=__version__,
        )  # fmt: skip
        write_tagger(folder, about, tensors)

    @classmethod
    def load(cls, folder: Path) -> BhatStacking:
        """See `Baseline`."""
        from crossglot.tagging.stacking.network import draw_network
        from crossglot.transliteration.transliterator import Transliterator, shapes

        about = read_about(folder, _About)
        check_labels(folder, about.labels)
        sides = tuple(_side(folder, side) for side in about.sides)
        keys = [side.language for side in sides]
        told = set(keys) if len(keys) > 1 else set()
        strangers = {*about.transliterators}.difference(keys)
        if len(set(keys)) < len(keys) or {*about.told} != told or (about.teller is None) == bool(told) or strangers:
            raise ModelError(f"{folder / ABOUT}: this tagger is damaged: its languages do not belong together")
        sizes = _sizes(sides)
        network = draw_network(sizes, len(about.labels), stacked=about.stacked, device="meta")
        wanted = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
        if about.teller is not None:
            wanted[f"{TELLER}.weight"] = (about.teller, PLACES * len(about.told))
            wanted[f"{TELLER}.bias"] = (len(about.told),)
        for language, one in about.transliterators.items():
            wanted |= {f"{TRANSLITERATOR}.{language}.{name}": shape for name, shape in shapes(one).items()}
        found = read_tensors(folder, wanted, f"{len(about.labels)} labels and the dictionaries of {ABOUT}")
        teller = None
        if about.teller is not None:
            teller = CharacterNGrams(Labels("labels", about.told), **_under(found, TELLER))
        transliterators = {
            language: Transliterator.of(one, _under(found, f"{TRANSLITERATOR}.{language}"))
            for language, one in about.transliterators.items()
        }
        network = draw_network(sizes, len(about.labels), stacked=about.stacked)
        network.load_state_dict({name: found[name] for name in network.state_dict()})
        reader = Reader(sides, teller, transliterators)
        return cls(Labels(about.task, about.labels), reader, network, about.settings, about.seed)


class _Side(BaseModel):
    """A language's dictionaries."""

    model_config = ConfigDict(frozen=True)

    language: str
    words: tuple[str, ...]
    characters: tuple[str, ...]


class _About(BaseModel):
    """What `tagger.json` holds; `teller` are the buckets of the model that tells languages, `told` what it tells."""

    model_config = ConfigDict(frozen=True)

    kind: str
    task: TaggerTask
    labels: tuple[str, ...]
    sides: tuple[_Side, ...] = Field(min_length=1)
    teller: int | None = Field(ge=1, le=MOST_BUCKETS)
    told: tuple[str, ...]
    transliterators: Mapping[str, AboutTransliterator]
    stacked: bool
    settings: Settings
    seed: int
    crossglot: str


def _side(folder: Path, side: _Side) -> Side:
    for what, names in (("word", side.words), ("character", side.characters)):
        if len(set(names)) < len(names):
            raise ModelError(f"{folder / ABOUT}: this tagger is damaged: {side.language} has a {what} twice")
    return Side(side.language, side.words, side.characters)


def _under(tensors: Mapping[str, torch.Tensor], name: str) -> dict[str, torch.Tensor]:
    """Tensors whose names begin with a name and a point, without these."""
    begin = f"{name}."
    return {key.removeprefix(begin): tensor for key, tensor in tensors.items() if key.startswith(begin)}


def _sizes(sides: Sequence[Side]) -> list[tuple[int, int]]:
    return [(1 + len(side.words), 1 + len(side.characters)) for side in sides]


def _part(progress: Progress | None, number: int, of: int = 3) -> Callable[[float], None]:
    """Tells the share of a part that is done as one of the whole."""

    def told(share: float) -> None:
        if progress is not None:
            progress((number + share) / of)

    return told
