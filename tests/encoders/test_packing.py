"""Whether an encoder may be packed is found out, not looked up, and the finding is hard to fool."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_models import PACKING_FAMILIES, save_tiny, tiny_config
from transformers import AutoModel

from crossglot.batching import Batch
from crossglot.encoders import forward
from crossglot.encoders.loading import load_encoder
from crossglot.encoders.packing import check_packing
from crossglot.errors import ModelError


def random_model(family: str, **changes: Any) -> Any:
    """With transformers' own small initial weights, under which faults are hardest to see."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return AutoModel.from_config(tiny_config(family, 300, **changes)).eval()


@pytest.mark.parametrize("family", PACKING_FAMILIES)
def test_the_common_families_pack(family: str, tmp_path: Path) -> None:
    encoder = load_encoder(save_tiny(tmp_path, family))
    assert encoder.packs, encoder.why_padded
    assert encoder.why_padded == ""
    assert encoder.packs_up_to == encoder.max_positions


@pytest.mark.parametrize("family", ["deberta-v2", "xlm"])
def test_what_takes_no_block_mask_is_padded_with_a_word_why(family: str, tmp_path: Path) -> None:
    encoder = load_encoder(save_tiny(tmp_path, family))
    assert not encoder.packs
    assert "takes no block-diagonal mask" in encoder.why_padded


def test_what_ignores_positions_given_is_padded_with_a_word_why(tmp_path: Path) -> None:
    """RoFormer takes positions from places in the row, so the second sentence of a row would start in its middle."""
    encoder = load_encoder(save_tiny(tmp_path, "roformer"))
    assert not encoder.packs
    assert "differ from padded ones" in encoder.why_padded


def test_a_leak_between_sentences_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = forward.model_inputs

    def unmasked(model: Any, batch: Batch) -> dict[str, Any]:
        found = inputs(model, batch)
        return found | {"attention_mask": torch.ones_like(batch.input_ids)} if batch.packed else found

    assert check_packing(random_model("bert"), pad_id=0, max_positions=128).packs
    monkeypatch.setattr(forward, "model_inputs", unmasked)
    check = check_packing(random_model("bert"), pad_id=0, max_positions=128)
    assert not check.packs
    assert "differ" in check.why_padded


@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_a_lost_sliding_window_is_found(monkeypatch: pytest.MonkeyPatch, attention: str) -> None:
    """ModernBERT given one 4-D mask sees beyond its window: unnoticed among short sentences only."""
    model = random_model("modernbert", local_attention=128, max_position_embeddings=300)
    model.set_attn_implementation(attention)
    inputs = forward.model_inputs

    def one_mask(model: Any, batch: Batch) -> dict[str, Any]:
        found = inputs(model, batch)
        if isinstance(found["attention_mask"], dict):
            found["attention_mask"] = found["attention_mask"]["full_attention"]
        return found

    assert check_packing(model, pad_id=1, max_positions=300).packs
    monkeypatch.setattr(forward, "model_inputs", one_mask)
    assert not check_packing(model, pad_id=1, max_positions=128).packs
    assert check_packing(model, pad_id=1, max_positions=60).packs


def test_the_first_position_is_found_whatever_the_hint() -> None:
    roberta, bert = random_model("roberta"), random_model("bert")
    assert check_packing(roberta, pad_id=1, max_positions=128, hint=0).first_position == 2
    assert check_packing(bert, pad_id=0, max_positions=128, hint=5).first_position == 0


def test_the_check_leaves_the_model_as_it_was() -> None:
    model = random_model("modernbert").train()
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    layers, state = len(model.layers), torch.get_rng_state()
    check_packing(model, pad_id=1, max_positions=128)
    assert model.training
    assert len(model.layers) == layers
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(weight, before[name]) for name, weight in model.state_dict().items())


def test_layers_are_restored_when_the_model_fails() -> None:
    model = random_model("bert")
    model.encoder.layer[0].attention.self.query.weight = torch.nn.Parameter(torch.zeros(5, 7))
    with pytest.raises(ModelError, match="does not run on piece ids alone"):
        check_packing(model, pad_id=0, max_positions=128)
    assert len(model.encoder.layer) == model.config.num_hidden_layers
