"""Sentence vectors of encoders that differ in tokenizer, positions and attention: against one sentence at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny_models import LAYERS, TEXT, save_tiny

from crossglot.alignment.vectors import embed
from crossglot.encoders.encoder import Encoder
from crossglot.encoders.loading import load_encoder


def one_by_one(encoder: Encoder, text: str) -> Any:
    """(layers, hidden), as anybody would write it with transformers."""
    inputs: Any = encoder.tokenizer(text, return_tensors="pt", return_token_type_ids=False)
    with torch.no_grad():
        states = encoder.model(**inputs, output_hidden_states=True).hidden_states
    return torch.stack([state[0, 1:-1].mean(dim=0) for state in states]).numpy()


@pytest.mark.parametrize("family", ["xlm-roberta", "modernbert", "distilbert", "xlm"])
def test_vectors_are_those_of_one_sentence_at_a_time(family: str, tmp_path: Path) -> None:
    encoder = load_encoder(save_tiny(tmp_path, family))
    vectors = embed(encoder, TEXT)
    assert len(vectors) == LAYERS + 1
    np.testing.assert_allclose(vectors, np.stack([one_by_one(encoder, text) for text in TEXT], axis=1), atol=1e-4)
