"""A data root of toy corpora and encoders with random weights, small enough to run whole studies in tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crossglot.steps.arguments import EncoderReference

Tagged = Sequence[tuple[str, str]]

ENGLISH: list[Tagged] = [
    [("the", "DET"), ("cat", "NOUN"), ("sleeps", "VERB"), (".", "PUNCT")],
    [("the", "DET"), ("dog", "NOUN"), ("sees", "VERB"), ("the", "DET"), ("cat", "NOUN"), (".", "PUNCT")],
    [("Anna", "PROPN"), ("sees", "VERB"), ("Rome", "PROPN"), (".", "PUNCT")],
    [("dogs", "NOUN"), ("sleep", "VERB"), ("in", "ADP"), ("Rome", "PROPN"), (".", "PUNCT")],
]
GERMAN: list[Tagged] = [
    [("die", "DET"), ("Katze", "NOUN"), ("schläft", "VERB"), (".", "PUNCT")],
    [("der", "DET"), ("Hund", "NOUN"), ("sieht", "VERB"), ("die", "DET"), ("Katze", "NOUN"), (".", "PUNCT")],
    [("Anna", "PROPN"), ("sieht", "VERB"), ("Rom", "PROPN"), (".", "PUNCT")],
]
SPANISH: list[Tagged] = [
    [("el", "DET"), ("gato", "NOUN"), ("duerme", "VERB"), (".", "PUNCT")],
    [("Anna", "PROPN"), ("ve", "VERB"), ("Roma", "PROPN"), (".", "PUNCT")],
]
ENGLISH_NAMES: list[Tagged] = [
    [("Anna", "B-PER"), ("sees", "O"), ("Rome", "B-LOC"), (".", "O")],
    [("Anna", "B-PER"), ("Smith", "I-PER"), ("of", "O"), ("Acme", "B-ORG"), (".", "O")],
    [("Rome", "B-LOC"), ("sleeps", "O"), (".", "O")],
]
GERMAN_NAMES: list[Tagged] = [
    [("Anna", "B-PER"), ("sieht", "O"), ("Rome", "B-LOC"), (".", "O")],
    [("Acme", "B-PER"), ("schläft", "O"), (".", "O")],
]


def write_treebank(
    root: Path, name: str, code: str, sentences: Sequence[Tagged], splits: str = "train dev test"
) -> None:
    """A treebank whose splits all hold the same sentences."""
    folder = root / "ud" / name
    folder.mkdir(parents=True, exist_ok=True)
    blocks = []
    for sentence in sentences:
        rows = [f"{i}\t{word}\t_\t{tag}\t_\t_\t0\t_\t_\t_" for i, (word, tag) in enumerate(sentence, start=1)]
        blocks.append("\n".join(rows) + "\n\n")
    for split in splits.split():
        (folder / f"{code}-ud-{split}.conllu").write_text("".join(blocks), encoding="utf-8")


def write_entities(root: Path, name: str, sentences: Sequence[Tagged], splits: str = "train dev test") -> None:
    """A named-entity set whose splits all hold the same sentences; `name` is `set/code`."""
    group, _, code = name.partition("/")
    folder = root / "ner" / group
    folder.mkdir(parents=True, exist_ok=True)
    text = "".join("".join(f"{word} {tag}\n" for word, tag in sentence) + "\n" for sentence in sentences)
    for split in splits.split():
        (folder / f"{code}-{split}.conll").write_text(text, encoding="utf-8")


def write_root(root: Path) -> Path:
    """English, German and Spanish treebanks, English and German names (German annotates no ORG)."""
    write_treebank(root, "UD_English-EWT", "en_ewt", ENGLISH)
    write_treebank(root, "UD_German-GSD", "de_gsd", GERMAN)
    write_treebank(root, "UD_Spanish-GSD", "es_gsd", SPANISH)
    write_entities(root, "conll2003/en", ENGLISH_NAMES)
    write_entities(root, "germeval2014/de", GERMAN_NAMES)
    return root


def write_encoder(folder: Path, seed: int = 0) -> Path:
    """A BERT of two narrow layers over single characters, with random weights."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    text = "".join(word for corpus in (ENGLISH, GERMAN, SPANISH, ENGLISH_NAMES) for s in corpus for word, _ in s)
    characters = sorted(set(text))
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters, *(f"##{one}" for one in characters)]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.txt").write_text("\n".join(pieces) + "\n", encoding="utf-8")
    BertTokenizerFast(str(folder / "vocab.txt"), do_lower_case=False).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(pieces), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=140, architectures=["BertForMaskedLM"],
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


def reference_to(folder: Path, name: str) -> EncoderReference:
    """An encoder's folder as steps are given it."""
    from crossglot.encoders.origin import find_origin
    from crossglot.steps.arguments import EncoderReference

    origin = find_origin(folder)
    return EncoderReference(revision=origin.revision, location=origin.location, name=name)
