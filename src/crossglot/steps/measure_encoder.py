"""How fast this machine trains and asks an encoder, and what memory that takes: measured on made-up sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pydantic import BaseModel, ConfigDict

from crossglot.corpora.sentences import TaggedSentence
from crossglot.corpora.tasks import UPOS
from crossglot.engine.step import Advance, Inputs
from crossglot.steps.clock import Clock
from crossglot.steps.made_up_text import made_up_sentences, made_up_words
from crossglot.steps.on_device import EncoderStep, OnDevice
from crossglot.tagging.recipe import Recipe

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray
    from transformers import PreTrainedTokenizerBase

    from crossglot.encoders.encoder import Encoder
    from crossglot.tagging.encoder_tagger import EncoderTagger

SPEEDS = "speeds.json"

SHORT, LONG = 10, 30
"""Words of the made-up sentences: a step of training takes so much for itself, and so much for each piece."""

STEPS = 5
"""Optimiser steps of each of the two trainings."""


class Speeds(BaseModel):
    """What an encoder's shape costs: processor's seconds on a CPU, a clock's on a GPU; memory in bytes.

    Attributes:
        load: reading the encoder.
        load_tokenizer: reading its tokenizer alone.
        count: of counting the word pieces of a text, whatever there is of it.
        counted_word: likewise, for each word.
        begin: setting a training up, and giving the encoder its whole vocabulary again.
        step: of a training's step, what does not depend on its pieces: mostly the optimiser.
        trained_piece: of a training's step, for each piece.
        ask: setting a model up to predict.
        asked_piece: of a forward pass.
        cut_word: of cutting a word into pieces and packing it.
        fitted_number: of one pass of a linear probe's fit, for each word, label and unit of width.
        embedded_piece: of sentence vectors at all layers.
        compared: of a search for translations: for each two lines at one layer, in all conditions.
        resampled: of a bootstrap over translations: for each pair, layer and condition.
        memory_asked: of a process that predicts.
        memory_trained: of a process that trains; on a GPU both are the GPU's.
        weights: parameters, 4 bytes each.
        layers: with that of the embeddings.
        width: hidden size.
    """

    model_config = ConfigDict(frozen=True)

    load: float
    load_tokenizer: float
    count: float
    counted_word: float
    begin: float
    step: float
    trained_piece: float
    ask: float
    asked_piece: float
    cut_word: float
    fitted_number: float
    embedded_piece: float
    compared: float
    resampled: float
    memory_asked: int
    memory_trained: int
    weights: int
    layers: int
    width: int


class MeasureEncoder(EncoderStep):
    """Runs the code of training, prediction, probes and sentence vectors on a few made-up sentences.

    Attributes:
        encoder: any of its shape: what its weights are changes nothing.
        shape: what of its configuration does.
        machine: what it is measured on: processor, threads, versions.
    """

    SKIP_ID_ARGUMENTS: ClassVar[frozenset[str]] = EncoderStep.SKIP_ID_ARGUMENTS | {"encoder"}

    shape: str
    machine: tuple[str, ...]

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:  # noqa: ARG002
        """Writes speeds.json."""
        clock = Clock(self.device)
        load, encoder = clock.seconds(lambda: self.encoder.load(self.device))
        languages = encoder.position_blocks or encoder.language_ids
        encoder = encoder.for_language(next(iter(languages), "en"))
        words = made_up_words(encoder.tokenizer)
        advance(0.1)
        load_tokenizer, tokenizer = clock.seconds(self.encoder.load_tokenizer)
        count, counted_word = _counting(tokenizer, words, clock)
        asked = _Asked(encoder, words, self, clock)
        memory_asked = clock.memory()
        advance(0.4)
        trained = _Trained(encoder, words, self, clock)
        speeds = Speeds(
            load=load,
            load_tokenizer=load_tokenizer,
            count=count,
            counted_word=counted_word,
            begin=trained.begin,
            step=trained.step,
            trained_piece=trained.piece,
            ask=asked.ask,
            asked_piece=asked.piece,
            cut_word=asked.word,
            fitted_number=asked.fitted,
            embedded_piece=asked.embedded,
            compared=asked.compared,
            resampled=asked.resampled,
            memory_asked=memory_asked,
            memory_trained=clock.memory(),
            weights=count_weights(encoder),
            layers=asked.layers,
            width=encoder.hidden_size,
        )
        (folder / SPEEDS).write_text(speeds.model_dump_json(indent=1) + "\n", encoding="utf-8")

    @property
    def requirements(self) -> tuple[OnDevice, ...]:
        """See Step; that the encoder can be loaded is found out where it is timed."""
        return (OnDevice(self.device),)

    @property
    def title(self) -> str:
        """What the progress shows."""
        return f"measuring {self.encoder.name} in {self.precision} on {self.device_kind}"


def count_weights(encoder: Encoder) -> int:
    """Parameters of an encoder, those of an embedding that lies in its file among them."""
    known = [tuple(weight.shape) for weight in encoder.model.state_dict().values()]
    embedding = (int(encoder.model.config.vocab_size or 0), encoder.hidden_size)
    return sum(map(math.prod, known if embedding in known else [*known, embedding]))


def _counting(tokenizer: PreTrainedTokenizerBase, words: Sequence[str], clock: Clock) -> tuple[float, float]:
    """Seconds of counting word pieces: for a text itself, and for each word."""
    from crossglot.encoders.spelling import spelling
    from crossglot.tagging.overlap import piece_use

    few, many = (made_up_sentences(words, count, 20, count) for count in (10, 200))

    def seconds(sentences: Sequence[TaggedSentence]) -> float:
        outside = [TaggedSentence(sentence.words, ("O",) * len(sentence)) for sentence in sentences]
        read = [sentence.words for sentence in sentences]
        return clock.seconds(lambda: (piece_use(outside, tokenizer), spelling(read, tokenizer)))[0]

    seconds(few)
    short, long = seconds(few), seconds(many)
    word = max(0.0, long - short) / (sum(map(len, many)) - sum(map(len, few)))
    return max(0.0, short - word * sum(map(len, few))), word


class _Asked:
    """What forward passes, probes and searches for translations take."""

    def __init__(self, encoder: Encoder, words: Sequence[str], step: MeasureEncoder, clock: Clock) -> None:
        import numpy as np

        from crossglot.alignment.scoring import resampled_accuracies
        from crossglot.alignment.translations import translations
        from crossglot.alignment.vectors import embed
        from crossglot.steps.translate import CONDITIONS
        from crossglot.tagging.prediction import prepare, word_vectors

        few, many = made_up_sentences(words, 8, SHORT, 1), made_up_sentences(words, 200, 20, 2)
        prepare(encoder, few)
        cutting, batches = clock.seconds(lambda: prepare(encoder, many))
        small = prepare(encoder, few)
        word_vectors(encoder, small, step.runtime)  # the first is slower: kernels are chosen
        short, _ = clock.seconds(lambda: word_vectors(encoder, small, step.runtime))
        long, vectors = clock.seconds(lambda: word_vectors(encoder, batches, step.runtime))
        pieces, few_pieces = (sum(int(one.batch.starts[-1]) for one in of.batches) for of in (batches, small))
        self.piece = max(long - short, 0.5 * long) / (pieces - few_pieces)
        self.ask = max(0.0, short - few_pieces * self.piece)
        self.word = cutting / len(vectors)
        self.fitted = _fitted_number(vectors, many, clock)
        texts = [" ".join(sentence.words) for sentence in many[:100]]
        embed(encoder, texts[:8], device=step.device, precision=step.precision)
        taken, found = clock.seconds(lambda: embed(encoder, texts, device=step.device, precision=step.precision))
        self.layers = len(found)
        self.embedded = max(taken - self.ask, 0.5 * taken) * len(many) / len(texts) / pieces
        one, other = np.random.default_rng(0).standard_normal((2, 400, encoder.hidden_size), dtype=np.float32)
        translations(one, other, CONDITIONS, device=step.device)
        searching, _ = clock.seconds(lambda: translations(one, other, CONDITIONS, device=step.device))
        self.compared = searching / 400**2
        right = np.random.default_rng(0).random((len(CONDITIONS), 4, 400)) < 0.5
        resampled_accuracies(right)
        resampling, _ = clock.seconds(lambda: resampled_accuracies(right))
        self.resampled = resampling / right.size


def _fitted_number(vectors: torch.Tensor, sentences: Sequence[TaggedSentence], clock: Clock) -> float:
    """Seconds of one pass of a linear probe's fit over these words, by label and unit of width."""
    import torch

    from crossglot.tagging.logistic import fit_weights

    order = {tag: number for number, tag in enumerate(sorted(UPOS))}
    labels = torch.tensor([order[tag] for one in sentences for tag in one.tags], device=vectors.device)
    shape, passes = (len(order), vectors.shape[1]), 0

    def scores(flat: NDArray[np.float64]) -> torch.Tensor:
        nonlocal passes
        passes += 1
        return vectors @ torch.from_numpy(flat.reshape(shape)).to(vectors).T

    def fit() -> None:
        fit_weights(
            shape[0] * shape[1], labels, scores, lambda excess: excess.T @ vectors,
            penalty=1e-3, iterations=20, tolerance=0.0,
        )  # fmt: skip

    taken, _ = clock.seconds(fit)
    return taken / passes / vectors.numel() / len(order)


class _Trained:
    """What fine-tuning takes: two short trainings, one on short sentences and one on long ones."""

    def __init__(self, encoder: Encoder, words: Sequence[str], step: MeasureEncoder, clock: Clock) -> None:
        recipe = Recipe(epochs=1)
        self.recipe, self.runtime, self.clock = recipe, step.runtime, clock
        short, long = (self._train(encoder, words, length) for length in (SHORT, LONG))
        self.piece = (long[1] - short[1]) / (long[2] - short[2])
        self.step = short[1] - self.piece * short[2]
        if min(self.piece, self.step) < 0:  # a step for itself takes less than can be told
            self.piece, self.step = (short[1] + long[1]) / (short[2] + long[2]), 0.0
        self.begin = long[0]

    def _train(self, encoder: Encoder, words: Sequence[str], length: int) -> tuple[float, float, float]:
        """Seconds beside the steps, seconds of a step, and pieces of a step."""
        from crossglot.tagging.batches import training_set
        from crossglot.tagging.fitting import fit
        from crossglot.tagging.labels import label_set
        from crossglot.tagging.optimisation import make_whole

        sentences = made_up_sentences(words, STEPS * self.recipe.batch_size, length, length)
        data = training_set(encoder, sentences, label_set("pos", sentences), self.recipe.max_length)
        times = [self.clock.now()]

        def train() -> EncoderTagger:
            tagger = fit(
                encoder, sentences, self.recipe, task="pos", seed=1, runtime=self.runtime,
                progress=lambda _done, _steps: times.append(self.clock.now()),
            )  # fmt: skip
            make_whole(tagger.encoder.model)
            return tagger

        seconds, _ = self.clock.seconds(train)
        one = (times[-1] - times[1]) / (len(times) - 2)  # the first step has the setting up before it
        return max(0.0, seconds - one * STEPS), one, float(data.sequences.lengths.sum()) / STEPS
