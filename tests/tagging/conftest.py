from __future__ import annotations

import string
from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertModel

from crossglot.corpora.sentences import TaggedSentence
from crossglot.encoders.encoder import Encoder
from crossglot.encoders.loading import load_encoder
from crossglot.encoders.tokenizers import vocabulary_tokenizer

WORDS = ("Katze", "schläft", "cat", "sleeps", "the", "die", "Haus", "house", "unbelievably", ".")
TAGS = ("NOUN", "VERB", "NOUN", "VERB", "DET", "DET", "NOUN", "NOUN", "ADV", "PUNCT")


def write_encoder(folder: Path, *, dropout: float = 0.1, positions: int = 64) -> Path:
    """A random BERT two layers deep over a vocabulary of letters and a few words."""
    letters = [*string.ascii_letters, "ä", "."]
    pieces = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *letters,
        *(f"##{c}" for c in letters),
        "the",
        "cat",
        "house",
    ]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.txt").write_text("\n".join(pieces) + "\n", encoding="utf-8")
    config = BertConfig(
        vocab_size=len(pieces), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=positions, hidden_dropout_prob=dropout, attention_probs_dropout_prob=dropout,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(5)
        BertModel(config).save_pretrained(folder)
    vocabulary_tokenizer(folder / "vocab.txt").save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """With BERT's dropout."""
    return load_encoder(write_encoder(tmp_path_factory.mktemp("encoder")))


@pytest.fixture(scope="session")
def still_encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """Without dropout, so that one computation can be compared with another."""
    return load_encoder(write_encoder(tmp_path_factory.mktemp("still"), dropout=0.0))


@pytest.fixture(scope="session")
def sentences() -> list[TaggedSentence]:
    """Sixty short sentences whose words have one tag each."""
    found = []
    for i in range(60):
        picked = [(i * 7 + j * (3 + i % 4)) % len(WORDS) for j in range(1 + i % 6)]
        found.append(TaggedSentence(tuple(WORDS[k] for k in picked), tuple(TAGS[k] for k in picked), id=f"s{i}"))
    return found
