"""Event files of a pretraining, read by TensorBoard's own reader, hold each point of its curves once."""

from __future__ import annotations

import errno
import json
import logging
from pathlib import Path
from typing import Any

import pytest

from crossglot.errors import UsageError
from crossglot.pretraining.loop import TrainingStatus
from crossglot.pretraining.pretrain import pretrain
from crossglot.pretraining.shapes import SHAPES
from crossglot.tracking import asked
from crossglot.tracking.curves import Curves

STEPS = 9
SHAPE = SHAPES["tiny"].changed(
    name="test", layers=1, hidden=16, heads=2, vocab_size=120, positions=24, length=16, batch_pieces=96, steps=STEPS
)


class KilledError(BaseException):
    """Nothing hears of it."""


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("text")
    for language, line in (("en", "the dog of house {} sees a cat"), ("de", "der Hund von Haus {} sieht eine Katze")):
        (folder / f"{language}.txt").write_text("\n".join(line.format(number) for number in range(60)), "utf-8")
    return {"en": folder / "en.txt", "de": folder / "de.txt"}


def run(texts: dict[str, Path], out: Path, **settings: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {"seed": 1, "device": "cpu", "precision": "fp32", "report_every": 1, "track": "tensorboard"}
    pretrain(texts, out, shape=SHAPE, **(plain | settings))
    return json.loads((out / "crossglot.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def curves(folder: Path) -> dict[str, list[tuple[int, float]]]:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    read = EventAccumulator(str(folder), size_guidance={"scalars": 0})
    read.Reload()
    return {name: [(each.step, each.value) for each in read.Scalars(name)] for name in read.Tags()["scalars"]}


def check(out: Path, notes: dict[str, Any]) -> None:
    found = curves(out / "tensorboard")
    assert [step for step, _ in found["loss"]] == list(range(1, STEPS + 1))
    assert [value for _, value in found["loss"]] == pytest.approx([loss for _, loss in notes["loss"]])
    assert [value for _, value in found["learning_rate"]] == pytest.approx([SHAPE.rate(step) for step in range(STEPS)])
    assert [step for step, _ in found["pieces_per_second"]] == list(range(1, STEPS + 1))
    for language, perplexity in notes["perplexity"].items():
        ((step, value),) = found[f"held_out_perplexity/{language}"]
        assert step == STEPS
        assert value == pytest.approx(perplexity, abs=0.01)


def test_curves_are_what_the_encoder_says_of_its_training(texts: dict[str, Path], tmp_path: Path) -> None:
    notes = run(texts, tmp_path / "out")
    check(tmp_path / "out", notes)
    files = sorted((tmp_path / "out/tensorboard").iterdir())
    assert run(texts, tmp_path / "out") == notes
    assert sorted((tmp_path / "out/tensorboard").iterdir()) == files, "what is finished is not begun again"


@pytest.mark.parametrize("between", [0.0, 1000.0], ids=["a checkpoint each step", "no checkpoint"])
def test_a_training_killed_time_and_again_has_no_point_twice(
    texts: dict[str, Path], tmp_path: Path, between: float
) -> None:
    out = tmp_path / "out"
    for dies_at in (1, 4, 7, STEPS):

        def killed(now: TrainingStatus, at: int = dies_at) -> None:
            if now.step == at:
                raise KilledError

        with pytest.raises(KilledError):
            run(texts, out, checkpoint_seconds=between, progress=killed)
    check(out, run(texts, out, checkpoint_seconds=between))


def test_a_training_killed_after_its_last_step_keeps_that_step(
    texts: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"

    def killed(*_: Any, **__: Any) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr("crossglot.pretraining.pretrain.held_out_perplexity", killed)
        with pytest.raises(KilledError):
            run(texts, out)
    check(out, run(texts, out))


def test_a_file_torn_by_a_power_cut_does_not_hide_what_follows(texts: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "out"

    def killed(now: TrainingStatus) -> None:
        if now.step == 5:
            raise KilledError

    with pytest.raises(KilledError):
        run(texts, out, checkpoint_seconds=0, progress=killed)
    (file,) = (out / "tensorboard").iterdir()
    file.write_bytes(file.read_bytes()[:-7])  # of step 5, which is done again
    check(out, run(texts, out))


def test_a_training_started_over_has_no_curves_of_the_other(texts: dict[str, Path], tmp_path: Path) -> None:
    run(texts, tmp_path / "out")
    check(tmp_path / "out", run(texts, tmp_path / "out", resume=False, seed=2))
    run(texts, tmp_path / "out", resume=False, track="")
    assert not (tmp_path / "out/tensorboard").exists()


def test_the_encoder_is_the_same_with_curves_and_without(texts: dict[str, Path], tmp_path: Path) -> None:
    run(texts, tmp_path / "with")
    run(texts, tmp_path / "without", track="")
    weights = [(tmp_path / name / "model.safetensors").read_bytes() for name in ("with", "without")]
    assert weights[0] == weights[1]


def test_a_full_disk_ends_the_curves_and_not_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from tensorboardX.record_writer import RecordWriter

    written = Curves(tmp_path / "curves")
    written.add(1, {"loss": 3.0})

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(RecordWriter, "flush", full)
        written.add(2, {"loss": 2.0})
        written.add(3, {"loss": 1.0})
        written.close()
    (said,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert "No space left on device" in said
    assert curves(tmp_path / "curves")["loss"][0] == (1, 3.0)


def test_what_is_not_installed_or_not_there_is_refused(
    texts: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="there is tensorboard here"):
        run(texts, tmp_path / "out", track="mlflow")
    monkeypatch.setattr(asked, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"pip install 'crossglot\[tensorboard\]'"):
        run(texts, tmp_path / "out")
    assert not (tmp_path / "out").exists()
