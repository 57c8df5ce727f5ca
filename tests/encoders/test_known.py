"""The list of encoders: its numbers hang together, its verdicts are those of loading, none that we name lacks."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from crossglot.encoders.forms import check_form
from crossglot.encoders.known import CANNOT, RUN, KnownEncoder, known_encoders
from crossglot.encoders.origin import ROLES
from crossglot.errors import ModelError

ROOT = Path(__file__).parents[2]
BY_ID = {encoder.id: encoder for encoder in known_encoders()}
OF_BERTS_SHAPE = ("bert", "distilbert", "roberta", "xlm", "xlm-roberta", "xlm-roberta-xl", "camembert", "deberta-v2")


def test_there_are_some_thirty_each_once() -> None:
    assert len(BY_ID) == len(known_encoders()) >= 30
    assert {name if "/" in name else f"google-bert/{name}" for name in ROLES} <= set(BY_ID)


@pytest.mark.parametrize("encoder", [e for e in known_encoders() if e.model_type in OF_BERTS_SHAPE], ids=lambda e: e.id)
def test_parameters_are_what_layers_and_vocabulary_come_to(encoder: KnownEncoder) -> None:
    """A layer of BERT's shape has twelve squares of its width (Vaswani et al. 2017), a piece one vector."""
    counted = encoder.pieces * encoder.hidden + 12 * encoder.layers * encoder.hidden**2
    assert encoder.parameters == pytest.approx(counted / 1e6, rel=0.03)


@pytest.mark.parametrize("encoder", known_encoders(), ids=lambda e: e.id)
def test_what_can_be_used_is_what_loading_takes(encoder: KnownEncoder) -> None:
    if encoder.model_type in CANNOT:
        assert encoder.cannot
        return
    try:
        check_form({"model_type": encoder.model_type}, encoder.id)
    except ModelError as error:
        assert encoder.cannot and encoder.cannot in str(error)
    else:
        assert not encoder.cannot


def test_exceptions_are_of_the_list() -> None:
    assert set(CANNOT) <= {encoder.model_type for encoder in known_encoders()}
    assert set(RUN) <= set(BY_ID)


def test_the_real_encoders_are_as_the_list_has_them(real_encoders: Path) -> None:
    """Both are at hand, with their configurations as the hub has them."""
    for name in RUN:
        described = json.loads((real_encoders / name.rpartition("/")[2].lower() / "config.json").read_text("utf-8"))
        known = BY_ID[name]
        assert known.model_type == described["model_type"]
        assert (known.layers, known.hidden) == (described["num_hidden_layers"], described["hidden_size"])
        assert known.pieces == described["vocab_size"]


def test_every_encoder_that_documents_name_is_of_the_list() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    named = re.findall(r"--encoder (?:[\w-]+=)?([A-Za-z][\w.-]*/[\w.-]+\w)", text)
    of_the_hub = {name for name in named if not name.startswith(("models/", "runs/", "encoders/"))}
    assert of_the_hub and of_the_hub <= set(BY_ID)
