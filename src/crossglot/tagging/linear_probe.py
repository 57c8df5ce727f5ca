"""The linear probe: multinomial logistic regression on the frozen encoder's vectors of words.

By itself it is a floor, which tells what fine-tuning adds; as the new layer's start it spares the encoder the
large gradients of a random layer. Adam moves a weight by about the rate per step: after 94 steps at 1e-4 a
layer that began at random has hardly left its start.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import torch
from torch import nn

from crossglot.corpora.sentences import TaggedSentence, gathered_tagged
from crossglot.encoders.encoder import Encoder
from crossglot.runtime import Runtime, resolve_runtime
from crossglot.tagging.encoder_tagger import EncoderTagger
from crossglot.tagging.labels import Labels, label_set
from crossglot.tagging.logistic import MOST_SCORES, at_most, fit_weights
from crossglot.tagging.prediction import prepare, word_vectors
from crossglot.tagging.recipe import Recipe

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_WORDS = 100_000
"""Most words that a probe is fitted on; of more, a sample of whole sentences, always the same one."""

PENALTY = 1e-3
"""The L2 penalty: half of this times the squared weights is added to the mean cross entropy."""

LEAST_DEVIATION = 1e-3
"""Share of the median dimension's deviation below which a dimension is dead and is not blown up to deviation 1.

Layer norms of real encoders have gains that training took to nothing (MiniLM's last one has three, at 1e-8 to 1e-32 of
the others): a weight for what is left there is so large that fine-tuning can never move the layer again.
"""

MOST_ITERATIONS, TOLERANCE = 500, 1e-9


def linear_probe(
    encoder: Encoder,
    sentences: Iterable[TaggedSentence],
    *,
    task: str = "pos",
    recipe: Recipe | None = None,
    device: str | None = None,
    precision: str = "fp32",
) -> EncoderTagger:
    """A tagger whose encoder stays as it is: only the linear layer is fitted, and nothing is random.

    Args:
        encoder: from `load_encoder`; shared with the tagger, not changed.
        sentences: of one or several source languages.
        task: `pos`, `ner` or `labels`.
        recipe: how words are cut and read; nothing else of it counts.
        device: `auto`, `cpu`, `cuda` or `cuda:N`; where the encoder is unless given.
        precision: `fp32`, `bf16`, or `auto`, which asks the machine.

    Raises:
        DataError: if there are no words, or for a tag outside the task's labels.
    """
    recipe, runtime = recipe or Recipe(), resolve_runtime(device or encoder.device, precision)
    sentences = gathered_tagged(sentences)
    labels = label_set(task, sentences)
    head = fit_probe(encoder, sentences, labels, recipe, runtime)
    return EncoderTagger(on_device(encoder, runtime.device), head, labels, recipe, 0, runtime)


def fit_probe(
    encoder: Encoder, sentences: Sequence[TaggedSentence], labels: Labels, recipe: Recipe, runtime: Runtime
) -> nn.Linear:
    """The linear layer that gives the encoder's own vectors the scores of the logistic regression."""
    chosen = at_most(sentences, min(MOST_WORDS, MOST_SCORES // len(labels)))
    prepared = prepare(encoder, chosen, max_length=recipe.max_length, reading=recipe.reading)
    vectors = word_vectors(on_device(encoder, runtime.device), prepared, runtime)
    numbers = torch.tensor(labels.encode(chosen), device=vectors.device)
    weight, bias = logistic_regression(vectors, numbers, len(labels), PENALTY)
    with torch.random.fork_rng(devices=[]):  # a new layer draws weights, which are not used
        head = nn.Linear(weight.shape[1], weight.shape[0])
    head = head.to(vectors.device)
    with torch.no_grad():
        head.weight.copy_(weight)
        head.bias.copy_(bias)
    return head


@torch.no_grad()
def logistic_regression(
    vectors: torch.Tensor, labels: torch.Tensor, classes: int, penalty: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Multinomial logistic regression with an L2 penalty, by L-BFGS from zero.

    The penalty takes in the biases, so that a label that never occurs gets a finite one.

    Args:
        vectors: (words, hidden), standardised here in place: each dimension to mean 0 and deviation 1.
        labels: (words,), numbers of labels.
        classes: how many labels there are, those that never occur counted.
        penalty: see `PENALTY`.

    Returns:
        Weights (classes, hidden) and biases (classes,) for vectors as they were before.
    """
    mean, deviation = vectors.mean(dim=0), vectors.std(dim=0, correction=0)
    typical = deviation.median()
    deviation = torch.where(deviation > LEAST_DEVIATION * typical, deviation, typical.clamp(min=1e-12))
    vectors.sub_(mean).div_(deviation)
    shape = (classes, vectors.shape[1] + 1)

    def scores(flat: NDArray[np.float64]) -> torch.Tensor:
        """Of weights and, in the last column, biases."""
        both = torch.from_numpy(flat.reshape(shape)).to(vectors)
        return vectors @ both[:, :-1].T + both[:, -1]

    def slope(excess: torch.Tensor) -> torch.Tensor:
        return torch.cat([excess.T @ vectors, excess.sum(dim=0)[:, None]], dim=1)

    found = fit_weights(
        shape[0] * shape[1], labels, scores, slope, penalty=penalty, iterations=MOST_ITERATIONS, tolerance=TOLERANCE
    )
    both = torch.from_numpy(found.reshape(shape)).to(deviation)
    weight = both[:, :-1] / deviation
    return weight, both[:, -1] - weight @ mean


def on_device(encoder: Encoder, device: str) -> Encoder:
    """The encoder, or a copy of it where it is on another device."""
    if encoder.model.device == torch.device(device):
        return encoder
    encoder = encoder.copy()
    encoder.model.to(device)
    return encoder
