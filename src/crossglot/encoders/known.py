"""Encoders that people ask about, and whether crossglot can use each: decided by the rule that loading follows.

The table lies beside this module in `known.tsv`: sizes, languages, tokenizer and licence as the encoders' papers and
model cards give them (parameters in millions, of the encoder without its head). It is written down, not asked of the
hub, and no part of it is measured here; which of them this project was run with says `RUN`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from crossglot.encoders.forms import XMOD

RUN: Mapping[str, str] = MappingProxyType(
    {
        "intfloat/multilingual-e5-small": "a 4-bit copy, docs/results.md",
        "sentence-transformers/all-MiniLM-L6-v2": "docs/results.md",
    }
)
"""Those of the table that results in this repository were made with, and what is to be known of that."""

CANNOT: Mapping[str, str] = MappingProxyType(
    {
        "xmod": f"an {XMOD}",
    }
)
"""Model type → why it is not used although transformers has it as a masked language model."""


@dataclass(frozen=True, slots=True)
class KnownEncoder:
    """An encoder of the hub.

    Attributes:
        id: its hub id.
        model_type: what transformers calls its architecture.
        parameters: in millions.
        layers: how many.
        hidden: width of a hidden state.
        pieces: size of its vocabulary; 0 where it reads characters.
        languages: how many it was pretrained on, or the one.
        tokenizer: its kind.
        licence: of its weights; `unstated` where its model card names none.
        note: what else is to be known; may be empty.
    """

    id: str
    model_type: str
    parameters: int
    layers: int
    hidden: int
    pieces: int
    languages: str
    tokenizer: str
    licence: str
    note: str

    @property
    def cannot(self) -> str:
        """Why crossglot cannot use it; empty if it can.

        What only its files show is not known here: weights that are pickled only are refused when they are asked for,
        with the way out.
        """
        from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING_NAMES

        from crossglot.encoders.forms import not_masked

        if self.model_type in CANNOT:
            return CANNOT[self.model_type]
        return "" if self.model_type in MODEL_FOR_MASKED_LM_MAPPING_NAMES else not_masked(self.model_type)

    @property
    def run(self) -> str:
        """What is to be known of the runs in this repository that were made with it; empty if there are none."""
        return RUN.get(self.id, "")


@lru_cache(maxsize=1)
def known_encoders() -> tuple[KnownEncoder, ...]:
    """All of them, in the table's order."""
    head, *lines = Path(__file__).with_suffix(".tsv").read_text(encoding="utf-8").splitlines()
    names = [field.name for field in fields(KnownEncoder)]
    assert head.split("\t") == names  # noqa: S101 - the package's own file
    rows = (dict(zip(names, line.split("\t"), strict=True)) for line in lines)
    numbers = ("parameters", "layers", "hidden", "pieces")
    return tuple(KnownEncoder(**row | {name: int(row[name]) for name in numbers}) for row in rows)  # type: ignore[arg-type]
