"""A fine-tuning broken off anywhere, any number of times, comes to the weights of one that nothing disturbed."""

from __future__ import annotations

import logging
import random
from pathlib import Path

import pytest
import torch

from crossglot import breaking_off, checkpoints
from crossglot.checkpoints import Keeper, load_checkpoint
from crossglot.corpora.sentences import TaggedSentence
from crossglot.encoders.encoder import Encoder
from crossglot.files import NotWrittenError
from crossglot.runtime import Precision, Runtime
from crossglot.tagging.encoder_tagger import EncoderTagger
from crossglot.tagging.fitting import fit
from crossglot.tagging.recipe import Recipe

RECIPE = Recipe(batch_size=8, max_length=32, epochs=3, learning_rate=1e-3)


class KilledError(BaseException):
    """Nothing that catches errors may catch it."""


def trained(
    encoder: Encoder,
    sentences: list[TaggedSentence],
    keeper: Keeper | None,
    *,
    recipe: Recipe = RECIPE,
    seed: int = 1,
    precision: Precision = "fp32",
    until: int | None = None,
) -> tuple[EncoderTagger, list[int]]:
    """The tagger, and the steps that were done for it; with `until` the process dies when that step is."""
    done: list[int] = []

    def progress(step: int, steps: int) -> None:
        del steps
        done.append(step)
        if step == until:
            raise KilledError

    runtime = Runtime("cpu", precision)
    return fit(
        encoder, sentences, recipe, task="pos", seed=seed, runtime=runtime, progress=progress, keeper=keeper
    ), done


def same(one: EncoderTagger, other: EncoderTagger) -> bool:
    states = [{**each.encoder.model.state_dict(), **each.head.state_dict()} for each in (one, other)]
    return one.training == other.training and all(
        torch.equal(value, states[1][name]) for name, value in states[0].items()
    )


@pytest.mark.parametrize(
    ("changed", "precision"),
    [
        ({}, "fp32"),
        ({"averaged": 0.6}, "fp32"),
        ({"head_start": "probe", "head_learning_rate": 1e-2, "decay": "throughout"}, "fp32"),
        ({"averaged": 0.9}, "bf16"),
    ],
    ids=["as the paper", "averaged", "from a probe", "in bf16"],
)
def test_a_training_broken_off_anywhere_comes_to_the_same_bits(
    encoder: Encoder, sentences: list[TaggedSentence], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    changed: dict[str, object], precision: Precision,
) -> None:  # fmt: skip
    monkeypatch.setattr(checkpoints, "MOST_OF_TIME", float("inf"))
    recipe = Recipe.model_validate(RECIPE.model_dump() | changed)
    whole, steps = trained(encoder, sentences, None, recipe=recipe, precision=precision)
    assert steps == list(range(1, 25))
    dice = random.Random(4)
    place = tmp_path / "kept" / "training.safetensors"
    reached = 0
    while reached < 20:
        until = min(reached + dice.randint(1, 9), 24)
        global_state = torch.get_rng_state()
        with pytest.raises(KilledError):
            trained(encoder, sentences, Keeper(place, seconds=0), recipe=recipe, precision=precision, until=until)
        assert torch.equal(torch.get_rng_state(), global_state)
        kept = load_checkpoint(place)[1]["done"] if place.exists() else 0
        assert kept == until - 1 or (reached, kept) == (0, 0)  # it died before it could save the last
        reached = kept
    again, left = trained(encoder, sentences, Keeper(place, seconds=0), recipe=recipe, precision=precision)
    assert left == list(range(reached + 1, 25))
    assert same(again, whole)


def test_a_short_training_writes_nothing(encoder: Encoder, sentences: list[TaggedSentence], tmp_path: Path) -> None:
    trained(encoder, sentences, Keeper(tmp_path / "kept" / "training.safetensors"))
    assert list(tmp_path.iterdir()) == []


def test_a_training_that_is_asked_to_end_saves_first(
    encoder: Encoder, sentences: list[TaggedSentence], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "WORTH_SAVING", 0.0)
    place = tmp_path / "training.safetensors"

    def ask(step: int, steps: int) -> None:
        assert steps == 24
        if step == 7:
            assert breaking_off.ask()

    with pytest.raises(KeyboardInterrupt):
        fit(
            encoder, sentences, RECIPE, task="pos", seed=1, runtime=Runtime("cpu", "fp32"), progress=ask,
            keeper=Keeper(place),
        )  # fmt: skip
    assert not breaking_off.ask(), "nothing heeds it any more"
    assert load_checkpoint(place)[1]["done"] == 7
    again, left = trained(encoder, sentences, Keeper(place))
    assert left[0] == 8
    assert same(again, trained(encoder, sentences, None)[0])


@pytest.mark.parametrize("damage", ["cut off", "one bit", "empty", "no checkpoint", "another seed", "other sentences"])
def test_a_checkpoint_that_will_not_do_is_ignored_with_a_word(
    encoder: Encoder, sentences: list[TaggedSentence], tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    place = tmp_path / "training.safetensors"
    seed, read = (2 if damage == "another seed" else 1), sentences[:50] if damage == "other sentences" else sentences
    with pytest.raises(KilledError):
        trained(encoder, read, Keeper(place, seconds=0), seed=seed, until=9)
    written = bytearray(place.read_bytes())
    if damage == "cut off":
        place.write_bytes(written[: len(written) // 2])
    elif damage == "one bit":
        written[-1000] ^= 1
        place.write_bytes(written)
    elif damage == "empty":
        place.write_bytes(b"")
    elif damage == "no checkpoint":
        place.write_bytes(b"{}" * 500)
    with caplog.at_level(logging.WARNING):
        again, left = trained(encoder, sentences, Keeper(place))
    assert left[0] == 1
    assert same(again, trained(encoder, sentences, None)[0])
    (said,) = caplog.messages
    assert str(place) in said
    assert said.endswith("the training begins anew")
    if "other" in damage:
        assert ("seed" if "seed" in damage else "sentences") in said


def test_a_full_disk_costs_the_checkpoint_and_not_the_training(
    encoder: Encoder, sentences: list[TaggedSentence], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    def full(path: Path, *given: object) -> None:
        raise NotWrittenError(path, "the disk is full")

    monkeypatch.setattr(checkpoints, "save_checkpoint", full)
    again, _ = trained(encoder, sentences, Keeper(tmp_path / "training.safetensors", seconds=0))
    assert same(again, trained(encoder, sentences, None)[0])
    (said,) = caplog.messages
    assert "the disk is full" in said
