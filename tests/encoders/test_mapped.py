"""An encoder that looks its pieces up in its file computes and is fine-tuned as any other."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny_models import save_tiny
from torch import nn

from crossglot.corpora.sentences import TaggedSentence
from crossglot.encoders.encoder import Encoder
from crossglot.encoders.loading import load_encoder
from crossglot.encoders.mapped import MappedRows, map_embedding
from crossglot.encoders.weight_files import read_headers
from crossglot.runtime import Runtime
from crossglot.tagging.encoder_tagger import load_encoder_tagger
from crossglot.tagging.finetuning import finetune
from crossglot.tagging.fitting import fit
from crossglot.tagging.prediction import for_prediction
from crossglot.tagging.recipe import Recipe

BF16 = Runtime("cpu", "bf16")
RECIPE = Recipe(epochs=2, batch_size=2, max_length=32, learning_rate=1e-2)
TRAIN = [TaggedSentence(("the", "cat"), ("DET", "NOUN")), TaggedSentence(("a", "dog"), ("DET", "NOUN"))] * 3
OTHERS = [["cat", "tree", "the"], ["house", "of", "cats"]]


def mapped(folder: Path, dtype: torch.dtype) -> tuple[Encoder, Encoder]:
    """The same encoder from a file of that dtype, as loaded and mapped."""
    path = save_tiny(folder) / "model.safetensors"
    tensors = {name: tensor.to(dtype) for name, tensor in load_file(path).items()}
    save_file(tensors, path, metadata={"format": "pt"})
    plain, encoder = load_encoder(path.parent), load_encoder(path.parent)
    map_embedding(encoder.model, read_headers(path.parent))
    assert type(encoder.model.get_input_embeddings()) is MappedRows
    return plain, encoder


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_it_is_fine_tuned_to_the_same_weights_and_left_as_it_was(dtype: torch.dtype, tmp_path: Path) -> None:
    plain, encoder = mapped(tmp_path / "tiny", dtype)
    before = encoder.model.get_input_embeddings().rows.clone()
    expected = finetune(plain, TRAIN, recipe=RECIPE)
    tagger = fit(encoder, TRAIN, RECIPE, task="pos", seed=1, runtime=Runtime())
    assert torch.equal(encoder.model.get_input_embeddings().rows, before)
    found = tagger.encoder.model.state_dict()
    assert all(torch.equal(found[name], weight) for name, weight in expected.encoder.model.state_dict().items())
    assert tagger.tag(OTHERS) == expected.tag(OTHERS)
    tagger.save(tmp_path / "tagger")
    assert load_encoder_tagger(tmp_path / "tagger").tag(OTHERS) == expected.tag(OTHERS)


def test_weights_that_are_not_those_of_the_file_stay_in_memory(tmp_path: Path) -> None:
    folder = save_tiny(tmp_path)
    model = load_encoder(folder).model
    with torch.no_grad():
        model.get_input_embeddings().weight[-1, -1] += 1
    map_embedding(model, read_headers(folder))
    assert type(model.get_input_embeddings()) is nn.Embedding


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_a_copy_in_bf16_computes_as_one_of_all_rows_and_shares_them(dtype: torch.dtype, tmp_path: Path) -> None:
    plain, encoder = mapped(tmp_path / "tiny", dtype)
    found, expected = for_prediction(encoder.model, BF16), for_prediction(plain.model, BF16)
    rows = encoder.model.get_input_embeddings().rows
    assert found.get_input_embeddings().rows.data_ptr() == rows.data_ptr()
    assert rows.dtype == dtype
    ids = torch.tensor([[2, 7, 9, 11, 3]])
    with torch.inference_mode():
        assert found(ids).last_hidden_state.dtype == torch.bfloat16
        assert torch.equal(found(ids).last_hidden_state, expected(ids).last_hidden_state)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_a_tagger_in_bf16_predicts_as_one_of_all_rows_and_shares_them(dtype: torch.dtype, tmp_path: Path) -> None:
    plain, encoder = mapped(tmp_path / "tiny", dtype)
    tagger = fit(encoder, TRAIN, RECIPE, task="pos", seed=1, runtime=BF16)
    predicting = for_prediction(tagger.encoder.model, BF16)
    assert predicting.get_input_embeddings().whole.data_ptr() == encoder.model.get_input_embeddings().rows.data_ptr()
    assert tagger.tag(OTHERS) == fit(plain, TRAIN, RECIPE, task="pos", seed=1, runtime=BF16).tag(OTHERS)
