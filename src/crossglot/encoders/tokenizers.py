"""Tokenizers by hub id, folder or bare `vocab.txt`, with or without an encoder's weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from crossglot.encoders.cutting import check_cutting
from crossglot.encoders.model_files import check_plain, refusing
from crossglot.encoders.origin import Origin, find_origin, out_of_reach, path_named
from crossglot.encoders.quiet import quietly
from crossglot.errors import ModelError
from crossglot.runtime import no_collecting

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

SPECIALS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def load_tokenizer(name_or_path: str | Path, *, revision: str | None = None) -> PreTrainedTokenizerBase:
    """Loads a tokenizer alone.

    Args:
        name_or_path: hub id, folder, or a BERT vocabulary file (`vocab.txt`, one piece per line).
        revision: commit, tag or branch of a hub id.

    Raises:
        ModelError: for a missing folder or file, one without a tokenizer, a hub id that cannot be reached, or a
            vocabulary that is not BERT's.
    """
    path = path_named(name_or_path)
    if path.is_file():
        return vocabulary_tokenizer(path)
    return tokenizer_from(find_origin(name_or_path, revision=revision, weights=False))


def tokenizer_from(origin: Origin) -> PreTrainedTokenizerBase:
    """The tokenizer of a folder or hub repository.

    Raises:
        ModelError: if there is none, it does not load, or it does not cut words as in a sentence.
    """
    from transformers import AutoTokenizer

    if not origin.tokenizer_files():
        if origin.is_partial:
            raise out_of_reach(origin)
        raise ModelError(
            f"{origin.name}: no tokenizer there\n"
            "  put tokenizer.json (or vocab.txt, or a SentencePiece model) of the encoder beside its config.json"
        )
    origin = origin.fetched(weights=False)
    bare = origin.bare_vocabulary()
    if bare is not None:
        return vocabulary_tokenizer(bare)
    kept = ", ".join(origin.tokenizer_files())
    with quietly(), no_collecting(), refusing(f"{origin.name}: its tokenizer ({kept}) cannot be loaded"):
        tokenizer = AutoTokenizer.from_pretrained(origin.location, trust_remote_code=False)
    if tokenizer.mask_token is None:
        raise ModelError(f"{origin.name}: its tokenizer has no mask piece: not a masked language model's")
    _check_size(tokenizer, origin.name)
    with refusing(f"{origin.name}: its tokenizer ({kept}) cannot cut words"):
        check_cutting(tokenizer, origin.name)
    return tokenizer


def vocabulary_tokenizer(path: Path) -> PreTrainedTokenizerBase:
    """BERT's tokenizer over a bare vocabulary file.

    Case is kept if any piece holds a capital letter (special pieces aside), else words are lower-cased and stripped of
    accents, as BERT's uncased models do. CJK characters are words of their own, as in every BERT.

    Raises:
        ModelError: if the file lacks one of BERT's special pieces.
    """
    from transformers import BertTokenizer

    check_plain([path])
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise ModelError(f"{path}: not UTF-8 (byte {error.start}): not a BERT vocabulary") from error
    pieces = [line.rstrip("\r") for line in (lines[:-1] if lines[-1] == "" else lines)]
    missing = [piece for piece in SPECIALS if piece not in set(pieces)]
    if missing:
        raise ModelError(
            f"{path}: not a BERT vocabulary: {', '.join(missing)} missing\n"
            "  one piece per line is wanted, as in vocab.txt"
        )
    cased = any(piece != piece.lower() for piece in pieces if piece not in SPECIALS)
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    tokenizer = BertTokenizer(vocab=vocabulary, do_lower_case=not cased)
    _check_size(tokenizer, str(path))
    return tokenizer


def _check_size(tokenizer: PreTrainedTokenizerBase, where: str) -> None:
    if len(tokenizer) <= len(tokenizer.all_special_tokens):
        raise ModelError(f"{where}: its tokenizer holds special pieces only: the vocabulary file is missing")
