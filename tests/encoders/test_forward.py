"""Packed and padded batches give the same hidden states, loss and gradients, in every family."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_models import LAYERS, PACKING_FAMILIES, POSITIONS, WIDTH, every_layer, save_tiny

import crossglot.encoders.kernels.attention  # noqa: F401  (PRODUCTS is registered there)
from crossglot.batching import Batch, packed_batch, padded_batch
from crossglot.encoders.encoder import Encoder
from crossglot.encoders.forward import PRODUCTS, last_hidden, make_batch
from crossglot.encoders.loading import load_encoder
from crossglot.errors import ModelError

LENGTHS = (17, 128, 3, 64, 31, 9, 44, 2, 12, 25)


@pytest.fixture(scope="module", params=PACKING_FAMILIES)
def encoder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    return load_encoder(save_tiny(tmp_path_factory.mktemp(request.param), request.param))


@pytest.fixture(params=["sdpa", "eager", PRODUCTS])
def attention(request: pytest.FixtureRequest, encoder: Encoder) -> str:
    encoder.model.set_attn_implementation(request.param)
    return str(request.param)


def some_sequences(encoder: Encoder, lengths: tuple[int, ...] = LENGTHS, seed: int = 1) -> list[np.ndarray]:
    """Random pieces, none of them padding (RoBERTa counts positions by it)."""
    draw = np.random.default_rng(seed)
    pieces = np.setdiff1d(np.arange(encoder.model.config.vocab_size), [encoder.pad_id])
    return [draw.choice(pieces, size=length) for length in lengths]


def both_layouts(encoder: Encoder, sequences: list[np.ndarray]) -> tuple[Batch, Batch]:
    packed = packed_batch(sequences, pad_id=encoder.pad_id, first_position=encoder.first_position)
    return packed, padded_batch(sequences, pad_id=encoder.pad_id)


def test_the_batch_made_for_it_is_packed(encoder: Encoder) -> None:
    batch = make_batch(encoder, some_sequences(encoder))
    assert batch.packed
    assert batch.flat_index.numel() > 0.85 * batch.input_ids.numel()


def test_packed_and_padded_hidden_states_agree(encoder: Encoder, attention: str) -> None:
    packed, padded = both_layouts(encoder, some_sequences(encoder))
    with torch.no_grad():
        torch.testing.assert_close(
            last_hidden(encoder.model, packed), last_hidden(encoder.model, padded), atol=1e-5, rtol=1e-5
        )


def test_packed_hidden_states_are_those_of_each_sentence_alone(encoder: Encoder, attention: str) -> None:
    sequences = some_sequences(encoder)
    packed, _ = both_layouts(encoder, sequences)
    with torch.no_grad():
        together = last_hidden(encoder.model, packed)
        alone = [encoder.model(torch.from_numpy(ids)[None]).last_hidden_state[0] for ids in sequences]
    torch.testing.assert_close(together, torch.cat(alone), atol=1e-5, rtol=1e-5)


def test_packed_and_padded_loss_and_gradients_agree(encoder: Encoder, attention: str) -> None:
    """The loss of a tagger: a linear layer on the last layer, cross-entropy averaged over pieces."""
    gradients, losses = [], []
    head = torch.nn.Linear(WIDTH, 5)
    for batch in both_layouts(encoder, some_sequences(encoder)):
        encoder.model.zero_grad()
        labels = torch.arange(batch.flat_index.numel()) % 5
        loss = torch.nn.functional.cross_entropy(head(last_hidden(encoder.model, batch)), labels)
        loss.backward()  # type: ignore[no-untyped-call]
        losses.append(loss.detach())
        gradients.append({name: weight.grad.clone() for name, weight in encoder.model.named_parameters()})
    torch.testing.assert_close(losses[0], losses[1], atol=1e-5, rtol=1e-5)
    for name in gradients[0]:
        torch.testing.assert_close(gradients[0][name], gradients[1][name], atol=1e-5, rtol=1e-4, msg=name)
    encoder.model.zero_grad(set_to_none=True)


def test_a_sentence_does_not_leak_into_its_neighbours(encoder: Encoder, attention: str) -> None:
    sequences = some_sequences(encoder, (30, 40, 20, 38))
    changed = [sequences[0], some_sequences(encoder, (40,), seed=2)[0], *sequences[2:]]
    with torch.no_grad():
        before, after = (
            last_hidden(encoder.model, packed_batch(version, capacity=128, pad_id=encoder.pad_id, tight=False))
            for version in (sequences, changed)
        )
    difference = (before - after).abs().amax(dim=1)
    assert difference[30:70].min() > 1e-3
    assert torch.cat([difference[:30], difference[70:]]).max() == 0


def test_every_layer_starts_with_the_embeddings_and_ends_with_the_last_layer(encoder: Encoder) -> None:
    packed, padded = both_layouts(encoder, some_sequences(encoder))
    with torch.no_grad():
        layers, same = every_layer(encoder.model, packed), every_layer(encoder.model, padded)
        torch.testing.assert_close(layers[-1], last_hidden(encoder.model, packed), atol=1e-6, rtol=1e-6)
    assert layers.shape == (LAYERS + 1, sum(LENGTHS), WIDTH)
    torch.testing.assert_close(layers, same, atol=1e-5, rtol=1e-5)


def test_the_first_layer_depends_on_piece_and_position_only(encoder: Encoder) -> None:
    sequence = some_sequences(encoder, (20,))[0]
    other = np.concatenate([sequence[:1], some_sequences(encoder, (19,), seed=5)[0]])
    with torch.no_grad():
        layers = every_layer(encoder.model, make_batch(encoder, [sequence, other]))
    torch.testing.assert_close(layers[0, 0], layers[0, 20])
    assert not torch.allclose(layers[1, 0], layers[1, 20])


def test_packed_rows_give_no_nan_in_training(encoder: Encoder, attention: str) -> None:
    encoder = encoder.copy()
    encoder.model.train()
    last_hidden(encoder.model, make_batch(encoder, some_sequences(encoder, (7, 3, 11)))).sum().backward()  # type: ignore[no-untyped-call]
    assert all(torch.isfinite(weight.grad).all() for weight in encoder.model.parameters())


def test_an_encoder_that_does_not_pack_is_padded(encoder: Encoder) -> None:
    sequences = some_sequences(encoder)
    assert not make_batch(dataclasses.replace(encoder, packs=False), sequences).packed
    # what was not checked is not packed either
    assert not make_batch(dataclasses.replace(encoder, packs_up_to=100), sequences).packed
    assert make_batch(dataclasses.replace(encoder, packs_up_to=100), sequences[2:], capacity=512).packed


def test_sequences_beyond_the_last_position_are_refused(encoder: Encoder) -> None:
    with pytest.raises(ModelError, match=f"positions for {POSITIONS} pieces, not for 141"):
        make_batch(encoder, some_sequences(encoder, (141,)))


def test_the_longest_sequence_has_a_position_for_every_piece(encoder: Encoder) -> None:
    with torch.no_grad():
        hidden = last_hidden(encoder.model, make_batch(encoder, some_sequences(encoder, (POSITIONS, 5))))
    assert hidden.shape == (POSITIONS + 5, WIDTH)


def test_a_padding_piece_within_a_sentence_does_not_shift_roberta_s_positions(tmp_path: Path) -> None:
    """A text may hold the word `<pad>`."""
    encoder = load_encoder(save_tiny(tmp_path, "roberta"))
    sequences = some_sequences(encoder, (12, 7))
    sequences[0][4] = encoder.pad_id
    with torch.no_grad():
        packed = last_hidden(encoder.model, make_batch(encoder, sequences))
        padded = last_hidden(encoder.model, make_batch(dataclasses.replace(encoder, packs=False), sequences))
    torch.testing.assert_close(packed, padded, atol=1e-5, rtol=1e-5)


def test_roberta_counts_positions_from_after_its_padding_piece(tmp_path: Path) -> None:
    encoder = load_encoder(save_tiny(tmp_path, "roberta"))
    assert encoder.first_position == 2
    sequences = some_sequences(encoder)
    wrong = packed_batch(sequences, pad_id=encoder.pad_id, first_position=0)
    with torch.no_grad():
        right = last_hidden(encoder.model, make_batch(encoder, sequences))
        assert (last_hidden(encoder.model, wrong) - right).abs().max() > 0.1
