"""The tagger of Ball and Garrette (2018), for text that mixes languages and is transliterated.

"Part-of-Speech Tagging for Code-Switched, Transliterated Texts without Explicit Language Identification", EMNLP.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from crossglot import __version__
from crossglot.corpora.codemix import is_switch_key
from crossglot.corpora.sentences import Sentence, TaggedSentence, gathered, gathered_tagged, words_of
from crossglot.corpora.tasks import TaggerTask
from crossglot.errors import CrossglotError, ModelError
from crossglot.tagging.labels import Labels, label_set
from crossglot.tagging.language_sides.settings import Settings
from crossglot.tagging.language_sides.sides import Side, sides_of
from crossglot.tagging.tagger import Progress, TaggerBase
from crossglot.tagging.tagger_files import ABOUT, check_labels, read_about, read_tensors, write_tagger
from crossglot.tagging.word_vectors import WordVectors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from crossglot.tagging.language_sides.language_hmm import LanguageHmm
    from crossglot.tagging.language_sides.network import Network

START, TRANSITIONS = "chain.start", "chain.transitions"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class BallGarrette(TaggerBase):
    """Tags text that mixes languages, in their own scripts or transliterated, after sentences of each language apart.

    Every word has a reading in each language: the word as it would be in that language's own script. Each language has
    vectors of words and a BiLSTM over characters of its own; what these make of their readings is weighed by how
    probable the languages are at that word (`language_hmm`), added up, and read by one BiLSTM. Words in training are
    weighed by the same model, as if they were typed in Latin letters; in their own language they read as they are.

    Attributes:
        labels: the tags that it can give.
        languages: the model of languages, which has their words.
        network: its weights.
        settings: of its training.
        seed: likewise.
    """

    NAME: ClassVar[str] = "Ball-Garrette tagger"
    ROLE: ClassVar[Literal["floor", "baseline"]] = "baseline"
    SEEDED: ClassVar[bool] = True
    PASSES: ClassVar[int] = Settings().epochs

    labels: Labels
    languages: LanguageHmm
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
        word_languages: Sequence[Sequence[str]] = (),  # noqa: ARG003
        progress: Progress | None = None,
        vectors: WordVectors | None = None,  # noqa: ARG003
        settings: Settings | None = None,
    ) -> BallGarrette:
        """Trains it from random weights; see `Baseline`.

        Args:
            sentences: of one or several source languages.
            task: `pos`, `ner` or `labels`.
            seed: of the weights, the order of sentences, dropout, and words that are read as unknown.
            dev: not looked at: the last state stays.
            languages: of each sentence; without any, languages are told apart by their scripts (see `sides_of`).
            word_languages: not looked at: it learns without them.
            progress: told how much is done.
            vectors: not looked at.
            settings: of the training, if not the usual ones.
        """
        from crossglot.tagging.language_sides.batches import encode
        from crossglot.tagging.language_sides.language_hmm import LanguageHmm, switching_chain
        from crossglot.tagging.language_sides.network import draw_network
        from crossglot.tagging.language_sides.training import train

        every = gathered_tagged(sentences)
        settings = settings or Settings()
        if languages and len(languages) != len(every):
            raise CrossglotError(f"{len(every)} sentences and the languages of {len(languages)}")
        labels = label_set(task, every)
        numbers = labels.encode(every)  # a tag that is no label is named before any work
        words = [sentence.words for sentence in every]
        sides = sides_of(words, languages)
        hmm = LanguageHmm(sides, switching_chain(len(sides), settings.switch))
        if languages:
            mixed = [w for w, language in zip(words, languages, strict=True) if not language or is_switch_key(language)]
        else:
            mixed = words
        hmm = hmm.learned_from(mixed)
        network = draw_network(_sizes(sides), len(labels), seed=seed)
        encoded = encode(words, sides, _weights(hmm, words, settings, typed=True), numbers)
        train(network, encoded, settings, seed=seed, progress=progress)
        return cls(labels, hmm, network, settings, seed)

    def tag(self, sentences: Iterable[Iterable[str] | Sentence | TaggedSentence]) -> list[tuple[str, ...]]:
        """See `Tagger`."""
        from crossglot.tagging.language_sides.batches import encode
        from crossglot.tagging.language_sides.decoding import best_tags

        words = [tuple(words_of(sentence)) for sentence in gathered(sentences)]
        encoded = encode(words, self.languages.sides, _weights(self.languages, words, self.settings))
        return [tuple(self.labels.decode(numbers)) for numbers in best_tags(self.network, encoded)]

    def save(self, folder: str | Path) -> None:
        """Writes `tagger.json` and `model.safetensors`; see `Tagger`."""
        import torch

        about = _About(
            kind=self.NAME, task=self.task, labels=self.labels.names,
            sides=tuple(
                _Side(language=side.language, words=tuple(side.words), counts=tuple(side.words.values()))
                for side in self.languages.sides
            ),
            settings=self.settings, seed=self.seed, crossglot=__version__,
        )  # fmt: skip
        chain = self.languages.chain
        tensors = {START: torch.from_numpy(chain.start).exp(), TRANSITIONS: torch.from_numpy(chain.transitions).exp()}
        write_tagger(folder, about, self.network.state_dict() | tensors)

    @classmethod
    def load(cls, folder: Path) -> BallGarrette:
        """See `Baseline`."""
        import numpy as np

        from crossglot.tagging.language_sides.forward_backward import Chain
        from crossglot.tagging.language_sides.language_hmm import LanguageHmm
        from crossglot.tagging.language_sides.network import draw_network

        about = read_about(folder, _About)
        check_labels(folder, about.labels)
        sides = tuple(_side(folder, side) for side in about.sides)
        shapes = {
            name: tuple(tensor.shape)
            for name, tensor in draw_network(_sizes(sides), len(about.labels), device="meta").state_dict().items()
        }
        shapes |= {START: (len(sides),), TRANSITIONS: (len(sides), len(sides))}
        found = read_tensors(folder, shapes, f"{len(about.labels)} labels and the words of {ABOUT}")
        probabilities = (found.pop(name).double().numpy() for name in (START, TRANSITIONS))
        with np.errstate(divide="ignore", invalid="ignore"):
            chain = Chain(*map(np.log, probabilities))
        network = draw_network(_sizes(sides), len(about.labels))
        network.load_state_dict(found)
        return cls(Labels(about.task, about.labels), LanguageHmm(sides, chain), network, about.settings, about.seed)


class _Side(BaseModel):
    """A language's words and how often each is in training."""

    model_config = ConfigDict(frozen=True)

    language: str
    words: tuple[str, ...] = Field(min_length=1)
    counts: tuple[Annotated[int, Field(ge=1)], ...]


class _About(BaseModel):
    """What `tagger.json` holds."""

    model_config = ConfigDict(frozen=True)

    kind: str
    task: TaggerTask
    labels: tuple[str, ...]
    sides: tuple[_Side, ...] = Field(min_length=1)
    settings: Settings
    seed: int
    crossglot: str


def _side(folder: Path, side: _Side) -> Side:
    words = dict(zip(side.words, side.counts, strict=False))
    if len(words) < max(len(side.words), len(side.counts)):
        raise ModelError(
            f"{folder / ABOUT}: this tagger is damaged: {side.language} has a word twice or no count of it"
        )
    return Side(side.language, words)


def _sizes(sides: Sequence[Side]) -> list[tuple[int, int]]:
    return [(1 + len(side.known), 1 + len(side.characters)) for side in sides]


def _weights(
    hmm: LanguageHmm, sentences: Sequence[Sequence[str]], settings: Settings, *, typed: bool = False
) -> NDArray[np.float32]:
    """What the languages' readings of all words are multiplied by; `typed`: as if all were in Latin letters."""
    from crossglot.tagging.language_sides.batches import as_weights
    from crossglot.tagging.language_sides.scripts import in_latin

    seen = [[in_latin(word) for word in words] for words in sentences] if typed else sentences
    return as_weights(hmm.probabilities(seen), settings.weighting)
