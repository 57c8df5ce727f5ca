"""A pretraining that dies at any event leaves no half of an encoder, goes on to the same bytes, and leaves nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from broken_off import bytes_of, every_death
from crossglot.encoders.loading import load_encoder
from crossglot.errors import ModelError, StorageError, UsageError
from crossglot.pretraining.pretrain import pretrain
from crossglot.pretraining.shapes import SHAPES

SHAPE = SHAPES["tiny"].changed(
    name="test", layers=1, hidden=16, heads=2, vocab_size=120, positions=24, length=16, batch_pieces=96, steps=2
)


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("text") / "en.txt"
    path.write_text("\n".join(f"the dog of house {number} sees a cat" for number in range(60)), "utf-8")
    return path


def run(text: Path, out: Path, seed: int = 1, *, resume: bool = True) -> None:
    pretrain({"en": text}, out, shape=SHAPE, seed=seed, device="cpu", precision="fp32", checkpoint_seconds=0,
             resume=resume)  # fmt: skip


@pytest.fixture(scope="module")
def whole(text: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("whole") / "encoder"
    run(text, out)
    return bytes_of(out)


def check(out: Path, whole: dict[str, bytes]) -> None:
    """Either the encoder or none, but nothing between."""
    try:
        encoder = load_encoder(out)
    except ModelError:
        return
    kept = bytes_of(out)
    assert {name: kept.get(name) for name in whole} == whole
    assert encoder.role == "en-bert"


@pytest.mark.parametrize("step", [19, pytest.param(1, marks=pytest.mark.slow)])
def test_a_death_at_any_event(text: Path, whole: dict[str, bytes], tmp_path: Path, step: int) -> None:
    for _, out in every_death(lambda at: tmp_path / str(at), lambda out: run(text, out), step=step):
        if out.exists():
            check(out, whole)
        run(text, out)
        assert bytes_of(out) == whole
        assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("step", [13, pytest.param(1, marks=pytest.mark.slow)])
def test_a_death_while_a_finished_one_is_started_over(
    text: Path, whole: dict[str, bytes], tmp_path: Path, step: int
) -> None:
    def prepare(at: int) -> Path:
        run(text, tmp_path / "first", seed=2)
        shutil.copytree(tmp_path / "first", tmp_path / str(at))
        return tmp_path / str(at)

    first = None
    for _, out in every_death(prepare, lambda out: run(text, out, resume=False), step=step):
        first = first or bytes_of(tmp_path / "first")
        kept = bytes_of(out)
        if {name: kept.get(name) for name in first} != first:
            check(out, whole)
        try:
            run(text, out)
        except (UsageError, StorageError):  # the first one is still there, or is said to be damaged
            run(text, out, resume=False)
        assert bytes_of(out) == whole


def test_an_unfinished_pretraining_is_no_encoder(text: Path, whole: dict[str, bytes], tmp_path: Path) -> None:
    run(text, tmp_path / "out")
    (tmp_path / "out" / "crossglot.json").unlink()
    (tmp_path / "out" / "pretraining.json").write_text("{}")
    with pytest.raises(ModelError, match=r"out: the pretraining in this folder is not finished\n  run the same"):
        load_encoder(tmp_path / "out")


@pytest.mark.parametrize("name", ["model.safetensors", "vocab.txt", "config.json"])
def test_half_an_encoder_is_refused(text: Path, tmp_path: Path, name: str) -> None:
    run(text, tmp_path / "out")
    path = tmp_path / "out" / name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ModelError, match=rf"out: is damaged: {name} is not the one that was written"):
        load_encoder(tmp_path / "out")
    with pytest.raises(StorageError, match=rf"out: the encoder in it is damaged: {name}"):
        run(text, tmp_path / "out")


def test_notes_may_be_edited(text: Path, tmp_path: Path) -> None:
    run(text, tmp_path / "out")
    notes = json.loads((tmp_path / "out" / "crossglot.json").read_text())
    (tmp_path / "out" / "crossglot.json").write_text(json.dumps(notes | {"learning_rate": 5e-4}))
    assert load_encoder(tmp_path / "out").learning_rate == 5e-4


@pytest.mark.parametrize("held", ["crossglot.json", "config.json", "notes.txt", "checkpoint.safetensors"])
@pytest.mark.parametrize("resume", [True, False], ids=["going on", "starting over"])
def test_what_is_no_pretraining_stays(text: Path, tmp_path: Path, held: str, resume: bool) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / held).write_text('{"role": "m-bert"}')
    (tmp_path / "out" / "model.safetensors").write_text("mine")
    before = bytes_of(tmp_path)
    with pytest.raises(UsageError, match="holds something that is no pretraining"):
        run(tmp_path / "no such text", tmp_path / "out", resume=resume)
    assert bytes_of(tmp_path) == before
