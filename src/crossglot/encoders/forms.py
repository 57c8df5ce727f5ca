"""Models that cannot be read (quantised, adapters, pickled, other frameworks'), each refused with what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatch
from typing import Any

from crossglot.encoders.weight_files import INDEX, WEIGHTS
from crossglot.errors import ModelError

PICKLED = ("*.bin", "*.pt", "*.pth", "*.pkl", "*.ckpt")
OTHERS = {
    "*.gguf": "GGUF",
    "*.ggml": "GGML",
    "*.onnx": "ONNX",
    "*.h5": "TensorFlow",
    "*.ckpt.index": "TensorFlow",
    "*.ckpt.data-*": "TensorFlow",
    "*.pb": "TensorFlow",
    "*.tflite": "TensorFlow",
    "*.msgpack": "Flax",
    "*.mlmodel": "Core ML",
    "openvino_model.xml": "OpenVINO",
    "*.npz": "NumPy",
}
"""Endings of other frameworks' files of weights, which may lie one folder further in."""

QUANTISED = {
    "bitsandbytes": ("load_in_4bit", "load_in_8bit", "_load_in_4bit", "_load_in_8bit"),
    "gptq": ("gptq", "desc_act"),
    "awq": ("zero_point",),
}
"""Fields that give a method of quantisation away where there is no `quant_method`."""

XMOD = "X-MOD model has an adapter a language, and there is no way yet to tell it which one a sentence is in"
CONVERT = "convert them where you trust them: model.save_pretrained(folder) writes model.safetensors"


def check_files(names: Sequence[str], where: str, *, base: str = "") -> None:
    """Checks by their names that the files of an encoder are there and of a form that is read.

    Args:
        names: of the folder's or repository's files.
        where: the encoder, for the message.
        base: for an adapter, the model that it adapts, if known.

    Raises:
        ModelError: without config.json, or without weights in safetensors.
    """
    there = WEIGHTS in names or INDEX in names
    if "adapter_config.json" in names and not (there and "config.json" in names):
        of = f" of {base}" if base else ""
        raise ModelError(
            f"{where}: an adapter{of}, not a whole encoder\n"
            "  merge it with PEFT where you trust both: model.merge_and_unload().save_pretrained(folder)"
        )
    if there and "config.json" in names:
        return
    pickled = sorted(name for name in names if "/" not in name and any(fnmatch(name, kind) for kind in PICKLED))
    other = next(((name, kind) for name in sorted(names) for glob, kind in OTHERS.items() if fnmatch(name, glob)), None)
    if pickled and not there and "config.json" in names:
        raise ModelError(
            f"{where}: its weights are pickled only ({', '.join(pickled[:3])}), and unpickling runs code\n  {CONVERT}"
        )
    if other and not there:
        raise ModelError(
            f"{where}: weights for {other[1]} only ({other[0]}); those of PyTorch in safetensors are wanted\n"
            f"  use the checkpoint that they were made from, with config.json, {WEIGHTS} and a tokenizer"
        )
    if "config.json" not in names:
        inner = sorted(name for name in names if name.endswith("/config.json"))
        remedy = f"\n  there is one in {inner[0].removesuffix('/config.json')}: give that folder" if inner else ""
        raise ModelError(f"{where}: no config.json: not an encoder in the Hugging Face layout{remedy}")
    shards = sorted(name for name in names if name.endswith(".safetensors") and "/" not in name)
    some = f" ({', '.join(shards[:3])} is there, but no {INDEX} that names it)" if shards else ""
    raise ModelError(f"{where}: no weights: {WEIGHTS} is missing{some}")


def check_form(config: Mapping[str, Any], where: str) -> None:
    """Checks by its config.json that a model is a masked language model, of transformers' own code, and not quantised.

    Raises:
        ModelError: saying what it is instead.
    """
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES
    from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING_NAMES

    if config.get("quantization_config") is not None:
        raise ModelError(
            f"{where}: quantised ({_method(config['quantization_config'])}, by quantization_config): only plain "
            "floats are read\n"
            "  use the checkpoint before it was quantised; or undo it with the library that did it: "
            "model.dequantize(), then model.save_pretrained(folder)"
        )
    kind = config.get("model_type")
    if not isinstance(kind, str) or not kind:
        raise ModelError(f"{where}: its model_type ({kind!r}) names no model: bert, xlm-roberta … is wanted")
    if kind not in CONFIG_MAPPING_NAMES and config.get("auto_map"):
        raise ModelError(
            f"{where}: a {kind} model needs code of its own (auto_map), and a repository's code is not run\n"
            "  use an encoder that transformers itself has"
        )
    if kind not in CONFIG_MAPPING_NAMES:
        import transformers

        written_by = config.get("transformers_version")
        by = f", and this one was written by {written_by}" if isinstance(written_by, str) else ""
        raise ModelError(
            f"{where}: transformers {transformers.__version__}, which is installed, knows no {kind} models{by}\n"
            "  a newer one may: pip install -U transformers"
        )
    if kind not in MODEL_FOR_MASKED_LM_MAPPING_NAMES:
        raise ModelError(f"{where}: {not_masked(kind)}")
    if kind == "xmod" and not config.get("default_language"):
        known = config.get("languages")
        some = f" ({', '.join(map(str, known[:3]))} …)" if isinstance(known, list) and known else ""
        raise ModelError(
            f"{where}: an {XMOD}{some}\n"
            "  use XLM-R; or, in a copy, set default_language in config.json, whose adapter then reads every language"
        )


def not_masked(kind: str) -> str:
    """The message about a model of another kind."""
    return f"a {kind} model is not a masked language model (an encoder like BERT or XLM-R)"


def _method(quantised: object) -> str:
    if not isinstance(quantised, Mapping):
        return "by an unknown method"
    if quantised.get("quant_method"):
        return str(quantised["quant_method"])
    found = (method for method, keys in QUANTISED.items() if any(quantised.get(key) for key in keys))
    return next(found, "by an unknown method")
