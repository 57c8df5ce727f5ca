"""The folder of a pretraining: its settings, its vocabulary while it runs, the finished encoder and its record."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crossglot.encoders.shapes import Shape
from crossglot.encoders.texts import Text
from crossglot.encoders.wordpiece import bert_tokenizer
from crossglot.errors import StorageError, UsageError

if TYPE_CHECKING:
    from transformers import BertForMaskedLM, BertTokenizerFast

CHECKPOINT = "checkpoint.safetensors"
SETTINGS = "pretraining.json"
RECORD = "crossglot.json"
ROLES = ("m-bert", "en-bert")


@dataclass(frozen=True, slots=True)
class Settings:
    """All that decides what a pretraining ends with, besides the machine.

    Attributes:
        shape: size and schedule, field by field.
        texts: for every language the names of its files, and bytes and SHA-256 of the lines trained on.
        exponent: of the smoothed sampling.
        role: "m-bert", "en-bert" or None.
        dtype: how the weights are stored.
        seed: where all chance comes from.
        precision: in which matrix products ran.
    """

    shape: dict[str, object]
    texts: dict[str, dict[str, object]]
    exponent: float
    role: str | None
    dtype: str
    seed: int
    precision: str

    @classmethod
    def of(
        cls,
        shape: Shape,
        corpus: Mapping[str, Text],
        files: Mapping[str, Sequence[Path]],
        *,
        exponent: float,
        role: str | None,
        dtype: str,
        seed: int,
        precision: str,
    ) -> Settings:
        """The settings of a run; a role of None is inferred from the languages.

        Raises:
            UsageError: an unknown role.
        """
        if role is None:
            role = "m-bert" if len(corpus) > 1 else "en-bert" if list(corpus) == ["en"] else None
        elif role not in ROLES:
            raise UsageError(f"unknown role '{role}': use {' or '.join(ROLES)}")
        texts: dict[str, dict[str, object]] = {}
        for language, text in corpus.items():
            digest = hashlib.sha256("\n".join(text.training).encode()).hexdigest()
            names = [path.name for path in files[language]]
            texts[language] = {"files": names, "bytes": text.size, "lines": len(text.training), "sha256": digest}
        return cls(shape.settings(), texts, exponent, role, dtype, seed, precision)


def begin(out: Path, settings: Settings, *, resume: bool) -> bool:
    """Makes the folder ready; False if the run it holds is finished already.

    Raises:
        UsageError: it holds a run with other settings, or files of something else.
        StorageError: it cannot be written.
    """
    wanted = json.loads(json.dumps(asdict(settings)))
    try:
        if not resume and (out / SETTINGS).exists():
            shutil.rmtree(out)
        out.mkdir(parents=True, exist_ok=True)
        if (out / RECORD).exists():
            _same_settings(out / RECORD, json.loads((out / RECORD).read_text("utf-8")).get("made_by"), wanted)
            return False
        if (out / SETTINGS).exists():
            _same_settings(out / SETTINGS, json.loads((out / SETTINGS).read_text("utf-8")), wanted)
        elif any(out.iterdir()):
            raise UsageError(f"{out}: holds something that is no pretraining; give a folder that is new or empty")
        (out / SETTINGS).write_text(json.dumps(wanted, indent=2) + "\n", "utf-8")
    except OSError as error:
        raise StorageError(f"{out}: cannot be written ({error})") from error
    return True


def _same_settings(path: Path, found: object, wanted: dict[str, object]) -> None:
    if found != wanted:
        known = found if isinstance(found, dict) else {}
        differing = ", ".join(name for name, value in wanted.items() if known.get(name) != value)
        raise UsageError(
            f"{path}: a pretraining with other settings ({differing}) is in this folder; "
            "give another --out, or start over without --resume"
        )


def stored_vocabulary(out: Path, max_length: int) -> BertTokenizerFast | None:
    """The tokenizer that an interrupted run had learned, if it had."""
    path = out / "vocab.txt"
    if not path.exists():
        return None
    pieces = path.read_text("utf-8").split("\n")[:-1]
    return bert_tokenizer({piece: number for number, piece in enumerate(pieces)}, max_length)


def store_vocabulary(out: Path, tokenizer: BertTokenizerFast) -> None:
    """Writes tokenizer.json, tokenizer_config.json and, last and whole, vocab.txt."""
    tokenizer.save_pretrained(out)
    pieces = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    fresh = out / "vocab.txt.new"
    fresh.write_text("".join(f"{piece}\n" for piece, _ in pieces), "utf-8")
    fresh.replace(out / "vocab.txt")


def finish(
    out: Path,
    model: BertForMaskedLM,
    settings: Settings,
    *,
    perplexity: Mapping[str, float],
    loss: Sequence[tuple[int, float]],
) -> None:
    """Writes the encoder and, last, its record; then drops the checkpoint."""
    import torch

    model.to("cpu", dtype=torch.bfloat16 if settings.dtype == "bf16" else torch.float32)
    try:
        model.save_pretrained(out)
        record = {
            "role": settings.role,
            "learning_rate": settings.shape["finetuning_rate"],
            "perplexity": {language: round(value, 2) for language, value in perplexity.items()},
            "made_by": asdict(settings),
            "loss": [list(point) for point in loss],
        }
        fresh = out / f"{RECORD}.new"
        fresh.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", "utf-8")
        fresh.replace(out / RECORD)
    except OSError as error:
        raise StorageError(f"{out}: cannot be written ({error})") from error
    (out / CHECKPOINT).unlink(missing_ok=True)
    (out / SETTINGS).unlink(missing_ok=True)
