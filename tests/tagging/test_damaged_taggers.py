"""A damaged tagger is refused in one message that names the file, from Python and by the command line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from typer.testing import CliRunner

from crossglot.cli import app
from crossglot.corpora.sentences import TaggedSentence
from crossglot.encoders.encoder import Encoder
from crossglot.errors import ModelError
from crossglot.tagging.finetuning import finetune
from crossglot.tagging.loading import load_tagger
from crossglot.tagging.recipe import Recipe

NESTED = "[" * 100_000 + "]" * 100_000


def about(**changes: Any) -> Callable[[Path], object]:
    """Other values in tagger.json."""

    def do(folder: Path) -> None:
        known = json.loads((folder / "tagger.json").read_text(encoding="utf-8"))
        (folder / "tagger.json").write_text(json.dumps(known | changes), encoding="utf-8")

    return do


def recipe(**changes: Any) -> Callable[[Path], object]:
    def do(folder: Path) -> None:
        known = json.loads((folder / "tagger.json").read_text(encoding="utf-8"))
        about(recipe=known["recipe"] | changes)(folder)

    return do


def content(data: str | bytes) -> Callable[[Path], object]:
    raw = data.encode() if isinstance(data, str) else data
    return lambda folder: (folder / "tagger.json").write_bytes(raw)


def head(name: str, change: Callable[[torch.Tensor], torch.Tensor] | None) -> Callable[[Path], object]:
    """Another tensor of the linear layer; None takes it away."""

    def do(folder: Path) -> None:
        tensors = load_file(folder / "model.safetensors")
        tensor = tensors.pop(f"classifier.{name}")
        if change is not None:
            tensors[f"classifier.{name}"] = change(tensor).contiguous()
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})

    return do


def folder_in_place_of(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "cut off": (content('{"task": "po'), "tagger.json"),
    "empty": (content(""), "tagger.json: empty"),
    "binary": (content(bytes(range(256))), "tagger.json"),
    "UTF-16": (content("{}".encode("utf-16")), "tagger.json"),
    "a list": (content("[]"), "tagger.json"),
    "nothing in it": (content("{}"), "tagger.json: this tagger is damaged: task"),
    "deep": (content(NESTED), "tagger.json"),
    "gone": (lambda folder: (folder / "tagger.json").unlink(), "not a tagger"),
    "a folder": (lambda folder: folder_in_place_of(folder / "tagger.json"), "file"),
    "a task unknown": (about(task="dance"), "task"),
    "a task a list": (about(task=["pos"]), "task"),
    "labels a number": (about(labels=7), "labels"),
    "labels in words": (about(labels="NOUN"), "labels"),
    "labels numbers": (about(labels=[1, 2]), "labels"),
    "labels none": (about(labels=[]), "no labels"),
    "a label twice": (about(labels=["NOUN"] * 17), "the label 'NOUN' twice"),
    "a label empty": (about(labels=["", *"ABCDEFGHIJKLMNOP"]), "an empty label"),
    "labels fewer than the head's": (about(labels=["NOUN", "VERB"]), "2 labels"),
    "labels more than the head's": (about(labels=[f"L{i}" for i in range(99)]), "99 labels"),
    "a seed in words": (about(seed="one"), "seed"),
    "a recipe in words": (about(recipe="as ever"), "recipe"),
    "a recipe's rate": (recipe(learning_rate="fast"), "recipe"),
    "a recipe's length": (recipe(max_length=-1), "recipe"),
    "a recipe's reading": (recipe(subword="third"), "recipe"),
    "no weight": (head("weight", None), "model.safetensors"),
    "no bias": (head("bias", None), "model.safetensors"),
    "a weight too wide": (head("weight", lambda w: torch.cat([w, w], 1)), "classifier.weight"),
    "a weight of more labels": (head("weight", lambda w: torch.cat([w, w])), "classifier.weight"),
    "a weight turned": (head("weight", lambda w: w.T), "classifier.weight"),
    "a flat weight": (head("weight", lambda w: w.reshape(-1)), "classifier.weight"),
    "a bias of two dimensions": (head("bias", lambda b: b[None]), "classifier.bias"),
    "a weight of whole numbers": (head("weight", lambda w: w.long()), "classifier.weight"),
    "a weight that is no number": (head("weight", lambda w: w * float("nan")), "not finite"),
    "a bias without end": (head("bias", lambda b: b / 0), "not finite"),
    "weights cut off": (lambda folder: (folder / "model.safetensors").write_bytes(b"\0" * 99), "model.safetensors"),
    "weights gone": (lambda folder: (folder / "model.safetensors").unlink(), "not a tagger"),
    "a configuration of another": (
        lambda folder: (folder / "config.json").write_text('{"model_type": "bert"}', encoding="utf-8"),
        "config.json",
    ),
}


@pytest.fixture(scope="module")
def sound(encoder: Encoder, sentences: list[TaggedSentence], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("taggers") / "sound"
    finetune(encoder.copy(), sentences, task="pos", recipe=Recipe(epochs=1, learning_rate=1e-3)).save(folder)
    return folder


@pytest.mark.parametrize("name", DAMAGES)
def test_it_is_refused_by_the_file_at_fault(name: str, sound: Path, tmp_path: Path) -> None:
    do, said = DAMAGES[name]
    folder = Path(shutil.copytree(sound, tmp_path / "tagger"))
    do(folder)
    with pytest.raises(ModelError, match=str(folder)):  # by its checksums, where it has any
        load_tagger(folder)
    for path in folder.glob("checksums*"):
        path.unlink()
    with pytest.raises(ModelError) as refused:
        load_tagger(folder)
    assert str(folder) in str(refused.value)
    assert said in str(refused.value)
    assert len(str(refused.value)) < 800
    (tmp_path / "words.txt").write_text("the cat\n", encoding="utf-8")
    (tmp_path / "gold.conllu").write_text("1\tcat\t_\tNOUN\t_\t_\t_\t_\t_\t_\n\n", encoding="utf-8")
    for command in (["predict", folder, tmp_path / "words.txt"], ["evaluate", folder, tmp_path / "gold.conllu"]):
        result = CliRunner().invoke(app, [str(word) for word in command])
        assert result.exit_code == 2, result.output
        assert result.stderr.count("error: ") == 1
        assert "Traceback" not in result.stderr
        assert result.stdout == ""
