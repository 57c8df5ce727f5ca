"""Pretraining from text to an encoder: loads offline, learns, and resumes to the same bits."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from crossglot import breaking_off
from crossglot.errors import DataError, UsageError
from crossglot.pretraining import loop
from crossglot.pretraining.loop import TrainingStatus
from crossglot.pretraining.pretrain import pretrain
from crossglot.pretraining.shapes import SHAPES

SHAPE = SHAPES["tiny"].changed(
    name="test", layers=1, hidden=16, heads=2, vocab_size=200, positions=24, length=16, batch_pieces=192, steps=24,
    dropout=0.1,
)  # fmt: skip
FP32: dict[str, Any] = {"device": "cpu", "precision": "fp32"}


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("texts")
    lines = {
        "en": [f"the {size} dog of house {number} sees a cat" for number in range(80) for size in ("big", "small")],
        "de": [
            f"der {size} Hund von Haus {number} sieht eine Katze" for number in range(60) for size in ("große", "neue")
        ],
    }
    for language, some in lines.items():
        (folder / f"{language}.txt").write_text("\n".join(some), "utf-8")
    return {language: folder / f"{language}.txt" for language in lines}


@pytest.fixture(scope="module")
def finished(texts: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pretrain(texts, tmp_path_factory.mktemp("runs") / "whole", shape=SHAPE, **FP32)


def _same_weights(first: Path, second: Path) -> bool:
    mine, theirs = (load_file(folder / "model.safetensors") for folder in (first, second))
    return mine.keys() == theirs.keys() and all(torch.equal(mine[name], theirs[name]) for name in mine)


def test_the_folder_loads_as_any_hugging_face_encoder(finished: Path) -> None:
    from transformers import AutoModel, AutoModelForMaskedLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(finished)
    model = AutoModelForMaskedLM.from_pretrained(finished, dtype=torch.float32)
    encoder = AutoModel.from_pretrained(finished, dtype=torch.float32)
    batch = tokenizer(["the big dog", "der neue Hund"], return_tensors="pt", padding=True)
    assert model(**batch).logits.shape[-1] == len(tokenizer) == model.config.vocab_size
    assert encoder(**batch).last_hidden_state.shape[-1] == 16
    assert tokenizer.model_max_length == 24
    vocabulary = (finished / "vocab.txt").read_text("utf-8").splitlines()
    assert {piece: number for number, piece in enumerate(vocabulary)} == tokenizer.get_vocab()


def test_the_record_says_what_made_it_and_how_well_it_reads(finished: Path) -> None:
    record = json.loads((finished / "crossglot.json").read_text("utf-8"))
    assert record["role"] == "m-bert"
    assert record["learning_rate"] == SHAPE.finetuning_rate
    assert record["perplexity"].keys() == {"en", "de"}
    assert all(1 < value < 400 for value in record["perplexity"].values())
    assert record["made_by"]["shape"]["steps"] == 24
    assert record["made_by"]["texts"]["en"]["files"] == ["en.txt"]
    assert {path.name for path in finished.iterdir()} == {
        "checksums.sha256", "config.json", "crossglot.json", "model.safetensors", "tokenizer.json",
        "tokenizer_config.json", "vocab.txt",
    }  # fmt: skip


def test_training_lowers_the_loss(texts: dict[str, Path], tmp_path: Path) -> None:
    losses: list[float] = []

    def note(progress: TrainingStatus) -> None:
        losses.append(progress.loss)

    shape = SHAPE.changed(steps=120, learning_rate=1e-2)
    pretrain(texts, tmp_path / "run", shape=shape, **FP32, report_every=20, progress=note)
    assert len(losses) == 6
    assert losses[-1] < losses[0] - 1


def test_same_seed_same_bits_another_seed_others(finished: Path, texts: dict[str, Path], tmp_path: Path) -> None:
    assert _same_weights(finished, pretrain(texts, tmp_path / "again", shape=SHAPE, **FP32))
    assert not _same_weights(finished, pretrain(texts, tmp_path / "other", shape=SHAPE, seed=2, **FP32))


@pytest.mark.parametrize("stop", [4, 12, 20])  # before, on and after the change of row length
def test_an_interrupted_run_ends_with_the_weights_of_a_whole_one(
    finished: Path, texts: dict[str, Path], tmp_path: Path, stop: int
) -> None:
    def interrupt(progress: TrainingStatus) -> None:
        if progress.step > stop:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pretrain(texts, tmp_path, shape=SHAPE, **FP32, report_every=4, checkpoint_seconds=0, progress=interrupt)
    assert (tmp_path / "checkpoint.safetensors").exists()
    assert not (tmp_path / "crossglot.json").exists()
    steps: list[int] = []
    pretrain(texts, tmp_path, shape=SHAPE, **FP32, report_every=4, progress=lambda now: steps.append(now.step))
    assert steps[0] == stop + 4
    assert _same_weights(finished, tmp_path)
    assert not (tmp_path / "checkpoint.safetensors").exists()


@pytest.mark.slow
def test_killed_anywhere_it_still_ends_with_the_same_weights(texts: dict[str, Path], tmp_path: Path) -> None:
    shape = "SHAPES['tiny'].changed(layers=1, hidden=16, heads=2, vocab_size=200, batch_pieces=256, steps=400)"
    program = (
        "import sys; from pathlib import Path; from crossglot.pretraining.pretrain import pretrain\n"
        "from crossglot.pretraining.shapes import SHAPES\n"
        f"pretrain({{'en': Path({str(texts['en'])!r})}}, Path(sys.argv[1]), shape={shape},"
        " device='cpu', precision='fp32', report_every=1, checkpoint_seconds=0)"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src"), "OMP_NUM_THREADS": "1"}

    def start(out: Path) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", program, str(out)]
        return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)  # noqa: S603 (our program)

    assert start(tmp_path / "whole").wait() == 0
    checkpoint = tmp_path / "killed" / "checkpoint.safetensors"
    for written in (1, 4, 11):  # checkpoints of this process, however fast it is, before it is killed
        process, seen = start(tmp_path / "killed"), {checkpoint.stat().st_mtime_ns if checkpoint.exists() else 0}
        while process.poll() is None and len(seen) <= written:
            time.sleep(0.001)
            with suppress(FileNotFoundError):
                seen.add(checkpoint.stat().st_mtime_ns)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert start(tmp_path / "killed").wait() == 0
    assert _same_weights(tmp_path / "whole", tmp_path / "killed")


def test_a_finished_run_is_left_as_it_is(finished: Path, texts: dict[str, Path]) -> None:
    before = (finished / "model.safetensors").stat().st_mtime_ns
    assert pretrain(texts, finished, shape=SHAPE, **FP32) == finished
    assert (finished / "model.safetensors").stat().st_mtime_ns == before


def test_a_folder_with_other_settings_is_refused_by_what_differs(finished: Path, texts: dict[str, Path]) -> None:
    with pytest.raises(UsageError, match=r"other settings \(seed\)"):
        pretrain(texts, finished, shape=SHAPE, seed=3, **FP32)
    with pytest.raises(UsageError, match=r"other settings \(shape\)"):
        pretrain(texts, finished, shape=SHAPE, steps=30, **FP32)


def test_a_folder_with_something_else_is_never_touched(texts: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work", "utf-8")
    for resume in (True, False):
        with pytest.raises(UsageError, match="no pretraining"):
            pretrain(texts, tmp_path, shape=SHAPE, **FP32, resume=resume)
    assert (tmp_path / "thesis.tex").read_text("utf-8") == "years of work"


def test_starting_over_drops_the_run_that_was_there(finished: Path, texts: dict[str, Path], tmp_path: Path) -> None:
    out = pretrain(texts, tmp_path / "run", shape=SHAPE, seed=7, **FP32)
    pretrain(texts, out, shape=SHAPE, **FP32, resume=False)
    assert _same_weights(finished, out)


def test_weights_can_be_stored_in_bf16(texts: dict[str, Path], tmp_path: Path) -> None:
    pretrain(texts, tmp_path / "run", shape=SHAPE, dtype="bf16", **FP32)
    assert {tensor.dtype for tensor in load_file(tmp_path / "run" / "model.safetensors").values()} == {torch.bfloat16}


def test_english_alone_is_the_en_bert_and_another_language_alone_has_no_role(
    texts: dict[str, Path], tmp_path: Path
) -> None:
    for language, role in (("en", "en-bert"), ("de", None)):
        pretrain({language: texts[language]}, tmp_path / language, shape=SHAPE, steps=2, **FP32)
        assert json.loads((tmp_path / language / "crossglot.json").read_text("utf-8"))["role"] == role


def test_next_sentences_are_an_option_that_resumes_too(texts: dict[str, Path], tmp_path: Path) -> None:
    from transformers import AutoModel, AutoModelForPreTraining

    def interrupt(progress: TrainingStatus) -> None:
        if progress.step == 8:
            raise KeyboardInterrupt

    whole = pretrain(texts, tmp_path / "whole", shape=SHAPE, steps=12, next_sentence=True, **FP32)
    with pytest.raises(KeyboardInterrupt):
        pretrain(
            texts, tmp_path / "cut", shape=SHAPE, steps=12, next_sentence=True, **FP32, report_every=4,
            checkpoint_seconds=0, progress=interrupt,
        )  # fmt: skip
    pretrain(texts, tmp_path / "cut", shape=SHAPE, steps=12, next_sentence=True, **FP32)
    assert _same_weights(whole, tmp_path / "cut")
    assert AutoModelForPreTraining.from_pretrained(whole).cls.seq_relationship.weight.shape == (2, 16)
    assert AutoModel.from_pretrained(whole).config.architectures == ["BertForPreTraining"]


def test_a_control_on_fewer_bytes_is_one_option(texts: dict[str, Path], tmp_path: Path) -> None:
    pretrain(texts, tmp_path / "run", shape=SHAPE, steps=2, max_total_bytes=4_000, **FP32)
    made_by = json.loads((tmp_path / "run" / "crossglot.json").read_text("utf-8"))["made_by"]
    assert 3_800 < sum(text["bytes"] for text in made_by["texts"].values()) <= 4_000


def test_bad_input_ends_in_one_clear_message_and_leaves_no_folder(texts: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "run"
    with pytest.raises(DataError, match=r"nowhere\.txt"):
        pretrain({"en": tmp_path / "nowhere.txt"}, out, shape=SHAPE, **FP32)
    with pytest.raises(UsageError, match="unknown shape 'enormous'"):
        pretrain(texts, out, shape="enormous", **FP32)
    with pytest.raises(UsageError, match="no text"):
        pretrain({}, out, shape=SHAPE, **FP32)
    with pytest.raises(UsageError, match="unknown role 'x-bert'"):
        pretrain(texts, out, shape=SHAPE, role="x-bert", **FP32)
    with pytest.raises(UsageError, match="unknown dtype 'int8'"):
        pretrain(texts, out, shape=SHAPE, dtype="int8", **FP32)
    assert not out.exists()


@pytest.mark.parametrize("at", [1, 7, 12, 24])
def test_a_pretraining_that_is_asked_to_end_saves_first_and_loses_no_step(
    texts: dict[str, Path], finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """Also between two reports, whose losses are of both runs."""
    steps: list[int] = []
    real = loop.train_step

    def counted(run: Any, optimizer: Any, step: int) -> torch.Tensor:
        steps.append(step + 1)
        if step + 1 == at and len(steps) == at:
            assert breaking_off.ask()
        return real(run, optimizer, step)

    monkeypatch.setattr(loop, "train_step", counted)
    with pytest.raises(KeyboardInterrupt):
        pretrain(texts, tmp_path / "out", shape=SHAPE, report_every=5, **FP32)
    pretrain(texts, tmp_path / "out", shape=SHAPE, report_every=5, **FP32)
    assert steps == list(range(1, 25))
    assert _same_weights(finished, tmp_path / "out")
    pretrain(texts, tmp_path / "peace", shape=SHAPE, report_every=5, **FP32)
    losses = [json.loads((tmp_path / out / "crossglot.json").read_text())["loss"] for out in ("out", "peace")]
    assert losses[0] == losses[1]
    assert [step for step, _ in losses[0]] == [5, 10, 15, 20, 24]
