"""Taggers of any kind, loaded from the folders that they were saved in."""

from __future__ import annotations

from pathlib import Path

from crossglot.encoders.model_files import read_object
from crossglot.encoders.whole import check_whole
from crossglot.errors import ModelError
from crossglot.runtime import resolve_runtime
from crossglot.tagging.baselines import BASELINES
from crossglot.tagging.encoder_tagger import load_encoder_tagger
from crossglot.tagging.tagger import Tagger
from crossglot.tagging.tagger_files import ABOUT


def load_tagger(folder: str | Path, *, device: str = "cpu", precision: str = "fp32") -> Tagger:
    """Loads what a tagger's `save` wrote.

    Args:
        folder: the tagger's.
        device: where one with an encoder is loaded: `auto`, `cpu`, `cuda` or `cuda:N`.
        precision: in which it predicts: `fp32`, `bf16`, or `auto`, which asks the machine.

    Raises:
        ModelError: if the folder is not a tagger's, or is damaged.
    """
    folder = Path(folder)
    kind = None
    if (folder / ABOUT).is_file():
        check_whole(folder)
        kind = read_object(folder / ABOUT).get("kind")
    if kind is None:
        return load_encoder_tagger(folder, runtime=resolve_runtime(device, precision))
    for baseline in BASELINES.values():
        if kind == baseline.NAME:
            return baseline.load(folder)
    raise ModelError(f"{folder / ABOUT}: taggers of the kind {kind!r} are not known to this version")
