"""The training forward pass and its vocabulary loss against Hugging Face's own BERT, values and gradients."""

from __future__ import annotations

import pytest
import torch

from crossglot.pretraining.objectives import build_model, last_hidden, masked_lm_loss, next_sentence_loss, sinusoids
from crossglot.pretraining.shapes import SHAPES

SHAPE = SHAPES["tiny"].changed(layers=2, hidden=32, heads=4, positions=24, length=16, vocab_size=700, batch_pieces=24)


def _batch(masked: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    input_ids = torch.randint(5, 700, (60, 24), generator=generator)
    positions = torch.randperm(input_ids.numel(), generator=generator)[:masked].sort().values
    return input_ids, positions, torch.randint(5, 700, (masked,), generator=generator)


def _ours(
    model: torch.nn.Module, batch: tuple[torch.Tensor, torch.Tensor, torch.Tensor], dtype: torch.dtype = torch.float32
) -> torch.Tensor:
    input_ids, positions, labels = batch
    return masked_lm_loss(model, last_hidden(model, input_ids, dtype=dtype), positions, labels)


def _oracle(
    model: torch.nn.Module, input_ids: torch.Tensor, positions: torch.Tensor, labels: torch.Tensor
) -> torch.Tensor:
    """Loss by Hugging Face's own forward pass: the head on every piece, -100 where nothing is to be predicted."""
    targets = torch.full((input_ids.numel(),), -100)
    targets[positions] = labels
    loss: torch.Tensor = model(input_ids=input_ids, labels=targets.view_as(input_ids)).loss
    return loss


@pytest.mark.parametrize("masked", [1, 216, 1_100])  # the last is more than two blocks
def test_loss_and_gradients_are_those_of_hugging_face(masked: int) -> None:
    model = build_model(SHAPE, 700, seed=1).train()
    batch = _batch(masked)
    expected = _oracle(model, *batch)
    gradients = torch.autograd.grad(expected, list(model.parameters()), allow_unused=True)
    loss = _ours(model, batch)
    ours = torch.autograd.grad(loss, list(model.parameters()), allow_unused=True)
    assert loss.item() == pytest.approx(expected.item(), abs=1e-5)
    for (name, _), mine, theirs in zip(model.named_parameters(), ours, gradients, strict=True):
        assert mine is not None and theirs is not None, name
        torch.testing.assert_close(mine, theirs, atol=1e-6, rtol=1e-4, msg=name)


def test_hidden_states_are_those_of_hugging_face() -> None:
    model = build_model(SHAPE, 700, seed=1).eval()
    input_ids = _batch(1)[0]
    expected = model.bert(input_ids=input_ids).last_hidden_state
    torch.testing.assert_close(last_hidden(model, input_ids, dtype=torch.float32), expected, atol=1e-5, rtol=1e-5)


def test_position_ids_reach_the_embeddings_and_their_gradients() -> None:
    model = build_model(SHAPE, 700, seed=1, blocks={"en": 0, "de": 24}).train()
    input_ids, positions, labels = _batch(216)
    places = (torch.arange(60)[:, None] % 2 * 24 + torch.arange(24)).contiguous()
    targets = torch.full((input_ids.numel(),), -100)
    targets[positions] = labels
    expected = model(input_ids=input_ids, position_ids=places, labels=targets.view_as(input_ids)).loss
    hidden = last_hidden(model, input_ids, positions=places, dtype=torch.float32)
    loss = masked_lm_loss(model, hidden, positions, labels)
    table = model.bert.embeddings.position_embeddings.weight
    assert loss.item() == pytest.approx(expected.item(), abs=1e-5)
    mine, theirs = (torch.autograd.grad(one, table)[0] for one in (loss, expected))
    torch.testing.assert_close(mine, theirs, atol=1e-6, rtol=1e-4)


def test_both_losses_of_sentence_pairs_are_those_of_hugging_face() -> None:
    model = build_model(SHAPE, 700, seed=1, next_sentence=True).train()
    input_ids, positions, labels = _batch(216)
    parts = (torch.arange(24) >= 11).long().expand(60, 24)
    random = torch.arange(60) % 2
    targets = torch.full((input_ids.numel(),), -100)
    targets[positions] = labels
    expected = model(
        input_ids=input_ids, token_type_ids=parts, labels=targets.view_as(input_ids), next_sentence_label=random
    ).loss
    hidden = last_hidden(model, input_ids, parts, dtype=torch.float32)
    loss = masked_lm_loss(model, hidden, positions, labels) + next_sentence_loss(model, hidden, random)
    assert loss.item() == pytest.approx(expected.item(), abs=1e-5)


def test_bf16_loss_is_near_the_fp32_loss() -> None:
    model = build_model(SHAPE, 700, seed=1).train()
    batch = _batch(216)
    exact, low = (_ours(model, batch, dtype).item() for dtype in (torch.float32, torch.bfloat16))
    assert low == pytest.approx(exact, abs=0.02)


def test_large_scores_do_not_overflow() -> None:
    model = build_model(SHAPE, 700, seed=1).train()
    with torch.no_grad():
        model.bert.embeddings.word_embeddings.weight.mul_(200)
    batch = _batch(50)
    loss = _ours(model, batch)
    assert loss.item() == pytest.approx(_oracle(model, *batch).item(), rel=1e-5)


def test_dropout_is_active_in_training_only() -> None:
    model = build_model(SHAPE.changed(dropout=0.5), 700, seed=1)
    batch = _batch(50)
    model.train()
    first, second = (_ours(model, batch).item() for _ in "ab")
    assert first != second
    model.eval()
    first, second = (_ours(model, batch).item() for _ in "ab")
    assert first == second


def test_weights_depend_on_the_seed_alone() -> None:
    torch.manual_seed(5)
    first = build_model(SHAPE, 700, seed=1)
    torch.manual_seed(6)
    second, other = build_model(SHAPE, 700, seed=1), build_model(SHAPE, 700, seed=2)
    pairs = zip(first.parameters(), second.parameters(), strict=True)
    assert all(torch.equal(mine, theirs) for mine, theirs in pairs)
    words = [model.bert.embeddings.word_embeddings.weight for model in (first, other)]
    assert not torch.equal(*words)


def test_separate_positions_start_alike_within_a_language_and_unrelated_across() -> None:
    blocks = {"en": 0, "de": 24, "hi": 48}
    model = build_model(SHAPE, 700, seed=1, blocks=blocks)
    assert model.config.position_blocks == blocks
    english, german, hindi = model.bert.embeddings.position_embeddings.weight.detach().split(24)
    for other in (german, hindi):
        torch.testing.assert_close(
            other @ other.T, english @ english.T
        )  # a rotation: each language's own order is kept
    likeness = torch.nn.functional.cosine_similarity
    for one, other in ((english, german), (english, hindi), (german, hindi)):
        assert likeness(one, other, dim=1).abs().mean() < 0.4
    shared = build_model(SHAPE, 700, seed=1)
    torch.testing.assert_close(shared.bert.embeddings.position_embeddings.weight.detach(), english)


def test_position_embeddings_start_distinct_with_neighbours_most_alike() -> None:
    places = sinusoids(64, 32)
    assert places.std().item() == pytest.approx(1, abs=0.15)
    likeness = places @ places.T
    for position in range(1, 63):
        others = likeness[position].clone()
        others[position] = -torch.inf
        assert others.argmax().item() in (position - 1, position + 1)
