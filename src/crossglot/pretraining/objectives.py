"""The model that is pretrained, and its losses, with a forward pass that spares memory traffic.

A narrow model spends most of its time between the matrix products. So the forward pass of training is written out here
on the weights of the Hugging Face model: activations stay in the precision of the products from end to end, query, key
and value are one product, and the vocabulary is scored at the masked pieces alone, a block at a time, loss and gradient
together. Tests hold it against the Hugging Face model's own forward pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional

from crossglot.pretraining.rows import NO_BLOCKS
from crossglot.pretraining.shapes import Shape

if TYPE_CHECKING:
    from torch import Tensor, nn
    from transformers import BertForMaskedLM

BLOCK = 512
"""Masked pieces whose scores exist at the same time: with 16,000 pieces 16 MB in bf16, which stays in cache."""


def build_model(
    shape: Shape, vocab_size: int, seed: int, *, next_sentence: bool = False, blocks: Mapping[str, int] = NO_BLOCKS
) -> BertForMaskedLM:
    """A BERT of the shape with random weights that depend on the seed alone.

    Args:
        shape: its size.
        vocab_size: pieces in its vocabulary, which may be fewer than the shape allows.
        seed: of the weights.
        next_sentence: with a next-sentence head too (BertForPreTraining), whose model has the same parts.
        blocks: where every language has position ids of its own, the first of them; the model's configuration keeps
            them as `position_blocks`, and each language's positions start out unrelated to the others'.
    """
    from transformers import BertConfig, BertForMaskedLM, BertForPreTraining

    config = BertConfig(
        vocab_size=vocab_size,
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=4 * shape.hidden,
        max_position_embeddings=shape.positions * max(1, len(blocks)),
        hidden_dropout_prob=shape.dropout,
        attention_probs_dropout_prob=shape.dropout,
        initializer_range=shape.initializer_range,
        **({"position_blocks": dict(blocks)} if blocks else {}),
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = (BertForPreTraining if next_sentence else BertForMaskedLM)(config)
        waves = sinusoids(shape.positions, shape.hidden)
        others = [waves @ torch.linalg.qr(torch.randn(shape.hidden, shape.hidden)).Q for _ in list(blocks)[1:]]
    with torch.no_grad():
        places = model.bert.embeddings.position_embeddings.weight
        places.copy_(torch.cat([waves, *others]) * shape.initializer_range)
    return model


def sinusoids(positions: int, width: int) -> Tensor:
    """Position embeddings to start from, (positions, width), of unit variance: learned from there on, as BERT's are.

    From random ones a small model must first find out which positions are neighbours, and sits on the unigram plateau
    until it has; sines and cosines (Vaswani et al. 2017, section 3.5) tell it. Wavelengths end near the row length.
    """
    steps = torch.arange(0, width, 2) / width
    angles = torch.arange(positions)[:, None] * (2.0 * positions) ** -steps
    return torch.cat([angles.sin(), angles.cos()], 1)[:, :width] * 2**0.5


def masked_lm_loss(model: BertForMaskedLM, hidden: Tensor, positions: Tensor, labels: Tensor) -> Tensor:
    """Mean cross-entropy in nats at the masked pieces.

    Args:
        model: the encoder with its masked-LM head.
        hidden: (rows, length, hidden), its last layer's states.
        positions: (n,) indices into rows and length flattened.
        labels: (n,) the pieces that stood there.
    """
    transform = model.cls.predictions.transform
    masked = functional.gelu(_linear(hidden.flatten(0, 1)[positions], transform.dense))
    masked = _norm(masked, transform.LayerNorm)
    weight, bias = model.bert.embeddings.word_embeddings.weight, model.cls.predictions.bias
    loss: Tensor = _VocabularyLoss.apply(masked, weight, bias, labels)  # type: ignore[no-untyped-call]
    return loss


def next_sentence_loss(model: BertForMaskedLM, hidden: Tensor, random: Tensor) -> Tensor:
    """Mean cross-entropy in nats of the prediction, from [CLS], whether a row's second part is a random one.

    Args:
        model: an encoder built with `next_sentence`.
        hidden: (rows, length, hidden), its last layer's states.
        random: (rows,), 1 where it is.
    """
    pooled = torch.tanh(_linear(hidden[:, 0], model.bert.pooler.dense))
    return functional.cross_entropy(_linear(pooled, model.cls.seq_relationship).float(), random)


def last_hidden(
    model: BertForMaskedLM,
    input_ids: Tensor,
    parts: Tensor | None = None,
    positions: Tensor | None = None,
    *,
    dtype: torch.dtype,
) -> Tensor:
    """The last layer's states of rows without padding; dropout is active if the model is in training mode.

    Args:
        model: the encoder with its heads.
        input_ids: (rows, length).
        parts: (rows, length), 0 or 1: token types; None is 0 everywhere.
        positions: (rows, length) position ids; None is 0, 1, 2 … in every row.
        dtype: of activations and matrix products; weights and their gradients keep theirs.

    Returns:
        (rows, length, hidden).
    """
    config, embeddings = model.config, model.bert.embeddings
    dropout = config.hidden_dropout_prob if model.training else 0.0
    types = embeddings.token_type_embeddings.weight
    part = types[0] if parts is None else functional.embedding(parts, types)
    table = embeddings.position_embeddings.weight
    places = (table[: input_ids.shape[1]] if positions is None else functional.embedding(positions, table)) + part
    hidden = _norm(functional.embedding(input_ids, embeddings.word_embeddings.weight) + places, embeddings.LayerNorm)
    hidden = _dropped(hidden.to(dtype), dropout)
    for layer in model.bert.encoder.layer:
        attention = layer.attention
        context = _attend(hidden, attention.self, config.num_attention_heads, dropout)
        attended = _dropped(_linear(context, attention.output.dense), dropout)
        hidden = _norm(hidden + attended, attention.output.LayerNorm)
        inner = functional.gelu(_linear(hidden, layer.intermediate.dense))
        hidden = _norm(hidden + _dropped(_linear(inner, layer.output.dense), dropout), layer.output.LayerNorm)
    return hidden


def _attend(hidden: Tensor, weights: Any, heads: int, dropout: float) -> Tensor:
    """Self-attention of full rows; (rows, length, hidden) in and out."""
    rows, length, width = hidden.shape
    parts = (weights.query, weights.key, weights.value)
    weight = torch.cat([part.weight for part in parts]).to(hidden.dtype)
    bias = torch.cat([part.bias for part in parts]).to(hidden.dtype)
    joint = functional.linear(hidden, weight, bias).view(rows, length, 3, heads, width // heads)
    query, key, value = joint.permute(2, 0, 3, 1, 4).unbind(0)
    if hidden.is_cuda:
        context = functional.scaled_dot_product_attention(query, key, value, dropout_p=dropout)
    else:  # on a CPU, at these lengths, plain products beat the blockwise kernel several times
        scores = torch.matmul(query * (width // heads) ** -0.5, key.transpose(2, 3))
        context = torch.matmul(_dropped(scores.softmax(-1), dropout), value)
    return context.transpose(1, 2).reshape(rows, length, width)


def _linear(hidden: Tensor, layer: nn.Linear) -> Tensor:
    return functional.linear(hidden, layer.weight.to(hidden.dtype), layer.bias.to(hidden.dtype))


def _norm(hidden: Tensor, norm: nn.LayerNorm) -> Tensor:
    weight, bias = norm.weight.to(hidden.dtype), norm.bias.to(hidden.dtype)
    return functional.layer_norm(hidden, norm.normalized_shape, weight, bias, norm.eps)


def _dropped(hidden: Tensor, share: float) -> Tensor:
    return functional.dropout(hidden, share) if share else hidden


class _VocabularyLoss(torch.autograd.Function):
    """Mean cross-entropy of a linear layer over the vocabulary; its gradients are computed with it, block by block."""

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, weight: Tensor, bias: Tensor, labels: Tensor) -> Tensor:
        count = len(hidden)
        low, low_bias = weight.to(hidden.dtype), bias.to(hidden.dtype)
        hidden_grad, weight_grad = torch.empty_like(hidden), torch.zeros_like(weight)
        bias_grad = bias.new_zeros((len(bias), 1))
        total = torch.zeros((), device=hidden.device)
        for first in range(0, count, BLOCK):
            block, target = hidden[first : first + BLOCK], labels[first : first + BLOCK, None]
            scores = torch.addmm(low_bias, block, low.t())
            shift = scores.amax(1, keepdim=True)
            total -= (scores.gather(1, target) - shift).float().sum()
            exps = scores.sub_(shift).exp_()
            sums = exps.sum(1, keepdim=True).float()  # summed in fp32, rounded once; dtype=float32 would copy first
            total += sums.log().sum()
            # softmax = exps / sums: the division is done on the narrow side of each product, not on the scores.
            scale = (1 / (count * sums)).to(hidden.dtype)
            torch.mm(exps, low, out=hidden_grad[first : first + BLOCK])
            hidden_grad[first : first + BLOCK].mul_(scale)
            weight_grad += torch.mm(exps.t(), block * scale)
            bias_grad += torch.mm(exps.t(), scale)
        hidden_grad.sub_(low[labels], alpha=1 / count)
        weight_grad.index_add_(0, labels, hidden.to(weight.dtype), alpha=-1 / count)
        bias_grad.index_add_(0, labels, bias_grad.new_ones((count, 1)), alpha=-1 / count)
        ctx.save_for_backward(hidden_grad, weight_grad, bias_grad[:, 0])
        return total / count

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        hidden_grad, weight_grad, bias_grad = ctx.saved_tensors
        return hidden_grad * grad.to(hidden_grad.dtype), weight_grad * grad, bias_grad * grad, None
