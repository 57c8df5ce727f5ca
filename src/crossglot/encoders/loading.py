"""Encoders by hub id or folder: fp32 weights without heads, tokenizer, role, and whether packing is right for them."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossglot.encoders.packing import check_packing
from crossglot.encoders.sources import Role, Source, check_files, find_source, loading_quietly
from crossglot.encoders.tokenizers import load_tokenizer, tokenizer_from
from crossglot.errors import ModelError

if TYPE_CHECKING:
    from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

__all__ = ["Encoder", "load_encoder", "load_tokenizer"]


@dataclass(frozen=True, slots=True, eq=False)
class Encoder:
    """A pretrained masked language model without its head, in evaluation mode, with its tokenizer.

    Attributes:
        model: the transformers model; weights in fp32.
        tokenizer: its tokenizer.
        name: hub id or folder, as given.
        revision: commit hash of a hub id, checksum of a folder.
        role: which of the paper's two encoders it stands for, if any.
        packs: whether packed rows give the hidden states of padded ones (checked at loading).
        why_padded: if not, why.
        learning_rate: fine-tuning rate kept beside a local encoder, None for the paper's.
        trained: False for random weights.
        first_position: position id of a sequence's first piece.
        packs_up_to: longest sequence, in pieces, for which `packs` was checked.
        max_positions: longest sequence the model takes, special pieces included; None without a limit.
        notes: what `crossglot.json` beside a local encoder says: how it was made, held-out perplexities.
    """

    model: PreTrainedModel = field(repr=False)
    tokenizer: PreTrainedTokenizerBase = field(repr=False)
    name: str
    revision: str
    role: Role | None
    packs: bool
    why_padded: str
    learning_rate: float | None = None
    trained: bool = True
    first_position: int = 0
    packs_up_to: int = 0
    max_positions: int | None = None
    notes: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def pad_id(self) -> int:
        """Id of the padding piece."""
        pad_id = self.tokenizer.pad_token_id
        return int(pad_id) if pad_id is not None else 0

    @property
    def hidden_size(self) -> int:
        """Width of a hidden state."""
        return int(self.model.config.hidden_size)

    def require_length(self, length: int) -> None:
        """Checks that a sequence of `length` pieces, special pieces included, has positions.

        Raises:
            ModelError: if the encoder has fewer.
        """
        if self.max_positions is not None and length > self.max_positions:
            raise ModelError(
                f"{self.name} has positions for {self.max_positions} pieces, not for {length}\n"
                f"  use a maximum length of at most {self.max_positions}"
            )

    def copy(self) -> Encoder:
        """The same encoder with its own weights, to be fine-tuned without changing this one."""
        return replace(self, model=copy.deepcopy(self.model))

    def untrained(self, seed: int) -> Encoder:
        """An encoder of the same shape and tokenizer with random weights; global random state stays as it was."""
        import torch
        from transformers import AutoModel

        config = copy.deepcopy(self.model.config)
        attention = config._attn_implementation
        with torch.random.fork_rng(devices=[]), loading_quietly():
            torch.default_generator.manual_seed(seed)
            model = AutoModel.from_config(
                config, dtype=torch.float32, attn_implementation=attention, **_without_pooler(config)
            )
        revision = f"{self.revision}+untrained-{seed}"
        model = model.to(self.model.device).eval()
        return replace(self, model=model, revision=revision, trained=False)


def load_encoder(name_or_path: str | Path, *, revision: str | None = None, device: str = "cpu") -> Encoder:
    """Loads a masked language model's encoder.

    Weights come from safetensors only, no code of the repository is run, and the dtype is fp32 whatever the checkpoint
    is in. Heads (masked LM, pooler) are dropped. Whether packing is right for it is found out here.

    Args:
        name_or_path: hub id or folder.
        revision: commit, tag or branch of a hub id.
        device: torch device.

    Raises:
        ModelError: for a missing folder, one without a tokenizer or with pickled weights only, a hub id that cannot be
            reached, a model that is not a masked language model, or weights that do not fill it.
    """
    source = find_source(name_or_path, revision=revision)
    config = _encoder_config(source)
    tokenizer = tokenizer_from(source)
    if len(tokenizer) > int(config.vocab_size):
        raise ModelError(
            f"{source.name}: its tokenizer has {len(tokenizer)} pieces, its weights only {config.vocab_size}: "
            "they do not belong together"
        )
    model = _load_weights(source, config)
    first_position = _first_position(model)
    limit = int(getattr(config, "max_position_embeddings", None) or 0)
    max_positions = limit - first_position if limit > 0 else None
    pad_id = int(tokenizer.pad_token_id) if tokenizer.pad_token_id is not None else 0
    with loading_quietly():
        check = check_packing(model, pad_id=pad_id, max_positions=max_positions, hint=first_position)
    return Encoder(
        model=model.to(device),
        tokenizer=tokenizer,
        name=source.name,
        revision=source.revision,
        role=source.role,
        packs=check.packs,
        why_padded=check.why_padded,
        learning_rate=_noted_rate(source),
        first_position=check.first_position,
        packs_up_to=check.up_to,
        max_positions=max_positions,
        notes=source.notes(),
    )


def _encoder_config(source: Source) -> PreTrainedConfig:
    """The configuration, if it is an encoder's and (for a folder) weights may be loaded.

    Raises:
        ModelError: with what is wrong.
    """
    from transformers import AutoConfig
    from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING

    check_files(source.files, source.name)
    try:
        with loading_quietly():
            config = AutoConfig.from_pretrained(source.location, trust_remote_code=False, **source.pinned())
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(
            f"{source.name}: its config.json describes no model that transformers knows: {error}"
        ) from error
    if (
        type(config) not in MODEL_FOR_MASKED_LM_MAPPING
        or config.is_encoder_decoder
        or getattr(config, "is_decoder", False)
    ):
        raise ModelError(
            f"{source.name}: a {config.model_type} model is not a masked language model (an encoder like BERT or XLM-R)"
        )
    return config


def _load_weights(source: Source, config: PreTrainedConfig) -> PreTrainedModel:
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModel

    try:
        with loading_quietly():
            model, report = AutoModel.from_pretrained(
                source.location,
                config=config,
                dtype=torch.float32,
                use_safetensors=True,
                trust_remote_code=False,
                output_loading_info=True,
                **_without_pooler(config),
                **source.pinned(),
            )
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise ModelError(f"{source.name}: its weights cannot be loaded from safetensors: {error}") from error
    missing = sorted(name for name in report["missing_keys"] if not name.startswith("pooler."))
    if missing:
        raise ModelError(
            f"{source.name}: {len(missing)} weights of the encoder are missing in its file, {missing[0]} for one: "
            "the checkpoint is of another model or damaged"
        )
    return model.eval()


def _without_pooler(config: PreTrainedConfig) -> dict[str, Any]:
    """The argument that leaves the pooler out, for models that have one."""
    from transformers.models.auto.modeling_auto import MODEL_MAPPING

    model_class = MODEL_MAPPING[type(config)]
    takes = "add_pooling_layer" in inspect.signature(model_class.__init__).parameters
    return {"add_pooling_layer": False} if takes else {}


def _first_position(model: PreTrainedModel) -> int:
    """padding_idx + 1 for models that count positions from there (the RoBERTa family), else 0."""
    for module in model.modules():
        if hasattr(module, "create_position_ids_from_input_ids"):
            return int(module.padding_idx) + 1
    return 0


def _noted_rate(source: Source) -> float | None:
    rate = source.notes().get("learning_rate")
    if rate is None:
        return None
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 < rate < 1:
        raise ModelError(f"{source.folder}: learning_rate {rate!r} in crossglot.json is not a rate between 0 and 1")
    return float(rate)
