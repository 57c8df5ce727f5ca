"""Target sets cut into pieces, kept in the user's cache: one process of a node cuts a set, all others have it from it.

For most tokenizers a process cuts a set in a tenth of a second, but a row predicts dozens of sets, and tokenizers that
are written in Python take a hundred times as long.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from crossglot.encoders.windows import Sequences
from crossglot.engine.locking import locked
from crossglot.files import NotWrittenError, user_cache, whole_file
from crossglot.tagging.prediction import CutSet

if TYPE_CHECKING:
    from numpy.typing import NDArray

VERSION = "1"
"""Raise it when a change of code cuts the same sentences otherwise."""

KEPT_SECONDS = 30 * 24 * 3600.0
"""After which what nobody has used is removed."""


def cut_sets() -> Path:
    """The folder of what is kept."""
    return user_cache() / "cut-sets"


def once_per_node(cut: Callable[[], CutSet], *told: object) -> CutSet:
    """What `cut` gives, or gave the first process of this node that asked for the same.

    Args:
        cut: cuts the set.
        told: all that its result depends on but the versions of packages: what is equal by it is the same set. Two
            processes that ask at the same time cut it once.
    """
    packages = [version(name) for name in ("crossglot", "tokenizers", "transformers")]
    name = hashlib.sha256(json.dumps([VERSION, *packages, *map(str, told)]).encode()).hexdigest()
    place = cut_sets() / f"{name}.safetensors"
    with suppress(NotWrittenError, OSError), locked(place.with_suffix(".lock")):
        found = _read(place)
        if found is not None:
            return found
        made = cut()
        with suppress(NotWrittenError, OSError):  # a cache that cannot be written is none
            _remove_unused(place.parent)
            with whole_file(place) as half:
                half.write_bytes(_written(made))
        return made
    return cut()


def _written(made: CutSet) -> bytes:
    sequences = made.sequences
    arrays = {
        "ids": np.concatenate([np.zeros(0, np.int32), *sequences.ids]),
        "lengths": sequences.lengths,
        "sentence": np.ascontiguousarray(sequences.sentence),
        "words": sequences.words,
        "offsets": sequences.offsets,
        "starts": sequences.starts,
        "word_starts": made.word_starts,
    }
    return save(arrays, metadata={"checksum": _checksum(arrays)})


def _read(place: Path) -> CutSet | None:
    """What is kept; None if nothing is, or it is damaged."""
    try:
        with safe_open(place, framework="np") as file:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no mapping
            if (file.metadata() or {}).get("checksum") != _checksum(arrays):
                return None
    except (OSError, SafetensorError):
        return None
    with suppress(OSError):
        os.utime(place)
    ids = np.split(arrays["ids"], np.cumsum(arrays["lengths"])[:-1]) if len(arrays["lengths"]) else []
    rest: dict[str, Any] = {name: arrays[name] for name in ("sentence", "words", "offsets", "starts")}
    return CutSet(Sequences(ids, **rest), arrays["word_starts"])


def _checksum(arrays: Mapping[str, NDArray[Any]]) -> str:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(f"{name} {arrays[name].dtype} {arrays[name].shape}".encode())
        digest.update(arrays[name].tobytes())
    return digest.hexdigest()


def _remove_unused(folder: Path) -> None:
    for path in folder.glob("*.safetensors"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > KEPT_SECONDS:
                path.unlink()
