"""A WordPiece vocabulary as M-BERT's: cased, accents kept, CJK characters apart, languages sampled smoothly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from crossglot.errors import UsageError
from crossglot.pretraining.sampling import EXPONENT, smoothed_shares
from crossglot.pretraining.texts import line_bytes

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import BertTokenizerFast

SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
"""Special pieces; their ids are 0 to 4, in this order."""


def train_wordpiece(
    texts: Mapping[str, Sequence[str]],
    vocab_size: int,
    *,
    max_length: int = 512,
    exponent: float = EXPONENT,
    seed: int = 0,
) -> BertTokenizerFast:
    """Learns a vocabulary on lines drawn by smoothed sampling, about as many bytes as the texts have.

    Args:
        texts: the lines of every language.
        vocab_size: number of pieces, special tokens included; a small text may give fewer.
        max_length: the longest input of the encoder it is for, in pieces.
        exponent: of the smoothing (M-BERT: 0.7).
        seed: of the sampling.

    Raises:
        UsageError: `vocab_size` leaves no room for a piece.
    """
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

    if vocab_size <= len(SPECIAL_TOKENS):
        raise UsageError(f"vocab_size must be above the {len(SPECIAL_TOKENS)} special tokens, not {vocab_size}")
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))  # noqa: S106 (a word piece, no password)
    tokenizer.normalizer = normalizers.BertNormalizer(
        clean_text=True, handle_chinese_chars=True, strip_accents=False, lowercase=False
    )
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    lines = list(sampled_lines(texts, exponent=exponent, seed=seed))
    letters, inner = alphabet(tokenizer, lines, limit=max(1, vocab_size // 4))
    trainer = trainers.WordPieceTrainer(
        vocab_size=vocab_size,
        # The library numbers inner letters in the order of a randomly seeded hash table, and breaks ties between merges
        # by number: naming them first, and the whole alphabet, is what makes two runs give the same vocabulary.
        special_tokens=[*SPECIAL_TOKENS, *(f"##{letter}" for letter in inner)],
        initial_alphabet=letters,
        limit_alphabet=len(letters),
        show_progress=False,
    )
    tokenizer.train_from_iterator(lines, trainer)
    return bert_tokenizer(tokenizer.get_vocab(), max_length)


def alphabet(tokenizer: Tokenizer, lines: Sequence[str], limit: int) -> tuple[list[str], list[str]]:
    """The `limit` most frequent letters, and those of them that occur inside a word; both in code-point order.

    The limit keeps rare ideographs from crowding out the pieces of everything else.
    """
    chunks: Counter[str] = Counter()
    for line in lines:
        chunks.update(tokenizer.normalizer.normalize_str(line).split())
    counts: Counter[str] = Counter()
    inner: set[str] = set()
    for chunk, count in chunks.items():
        for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(chunk):
            inner.update(word[1:])
            for letter in word:
                counts[letter] += count
    kept = sorted(sorted(counts, key=lambda letter: (-counts[letter], letter))[:limit])
    return kept, [letter for letter in kept if letter in inner]


def sampled_lines(texts: Mapping[str, Sequence[str]], *, exponent: float = EXPONENT, seed: int = 0) -> Iterator[str]:
    """Lines of all languages so that the bytes of each follow the smoothed shares; about as many bytes as there are.

    A language below its share is read over again, one above it is read in part.
    """
    sizes = {language: sum(map(line_bytes, lines)) for language, lines in texts.items()}
    total = sum(sizes.values())
    for number, (language, share) in enumerate(smoothed_shares(sizes, exponent).items()):
        rounds, rest = divmod(share * total / sizes[language], 1)
        lines = texts[language]
        for _ in range(int(rounds)):
            yield from lines
        order = np.random.default_rng([seed, number]).permutation(len(lines))
        left = rest * sizes[language]
        for index in order:
            left -= line_bytes(lines[index])
            if left < 0:
                break
            yield lines[index]


def bert_tokenizer(vocabulary: Mapping[str, int], max_length: int) -> BertTokenizerFast:
    """The Hugging Face tokenizer of a vocabulary, cased and accents kept."""
    from transformers import BertTokenizerFast

    return BertTokenizerFast(
        vocab=dict(sorted(vocabulary.items(), key=lambda item: item[1])),
        do_lower_case=False,
        strip_accents=False,
        tokenize_chinese_chars=True,
        model_max_length=max_length,
    )
