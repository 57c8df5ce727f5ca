"""Encoders by hub id or folder: fp32 weights without heads, tokenizer, role, and whether packing is right for them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from crossglot.encoders.bigbird import longest_row
from crossglot.encoders.encoder import Encoder, without_pooler
from crossglot.encoders.forms import check_files, check_form, not_masked
from crossglot.encoders.languages_apart import language_ids, position_blocks
from crossglot.encoders.model_files import read_object, refusing
from crossglot.encoders.origin import Origin, find_origin, out_of_reach
from crossglot.encoders.packing import LONGEST_CHECKED, check_packing
from crossglot.encoders.quiet import quietly
from crossglot.encoders.sizes import check_sizes
from crossglot.encoders.tokenizers import load_tokenizer, tokenizer_from
from crossglot.encoders.weight_files import check_depth, check_weights, read_headers
from crossglot.errors import ModelError
from crossglot.runtime import resolve_runtime

if TYPE_CHECKING:
    from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

__all__ = ["load_encoder", "load_tokenizer"]


def load_encoder(name_or_path: str | Path, *, revision: str | None = None, device: str = "cpu") -> Encoder:
    """Loads a masked language model's encoder.

    Weights come from safetensors only, no code of the repository is run, and the dtype is fp32 whatever the checkpoint
    is in. Heads (masked LM, pooler) are dropped. Whether packing is right for it is found out here.

    Args:
        name_or_path: hub id or folder.
        revision: commit, tag or branch of a hub id.
        device: `auto`, `cpu`, `cuda` or `cuda:N`.

    Raises:
        ModelError: for a missing folder, one without a tokenizer or with pickled weights only, a hub id that cannot be
            reached, a model that is not a masked language model, or weights that do not fill it.
    """
    device = resolve_runtime(device, "fp32").device
    origin = find_origin(name_or_path, revision=revision)
    config = _encoder_config(origin)
    tokenizer = tokenizer_from(origin)
    _check_pieces(tokenizer, config, origin.name)
    model = _load_weights(origin.fetched(weights=True), config)
    first_position = _first_position(model)
    described = config.to_dict()
    blocks = position_blocks(described, origin.name)
    limit = int(getattr(config, "max_position_embeddings", None) or 0) // max(1, len(blocks))
    max_positions = longest_row(config, limit - first_position) if limit > 0 else None
    pad_id = int(tokenizer.pad_token_id) if tokenizer.pad_token_id is not None else 0
    with quietly():
        check = check_packing(model, pad_id=pad_id, max_positions=max_positions, hint=first_position)
    return Encoder(
        model=model.to(device),
        tokenizer=tokenizer,
        name=origin.name,
        revision=origin.revision,
        role=origin.role,
        packs=check.packs,
        why_padded=check.why_padded,
        learning_rate=origin.learning_rate(),
        first_position=check.first_position,
        packs_up_to=check.up_to,
        apart=check.apart,
        checked_up_to=LONGEST_CHECKED,
        max_positions=max_positions,
        position_blocks=blocks,
        language_ids=language_ids(described, origin.name),
        notes=origin.notes(),
    )


def check_encoder_files(origin: Origin) -> None:
    """Checks by their names that an encoder's files are there and of a form that is read; reads none of them.

    Raises:
        ModelError: see `check_files`; and if the hub cannot be reached and its cache has no weights.
    """
    if origin.is_partial:
        raise out_of_reach(origin)
    check_files(origin.files, origin.name, base=_adapted(origin))


def _encoder_config(origin: Origin) -> PreTrainedConfig:
    """The configuration, once it is known to be an encoder's and its files to be of a form that is read.

    Raises:
        ModelError: with what is wrong.
    """
    from transformers import AutoConfig
    from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING

    check_encoder_files(origin)
    described, where = origin.config(), f"{origin.name}: config.json"
    check_form(described, where)
    check_sizes(described, where)
    with quietly(), refusing(f"{origin.name}: its config.json describes no model that transformers knows"):
        config = AutoConfig.from_pretrained(origin.config_file().parent, trust_remote_code=False)
    if (
        type(config) not in MODEL_FOR_MASKED_LM_MAPPING
        or config.is_encoder_decoder
        or getattr(config, "is_decoder", False)
    ):
        raise ModelError(f"{origin.name}: {not_masked(config.model_type)}")
    return config


def _adapted(origin: Origin) -> str:
    """The model that an adapter says it adapts; empty where the folder is no adapter's, or does not say."""
    if origin.here is None or "adapter_config.json" not in origin.files:
        return ""
    return str(read_object(origin.here / "adapter_config.json").get("base_model_name_or_path") or "")


def _check_pieces(tokenizer: PreTrainedTokenizerBase, config: PreTrainedConfig, name: str) -> None:
    """Makes sure that there is a vector for every piece.

    Raises:
        ModelError: if the tokenizer has more pieces than the weights, or numbers them higher.
    """
    rows = int(config.vocab_size)
    apart = "they do not belong together"
    if len(tokenizer) > rows:
        raise ModelError(f"{name}: its tokenizer has {len(tokenizer)} pieces, its weights only {rows}: {apart}")
    piece, highest = max(tokenizer.get_vocab().items(), key=lambda entry: entry[1])
    if highest >= rows:
        raise ModelError(
            f"{name}: its tokenizer gives {piece!r} the number {highest}, its weights hold {rows}: {apart}"
        )


def _load_weights(origin: Origin, config: PreTrainedConfig) -> PreTrainedModel:
    """The encoder with its weights, from its folder; the files' headers are checked before memory is taken for them.

    Raises:
        ModelError: if they do not fit config.json, are missing, or are not finite.
    """
    import torch
    from transformers import AutoModel

    tensors = read_headers(Path(origin.location))
    check_depth(tensors, int(getattr(config, "num_hidden_layers", 0)), origin.name)
    with (
        torch.device("meta"),
        quietly(),
        refusing(f"{origin.name}: its config.json describes a model that cannot be built"),
    ):
        empty = AutoModel.from_config(config, dtype=torch.float32, **without_pooler(config))
    check_weights(tensors, empty, origin.name)
    with quietly(), refusing(f"{origin.name}: its weights cannot be loaded from safetensors"):
        model, report = AutoModel.from_pretrained(
            origin.location,
            config=config,
            dtype=torch.float32,
            use_safetensors=True,
            trust_remote_code=False,
            output_loading_info=True,
            **without_pooler(config),
        )
    missing = sorted(name for name in report["missing_keys"] if not name.startswith("pooler."))
    if missing:
        raise ModelError(
            f"{origin.name}: {len(missing)} weights of the encoder are missing in its file, {missing[0]} for one: "
            "the checkpoint is of another model or damaged"
        )
    for name, weight in model.named_parameters():
        if not weight.sum().isfinite() and not weight.isfinite().all():
            raise ModelError(
                f"{origin.name}: its weights {name} are not finite\n"
                "  the checkpoint is damaged, or its training diverged: use another copy"
            )
    return model.eval()


def _first_position(model: PreTrainedModel) -> int:
    """padding_idx + 1 for models that count positions from there (the RoBERTa family, MPNet, LUKE …), else 0."""
    for module in model.modules():
        if hasattr(module, "create_position_ids_from_inputs_embeds") and hasattr(module, "padding_idx"):
            return int(module.padding_idx) + 1
    return 0
