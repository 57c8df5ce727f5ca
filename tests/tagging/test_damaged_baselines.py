"""A damaged tagger without an encoder is refused in one message that names the file at fault."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from safetensors.torch import load_file, save_file

from crossglot.corpora.sentences import TaggedSentence
from crossglot.errors import ModelError
from crossglot.tagging.baselines import BASELINES
from crossglot.tagging.loading import load_tagger

if TYPE_CHECKING:
    import torch

TRAIN = [TaggedSentence(("la", "casa"), ("DET", "NOUN")), TaggedSentence(("el", "gato"), ("DET", "NOUN"))] * 6
WITH_WEIGHTS = ["character-ngrams", "bilstm-crf", "ball-garrette", "bhat-stacking"]


@pytest.fixture(scope="module", params=list(BASELINES))
def sound(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("taggers") / str(request.param)
    BASELINES[request.param].fit(TRAIN, task="pos", seed=1).save(folder)
    return folder


def damaged(sound: Path, place: Path, do: Callable[[Path], object]) -> Path:
    """A copy without checksums, to which something is done."""
    folder = Path(shutil.copytree(sound, place))
    (folder / "checksums.sha256").unlink()
    do(folder)
    return folder


def about(**changes: object) -> Callable[[Path], object]:
    def do(folder: Path) -> None:
        known = json.loads((folder / "tagger.json").read_text(encoding="utf-8"))
        (folder / "tagger.json").write_text(json.dumps(known | changes), encoding="utf-8")

    return do


def every_tensor(change: Callable[[torch.Tensor], torch.Tensor]) -> Callable[[Path], object]:
    def do(folder: Path) -> None:
        tensors = load_file(folder / "model.safetensors")
        changed = {name: change(tensor).contiguous() for name, tensor in tensors.items()}
        save_file(changed, folder / "model.safetensors", metadata={"format": "pt"})

    return do


@pytest.mark.parametrize(
    ("do", "said"),
    [
        (about(task="dance"), "task"),
        (about(labels=[]), "no labels"),
        (about(labels=["NOUN", "NOUN"]), "the label 'NOUN' twice"),
        (about(labels=7), "labels"),
        (about(kind="oracle"), "'oracle' are not known"),
        (lambda folder: (folder / "tagger.json").write_text("{"), "tagger.json"),
        (lambda folder: (folder / "tagger.json").unlink(), "not a tagger"),
    ],
)
def test_what_it_says_of_itself_is_checked(
    sound: Path, tmp_path: Path, do: Callable[[Path], object], said: str
) -> None:
    folder = damaged(sound, tmp_path / "tagger", do)
    with pytest.raises(ModelError, match=said) as refused:
        load_tagger(folder)
    assert str(folder) in str(refused.value)


@pytest.mark.parametrize("sound", WITH_WEIGHTS, indirect=True)
@pytest.mark.parametrize(
    ("do", "said"),
    [
        (about(labels=["NOUN", "VERB"]), "this tagger is damaged: .* of the shape"),
        (every_tensor(lambda tensor: tensor[..., None]), "of the shape"),
        (every_tensor(lambda tensor: tensor.long()), "is I64 of the shape"),
        (every_tensor(lambda tensor: tensor * float("nan")), "is not finite"),
        (lambda folder: save_file({}, folder / "model.safetensors"), "it has no "),
        (lambda folder: (folder / "model.safetensors").write_bytes(b"\0" * 99), "model.safetensors"),
        (lambda folder: (folder / "model.safetensors").unlink(), "model.safetensors"),
    ],
)
def test_its_weights_are_checked(sound: Path, tmp_path: Path, do: Callable[[Path], object], said: str) -> None:
    folder = damaged(sound, tmp_path / "tagger", do)
    with pytest.raises(ModelError, match=said) as refused:
        load_tagger(folder)
    assert str(folder) in str(refused.value)


def test_another_file_than_the_one_written_is_refused(sound: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(sound, tmp_path / "tagger"))
    about(crossglot="0")(folder)
    with pytest.raises(ModelError, match="is not the one that was written"):
        load_tagger(folder)
