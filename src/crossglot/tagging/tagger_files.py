"""A tagger's folder: `tagger.json` and weights, checked against each other as they are read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from crossglot.checksums import CHECKSUMS, write_checksums, written_files
from crossglot.encoders.checked_tensors import read_checked
from crossglot.encoders.hub import TOKENIZER_FILES
from crossglot.encoders.model_files import read_object
from crossglot.errors import ModelError
from crossglot.files import check_only, whole_folder

if TYPE_CHECKING:
    import torch

ABOUT, WEIGHTS, HEAD = "tagger.json", "model.safetensors", "classifier."

EARLIER = (
    *TOKENIZER_FILES, "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "merges.txt",
    "normalizer.json", "chat_template.jinja", "config.json", "model.safetensors", ABOUT,
)  # fmt: skip
"""What taggers of earlier versions, which do not say it, were written with."""

About = TypeVar("About", bound=BaseModel)


def read_about(folder: Path, kind: type[About], *others: str) -> About:
    """What `tagger.json` says; the other files have to be there, too.

    Raises:
        ModelError: if there is none, or a field is not what it should be.
    """
    for name in (ABOUT, *others):
        if not (folder / name).exists() and not (folder / name).is_symlink():
            raise ModelError(f"{folder}: not a tagger ({name} is missing)\n  `crossglot finetune` writes one")
    try:
        return kind.model_validate(read_object(folder / ABOUT))
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        where = ".".join(map(str, fault["loc"])) or "the whole"
        raise ModelError(f"{folder / ABOUT}: this tagger is damaged: {where}: {fault['msg']}") from error


def check_replaceable(folder: Path) -> None:
    """Makes sure that a folder holds an earlier tagger and nothing else.

    Raises:
        UsageError: if it holds anything else.
    """
    try:
        ours = {*(written_files(folder) or EARLIER), CHECKSUMS}
    except ValueError:
        ours = {*EARLIER, CHECKSUMS}
    check_only(folder, ours, "a tagger", is_whole=(folder / ABOUT).is_file())


def check_labels(folder: Path, labels: Sequence[str]) -> None:
    """Makes sure that there are labels, each once.

    Raises:
        ModelError: naming one that is empty or there twice.
    """
    twice = [label for label, times in Counter(labels).items() if times > 1]
    fault = "no labels" if not labels else f"the label {twice[0]!r} twice" if twice else ""
    if fault or "" in labels:
        raise ModelError(f"{folder / ABOUT}: this tagger is damaged: {fault or 'an empty label'}")


def read_head(folder: Path, labels: int, width: int) -> dict[str, torch.Tensor]:
    """Weight (labels, width) and bias (labels,) of the linear layer, in fp32.

    Raises:
        ModelError: if they are not there, of other shapes or no floats, or not finite.
    """
    shapes = {f"{HEAD}weight": (labels, width), f"{HEAD}bias": (labels,)}
    found = read_tensors(folder, shapes, f"{labels} labels of {ABOUT} and vectors of {width}")
    return {name.removeprefix(HEAD): tensor for name, tensor in found.items()}


def read_tensors(folder: Path, shapes: Mapping[str, tuple[int, ...]], why: str) -> dict[str, torch.Tensor]:
    """Tensors of a tagger's weights by name, in fp32.

    Args:
        folder: the tagger's.
        shapes: what they are called, and their shapes.
        why: what wants these shapes, for messages.

    Raises:
        ModelError: if they are not there, of other shapes or no floats, or not finite.
    """
    return read_checked(folder, shapes, what="tagger", why=why)


def write_tagger(folder: str | Path, about: BaseModel, tensors: Mapping[str, torch.Tensor]) -> None:
    """Writes the folder of a tagger without an encoder: `tagger.json`, its weights, their checksums.

    Raises:
        StorageError: if the folder cannot be written.
        UsageError: if the folder holds anything else than a tagger.
    """
    from safetensors.torch import save_file

    names = [ABOUT, WEIGHTS] if tensors else [ABOUT]
    with whole_folder(Path(folder), durable=True, may_replace=check_replaceable) as half:
        (half / ABOUT).write_text(about.model_dump_json(indent=1) + "\n", encoding="utf-8")
        if tensors:
            save_file(dict(tensors), half / WEIGHTS, metadata={"format": "pt"})
        write_checksums(half, names)
