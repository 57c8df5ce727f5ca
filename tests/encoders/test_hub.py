"""Encoders by hub id, with the hub's own client against its endpoints on this machine: what is asked for, and kept.

Each run is a process of its own, because the client reads where the hub and its cache are when it is imported.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import transformers
from tiny_models import save_tiny

from crossglot.encoders.loading import load_encoder
from loopback_hub import COMMIT, Hub, files_below, serving

NAME = "somebody/tiny-bert"
LOADED = f"""
import crossglot as cg
encoder = cg.load_encoder("{NAME}")
print(encoder.name, encoder.revision, float(sum(weight.detach().abs().sum() for weight in encoder.model.parameters())))
"""
NEEDED = {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with what real ones hold besides: another framework's weights, pickled ones, pages, poolers."""
    folder = save_tiny(tmp_path / "repository")
    for name in ("pytorch_model.bin", "onnx/model.onnx", "onnx/config.json", "openvino/openvino_model.bin",
                 "1_Pooling/config.json", "modules.json", "README.md", ".gitattributes"):  # fmt: skip
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("{}", encoding="utf-8")
    return folder


@pytest.fixture
def hub(folder: Path) -> Iterator[Hub]:
    with serving({NAME: files_below(folder)}) as hub:
        yield hub


@pytest.fixture
def machine(tmp_path: Path, hub: Hub) -> dict[str, str]:
    """The environment of a user's machine whose caches are empty."""
    return os.environ | {
        "HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "hub-cache"), "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "HF_HUB_OFFLINE": "0", "no_proxy": "127.0.0.1,localhost",
    }  # fmt: skip


def run(*command: str, on: dict[str, str], status: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([sys.executable, *command], env=on, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == status, done.stderr
    return done


def offline(machine: dict[str, str]) -> dict[str, str]:
    return machine | {"HF_HUB_OFFLINE": "1"}


def test_an_encoder_is_downloaded_once_without_what_it_does_not_need_and_is_there_offline(
    hub: Hub, machine: dict[str, str], folder: Path
) -> None:
    first = run("-c", LOADED, on=machine)
    weights = load_encoder(folder).model.parameters()
    name, revision, total = first.stdout.split()
    assert (name, revision) == (NAME, COMMIT)
    assert float(total) == pytest.approx(float(sum(weight.detach().abs().sum() for weight in weights)))
    assert hub.fetched >= NEEDED
    assert hub.fetched - NEEDED <= {"vocab.txt", "special_tokens_map.json"}
    assert first.stderr.splitlines() == [f"downloading model.safetensors of {NAME}, which the hub's cache keeps"]
    hub.asked.clear()
    again = run("-c", LOADED, on=machine)
    assert (again.stdout, again.stderr) == (first.stdout, "")
    assert hub.asked == [f"GET /api/models/{NAME}", "HEAD config.json"]
    without = run("-c", LOADED, on=offline(machine))
    assert (without.stdout, without.stderr) == (first.stdout, "")
    assert len(hub.asked) == 2


def test_weights_in_several_files_are_downloaded_by_their_index(
    hub: Hub, machine: dict[str, str], folder: Path, tmp_path: Path
) -> None:
    whole = run("-c", LOADED, on=machine).stdout
    model = transformers.AutoModelForMaskedLM.from_pretrained(folder)
    model.save_pretrained(folder, max_shard_size="20KB")
    (folder / "model.safetensors").unlink(missing_ok=True)
    (folder / "model-of-another-kind.safetensors").write_text("never read", encoding="utf-8")
    shards = {path.name for path in folder.glob("model-0*.safetensors")}
    assert len(shards) > 1
    hub.models = {NAME: files_below(folder)}
    hub.fetched.clear()
    assert run("-c", LOADED, on=machine | {"HF_HOME": str(tmp_path / "elsewhere")}).stdout == whole
    assert {name for name in hub.fetched if "safetensors" in name} == {*shards, "model.safetensors.index.json"}


def test_a_tokenizer_alone_needs_no_weights_and_says_offline_what_the_encoder_lacks(
    hub: Hub, machine: dict[str, str]
) -> None:
    tokenizer = f"import crossglot as cg; print(cg.load_tokenizer('{NAME}').tokenize('the cat'))"
    said = run("-c", tokenizer, on=machine).stdout
    assert not [name for name in hub.fetched if "safetensors" in name]
    assert run("-c", tokenizer, on=offline(machine)).stdout == said
    fault = run("-c", LOADED, on=offline(machine), status=1).stderr
    assert f"{NAME}: the hub cannot be reached, and the cache holds only config.json" in fault
    assert "go online once" in fault


def test_what_the_hub_does_not_have_is_said(hub: Hub, machine: dict[str, str]) -> None:
    embed = ("-m", "crossglot", "embed")
    done = run(*embed, "somebody/nothing", __file__, "--out", "never", on=machine, status=2)
    assert "somebody/nothing: no folder of this name here, and no such model on the hub" in done.stderr
    done = run(*embed, f"{NAME}@v9", __file__, "--out", "never", on=machine, status=2)
    assert f"{NAME}: the hub has no revision v9 of it" in done.stderr


def test_finetune_keeps_by_commit_what_its_search_found(machine: dict[str, str], tmp_path: Path) -> None:
    """An encoder narrower than BERT-base: searched once, and not again offline."""
    sentences = tmp_path / "train.tsv"
    sentences.write_text("".join(f"the\tDET\ncat\tNOUN\nsees{'s' * i}\tVERB\n\n" for i in range(12)), encoding="utf-8")
    command = ("-m", "crossglot", "finetune", NAME, "--train", str(sentences), "--epochs", "1", "--threads", "1")
    first = run(*command, "--out", str(tmp_path / "first"), on=machine)
    assert "start and rate are searched" in first.stderr
    (kept,) = (tmp_path / "cache" / "crossglot" / "fine-tuning").glob("*.json")
    about = json.loads(kept.read_text(encoding="utf-8"))
    assert (about["encoder"], about["revision"]) == (NAME, COMMIT)
    again = run(*command, "--out", str(tmp_path / "again"), on=offline(machine))
    assert "start and rate are searched" not in again.stderr
    chosen = [line for line in first.stderr.splitlines() if "chosen on" in line]
    assert chosen == [line for line in again.stderr.splitlines() if "chosen on" in line]
    weights = [(tmp_path / out / "model.safetensors").read_bytes() for out in ("first", "again")]
    assert weights[0] == weights[1]
