"""The encoders kept under models/: small, loadable offline, and with a record of what made them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crossglot.languages import language

MODELS = Path(__file__).parents[2] / "models"
KEPT = sorted(path.parent.name for path in MODELS.glob("*/crossglot.json"))


def _record(name: str) -> dict[str, dict[str, dict[str, object]]]:
    found: dict[str, dict[str, dict[str, object]]] = json.loads((MODELS / name / "crossglot.json").read_text("utf-8"))
    return found


def test_both_roles_are_there() -> None:
    assert {"m-bert-small", "en-bert-small"} <= set(KEPT)


@pytest.mark.parametrize("name", KEPT)
def test_a_kept_encoder_is_small_and_loads_offline(name: str) -> None:
    from transformers import AutoModelForMaskedLM, AutoTokenizer

    assert (MODELS / name / "model.safetensors").stat().st_size <= 10_000_000
    tokenizer = AutoTokenizer.from_pretrained(MODELS / name)
    model = AutoModelForMaskedLM.from_pretrained(MODELS / name)
    assert model.config.vocab_size == len(tokenizer)


@pytest.mark.parametrize("name", KEPT)
def test_its_record_has_text_and_perplexity_of_every_language(name: str) -> None:
    record = _record(name)
    texts = record["made_by"]["texts"]
    assert record["perplexity"].keys() == texts.keys()
    assert all(len(text["sha256"]) == 64 for text in texts.values())  # type: ignore[index]


def test_the_small_mbert_has_at_least_twelve_languages_in_five_scripts() -> None:
    languages = [language(key) for key in _record("m-bert-small")["perplexity"]]
    assert len(languages) >= 12
    assert len({known.script for known in languages}) >= 5


def test_the_encoders_share_shape_schedule_and_seed() -> None:
    shapes = [_record(name)["made_by"]["shape"] for name in KEPT]
    assert all(shape == shapes[0] for shape in shapes)
    assert len({str(_record(name)["made_by"]["seed"]) for name in KEPT}) == 1
