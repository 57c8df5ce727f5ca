"""Encoders by hub id, with the hub's own client against its endpoints on this machine: what is asked for, and kept.

The client reads where the hub and its cache are when it is imported: what a user does is done in processes of their
own, by variables of the environment, and the rest here, with its constants set (`here`).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import transformers
from huggingface_hub import constants
from huggingface_hub.utils import WeakFileLock  # type: ignore[attr-defined]  # lazily offered
from tiny_models import save_tiny

from crossglot.encoders import hub_downloads
from crossglot.encoders.encoder import Encoder
from crossglot.encoders.loading import load_encoder, load_tokenizer
from crossglot.errors import ModelError
from crossglot.studies.candidates import find_candidates
from crossglot.studies.study import make_study
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


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, machine: dict[str, str]) -> pytest.MonkeyPatch:
    """That machine is this process; setting HF_HUB_OFFLINE again takes it offline."""
    monkeypatch.setattr(constants, "ENDPOINT", machine["HF_ENDPOINT"])
    monkeypatch.setattr(
        constants, "HUGGINGFACE_CO_URL_TEMPLATE", machine["HF_ENDPOINT"] + "/{repo_id}/resolve/{revision}/{filename}"
    )
    monkeypatch.setattr(constants, "HF_HUB_CACHE", f"{machine['HF_HOME']}/hub")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    return monkeypatch


def run(*command: str, on: dict[str, str]) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([sys.executable, *command], env=on, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    return done


def total_of(encoder: Encoder) -> float:
    return float(sum(weight.detach().abs().sum() for weight in encoder.model.parameters()))


def offline(machine: dict[str, str]) -> dict[str, str]:
    return machine | {"HF_HUB_OFFLINE": "1"}


def test_an_encoder_is_downloaded_once_without_what_it_does_not_need_and_is_there_offline(
    hub: Hub, machine: dict[str, str], here: pytest.MonkeyPatch, folder: Path
) -> None:
    first = run("-c", LOADED, on=machine)
    name, revision, total = first.stdout.split()
    assert (name, revision) == (NAME, COMMIT)
    assert float(total) == pytest.approx(total_of(load_encoder(folder)))
    assert hub.fetched >= NEEDED
    assert hub.fetched - NEEDED <= {"vocab.txt", "special_tokens_map.json"}
    size = f"{(folder / 'model.safetensors').stat().st_size / 1000:.0f} kB"
    assert first.stderr.splitlines() == [
        f"downloading model.safetensors of {NAME} ({size}), which the hub's cache keeps"
    ]
    hub.asked.clear()
    assert total_of(load_encoder(NAME)) == pytest.approx(float(total))
    assert hub.asked == [f"GET /api/models/{NAME}", "HEAD config.json"]
    without = run("-c", LOADED, on=offline(machine))
    assert (without.stdout, without.stderr) == (first.stdout, "")
    assert len(hub.asked) == 2


def test_processes_of_one_node_that_load_an_encoder_at_once_fetch_each_file_once(
    hub: Hub, machine: dict[str, str]
) -> None:
    hub.pause = 0.01  # so that the second asks while the first still fetches
    both = [
        subprocess.Popen([sys.executable, "-c", LOADED], env=machine, stdout=subprocess.PIPE, text=True)  # noqa: S603
        for _ in range(2)
    ]
    first, second = (process.communicate()[0] for process in both)
    assert first == second
    assert first.split()[:2] == [NAME, COMMIT]
    assert {hub.times[file] for file in NEEDED} == {1}


def test_the_folder_of_another_machines_cache_stands_for_the_repository(hub: Hub, here: pytest.MonkeyPatch) -> None:
    """A plan names encoders where its own machine has them; a node of a cluster has a cache of its own."""
    there = Path("/nowhere/hub") / f"models--{NAME.replace('/', '--')}" / "snapshots" / COMMIT
    first = load_encoder(str(there), revision=COMMIT)
    assert (first.name, first.revision) == (NAME, COMMIT)
    assert load_tokenizer(there, revision=COMMIT)("Anna")["input_ids"]
    assert {hub.times[file] for file in NEEDED} == {1}
    with pytest.raises(ModelError, match=f"its revision is {COMMIT}, not another"):
        load_encoder(there, revision="another")


@pytest.mark.usefixtures("here")
def test_weights_in_several_files_are_downloaded_by_their_index(hub: Hub, folder: Path) -> None:
    total = total_of(load_encoder(folder))
    transformers.AutoModelForMaskedLM.from_pretrained(folder).save_pretrained(folder, max_shard_size="20KB")
    (folder / "model.safetensors").unlink(missing_ok=True)
    (folder / "model-of-another-kind.safetensors").write_text("never read", encoding="utf-8")
    shards = {path.name for path in folder.glob("model-0*.safetensors")}
    assert len(shards) > 1
    hub.models = {NAME: files_below(folder)}
    assert total_of(load_encoder(NAME)) == total
    assert {name for name in hub.fetched if "safetensors" in name} == {*shards, "model.safetensors.index.json"}


def test_a_tokenizer_alone_needs_no_weights_and_says_offline_what_the_encoder_lacks(
    hub: Hub, here: pytest.MonkeyPatch
) -> None:
    pieces = load_tokenizer(NAME).tokenize("the cat")
    assert not [name for name in hub.fetched if "safetensors" in name]
    here.setattr(constants, "HF_HUB_OFFLINE", True)
    assert load_tokenizer(NAME).tokenize("the cat") == pieces
    with pytest.raises(
        ModelError, match=rf"(?s){NAME}: the hub cannot be reached, and the cache holds only .*go online"
    ):
        load_encoder(NAME)


@pytest.mark.usefixtures("here")
def test_what_the_hub_does_not_have_is_said() -> None:
    with pytest.raises(ModelError, match="no folder of this name here, and no such model on the hub"):
        load_encoder("somebody/nothing")
    with pytest.raises(ModelError, match=f"{NAME}: the hub has no revision v9 of it"):
        load_encoder(NAME, revision="v9")


@pytest.mark.usefixtures("here")
def test_a_page_in_the_hubs_place_is_told_and_what_is_cached_is_read_all_the_same(hub: Hub) -> None:
    hub.page = b"<!DOCTYPE html><title>Welcome to the hotel</title>"
    with pytest.raises(ModelError, match=r"answers with what is no JSON \(is there a page to log in"):
        load_tokenizer(NAME)
    hub.page = b""
    pieces = load_tokenizer(NAME).tokenize("the cat")
    hub.page = b"<!DOCTYPE html>"
    assert load_tokenizer(NAME).tokenize("the cat") == pieces


@pytest.mark.usefixtures("here")
def test_a_page_in_a_files_place_does_not_stay_in_the_cache(hub: Hub, tmp_path: Path) -> None:
    page = tmp_path / "page"
    page.write_bytes(b"<!DOCTYPE html><title>Welcome to the hotel</title>")
    whole = hub.models
    hub.models = {NAME: {**whole[NAME], "config.json": page}}
    for _ in range(2):
        with pytest.raises(ModelError, match=f"{NAME}: what came as its config.json is no JSON object"):
            load_encoder(NAME)
    hub.models = whole
    assert load_encoder(NAME).name == NAME


@pytest.mark.usefixtures("here")
def test_a_download_that_breaks_off_is_said_and_made_again(hub: Hub) -> None:
    hub.broken = {"tokenizer.json"}
    with pytest.raises(ModelError, match=f"{NAME}: tokenizer.json cannot be downloaded"):
        load_encoder(NAME)
    hub.broken = set()
    assert load_encoder(NAME).name == NAME


def test_a_study_that_is_planned_downloads_no_weights_and_says_what_it_will_search(
    hub: Hub, here: pytest.MonkeyPatch
) -> None:
    study = make_study({"name": "s", "experiments": ["table2"], "data": ".", "encoders": [{"encoder": NAME}]}, "s")
    for _ in range(2):
        (candidate,) = find_candidates(study)
        assert (candidate.encoder.name, candidate.encoder.revision) == ("tiny-bert", COMMIT)
        assert candidate.grid is not None
        here.setattr(constants, "HF_HUB_OFFLINE", True)
    assert hub.fetched == {"config.json"}


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


@pytest.mark.usefixtures("here")
def test_what_the_disk_has_no_room_for_is_refused_before_it_is_downloaded(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage("/")._replace(free=10_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(ModelError, match=rf"{NAME}: \d+ kB are to be downloaded, and the disk .* has 10 kB left"):
        load_encoder(NAME)
    assert not [name for name in hub.fetched if "safetensors" in name]


@pytest.mark.usefixtures("here")
def test_a_model_that_has_another_name_now_is_read_and_the_name_said(
    hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    hub.renamed = {NAME: "somebody-else/tiny-bert"}
    assert load_tokenizer(NAME).tokenize("the")
    assert f"{NAME} is called somebody-else/tiny-bert on the hub now" in caplog.text


@pytest.mark.usefixtures("here")
def test_how_far_a_long_download_is_and_how_long_it_takes_is_said_now_and_then(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(hub_downloads, "FIRST_SAID", 0.0)
    monkeypatch.setattr(hub_downloads, "THEN_SAID", 0.0)
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 1024)
    hub.pause = 0.01
    load_encoder(NAME)
    said = [line for line in caplog.messages if "to go" in line]
    assert said
    assert all(re.fullmatch(rf"[\w.]+ of {NAME}: [\d.]+ \w+ of [\d.]+ \w+, \d+ s to go", line) for line in said), said


@pytest.mark.usefixtures("here")
def test_what_a_killed_download_left_in_the_cache_is_removed_unless_somebody_writes_there(
    hub: Hub, machine: dict[str, str]
) -> None:
    load_tokenizer(NAME)
    cache = Path(machine["HF_HOME"]) / "hub"
    (blobs,) = cache.glob("models--*/blobs")
    (locks,) = cache.glob(".locks/*")
    names = ("killed", "written", "held", "resumed")
    left = {
        name: blobs / (f"{name}.0123abcd.incomplete" if name != "resumed" else f"{name}.incomplete") for name in names
    }
    for name, path in left.items():
        path.write_bytes(b"half")
        (locks / f"{name}.lock").touch()
        if name != "written":
            os.utime(path, (0, 0))
    with WeakFileLock(locks / "held.lock"):
        load_encoder(NAME)
    assert {name for name, path in left.items() if path.exists()} == {"written", "held", "resumed"}
