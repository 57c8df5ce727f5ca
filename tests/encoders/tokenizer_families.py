"""Small tokenizers built as those of current families are, trained on whatever lines they are given."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tiny_models import ROBERTA_SPECIALS, _roberta_like
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import BertTokenizer, PreTrainedTokenizer

SIZE = 4000
LLAMA3_PARTS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)
BYTES = tuple(f"<0x{byte:02X}>" for byte in range(256))


def gemma(lines: Iterable[str]) -> Any:
    """A normaliser writes blanks as ▁, nothing splits, and unknown characters are spelled in bytes (mmBERT)."""
    fitted = Tokenizer(models.BPE(unk_token="<unk>"))  # noqa: S106
    fitted.normalizer = normalizers.Replace(" ", "▁")
    fitted.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")  # so that no piece crosses a blank
    fitted.train_from_iterator(
        (f" {line}" for line in lines),
        trainers.BpeTrainer(vocab_size=SIZE, special_tokens=[*ROBERTA_SPECIALS, *BYTES], show_progress=False),
    )
    model = json.loads(fitted.to_str())["model"]
    merges = [tuple(pair) for pair in model["merges"]]
    raw = Tokenizer(models.BPE(model["vocab"], merges, byte_fallback=True, fuse_unk=True, unk_token="<unk>"))  # noqa: S106
    raw.normalizer = normalizers.Replace(" ", "▁")
    raw.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    raw.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    return _roberta_like(raw)


def llama3(lines: Iterable[str]) -> Any:
    """Text is split by an expression, then written in bytes; numbers do not take in the blank before (EuroBERT)."""
    return _byte_level(
        lines,
        pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(LLAMA3_PARTS), "isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        ),
    )


def roberta(lines: Iterable[str]) -> Any:
    """Bytes, and no blank before the first word (RoBERTa, ModernBERT)."""
    return _byte_level(lines, pre_tokenizers.ByteLevel(add_prefix_space=False))


def _byte_level(lines: Iterable[str], parts: Any) -> Any:
    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer, raw.decoder = parts, decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    raw.train_from_iterator(
        lines,
        trainers.BpeTrainer(
            vocab_size=SIZE, special_tokens=list(ROBERTA_SPECIALS), initial_alphabet=alphabet, show_progress=False
        ),
    )
    return _roberta_like(raw)


def xlm_roberta(lines: Iterable[str]) -> Any:
    """SentencePiece: ▁ before each word, compatibility forms normalised, pieces of the unigram model."""
    raw = Tokenizer(models.Unigram())
    raw.normalizer = normalizers.NFKC()
    raw.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    raw.decoder = decoders.Metaspace()
    raw.train_from_iterator(
        lines,
        trainers.UnigramTrainer(
            vocab_size=SIZE,
            special_tokens=list(ROBERTA_SPECIALS),
            show_progress=False,
            unk_token="<unk>",  # noqa: S106
        ),
    )
    return _roberta_like(raw)


def bert(lines: Iterable[str]) -> Any:
    """WordPiece, lower-cased and stripped of accents."""
    letters = sorted({letter for line in lines for letter in line.lower() if not letter.isspace()})
    pieces = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{letter}" for letter in letters))
    return BertTokenizer(vocab={piece: number for number, piece in enumerate(pieces)}, do_lower_case=True)


class PythonTokenizer(PreTrainedTokenizer):  # type: ignore[misc]
    """Python-only, as XLM's is: no `word_ids()`, no offsets; its pieces are letters."""

    vocab_files_names: dict[str, str] = {}  # noqa: RUF012

    def __init__(self, letters: str, **names: Any) -> None:
        self.pieces = ["<s>", "</s>", "<unk>", "<mask>", *sorted(set(letters))]
        self.numbers = {piece: number for number, piece in enumerate(self.pieces)}
        super().__init__(**{"cls_token": "<s>", "sep_token": "</s>", "mask_token": "<mask>"} | names)

    @property
    def vocab_size(self) -> int:
        return len(self.pieces)

    def get_vocab(self) -> dict[str, int]:
        return dict(self.numbers | self.added_tokens_encoder)

    def _convert_token_to_id(self, token: str) -> int:
        return self.numbers.get(token, 2)

    def _convert_id_to_token(self, index: int) -> str:
        return self.pieces[index]

    def build_inputs_with_special_tokens(self, first: list[int], second: list[int] | None = None) -> list[int]:
        assert second is None
        return [0, *first, 1]


class MarkingTokenizer(PythonTokenizer):
    """As slow SentencePiece tokenizers are: a ▁ of its own before each word, then its letters."""

    def _tokenize(self, text: str, **_: Any) -> list[str]:
        return [piece for word in text.split() for piece in ("▁", *word)]

    def convert_tokens_to_string(self, tokens: list[str]) -> str:
        return "".join(tokens).replace("▁", " ").strip()


def python_only(lines: Iterable[str]) -> Any:
    """Without offsets and `word_ids()`."""
    return MarkingTokenizer("▁".join("".join(lines).split()), unk_token="<unk>")  # noqa: S106


FAMILIES = {
    "gemma": gemma,
    "llama3": llama3,
    "roberta": roberta,
    "xlm-roberta": xlm_roberta,
    "bert": bert,
    "python": python_only,
}
