"""Fused inference gives the hidden states and tags it replaces, and steps back where it does not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_models import save_tiny
from torch import nn

from crossglot.corpora.conllu import read_conllu
from crossglot.corpora.sentences import TaggedSentence
from crossglot.encoders.encoder import Encoder
from crossglot.encoders.forward import last_hidden, make_batch
from crossglot.encoders.kernels import fused as fusing
from crossglot.encoders.kernels.fused import Product, ResidualProduct, fused
from crossglot.encoders.loading import load_encoder
from crossglot.runtime import multiplies_in_bf16
from crossglot.tagging.finetuning import finetune
from crossglot.tagging.prediction import predict_labels, prepare
from crossglot.tagging.recipe import Recipe

KEPT = Path(__file__).parents[2] / "models" / "m-bert-small"
RELATIVES = ("bert", "roberta", "xlm-roberta", "electra")
CPU = torch.device("cpu")

needs_products = pytest.mark.skipif(not fusing._has_products(), reason="this torch has no oneDNN products")
needs_bf16 = pytest.mark.skipif(not multiplies_in_bf16(CPU), reason="this processor does not multiply in bf16")


@torch.inference_mode()
def hidden(encoder: Encoder, model: nn.Module) -> torch.Tensor:
    rng = np.random.default_rng(4)
    sequences = [rng.integers(5, 60, length, dtype=np.int32) for length in (3, 90, 41, 17, 2, 33)]
    return last_hidden(model, make_batch(encoder, sequences)).float()


def kinds(model: nn.Module) -> set[type]:
    return {type(module) for module in model.modules()}


@needs_products
@pytest.mark.parametrize("onednn", [True, False])
@pytest.mark.parametrize("family", RELATIVES)
def test_bert_and_its_relatives_compute_the_same_when_fused(
    family: str, onednn: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fusing, "_by_onednn", lambda _: onednn)
    encoder = load_encoder(save_tiny(tmp_path, family))
    copy = fused(encoder.model)
    assert {Product, ResidualProduct} <= kinds(copy)
    assert nn.Linear not in kinds(copy)
    torch.testing.assert_close(hidden(encoder, copy), hidden(encoder, encoder.model), atol=2e-5, rtol=1e-5)


@needs_products
@needs_bf16
def test_in_bf16_a_fused_encoder_is_no_farther_from_fp32_than_before() -> None:
    encoder = load_encoder(KEPT)
    exact, low = hidden(encoder, encoder.model), encoder.copy().model.bfloat16()
    copy = fused(low)
    assert copy is not low
    before, after = ((hidden(encoder, model) - exact).norm() for model in (low, copy))
    assert after <= 1.1 * before


@needs_products
def test_the_model_itself_stays_as_it_was_and_is_followed_where_its_weights_change(tmp_path: Path) -> None:
    encoder = load_encoder(save_tiny(tmp_path))
    model = encoder.model
    before, copy = kinds(model), fused(model)
    assert kinds(model) == before
    assert {id(weight) for weight in copy.parameters()} == {id(weight) for weight in model.parameters()}
    hidden_before = hidden(encoder, copy)
    ids = torch.arange(5, 12)[None]
    model.train()(input_ids=ids).last_hidden_state.pow(2).sum().backward()
    with torch.no_grad():
        for weight in model.parameters():
            if weight.grad is not None:
                weight -= 0.01 * weight.grad
    changed = hidden(encoder, model.eval())
    assert (changed - hidden_before).abs().max() > 1e-3
    torch.testing.assert_close(hidden(encoder, copy), changed, atol=2e-5, rtol=1e-5)


@pytest.mark.parametrize("family", ["modernbert", "distilbert", "xlm"])
def test_other_architectures_are_left_alone(family: str, tmp_path: Path) -> None:
    model = load_encoder(save_tiny(tmp_path, family)).model
    assert fused(model) is model


def test_models_with_another_activation_in_training_or_in_double_precision_are_left_alone(tmp_path: Path) -> None:
    model = load_encoder(save_tiny(tmp_path / "tanh", hidden_act="gelu_new")).model
    assert fused(model) is model
    model = load_encoder(save_tiny(tmp_path / "exact")).model
    assert fused(model.train()) is model
    assert fused(model.eval().double()) is model


def test_wide_models_keep_torch_s_own_products_in_fp32(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fusing, "WIDEST_IN_FP32", 16)
    model = load_encoder(save_tiny(tmp_path)).model
    assert fused(model) is model


def test_a_torch_without_these_products_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fusing, "_has_products", lambda: False)
    model = load_encoder(save_tiny(tmp_path)).model
    assert fused(model) is model


@pytest.mark.parametrize("fault", ["other numbers", "an error", "not a number"])
def test_a_copy_that_fails_its_check_is_not_used(fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forward(self: Product, hidden_states: torch.Tensor) -> torch.Tensor:
        if fault == "an error":
            raise RuntimeError("this processor cannot")
        product = nn.functional.linear(hidden_states, self.weight, self.bias)
        return product * torch.nan if fault == "not a number" else nn.functional.relu(product)

    monkeypatch.setattr(Product, "forward", forward)
    model = load_encoder(save_tiny(tmp_path)).model
    assert fused(model) is model


@needs_products
@pytest.mark.parametrize("language", ["UD_German-GSD/de_gsd", "UD_English-EWT/en_ewt"])
def test_tags_of_real_sentences_stay_equal(language: str, data_root: Path) -> None:
    gold = read_conllu(data_root / "ud" / f"{language}-ud-test.conllu")[:400]
    tagger = finetune(load_encoder(KEPT), gold[200:], recipe=Recipe(epochs=1, learning_rate=1e-3))
    prepared = prepare(tagger.encoder, gold)
    model, head = tagger.encoder.model, tagger.head
    assert fused(model) is not model
    expected = predict_labels(model, head, prepared)
    np.testing.assert_array_equal(predict_labels(fused(model), head, prepared), expected)
    assert Product in kinds(tagger._predicting_model)


def test_taggers_predict_in_bf16_as_they_did(tmp_path: Path) -> None:
    gold = [TaggedSentence(("the", "cat"), ("DET", "NOUN"))] * 4
    recipe = Recipe(epochs=1, max_length=32)
    tagger = finetune(load_encoder(save_tiny(tmp_path)), gold, recipe=recipe, precision="bf16")
    assert Product not in kinds(tagger._predicting_model)
