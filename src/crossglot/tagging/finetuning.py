"""Fine-tuning: a pretrained encoder and tagged sentences in, a tagger out."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from crossglot.checkpoints import Keeper
from crossglot.corpora.sentences import TaggedSentence, gathered_tagged
from crossglot.encoders.encoder import Encoder
from crossglot.runtime import resolve_runtime
from crossglot.tagging.choosing import choose
from crossglot.tagging.encoder_tagger import EncoderTagger
from crossglot.tagging.finding import find
from crossglot.tagging.fitting import Watch, fit
from crossglot.tagging.labels import label_set
from crossglot.tagging.optimisation import make_whole
from crossglot.tagging.recipe import Recipe


def finetune(
    encoder: Encoder,
    sentences: Iterable[TaggedSentence],
    *,
    task: str = "pos",
    recipe: Recipe | None = None,
    dev: Iterable[TaggedSentence] = (),
    seed: int = 1,
    device: str | None = None,
    precision: str = "fp32",
    progress: Callable[[int, int], None] | None = None,
    watch: Watch | None = None,
    keeper: Keeper | None = None,
) -> EncoderTagger:
    """Trains the whole encoder and a linear layer on its last layer, on the piece that each word is read at.

    The loss of a batch is the mean cross entropy over its words. The new layer starts at random, or from a linear probe
    of the encoder as it was given (`Recipe.head_start`; Kumar et al. 2022, "Fine-Tuning can Distort Pretrained Features
    and Underperform Out-of-Distribution"). The encoder given is left as it is, and so is torch's global random state.
    One seed gives the same bits on one machine in fp32.

    Args:
        encoder: from `load_encoder`.
        sentences: of one or several source languages, one after another.
        task: `pos` (UPOS), `ner` (BIO2) or `labels` (any tags).
        recipe: taken as it is. By default the paper's, with start and rate by the rule of `tagging.choosing`: those
            kept beside the encoder; else, for one narrower than BERT-base, found on `dev` by several trainings and kept
            in the cache.
        dev: of the source language, to find start and rate on where that is to be done; else a tenth of the sentences
            is set aside for the search, and the log says so.
        seed: of the linear layer, of dropout and of the order of sentences.
        device: `auto`, `cpu`, `cuda` or `cuda:N`; where the encoder is unless given.
        precision: `fp32`, `bf16`, or `auto`, which asks the machine.
        progress: called with (steps done, steps in all) of the training itself.
        watch: likewise, and with a function that makes the tagger as it is after these steps; training goes on to the
            same weights.
        keeper: writes checkpoints of the training itself, from which the same call goes on if it is broken off: to the
            same bits in fp32 with as many threads.

    Raises:
        DataError: if there are no words, or for a tag outside the task's labels.
        DivergenceError: if the loss is no longer a number: the learning rate is too high.
    """
    runtime, sentences = resolve_runtime(device or encoder.device, precision), gathered_tagged(sentences)
    label_set(task, sentences).encode(sentences)  # a tag that is none is found before a search, not after it
    if recipe is None:
        choice = choose(encoder, task)
        recipe = choice.recipe if choice.grid is None else find(choice, encoder, sentences, dev, task, runtime).recipe
    tagger = fit(
        encoder, sentences, recipe, task=task, seed=seed, runtime=runtime, progress=progress, watch=watch, keeper=keeper
    )
    make_whole(tagger.encoder.model)
    return tagger
