"""Tiny random-weight encoders of every family, with tokenizers trained on a few lines, saved as ordinary folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

from crossglot.batching import Batch
from crossglot.encoders.forward import hidden_rows

TEXT = (
    "the cat sat on the mat and looked at the dog",
    "der Hund sah die Katze auf der Matte und bellte laut",
    "unbelievable words are cut into pieces , aren't they ?",
    "кот сидел на ковре и смотрел на собаку",
    "बिल्ली चटाई पर बैठी थी",
    "猫 は マット の 上 に 座った",
)

SPECIALS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
ROBERTA_NAMES = {
    "cls_token": "<s>",
    "bos_token": "<s>",
    "pad_token": "<pad>",
    "sep_token": "</s>",
    "eos_token": "</s>",
    "unk_token": "<unk>",
    "mask_token": "<mask>",
}
ROBERTA_SPECIALS = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
WIDTH, LAYERS, POSITIONS = 32, 3, 140

SENTENCE_PIECE_FAMILIES = ("xlm-roberta", "camembert", "xlm-roberta-xl")
PACKING_FAMILIES = ("bert", "roberta", "xlm-roberta", "distilbert", "electra", "modernbert")


def every_layer(model: Any, batch: Batch) -> torch.Tensor:
    """Hidden states of the embeddings and of every layer: (layers + 1, pieces, hidden), sequence after sequence."""
    layers = hidden_rows(model, batch, every_layer=True)
    return torch.stack([hidden.flatten(0, 1)[batch.flat_index] for hidden in layers])


def wordpiece_tokenizer() -> Any:
    """BERT's tokenizer, cased."""
    return transformers.BertTokenizer(vocab=wordpiece_vocabulary(), do_lower_case=False)


def wordpiece_vocabulary() -> dict[str, int]:
    """Special pieces, the letters of TEXT inside and at the start of words, and some words."""
    letters = sorted(set("".join(TEXT)) - {" "})
    words = ["the", "cat", "dog", "Hund", "##ing", "##able", "un", "##believ", "кот", "piece", "##s"]
    pieces = [*SPECIALS, *letters, *(f"##{letter}" for letter in letters), *words]
    return {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}


def byte_tokenizer() -> Any:
    """RoBERTa's byte-level tokenizer, saved as the hub has it: without a space before the first word."""
    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    raw.train_from_iterator(
        TEXT,
        trainers.BpeTrainer(
            vocab_size=400, special_tokens=list(ROBERTA_SPECIALS), initial_alphabet=alphabet, show_progress=False
        ),
    )
    return _roberta_like(raw)


def unigram_tokenizer() -> Any:
    """XLM-R's SentencePiece model: pieces of letters with ▁ before words."""
    raw = Tokenizer(models.Unigram())
    raw.normalizer = normalizers.NFKC()
    raw.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    raw.train_from_iterator(
        TEXT,
        trainers.UnigramTrainer(
            vocab_size=150,
            special_tokens=list(ROBERTA_SPECIALS),
            show_progress=False,
            unk_token=ROBERTA_NAMES["unk_token"],
        ),
    )
    return _roberta_like(raw)


def _roberta_like(raw: Tokenizer) -> Any:
    raw.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[(piece, raw.token_to_id(piece)) for piece in ("<s>", "</s>")],
    )
    return transformers.PreTrainedTokenizerFast(tokenizer_object=raw, **ROBERTA_NAMES)


def tiny_config(family: str, vocabulary: int, **changes: Any) -> Any:
    """The smallest configuration that still shows what is particular to a family."""
    sizes: dict[str, Any] = {
        "vocab_size": vocabulary,
        "hidden_size": WIDTH,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": 2,
        "intermediate_size": 2 * WIDTH,
        "max_position_embeddings": POSITIONS,
    }
    special = {"pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2}
    if family == "distilbert":
        sizes = {
            "vocab_size": vocabulary,
            "dim": WIDTH,
            "n_layers": LAYERS,
            "n_heads": 2,
            "hidden_dim": 2 * WIDTH,
            "max_position_embeddings": POSITIONS,
        }
    if family == "xlm":
        sizes = {"vocab_size": vocabulary, "emb_dim": WIDTH, "n_layers": LAYERS, "n_heads": 2, "n_langs": 1}
        sizes |= {"max_position_embeddings": POSITIONS}
    if family == "funnel":  # its layers are named by blocks
        return transformers.FunnelConfig(
            vocab_size=vocabulary,
            block_sizes=[1, 1, 1],
            d_model=WIDTH,
            n_head=2,
            d_head=16,
            d_inner=2 * WIDTH,
            **changes,
        )
    after_padding = {"pad_token_id": 0, "max_position_embeddings": POSITIONS + 1}
    extra: dict[str, dict[str, Any]] = {
        "roberta": special | {"max_position_embeddings": POSITIONS + 2},
        "xlm-roberta": special | {"max_position_embeddings": POSITIONS + 2},
        "electra": {"embedding_size": WIDTH // 2},
        "modernbert": special | {"cls_token_id": 0, "sep_token_id": 2, "local_attention": 16},
        "deberta-v2": {"relative_attention": True, "pos_att_type": ["p2c", "c2p"], "position_buckets": 32},
        "rembert": {"input_embedding_size": 16, "output_embedding_size": 16},
        "big_bird": {"block_size": 8, "num_random_blocks": 1},  # block-sparse beyond 56 pieces
        "camembert": special | {"max_position_embeddings": POSITIONS + 2},
        "convbert": {"embedding_size": WIDTH, "conv_kernel_size": 3},
        "esm": after_padding | {"mask_token_id": 4, "position_embedding_type": "rotary"},
        "eurobert": {"pad_token_id": 0, "num_key_value_heads": 2},
        "flaubert": {"emb_dim": WIDTH, "n_layers": LAYERS, "n_heads": 2, "n_langs": 1},
        "ibert": after_padding,
        "longformer": after_padding | {"attention_window": 16},
        "luke": after_padding | {"entity_vocab_size": 20, "entity_emb_size": 16},
        "mobilebert": {"embedding_size": WIDTH // 2, "intra_bottleneck_size": WIDTH, "true_hidden_size": WIDTH},
        "mpnet": after_padding,
        "mra": {"block_per_row": 2, "max_position_embeddings": 128},
        "nystromformer": {"segment_means_seq_len": 64, "num_landmarks": 64},
        "perceiver": {"d_model": WIDTH, "d_latents": WIDTH, "num_latents": 8, "num_self_attends_per_block": 2},
        "reformer": {
            "attention_head_size": 16, "is_decoder": False, "axial_pos_shape": [12, 12], "feed_forward_size": 64,
            "axial_pos_embds_dim": [16, 16], "num_hashes": 1, "lsh_attn_chunk_length": 12, "hash_seed": None,
            "local_attn_chunk_length": 12, "attn_layers": ["local", "lsh", "local"], "max_position_embeddings": 144,
        },
        "squeezebert": {"embedding_size": WIDTH},
        "xmod": after_padding | {"languages": ["en_XX"], "default_language": "en_XX"},
        "xlm-roberta-xl": special | {"max_position_embeddings": POSITIONS + 2},
    }  # fmt: skip
    return transformers.AutoConfig.for_model(family, **(sizes | extra.get(family, {}) | changes))


def tiny_tokenizer(family: str) -> Any:
    """A tokenizer of the kind that the family has."""
    if family in ("roberta", "modernbert"):
        return byte_tokenizer()
    return unigram_tokenizer() if family in SENTENCE_PIECE_FAMILIES else wordpiece_tokenizer()


def save_tiny(folder: Path, family: str = "bert", *, seed: int = 0, **changes: Any) -> Path:
    """Saves a tiny masked language model with weights large enough to tell positions and neighbours apart."""
    tokenizer = tiny_tokenizer(family)
    config = tiny_config(family, len(tokenizer), **changes)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = transformers.AutoModelForMaskedLM.from_config(config)
        with torch.no_grad():
            for weight in model.parameters():
                if weight.dim() > 1:
                    weight.normal_(std=0.2)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
