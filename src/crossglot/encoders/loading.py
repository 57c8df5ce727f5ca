"""Encoders by hub id or folder: fp32 weights without heads, tokenizer, role, and whether packing is right for them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from crossglot.encoders.bigbird import longest_row
from crossglot.encoders.encoder import Encoder, without_pooler
from crossglot.encoders.packing import LONGEST_CHECKED, check_packing
from crossglot.encoders.sources import Source, check_files, find_source, loading_quietly
from crossglot.encoders.tokenizers import load_tokenizer, tokenizer_from
from crossglot.errors import ModelError

if TYPE_CHECKING:
    from transformers import PreTrainedConfig, PreTrainedModel

__all__ = ["load_encoder", "load_tokenizer"]


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
    blocks = {str(language): int(start) for language, start in (getattr(config, "position_blocks", None) or {}).items()}
    limit = int(getattr(config, "max_position_embeddings", None) or 0) // max(1, len(blocks))
    max_positions = longest_row(config, limit - first_position) if limit > 0 else None
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
        learning_rate=source.learning_rate(),
        first_position=check.first_position,
        packs_up_to=check.up_to,
        apart=check.apart,
        checked_up_to=LONGEST_CHECKED,
        max_positions=max_positions,
        position_blocks=blocks,
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
                **without_pooler(config),
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


def _first_position(model: PreTrainedModel) -> int:
    """padding_idx + 1 for models that count positions from there (the RoBERTa family, MPNet, LUKE …), else 0."""
    for module in model.modules():
        if hasattr(module, "create_position_ids_from_inputs_embeds") and hasattr(module, "padding_idx"):
            return int(module.padding_idx) + 1
    return 0
