"""Tokenizers by hub id, folder or bare `vocab.txt`, with or without an encoder's weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from crossglot.encoders.cutting import check_cutting
from crossglot.encoders.sources import Source, find_source, loading_quietly
from crossglot.errors import ModelError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

SPECIALS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def load_tokenizer(name_or_path: str | Path, *, revision: str | None = None) -> PreTrainedTokenizerBase:
    """Loads a tokenizer alone.

    Args:
        name_or_path: hub id, folder, or a BERT vocabulary file (`vocab.txt`, one piece a line).
        revision: commit, tag or branch of a hub id.

    Raises:
        ModelError: for a missing folder or file, one without a tokenizer, a hub id that cannot be reached, or a
            vocabulary that is not BERT's.
    """
    path = Path(name_or_path).expanduser()
    if path.is_file():
        return vocabulary_tokenizer(path)
    return tokenizer_from(find_source(name_or_path, revision=revision, weights=False))


def tokenizer_from(source: Source) -> PreTrainedTokenizerBase:
    """The tokenizer of a folder or hub repository.

    Raises:
        ModelError: if there is none, it does not load, or it does not cut words as in a sentence.
    """
    from transformers import AutoTokenizer

    if not source.tokenizer_files():
        raise ModelError(
            f"{source.name}: no tokenizer there\n"
            "  put tokenizer.json (or vocab.txt, or a SentencePiece model) of the encoder beside its config.json"
        )
    bare = source.bare_vocabulary()
    if bare is not None:
        return vocabulary_tokenizer(bare)
    try:
        with loading_quietly():
            tokenizer = AutoTokenizer.from_pretrained(source.location, trust_remote_code=False, **source.pinned())
    except (OSError, ValueError, ImportError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{source.name}: its tokenizer cannot be loaded: {error}") from error
    if tokenizer.mask_token is None:
        raise ModelError(f"{source.name}: its tokenizer has no mask piece: not a masked language model's")
    if len(tokenizer) <= len(tokenizer.all_special_tokens):
        raise ModelError(f"{source.name}: its tokenizer holds special pieces only: the vocabulary file is missing")
    check_cutting(tokenizer, source.name)
    return tokenizer


def vocabulary_tokenizer(path: Path) -> PreTrainedTokenizerBase:
    """BERT's tokenizer over a bare vocabulary file.

    Case is kept if any piece holds a capital letter (special pieces aside), else words are lower-cased and stripped of
    accents, as BERT's uncased models do. CJK characters are words of their own, as in every BERT.

    Raises:
        ModelError: if the file lacks one of BERT's special pieces.
    """
    from transformers import BertTokenizer

    lines = path.read_text(encoding="utf-8").split("\n")
    pieces = [line.rstrip("\r") for line in (lines[:-1] if lines[-1] == "" else lines)]
    missing = [piece for piece in SPECIALS if piece not in set(pieces)]
    if missing:
        raise ModelError(
            f"{path}: not a BERT vocabulary: {', '.join(missing)} missing\n"
            "  one piece a line is wanted, as in vocab.txt"
        )
    cased = any(piece != piece.lower() for piece in pieces if piece not in SPECIALS)
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    return BertTokenizer(vocab=vocabulary, do_lower_case=not cased)
