"""The tagger of an encoder: a linear layer on its last layer; it tags, is saved and loaded."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from pydantic import BaseModel, ConfigDict, model_validator
from torch import nn

from crossglot import __version__
from crossglot.checksums import write_checksums
from crossglot.corpora.sentences import Sentence, TaggedSentence, gathered
from crossglot.corpora.tasks import TaggerTask
from crossglot.encoders.encoder import Encoder
from crossglot.encoders.loading import load_encoder
from crossglot.files import whole_folder
from crossglot.runtime import Runtime
from crossglot.tagging.labels import Labels
from crossglot.tagging.prediction import Prepared, for_prediction, predict_labels, prepare
from crossglot.tagging.recipe import Recipe
from crossglot.tagging.tagger import TaggerBase
from crossglot.tagging.tagger_files import ABOUT, HEAD, WEIGHTS, check_labels, check_replaceable, read_about, read_head

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@dataclass(frozen=True, slots=True)
class Training:
    """How a training went: steps, and the mean loss over the first and the last tenth of them, in nats per word."""

    steps: int
    first_loss: float
    last_loss: float


@dataclass(frozen=True)
class EncoderTagger(TaggerBase):
    """A fine-tuned encoder and its linear layer, in fp32 and evaluation mode.

    Attributes:
        encoder: fine-tuned; its name and revision are those of the encoder it was fine-tuned from.
        head: hidden states to label scores.
        labels: what it can predict.
        recipe: how it was fine-tuned.
        seed: with which seed.
        runtime: where and in which precision it was fine-tuned and predicts.
        training: how fine-tuning went; None for a linear probe and for a tagger that was loaded.
    """

    encoder: Encoder
    head: nn.Linear
    labels: Labels
    recipe: Recipe
    seed: int
    runtime: Runtime
    training: Training | None = None

    def tag(self, sentences: Iterable[Iterable[str] | Sentence | TaggedSentence]) -> list[tuple[str, ...]]:
        """A tag for every word of every sentence, in order; gold tags are not looked at.

        Sentences longer than training's are cut into windows at word starts, so no word is lost. Tags stand as
        predicted: an entity may begin with `I-`, which conlleval's rules count as a beginning.

        Raises:
            UsageError: for texts, which are not split into words.
        """
        recipe = self.recipe
        return self.predict_prepared(
            prepare(self.encoder, gathered(sentences), max_length=recipe.max_length, reading=recipe.reading)
        )

    def for_language(self, language: str) -> EncoderTagger:
        """The same tagger, for sentences of this language; see `Encoder.for_language`.

        Raises:
            ModelError: if its encoder has position ids for other languages only.
        """
        return replace(self, encoder=self.encoder.for_language(language))

    def predict(self, sentences: Iterable[Iterable[str] | Sentence | TaggedSentence]) -> list[tuple[str, ...]]:
        """Another name for `tag`."""
        return self.tag(sentences)

    def predict_prepared(self, prepared: Prepared) -> list[tuple[str, ...]]:
        """As `tag`, for sentences that `prepare` has cut and packed for this tagger's encoder."""
        numbers = predict_labels(self._predicting_model, self._predicting_head, prepared)
        return self._by_sentence(numbers.tolist(), prepared.word_starts.tolist())

    @torch.inference_mode()
    def predict_vectors(self, vectors: torch.Tensor, word_starts: Sequence[int]) -> list[tuple[str, ...]]:
        """As `tag`, for words whose vectors, (words, hidden), this tagger's encoder has computed before.

        Args:
            vectors: from `word_vectors`, of sentences that were cut and read as this tagger's are.
            word_starts: the number of each sentence's first word, and of all words.
        """
        head = self._predicting_head
        numbers = head(vectors.to(head.weight)).argmax(dim=-1)
        return self._by_sentence(numbers.tolist(), word_starts)

    def _by_sentence(self, numbers: Sequence[int], word_starts: Sequence[int]) -> list[tuple[str, ...]]:
        tags = self.labels.decode(numbers)
        return [tuple(tags[start:end]) for start, end in itertools.pairwise(word_starts)]

    # Model and head in the precision they predict in, made once for all sets to predict.

    @cached_property
    def _predicting_model(self) -> PreTrainedModel:
        return for_prediction(self.encoder.model, self.runtime)

    @cached_property
    def _predicting_head(self) -> nn.Linear:
        return self.head if self.runtime.precision == "fp32" else deepcopy(self.head).bfloat16()

    def save(self, folder: str | Path) -> None:
        """Writes weights, tokenizer and `tagger.json`; `AutoModelForTokenClassification` loads the folder too.

        Where an architecture's own token classifier is more than dropout and a linear layer (ModernBERT), only
        `load_tagger` gives this tagger back.

        The folder is written whole or not at all. An earlier tagger in it is replaced, and nothing else.

        Raises:
            StorageError: if the folder cannot be written.
            UsageError: if the folder holds anything else than a tagger.
        """
        from safetensors.torch import save_file

        folder, model = Path(folder), self.encoder.model
        state = {f"{model.base_model_prefix}.{name}": value for name, value in model.state_dict().items()}
        state |= {f"{HEAD}{name}": value for name, value in self.head.state_dict().items()}
        about = _About(
            task=self.task, labels=self.labels.names, recipe=self.recipe, seed=self.seed, encoder=self.encoder.name,
            encoder_revision=self.encoder.revision, precision=self.runtime.precision, crossglot=__version__,
        )  # fmt: skip
        config = json.loads(model.config.to_json_string(use_diff=False))
        config["architectures"] = [type(model).__name__.removesuffix("Model") + "ForTokenClassification"]
        config["id2label"] = dict(enumerate(self.labels.names))
        config["label2id"] = {name: i for i, name in enumerate(self.labels.names)}
        config["classifier_dropout"] = self.recipe.dropout
        with whole_folder(folder, durable=True, may_replace=check_replaceable) as half:
            self.encoder.tokenizer.save_pretrained(half)
            (half / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
            (half / ABOUT).write_text(about.model_dump_json(indent=2) + "\n", encoding="utf-8")
            tensors = {name: value.detach().cpu().contiguous() for name, value in state.items()}
            save_file(tensors, half / "model.safetensors", metadata={"format": "pt"})
            write_checksums(half, [path.name for path in half.iterdir()])


def load_encoder_tagger(folder: str | Path, *, runtime: Runtime | None = None) -> EncoderTagger:
    """Loads what `EncoderTagger.save` wrote; see `load_tagger`.

    Args:
        folder: the tagger's.
        runtime: device and precision; by default the CPU and fp32.

    Raises:
        ModelError: if the folder is not a tagger's, or is damaged.
    """
    folder, runtime = Path(folder), runtime or Runtime()
    about = read_about(folder, _About, WEIGHTS)
    check_labels(folder, about.labels)
    encoder = load_encoder(folder, device=runtime.device)
    state = read_head(folder, len(about.labels), encoder.hidden_size)
    head = nn.Linear(state["weight"].shape[1], state["weight"].shape[0], device=runtime.device)
    head.load_state_dict(state)
    return EncoderTagger(encoder, head.eval(), Labels(about.task, about.labels), about.recipe, about.seed, runtime)


class _About(BaseModel):
    """What `tagger.json` holds."""

    model_config = ConfigDict(frozen=True)

    task: TaggerTask
    labels: tuple[str, ...]
    recipe: Recipe
    seed: int
    encoder: str
    encoder_revision: str | None
    precision: str
    crossglot: str

    @model_validator(mode="before")
    @classmethod
    def _read_as_trained(cls, about: Any) -> Any:
        """A recipe that does not say where words are read is of a time when that was the plain first piece."""
        if isinstance(about, dict) and isinstance(about.get("recipe"), dict):
            return about | {"recipe": {"subword": "first", **about["recipe"]}}
        return about
