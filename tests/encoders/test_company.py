"""What an encoder says of a sentence does not depend on the others it is read with, nor on what was read before."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny_models import POSITIONS, every_layer, save_tiny
from transformers import AutoModel

from crossglot.alignment.vectors import embed
from crossglot.corpora.sentences import TaggedSentence
from crossglot.encoders.encoder import Encoder, without_pooler
from crossglot.encoders.forward import last_hidden, make_batch
from crossglot.encoders.loading import load_encoder
from crossglot.encoders.quiet import quietly
from crossglot.errors import ModelError
from crossglot.tagging.finetuning import finetune
from crossglot.tagging.recipe import Recipe

READ_APART = ("big_bird", "convbert", "fnet", "mobilebert", "nystromformer", "yoso")
"""Padding changes what these compute: by convolutions, Fourier mixing, landmarks, another attention for long rows."""

PADDED = ("deberta", "esm", "flaubert", "layoutlm", "longformer", "mpnet", "roformer")
PACKED = (
    "albert",
    "camembert",
    "ernie",
    "eurobert",
    "ibert",
    "luke",
    "megatron-bert",
    "rembert",
    "squeezebert",
    "xmod",
)
LENGTHS = (3, 90, 41, 90, 1, 17, 136, 33, 8)


def fresh(folder: Path) -> Any:
    """As anybody would load it with transformers."""
    from transformers import AutoConfig

    with quietly():
        config = AutoConfig.from_pretrained(folder)
        return AutoModel.from_pretrained(folder, dtype=torch.float32, **without_pooler(config)).eval()


def some_sequences(encoder: Encoder, lengths: tuple[int, ...] = LENGTHS) -> list[np.ndarray]:
    draw = np.random.default_rng(1)
    return [draw.integers(5, encoder.model.config.vocab_size, length) for length in lengths]


@torch.no_grad()
def alone(folder: Path, sequence: np.ndarray) -> torch.Tensor:
    """Last hidden states by a model that has read nothing else."""
    hidden: torch.Tensor = fresh(folder)(torch.from_numpy(sequence)[None]).last_hidden_state[0]
    return hidden


@pytest.mark.parametrize("family", [*READ_APART, *PADDED, *PACKED])
def test_hidden_states_in_a_batch_are_those_of_each_sentence_alone(family: str, tmp_path: Path) -> None:
    encoder = load_encoder(save_tiny(tmp_path, family))
    sequences = some_sequences(encoder)
    batch = make_batch(encoder, sequences)
    with torch.no_grad():
        together, layers = last_hidden(encoder.model, batch), every_layer(encoder.model, batch)
    expected = torch.cat([alone(tmp_path, sequence) for sequence in sequences])
    torch.testing.assert_close(together, expected, atol=2e-5, rtol=2e-5)
    torch.testing.assert_close(layers[-1], together, atol=2e-5, rtol=2e-5)
    assert (batch.packed, batch.apart) == (family in PACKED, "lengths" if family in READ_APART else "no")


@pytest.mark.parametrize("family", READ_APART)
def test_training_sees_them_so_too(family: str, tmp_path: Path) -> None:
    """Gradients of a batch are the sum of those of its sentences one by one."""
    encoder = load_encoder(save_tiny(tmp_path, family))
    sequences = some_sequences(encoder, (12, 100, 12, 57))

    def gradients(groups: list[list[np.ndarray]]) -> dict[str, torch.Tensor]:
        encoder.model.zero_grad()
        for group in groups:
            hidden = last_hidden(encoder.model, make_batch(encoder, group))
            (hidden * torch.arange(hidden.shape[1])).sum().backward()  # type: ignore[no-untyped-call]
        return {name: weight.grad for name, weight in encoder.model.named_parameters() if weight.grad is not None}

    one_by_one = gradients([[sequence] for sequence in sequences])
    together = gradients([sequences])
    scale = max(gradient.abs().max() for gradient in one_by_one.values())
    assert one_by_one.keys() == together.keys()
    for name, gradient in one_by_one.items():
        torch.testing.assert_close(together[name], gradient, atol=float(2e-5 * scale), rtol=1e-3, msg=name)


@pytest.mark.parametrize("family", ["big_bird", "fnet", "convbert", "longformer", "bert"])
def test_vectors_and_tags_of_a_sentence_do_not_depend_on_its_company(family: str, tmp_path: Path) -> None:
    encoder = load_encoder(save_tiny(tmp_path, family))
    sentences = [
        ["the", "cat"],
        ["der", "Hund", "sah"],
        ["cat"] * 70,
        ["un"] * 9,
        ["кот"],
        ["the", "mat"],
        ["dog"] * 300,
    ]
    texts = [" ".join(sentence) for sentence in sentences]
    together = embed(encoder, texts)
    one_by_one = np.concatenate([embed(encoder, [text]) for text in texts], axis=1)
    np.testing.assert_allclose(together, one_by_one, atol=2e-5 * np.abs(together).max())
    gold = [TaggedSentence(tuple(words), tuple("ABC"[len(word) % 3] for word in words)) for words in sentences]
    tagger = finetune(encoder, gold, task="labels", recipe=Recipe(epochs=2, learning_rate=1e-2, batch_size=4))
    tags = [tagger.predict([words])[0] for words in sentences]
    assert tagger.predict(sentences) == tags
    assert tagger.predict(sentences[::-1]) == tags[::-1]


def test_a_big_bird_reads_a_long_sentence_as_ever_after_short_ones(tmp_path: Path) -> None:
    """By itself it changes to full attention for good at the first short row."""
    encoder = load_encoder(save_tiny(tmp_path, "big_bird"))
    short, long = some_sequences(encoder, (10, 130))
    with torch.no_grad():
        before, _, after = (last_hidden(encoder.model, make_batch(encoder, [ids])) for ids in (long, short, long))
    assert torch.equal(before, after)
    torch.testing.assert_close(before, alone(tmp_path, long), atol=2e-5, rtol=2e-5)


def test_block_sparse_rows_use_whole_blocks_of_positions(tmp_path: Path) -> None:
    assert load_encoder(save_tiny(tmp_path / "sparse", "big_bird")).max_positions == POSITIONS // 8 * 8
    full = save_tiny(tmp_path / "full", "big_bird", attention_type="original_full")
    assert load_encoder(full).max_positions == POSITIONS


@pytest.mark.parametrize("family", ["ibert", "longformer", "luke", "mpnet", "camembert"])
def test_positions_that_begin_after_the_padding_piece_are_not_counted_on(family: str, tmp_path: Path) -> None:
    """A sequence as long as there are position ids would ask for one too many."""
    encoder = load_encoder(save_tiny(tmp_path, family))
    assert encoder.max_positions in (POSITIONS - 1, POSITIONS)
    longest = some_sequences(encoder, (encoder.max_positions, 5))
    with torch.no_grad():
        assert last_hidden(encoder.model, make_batch(encoder, longest)).isfinite().all()


@pytest.mark.parametrize("family", ["big_bird", "bert", "fnet", "modernbert", "longformer", "deberta-v2"])
def test_the_encoder_is_handed_out_as_it_was_before_it_was_looked_at(family: str, tmp_path: Path) -> None:
    folder = save_tiny(tmp_path, family)
    reference = fresh(folder)
    torch.manual_seed(3)
    np.random.seed(4)
    random.seed(5)
    chance = torch.get_rng_state(), np.random.get_state(), random.getstate()
    model = load_encoder(folder).model
    assert torch.equal(torch.get_rng_state(), chance[0])
    assert repr(np.random.get_state()) == repr(chance[1])
    assert random.getstate() == chance[2]
    assert model.config.to_dict() == reference.config.to_dict()
    assert str(model) == str(reference)  # every layer, and of which kind
    assert getattr(model, "attention_type", None) == getattr(reference, "attention_type", None)
    assert not any(module.training for module in model.modules())
    weights, expected = model.state_dict(), reference.state_dict()
    buffers = dict(reference.named_buffers())
    assert weights.keys() == expected.keys()
    assert all(
        torch.equal(weight, expected[name]) and weight.dtype == expected[name].dtype for name, weight in weights.items()
    )
    assert all(torch.equal(buffer, buffers[name]) for name, buffer in model.named_buffers())
    assert all(weight.requires_grad for weight in model.parameters())


@pytest.mark.parametrize(
    ("family", "message"),
    [
        ("reformer", "other hidden states when it reads the same sentence again"),
        ("mra", "every piece without a look at the others"),
        ("perceiver", "does not run on piece ids alone"),
        ("funnel", "does not run on piece ids alone, on [13] of them"),
    ],
)
def test_what_cannot_be_relied_on_is_refused(family: str, message: str, tmp_path: Path) -> None:
    """Random hashing, attention whose kernels are missing, other inputs, sentences too short for pooling."""
    with pytest.raises(ModelError, match=message):
        load_encoder(save_tiny(tmp_path, family))


def test_a_model_that_remembers_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a layer keeps from one call for the next."""
    from transformers.models.bert.modeling_bert import BertEmbeddings

    forward = BertEmbeddings.forward

    def remembering(self: Any, *given: Any, **named: Any) -> torch.Tensor:
        self.calls = getattr(self, "calls", 0) + 1
        hidden: torch.Tensor = forward(self, *given, **named) * (1 + 0.01 * self.calls)
        return hidden

    folder = save_tiny(tmp_path)
    monkeypatch.setattr(BertEmbeddings, "forward", remembering)
    with pytest.raises(ModelError, match="keeps what it has read"):
        load_encoder(folder)


def test_what_was_not_checked_goes_alone(tmp_path: Path) -> None:
    encoder = load_encoder(save_tiny(tmp_path, max_position_embeddings=700))
    assert make_batch(encoder, some_sequences(encoder, (30, 512))).packed
    batch = make_batch(encoder, some_sequences(encoder, (30, 513)))
    assert (batch.packed, batch.apart) == (False, "rows")
