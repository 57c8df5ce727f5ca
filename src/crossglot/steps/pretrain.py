"""Pretraining as a step: its result is an encoder's folder, which rows use like any other."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from crossglot import checkpoints
from crossglot.checkpoints import DamagedError
from crossglot.corpora.opening import checksum
from crossglot.engine.going import Going
from crossglot.engine.step import Advance, Inputs, Work
from crossglot.errors import DataError, UsageError
from crossglot.pretraining.sampling import EXPONENT
from crossglot.pretraining.shapes import Shape, find_shape
from crossglot.pretraining.texts import file_list
from crossglot.pretraining.tlm import TLM_SHARE
from crossglot.runtime import Runtime
from crossglot.steps.on_device import DeviceStep

_log = logging.getLogger(__name__)

ENCODER = "encoder"


class TextFiles(BaseModel):
    """Plain text of one language, or the two sides of a bitext: the checksums identify the lines, wherever they lie."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    SKIP_ID_ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"files"})

    languages: tuple[str, ...]
    checksums: tuple[str, ...]
    files: tuple[Path, ...]

    def check(self) -> None:
        """Makes sure that the files are what they were when this was planned.

        Raises:
            DataError: if one is missing or has changed.
        """
        for path, known in zip(self.files, self.checksums, strict=True):
            if checksum(path) != known:
                raise DataError(
                    "the text has changed since this was planned",
                    path=path,
                    remedy="run the same again: what depends on it is done anew",
                )


class Pretrain(DeviceStep):
    """Pretrains an encoder; see `pretraining.pretrain.pretrain` for what the fields do.

    Attributes:
        name: how the encoder is called; no part of what it is.
        texts: of every language, in order.
        bitexts: for TLM.
        tlm_share: None without bitexts.
    """

    SKIP_ID_ARGUMENTS: ClassVar[frozenset[str]] = DeviceStep.SKIP_ID_ARGUMENTS | {"name"}

    name: str
    texts: tuple[TextFiles, ...]
    bitexts: tuple[TextFiles, ...] = ()
    tlm_share: float | None = None
    shape: Shape
    exponent: float = EXPONENT
    next_sentence: bool = False
    separate_positions: bool = False
    max_bytes: int | None = None
    max_total_bytes: int | None = None
    role: Literal["m-bert", "en-bert"] | None = None
    dtype: Literal["fp32", "bf16"] = "fp32"
    seed: int = 1

    def go_on(self, folder: Path, inputs: Inputs, advance: Advance, going: Going) -> None:  # noqa: ARG002
        """Writes the encoder's folder; a pretraining that was broken off goes on from its last checkpoint."""
        for files in (*self.texts, *self.bitexts):
            files.check()
        made = pretrain_kept(
            going,
            advance,
            {text.languages[0]: text.files for text in self.texts},
            shape=self.shape,
            exponent=self.exponent,
            next_sentence=self.next_sentence,
            bitexts={(one.languages[0], one.languages[1]): (one.files[0], one.files[1]) for one in self.bitexts},
            tlm_share=self.tlm_share or TLM_SHARE,
            separate_positions=self.separate_positions,
            max_bytes=self.max_bytes,
            max_total_bytes=self.max_total_bytes,
            role=self.role,
            dtype=self.dtype,
            seed=self.seed,
            device=self.device,
            precision=self.precision,
            report_every=max(1, min(100, self.shape.steps // 20)),
        )
        shutil.copytree(made, folder, dirs_exist_ok=True)  # and not moved: a kill in between would lose both

    @property
    def title(self) -> str:
        """What the progress shows."""
        languages = [text.languages[0] for text in self.texts]
        named = ", ".join(languages) if len(languages) <= 4 else f"{len(languages)} languages"
        return f"pretraining {self.name} on {named}"

    @property
    def work(self) -> Work:
        """Pieces to be read."""
        shape = self.shape
        kind = f"pretraining {shape.layers} layers of {shape.hidden} on {self.device_kind}"
        return Work(float(shape.steps * shape.batch_pieces), kind)


def pretrain_kept(going: Going, advance: Advance, texts: Mapping[str, Path | Sequence[Path]], **settings: Any) -> Path:
    """Pretrains in a folder that outlives a break, `pretrain`'s own way; what cannot be gone on with is begun anew.

    Args:
        going: of the step.
        advance: of the step.
        texts: see `pretrain`.
        settings: its other arguments.

    Returns:
        The finished encoder's folder, which lies in that of `going`.
    """
    from crossglot.pretraining.pretrain import pretrain

    out = going.folder / ENCODER
    going.folder.mkdir(exist_ok=True)
    settings |= {"checkpoint_seconds": checkpoints.SECONDS_BETWEEN, "checkpointed": going.saved}
    settings |= {"progress": lambda now: advance(now.step / now.steps)}
    try:
        return pretrain(texts, out, **settings)
    except (DamagedError, UsageError) as error:  # what is wrong with the arguments is said again
        if not out.exists():
            raise
        _log.warning("%s\n  the pretraining begins anew", str(error).splitlines()[0])
        shutil.rmtree(out)
        return pretrain(texts, out, **settings)


def plan_pretraining(
    name: str,
    texts: Mapping[str, Path | Sequence[Path]],
    *,
    runtime: Runtime,
    shape: str | Shape = "tiny",
    bitexts: Mapping[tuple[str, str], tuple[Path, Path]] | None = None,
    tlm_share: float = TLM_SHARE,
    **settings: Any,
) -> Pretrain:
    """The step that calls `pretrain` with these texts, bitexts and settings; fields of the shape may be among them.

    Raises:
        DataError: if a file is missing.
        UsageError: an unknown shape, or one that cannot be.
    """
    fields = {key: settings.pop(key) for key in list(settings) if key in Shape.__dataclass_fields__}
    described = [
        TextFiles(languages=(language,), checksums=tuple(map(checksum, files)), files=_absolute(files))
        for language, files in ((language, file_list(paths)) for language, paths in texts.items())
    ]
    parallel = [
        TextFiles(languages=pair, checksums=tuple(map(checksum, files)), files=_absolute(files))
        for pair, files in (bitexts or {}).items()
    ]
    return Pretrain(
        name=name,
        texts=tuple(described),
        bitexts=tuple(parallel),
        tlm_share=tlm_share if parallel else None,
        shape=find_shape(shape).changed(**fields),
        precision=runtime.precision,
        device_kind=runtime.kind,
        device=runtime.device,
        **settings,
    )


def _absolute(files: Iterable[Path]) -> tuple[Path, ...]:
    """As paths in steps are: a step may run in another process, which stands elsewhere."""
    return tuple(path.absolute() for path in files)
