"""The tagger of Lample et al. (2016), "Neural Architectures for Named Entity Recognition": LSTM-CRF."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from crossglot import __version__
from crossglot.corpora.sentences import Sentence, TaggedSentence, gathered, gathered_tagged, words_of
from crossglot.corpora.tasks import TaggerTask
from crossglot.errors import ModelError
from crossglot.tagging.bilstm_crf.iobes import iobes_names, to_bio2, to_iobes
from crossglot.tagging.bilstm_crf.settings import Settings
from crossglot.tagging.bilstm_crf.vocabulary import Vocabulary, vocabulary_of
from crossglot.tagging.held_out import held_out
from crossglot.tagging.labels import Labels, label_set
from crossglot.tagging.metrics import task_counts, task_statistic
from crossglot.tagging.spelled import UNKNOWN
from crossglot.tagging.tagger import Progress, TaggerBase
from crossglot.tagging.tagger_files import ABOUT, check_labels, read_about, read_tensors, write_tagger
from crossglot.tagging.word_vectors import WordVectors, look_up

if TYPE_CHECKING:
    from crossglot.tagging.bilstm_crf.batches import Encoded
    from crossglot.tagging.bilstm_crf.network import Weights

WIDTH = 100
"""Of word vectors where none are given."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class BiLstmCrf(TaggerBase):
    """A CRF over a bidirectional LSTM, which reads vectors of words beside what a second one makes of their characters.

    Entities are learned in IOBES and given in BIO2.

    Attributes:
        labels: the tags that it can give.
        vocabulary: the words and characters that it knows.
        weights: of its network, and the vectors of words.
        settings: of its training.
        seed: likewise.
        epoch: the epoch whose state was kept.
        dev_score: what that scored on the sentences that it was chosen by, in 0 to 1.
    """

    NAME: ClassVar[str] = "BiLSTM-CRF"
    ROLE: ClassVar[Literal["floor", "baseline"]] = "baseline"
    SEEDED: ClassVar[bool] = True
    USES_DEV: ClassVar[bool] = True
    USES_VECTORS: ClassVar[bool] = True
    PASSES: ClassVar[int] = Settings().epochs

    labels: Labels
    vocabulary: Vocabulary
    weights: Weights
    settings: Settings
    seed: int
    epoch: int
    dev_score: float

    @classmethod
    def fit(
        cls,
        sentences: Iterable[TaggedSentence],
        *,
        task: str = "ner",
        seed: int = 0,
        dev: Iterable[TaggedSentence] = (),
        languages: Sequence[str] = (),  # noqa: ARG003
        word_languages: Sequence[Sequence[str]] = (),  # noqa: ARG003
        progress: Progress | None = None,
        vectors: WordVectors | None = None,
        settings: Settings | None = None,
    ) -> BiLstmCrf:
        """Trains it from random weights; see `Baseline`.

        Args:
            sentences: of one or several source languages.
            task: `pos`, `ner` or `labels`.
            seed: of the weights, the order of sentences, dropout, and words that are read as unknown.
            dev: of the source, to choose the best epoch by; without any, some of the sentences are set aside for it.
            languages: not looked at.
            word_languages: likewise.
            progress: told how much is done.
            vectors: pretrained ones (see `read_word_vectors`), which are trained further.
            settings: of the training, if not the usual ones.
        """
        from crossglot.tagging.bilstm_crf.batches import encode
        from crossglot.tagging.bilstm_crf.network import draw_weights
        from crossglot.tagging.bilstm_crf.training import train

        every: Sequence[TaggedSentence] = gathered_tagged(sentences)
        chosen_by: Sequence[TaggedSentence] = gathered_tagged(dev)
        settings = settings or Settings()
        labels = label_set(task, every)
        labels.encode(every)  # a tag that is no label is named before any work
        if not any(map(len, chosen_by)):
            every, chosen_by, where = held_out(every, task)
            _log.info("%s: the best epoch is chosen on %s", cls.NAME, where)
        vocabulary, once = vocabulary_of((s.words for s in every), () if vectors is None else vectors.words)
        names = iobes_names(labels)
        width = WIDTH if vectors is None else vectors.vectors.shape[1]
        rows = 1 + len(vocabulary.trained)  # what is drawn does not hang on which further words have vectors
        weights = draw_weights(rows, width, 1 + len(vocabulary.characters), len(names), seed=seed)
        if vectors is not None:
            weights = _start_from(weights, vocabulary, vectors)
        number = {name: place for place, name in enumerate(names)}
        tags = (number[tag] for s in every for tag in (to_iobes(s.tags) if task == "ner" else s.tags))
        encoded = encode([s.words for s in every], vocabulary, tags)
        of_dev = encode([s.words for s in chosen_by], vocabulary)

        def score() -> float:
            predicted = _tags(weights, of_dev, labels)
            counts = task_counts(task, [s.tags for s in chosen_by], predicted)
            return float(task_statistic(task)(counts.sum(axis=0)))

        epoch, best = train(weights, encoded, settings, once=once, seed=seed, score=score, progress=progress)
        return cls(labels, vocabulary, weights, settings, seed, epoch, best)

    def tag(self, sentences: Iterable[Iterable[str] | Sentence | TaggedSentence]) -> list[tuple[str, ...]]:
        """See `Tagger`."""
        from crossglot.tagging.bilstm_crf.batches import encode

        words = [tuple(words_of(sentence)) for sentence in gathered(sentences)]
        return _tags(self.weights, encode(words, self.vocabulary), self.labels)

    def save(self, folder: str | Path) -> None:
        """Writes `tagger.json` and `model.safetensors`; see `Tagger`."""
        about = _About(
            kind=self.NAME, task=self.task, labels=self.labels.names, words=self.vocabulary.trained,
            pretrained=self.vocabulary.pretrained, characters=self.vocabulary.characters,
            width=self.weights.vectors.shape[1], settings=self.settings, seed=self.seed, epoch=self.epoch,
            dev_score=self.dev_score, crossglot=__version__,
        )  # fmt: skip
        write_tagger(folder, about, self.weights.tensors())

    @classmethod
    def load(cls, folder: Path) -> BiLstmCrf:
        """See `Baseline`."""
        from crossglot.tagging.bilstm_crf.network import draw_weights

        about = read_about(folder, _About)
        check_labels(folder, about.labels)
        labels = Labels(about.task, about.labels)
        vocabulary = Vocabulary(about.words, about.pretrained, about.characters)
        for what, names in (("word", about.words), ("word", about.pretrained), ("character", about.characters)):
            if len(set(names)) < len(names):
                raise ModelError(f"{folder / ABOUT}: this tagger is damaged: it has a {what} twice")
        sizes = (vocabulary.rows, about.width, 1 + len(vocabulary.characters), len(iobes_names(labels)))
        shapes = {name: tuple(tensor.shape) for name, tensor in draw_weights(*sizes, device="meta").tensors().items()}
        why = (
            f"{len(labels)} labels, {vocabulary.rows - 1} words and {len(vocabulary.characters)} characters of {ABOUT}"
        )
        found = read_tensors(folder, shapes, why)
        weights = draw_weights(*sizes)
        weights.take(found)
        return cls(labels, vocabulary, weights, about.settings, about.seed, about.epoch, about.dev_score)


class _About(BaseModel):
    """What `tagger.json` holds."""

    model_config = ConfigDict(frozen=True)

    kind: str
    task: TaggerTask
    labels: tuple[str, ...]
    words: tuple[str, ...]
    pretrained: tuple[str, ...]
    characters: tuple[str, ...]
    width: int = Field(ge=1, le=100_000)
    settings: Settings
    seed: int
    epoch: int
    dev_score: float
    crossglot: str


def _tags(weights: Weights, sentences: Encoded, labels: Labels) -> list[tuple[str, ...]]:
    """The best tags of sentences, as the task has them."""
    from crossglot.tagging.bilstm_crf.decoding import best_tags

    names = iobes_names(labels)
    inside = (tuple(names[number] for number in numbers) for numbers in best_tags(weights, sentences))
    return [to_bio2(tags) if labels.task == "ner" else tags for tags in inside]


def _start_from(weights: Weights, vocabulary: Vocabulary, vectors: WordVectors) -> Weights:
    """Gives every training word that is found among pretrained vectors its own, and rows to the further words."""
    import torch

    place = {word: at for at, word in enumerate(vectors.words)}
    known = torch.from_numpy(vectors.vectors)
    found = 0
    for row, word in enumerate(vocabulary.trained, start=UNKNOWN + 1):
        at = look_up(word, place)
        if at is not None:
            weights.vectors[row] = known[at]
            found += 1
    _log.info("%d of %d training words have pretrained vectors", found, len(vocabulary.trained))
    further = torch.tensor([place[word] for word in vocabulary.pretrained], dtype=torch.int64)
    return replace(weights, vectors=torch.cat([weights.vectors, known[further]]))
