"""Attention written out in products gives what torch's own gives, and steps back where it does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_models import PACKING_FAMILIES, save_tiny
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface

from crossglot.encoders.forward import PRODUCTS
from crossglot.encoders.kernels.attention import attend, attending_by_products
from crossglot.encoders.loading import load_encoder

LAYER = torch.nn.Module()


@pytest.mark.parametrize("scaling", [None, 0.3])
def test_values_and_gradients_are_those_of_torch(scaling: float | None) -> None:
    torch.manual_seed(3)
    query, key, value = parts = [torch.randn(2, 3, 7, 8, requires_grad=True) for _ in range(3)]
    seen = torch.rand(2, 1, 7, 7) < 0.6
    seen |= torch.eye(7, dtype=torch.bool)
    added = torch.zeros(seen.shape).masked_fill_(~seen, torch.finfo(torch.float32).min)
    expected = scaled_dot_product_attention(query, key, value, attn_mask=seen, scale=scaling).transpose(1, 2)
    found, _ = attend(LAYER, query, key, value, added, scaling=scaling)
    torch.testing.assert_close(found, expected)
    weight = torch.randn_like(expected)
    for ours, theirs in zip(*(torch.autograd.grad((x * weight).sum(), parts) for x in (found, expected)), strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-4)


def test_dropout_drops_attention_and_keeps_its_mean() -> None:
    torch.manual_seed(3)
    query = key = torch.zeros(1, 1, 1000, 4)
    found, _ = attend(LAYER, query, key, torch.ones(1, 1, 1000, 4), None, dropout=0.5)
    assert found.mean().item() == pytest.approx(1, abs=0.01)
    assert found.std().item() == pytest.approx(1000**-0.5, rel=0.2)


@pytest.mark.parametrize("family", PACKING_FAMILIES)
def test_families_that_pack_attend_by_products_while_the_context_lasts(family: str, tmp_path: Path) -> None:
    model = load_encoder(save_tiny(tmp_path, family)).model.train()
    with attending_by_products(model):
        assert model.config._attn_implementation == PRODUCTS
        assert model.training
    assert model.config._attn_implementation == "sdpa"


@pytest.mark.parametrize("keys", [2, 1])
def test_a_model_keeps_its_attention_where_products_give_other_hidden_states_or_none(
    keys: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(*parts: Any, scaling: float, **_others: Any) -> Any:
        layer, query, key, value, mask = parts
        return attend(layer, query, key[:, :, ::keys], value, mask, scaling=scaling / 2)

    monkeypatch.setitem(AttentionInterface._global_mapping, PRODUCTS, wrong)
    model = load_encoder(save_tiny(tmp_path)).model.train()
    with attending_by_products(model):
        assert model.config._attn_implementation == "sdpa"
        assert model.training


def test_a_model_with_another_attention_keeps_it(tmp_path: Path) -> None:
    model = load_encoder(save_tiny(tmp_path)).model
    model.set_attn_implementation("eager")
    with attending_by_products(model):
        assert model.config._attn_implementation == "eager"
    assert model.config._attn_implementation == "eager"
