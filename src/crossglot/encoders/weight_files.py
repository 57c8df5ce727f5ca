"""The headers of a folder's safetensors (names, dtypes, shapes), checked before any number is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

from crossglot.encoders.model_files import check_plain, in_brief, read_object
from crossglot.errors import ModelError

if TYPE_CHECKING:
    from transformers import PreTrainedModel

WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"
FLOATS = ("F64", "F32", "F16", "BF16")
PACKED = ("I8", "U8", "F8", "F6", "F4", "I4", "U4")
LEGACY = ((".gamma", ".weight"), (".beta", ".bias"))
"""Older names of norms' weights, and today's; transformers reads both."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor of a file."""

    file: Path
    dtype: str
    shape: tuple[int, ...]


def weight_files(folder: Path) -> list[Path]:
    """The file or files that hold a model's weights.

    Raises:
        ModelError: if the index of several is damaged or names one that is not there.
    """
    if (folder / WEIGHTS).exists() or (folder / WEIGHTS).is_symlink():
        return [folder / WEIGHTS]
    index = folder / INDEX
    shards = named_shards(index)
    missing = [shard for shard in shards if not (folder / shard).exists()]
    if missing:
        some = ", ".join(missing[:3]) + (" …" if len(missing) > 3 else "")
        raise ModelError(
            f"{folder}: {len(missing)} of {len(shards)} files of weights are missing: {some}\n"
            f"  {INDEX} names them: copy or download them too"
        )
    return [folder / shard for shard in shards]


def named_shards(index: Path) -> list[str]:
    """The files among which weights are divided, by name.

    Raises:
        ModelError: if their index is damaged, or names a file outside its folder.
    """
    named = read_object(index).get("weight_map")
    if not isinstance(named, dict) or not named or not all(isinstance(shard, str) for shard in named.values()):
        raise ModelError(f"{index}: its weight_map should name the file of every tensor")
    shards = sorted(set(named.values()))
    outside = [shard for shard in shards if Path(shard).name != shard]
    if outside:
        raise ModelError(f"{index}: names {outside[0]}, which is not a file of this folder")
    return shards


def read_headers(folder: Path) -> dict[str, Tensor]:
    """Every tensor of a folder's weights.

    Raises:
        ModelError: if a file is not in safetensors or is cut off, or a tensor is in two.
    """
    from safetensors import safe_open

    found: dict[str, Tensor] = {}
    for path in weight_files(folder):
        check_plain([path])
        try:
            with safe_open(path, framework="pt") as file:
                for name in file.keys():  # noqa: SIM118 - no mapping
                    tensor = file.get_slice(name)
                    found[name] = Tensor(path, str(tensor.get_dtype()), tuple(tensor.get_shape()))
        except Exception as error:  # safetensors' own errors, and those of Rust and Python that pass through it
            raise ModelError(
                f"{path}: its weights cannot be loaded from safetensors: {in_brief(error)}\n"
                "  the file is cut off, damaged or of another kind: copy or download it again"
            ) from error
    return found


def check_depth(tensors: Mapping[str, Tensor], layers: int, where: str) -> None:
    """Refuses more layers than there are tensors, which would take long to build; a few may share theirs (ALBERT).

    Raises:
        ModelError: saying both.
    """
    if layers > max(64, len(tensors)):
        raise ModelError(
            f"{where}: config.json describes {layers} layers, its weights hold {len(tensors)} tensors in all: they do "
            "not belong together"
        )


def check_weights(tensors: Mapping[str, Tensor], model: PreTrainedModel, where: str) -> None:
    """Compares the tensors in the files with those of the model, which was built without memory.

    Raises:
        ModelError: for weights that are no floats, of other shapes, or fewer numbers than the model has.
    """
    wanted = dict(model.named_parameters())
    for name, tensor in tensors.items():
        parameter = wanted.get(own_name(name, model.base_model_prefix))
        if parameter is None:
            continue
        if tensor.dtype not in FLOATS:
            how = "quantised weights are not read\n  use the checkpoint before it was quantised"
            what = how if tensor.dtype.startswith(PACKED) else "floats are wanted"
            raise ModelError(f"{tensor.file}: {name} is of dtype {tensor.dtype}: {what}")
        if tensor.shape != tuple(parameter.shape):
            raise ModelError(
                f"{tensor.file}: its weights cannot be loaded: {name} has the shape {list(tensor.shape)} where "
                f"config.json describes {list(parameter.shape)}: they do not belong together"
            )
    numbers, there = sum(weight.numel() for weight in wanted.values()), sum(prod(t.shape) for t in tensors.values())
    if numbers > there + _pooler(model):
        kept = {own_name(name, model.base_model_prefix) for name in tensors}
        missing = sorted(name for name in wanted if name not in kept and not name.startswith("pooler."))
        some = f", {missing[0]} for one" if missing else ""
        raise ModelError(
            f"{where}: {len(missing)} weights of the encoder are missing in its file{some}: {there:,} numbers where "
            f"config.json describes {numbers:,}\n  the checkpoint is of another model or damaged"
        )


def own_name(name: str, prefix: str) -> str:
    """What a model calls the tensor that a file has under that name."""
    for old, new in LEGACY:
        if name.endswith(old):
            name = name.removesuffix(old) + new
    return name.removeprefix(f"{prefix}.")


def _pooler(model: PreTrainedModel) -> int:
    """How many numbers a pooler has; it may be missing, since nothing reads it."""
    return sum(weight.numel() for name, weight in model.named_parameters() if name.startswith("pooler."))
