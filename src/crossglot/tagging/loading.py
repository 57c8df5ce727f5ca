"""Taggers of any kind, loaded from the folders that they were saved in."""

from __future__ import annotations

from pathlib import Path

from crossglot.encoders.model_files import read_object
from crossglot.encoders.whole import check_whole
from crossglot.errors import ModelError
from crossglot.runtime import Runtime
from crossglot.tagging.baselines import BASELINES
from crossglot.tagging.encoder_tagger import load_encoder_tagger
from crossglot.tagging.tagger import Tagger
from crossglot.tagging.tagger_files import ABOUT


def load_tagger(folder: str | Path, *, runtime: Runtime | None = None) -> Tagger:
    """Loads what a tagger's `save` wrote.

    Args:
        folder: the tagger's.
        runtime: device and precision of one with an encoder; by default the CPU and fp32.

    Raises:
        ModelError: if the folder is not a tagger's, or is damaged.
    """
    folder = Path(folder)
    kind = None
    if (folder / ABOUT).is_file():
        check_whole(folder)
        kind = read_object(folder / ABOUT).get("kind")
    if kind is None:
        return load_encoder_tagger(folder, runtime=runtime)
    for baseline in BASELINES.values():
        if kind == baseline.NAME:
            return baseline.load(folder)
    raise ModelError(f"{folder / ABOUT}: taggers of the kind {kind!r} are not known to this version")
