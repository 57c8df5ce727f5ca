"""The folder of a pretraining: its settings, its vocabulary while it runs, the finished encoder and its record."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from crossglot.checkpoints import DamagedError
from crossglot.checksums import CHECKSUMS, why_not_whole, write_checksums
from crossglot.encoders.quiet import quietly
from crossglot.encoders.whole import RECORD, SETTINGS
from crossglot.errors import StorageError, UsageError
from crossglot.files import (
    PASSING,
    NotWrittenError,
    check_working_folder,
    faults_named,
    sweep,
    whole_files,
    write_whole,
)
from crossglot.pretraining.texts import Text
from crossglot.pretraining.wordpiece import bert_tokenizer
from crossglot.remedies import way, ways

if TYPE_CHECKING:
    from transformers import BertForMaskedLM, BertTokenizerFast

CHECKPOINT = "checkpoint.safetensors"
CURVES = "tensorboard"
"""Folder of event files."""
ENCODER = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "vocab.txt")
EARLIER = tuple(f"{name}.new" for name in (CHECKPOINT, SETTINGS, RECORD, "vocab.txt"))
"""Half-written files that killed processes of earlier versions left behind."""
ROLES = ("m-bert", "en-bert")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a pretraining's result depends on, besides the machine.

    Attributes:
        shape: size and schedule, field by field.
        texts: for every language the names of its files, and bytes and SHA-256 of the lines trained on.
        exponent: of the smoothed sampling.
        next_sentence: whether next sentences were predicted too.
        role: "m-bert", "en-bert" or None.
        dtype: how the weights are stored.
        seed: where all chance comes from.
        precision: in which matrix products ran.
        separate_positions: whether every language had position ids of its own.
        tlm_share: probability that a step is TLM; 0 without bitexts.
        bitexts: for every bitext (`en-de`) the names of its files, and pairs and SHA-256 of what was trained on.
    """

    shape: dict[str, object]
    texts: dict[str, dict[str, object]]
    exponent: float
    next_sentence: bool
    role: str | None
    dtype: str
    seed: int
    precision: str
    separate_positions: bool = False
    tlm_share: float = 0.0
    bitexts: dict[str, dict[str, object]] = field(default_factory=dict)

    def record(self) -> dict[str, object]:
        """The settings as kept beside the encoder; fields that later versions added only where they are in use."""
        later = ("separate_positions", "tlm_share", "bitexts")
        return {name: value for name, value in asdict(self).items() if value or name not in later}


def infer_role(role: str | None, languages: Sequence[str]) -> str | None:
    """The role asked for; by default m-bert for several languages, en-bert for English alone.

    Raises:
        UsageError: an unknown role.
    """
    if role is None:
        return "m-bert" if len(languages) > 1 else "en-bert" if list(languages) == ["en"] else None
    if role not in ROLES:
        raise UsageError(f"unknown role '{role}': use {' or '.join(ROLES)}")
    return role


def describe_text(text: Text, files: Sequence[Path]) -> dict[str, object]:
    """Names of the files, and bytes, lines and SHA-256 of what is trained on; where the files lie does not matter."""
    digest = hashlib.sha256("\n".join(text.training).encode()).hexdigest()
    names = [path.name for path in files]
    return {"files": names, "bytes": text.size, "lines": len(text.training), "sha256": digest}


def begin(out: Path, settings: Settings, *, resume: bool) -> bool:
    """Prepares the folder for a run; returns False if the run that it holds is finished already.

    Raises:
        UsageError: it holds a run with other settings, or files of something else.
        StorageError: it cannot be written.
        DamagedError: what it holds is damaged.
    """
    wanted = json.loads(json.dumps(settings.record()))
    with faults_named(out):
        out.mkdir(parents=True, exist_ok=True)
        sweep(out)
        kept = _kept_settings(out)
        if kept is not None and resume:
            _same_settings(out, kept, wanted)
        if kept is not None and resume and (out / RECORD).exists():
            if why := why_not_whole(out):
                raise DamagedError(f"{out}: the encoder in it is damaged: {why}\n  start it over, or delete the folder")
            _tidy(out)
            return False
        if kept is not None and not resume:  # first, so that a run broken off here resumes from nothing old
            _drop(out, CHECKPOINT, "vocab.txt", *EARLIER)
            shutil.rmtree(out / CURVES, ignore_errors=True)
        write_whole(out / SETTINGS, json.dumps(wanted, indent=1) + "\n")
        if kept is not None and not resume:
            _drop(out, RECORD, CHECKSUMS, *ENCODER)
    return True


def check_out(out: Path) -> None:
    """Checks before any work that the folder can be written and holds nothing but an earlier pretraining.

    Raises:
        UsageError: if it holds something else than a pretraining.
        StorageError: if it cannot be written, or the settings in it are damaged.
    """
    check_working_folder(out)
    with faults_named(out):
        _kept_settings(out)


def _kept_settings(out: Path) -> object | None:
    """The settings of the run that a folder holds, finished or not; None if there is no folder, or it is empty.

    Raises:
        UsageError: if it holds something else.
        DamagedError: if the settings are damaged.
    """
    for name in (RECORD, SETTINGS):
        try:
            kept: object = json.loads((out / name).read_text("utf-8"))
        except FileNotFoundError:
            continue
        except (ValueError, RecursionError) as error:
            raise DamagedError(f"{out / name}: is damaged ({error}); delete the folder") from error
        if name == SETTINGS:
            return kept
        if isinstance(kept, dict) and "made_by" in kept:
            made_by: object = kept["made_by"]
            return made_by
    if out.exists() and any(not PASSING.fullmatch(path.name) for path in out.iterdir()):
        raise UsageError(f"{out}: holds something that is no pretraining; give a folder that is new or empty")
    return None


def _tidy(out: Path) -> None:
    """Deletes the files that only an unfinished run needs."""
    _drop(out, CHECKPOINT, SETTINGS, *EARLIER)


def _drop(out: Path, *names: str) -> None:
    for name in names:
        (out / name).unlink(missing_ok=True)


def _same_settings(out: Path, found: object, wanted: dict[str, object]) -> None:
    if found != wanted:
        known = found if isinstance(found, dict) else {}
        differing = ", ".join(name for name in wanted | known if known.get(name) != wanted.get(name))
        raise UsageError(
            f"{out}: a pretraining with other settings ({differing}) is in this folder; "
            f"{ways(way('give another folder', 'out'), way('start this one over', 'restart'))}"
        )


def stored_vocabulary(out: Path, max_length: int) -> BertTokenizerFast | None:
    """The tokenizer that an interrupted run had learned, if it had."""
    path = out / "vocab.txt"
    if not path.exists():
        return None
    pieces = path.read_text("utf-8").split("\n")[:-1]
    return bert_tokenizer({piece: number for number, piece in enumerate(pieces)}, max_length)


def store_vocabulary(out: Path, tokenizer: BertTokenizerFast) -> None:
    """Writes tokenizer.json, tokenizer_config.json and, last, vocab.txt."""
    with whole_files(out) as half:
        tokenizer.save_pretrained(half)
    pieces = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    write_whole(out / "vocab.txt", "".join(f"{piece}\n" for piece, _ in pieces))


def finish(
    out: Path,
    model: BertForMaskedLM,
    settings: Settings,
    *,
    learning_rate: float | None,
    perplexity: Mapping[str, float],
    loss: Sequence[tuple[int, float]],
) -> None:
    """Writes the encoder and, last, its record; then drops the checkpoint."""
    import torch

    model.to("cpu", dtype=torch.bfloat16 if settings.dtype == "bf16" else torch.float32)
    record = {
        "role": settings.role,
        "learning_rate": learning_rate,
        "perplexity": {language: round(value, 2) for language, value in perplexity.items()},
        "made_by": settings.record(),
        "loss": [list(point) for point in loss],
    }
    try:
        with quietly(), whole_files(out, durable=True) as half:
            model.save_pretrained(half)
        write_checksums(out, ENCODER)
        write_whole(out / RECORD, json.dumps(record, indent=1, ensure_ascii=False) + "\n", durable=True)
        with faults_named(out):
            _tidy(out)
    except NotWrittenError as error:
        remedy = f"{error.remedy}; the same command goes on from its last checkpoint"
        raise StorageError(f"{out}: the encoder cannot be written: {error.why}\n  {remedy}") from error
