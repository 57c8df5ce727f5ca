"""Fine-tuning is of any encoder: what the recipe relies on holds for architectures unlike BERT."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import AutoModel, DebertaV2Config, DistilBertConfig, ModernBertConfig, RobertaConfig

from crossglot.corpora.sentences import TaggedSentence
from crossglot.encoders.encoder import Encoder
from crossglot.encoders.loading import load_encoder
from crossglot.tagging.finetuning import finetune
from crossglot.tagging.loading import load_tagger
from crossglot.tagging.recipe import Recipe

SIZE = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
CONFIGS = {
    "roberta": lambda n: RobertaConfig(vocab_size=n, pad_token_id=0, max_position_embeddings=64, **SIZE),
    "distilbert": lambda n: DistilBertConfig(vocab_size=n, dim=32, n_layers=2, n_heads=2, hidden_dim=64),
    "modernbert": lambda n: ModernBertConfig(vocab_size=n, pad_token_id=0, bos_token_id=2, eos_token_id=3,
                                             cls_token_id=2, sep_token_id=3, **SIZE),
    "deberta": lambda n: DebertaV2Config(vocab_size=n, relative_attention=True, max_position_embeddings=64, **SIZE),
}  # fmt: skip


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("family", CONFIGS)
def test_any_family_is_finetuned_saved_and_loaded(
    family: str, precision: str, encoder: Encoder, sentences: list[TaggedSentence], tmp_path: Path
) -> None:
    with torch.random.fork_rng():
        torch.manual_seed(2)
        AutoModel.from_config(CONFIGS[family](len(encoder.tokenizer))).save_pretrained(tmp_path / "encoder")
    encoder.tokenizer.save_pretrained(tmp_path / "encoder")
    recipe = Recipe(batch_size=16, epochs=4, learning_rate=3e-3)
    loaded = load_encoder(tmp_path / "encoder")
    tagger = finetune(loaded, sentences, recipe=recipe, precision=precision)
    long = [("the",) * 150, ("cat", "sleeps")]
    assert [len(tags) for tags in tagger.predict(long)] == [150, 2]
    assert tagger.evaluate(sentences).value > 0.5
    tagger.save(tmp_path / "tagger")
    assert load_tagger(tmp_path / "tagger", precision=precision).tag(sentences) == tagger.tag(sentences)
