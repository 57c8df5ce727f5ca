"""The training of a tagger by a recipe: the whole encoder and a linear layer on its last layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace

import torch
from torch import nn
from torch.nn import functional

from crossglot.at_once import are_halved, pieces
from crossglot.checkpoints import Keeper
from crossglot.corpora.sentences import TaggedSentence
from crossglot.encoders.encoder import Encoder
from crossglot.encoders.forward import last_hidden
from crossglot.encoders.kernels.attention import attending_by_products
from crossglot.encoders.kernels.dropout import dropout, quicken_dropout
from crossglot.errors import CrossglotError
from crossglot.runtime import Runtime, keep_freed_memory
from crossglot.tagging.batches import LabelledBatch, draw_batches, training_set
from crossglot.tagging.encoder_tagger import EncoderTagger, Training
from crossglot.tagging.labels import label_set
from crossglot.tagging.linear_probe import fit_probe
from crossglot.tagging.optimisation import Optimisation, plain_embedding, rows_of
from crossglot.tagging.recipe import Recipe
from crossglot.tagging.training import count_steps
from crossglot.tagging.training_kept import heeding, put_back, save_if_due, training_identity

PIECES_AT_ONCE = 1024
"""Pieces whose hidden states are in memory at a time on a CPU: enough to fill its matrix units, and as many as most
batches have; 32 long sentences may have four times as many."""

Watch = Callable[[int, int, Callable[[], EncoderTagger]], None]
"""Told after each step of a training: steps done, steps in all, and what makes the tagger as it now is."""


class DivergenceError(CrossglotError):
    """A training whose loss is no longer a number."""


def fit(
    encoder: Encoder,
    sentences: Sequence[TaggedSentence],
    recipe: Recipe,
    *,
    task: str,
    seed: int,
    runtime: Runtime,
    progress: Callable[[int, int], None] | None = None,
    probe: nn.Linear | None = None,
    watch: Watch | None = None,
    keeper: Keeper | None = None,
) -> EncoderTagger:
    """Trains on the piece that each word is read at; see `finetune`, which finds the recipe where none is given.

    The tagger's encoder shares the rows of its embedding that were not trained with the encoder given (see
    `optimisation.make_whole`).

    Trainings that differ in rate or seed have the same linear probe to start from: `probe`, from `fit_probe`, where it
    is at hand. With a `keeper`, a training that was broken off goes on from its last checkpoint, to the same bits in
    fp32 with as many threads; `progress` and `watch` are told of the steps that are left.

    Raises:
        DataError: if there are no words, or for a tag outside the task's labels.
        DivergenceError: if the loss is no longer a number: the learning rate is too high.
    """
    keep_freed_memory()
    labels = label_set(task, sentences)
    data = training_set(encoder, sentences, labels, recipe.max_length, recipe.reading)
    device = torch.device(runtime.device)
    steps = count_steps(len(data), recipe)
    at_once = _pieces_at_once(device, recipe)
    kept = None
    if keeper is not None:
        identity = training_identity(encoder, data, labels, recipe, seed=seed, runtime=runtime, at_once=at_once)
        kept = keeper.load(identity)
    if recipe.head_start == "random" or kept is not None:
        probe = None
    elif probe is None:
        probe = fit_probe(encoder, sentences, labels, recipe, runtime)
    embedding = plain_embedding(encoder.model)  # `Optimisation` changes none of its rows in place
    shared = () if embedding is None else (rows_of(embedding),)
    given, encoder = encoder, encoder.copy(sharing=shared)
    model = encoder.model.to(device).train()
    devices = [device] if device.type == "cuda" else []

    def tagger_now() -> EncoderTagger:
        taken, copied = given.copy(sharing=shared), deepcopy(head).float()
        optimisation.write_into(taken.model.to(device), copied)
        return EncoderTagger(replace(taken, model=taken.model.eval()), copied.eval(), labels, recipe, seed, runtime)

    with torch.random.fork_rng(devices=devices), attending_by_products(model), heeding(keeper):
        torch.manual_seed(seed)
        head = deepcopy(probe) or new_head(encoder, len(labels), device)
        quicken_dropout(model)
        optimisation = Optimisation(model, head, data.ids(encoder.pad_id), recipe, steps, runtime.precision)
        losses = torch.zeros(steps, device=device)
        done = 0 if kept is None else put_back(kept, optimisation, losses)
        for step, parts in enumerate(draw_batches(encoder, data, recipe, seed, at_once, done), start=done + 1):
            words = sum(map(words_of, parts))
            for part in filter(words_of, parts):
                loss = batch_loss(model, head, part, recipe.dropout) * (words_of(part) / words)
                loss.backward()  # type: ignore[no-untyped-call]
                losses[step - 1] += loss.detach()  # looked at once, at the end: asking a GPU each step would stall it
            optimisation.step()
            if progress is not None:
                progress(step, steps)
            if watch is not None:
                with torch.random.fork_rng(devices=devices):  # whoever watches does not change the training
                    watch(step, steps, tagger_now)
            if keeper is not None:
                save_if_due(keeper, optimisation, losses, identity)
        optimisation.finish()
    if not torch.isfinite(losses).all():
        raise DivergenceError(f"the training loss is not a number: lower the learning rate of {recipe.learning_rate}")
    tenth = -(-steps // 10)
    training = Training(steps, losses[:tenth].mean().item(), losses[-tenth:].mean().item())
    return EncoderTagger(replace(encoder, model=model.eval()), head.eval(), labels, recipe, seed, runtime, training)


def _pieces_at_once(device: torch.device, recipe: Recipe) -> int | None:
    """At most so many pieces of a batch are computed at a time; None for all of them."""
    if device.type == "cpu":
        return pieces(PIECES_AT_ONCE)
    return pieces(recipe.batch_size * recipe.max_length) if are_halved() else None


def batch_loss(model: nn.Module, head: nn.Linear, labelled: LabelledBatch, probability: float) -> torch.Tensor:
    """Mean cross entropy over the batch's words, in fp32; `probability` is dropout's."""
    device = head.weight.device
    hidden = last_hidden(model, labelled.batch.to(device))[labelled.first_pieces.to(device)]
    logits = head(dropout(hidden, probability))
    return functional.cross_entropy(logits.float(), labelled.labels.to(device))


def words_of(part: LabelledBatch) -> int:
    """How many words of a part of a batch are learned from."""
    return len(part.labels)


def new_head(encoder: Encoder, labels: int, device: torch.device) -> nn.Linear:
    """A linear layer with BERT's initialisation: normal of the encoder's own deviation (0.02), biases 0."""
    head = nn.Linear(encoder.hidden_size, labels, device=device)
    nn.init.normal_(head.weight, std=float(getattr(encoder.model.config, "initializer_range", 0.02)))
    nn.init.zeros_(head.bias)
    return head
