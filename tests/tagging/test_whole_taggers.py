"""A tagger's folder holds one tagger, whole, whatever happens; a half of one is refused; nobody else's is replaced."""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from broken_off import bytes_of, every_death
from crossglot.checksums import CHECKSUMS
from crossglot.corpora.sentences import TaggedSentence
from crossglot.encoders.encoder import Encoder
from crossglot.errors import ModelError, UsageError
from crossglot.files import write_whole
from crossglot.tagging.encoder_tagger import EncoderTagger
from crossglot.tagging.finetuning import finetune
from crossglot.tagging.loading import load_tagger
from crossglot.tagging.recipe import Recipe


@pytest.fixture(scope="module")
def old(encoder: Encoder, sentences: list[TaggedSentence]) -> EncoderTagger:
    return finetune(encoder, sentences, recipe=Recipe(epochs=1, learning_rate=1e-3))


@pytest.fixture(scope="module")
def new(encoder: Encoder, sentences: list[TaggedSentence]) -> EncoderTagger:
    """Another task: its labels on the old one's weights would be answers, but wrong ones."""
    turned = [TaggedSentence(one.words, tuple(f"X{tag}" for tag in one.tags)) for one in sentences]
    return finetune(encoder, turned, task="labels", recipe=Recipe(epochs=1, learning_rate=1e-3))


@pytest.mark.parametrize("error", [None, errno.ENOSPC, errno.EIO], ids=["killed", "disk full", "disk broken"])
def test_a_write_broken_off_anywhere_leaves_the_old_tagger_or_the_new(
    old: EncoderTagger, new: EncoderTagger, tmp_path: Path, error: int | None
) -> None:
    old.save(tmp_path / "old")
    new.save(tmp_path / "new")
    both = [bytes_of(tmp_path / name) for name in ("old", "new")]

    def prepare(at: int) -> Path:
        shutil.copytree(tmp_path / "old", tmp_path / f"at {at}" / "tagger")
        return tmp_path / f"at {at}"

    for at, folder in every_death(prepare, lambda folder: new.save(folder / "tagger"), error=error):
        found = bytes_of(folder / "tagger")
        assert found in both if at else found == both[1]
        if found == both[0]:
            unchanged = folder / "tagger"
        write_whole(folder / "other.txt", "sweeps")
        assert sorted(path.name for path in folder.iterdir()) == ["other.txt", "tagger"], f"left at {at}"
    assert load_tagger(unchanged).labels == old.labels
    assert load_tagger(folder / "tagger").labels == new.labels


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def remove(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [cut_off, remove, empty])
@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"])
def test_half_a_tagger_is_refused(
    old: EncoderTagger, tmp_path: Path, name: str, damage: Callable[[Path], None]
) -> None:
    old.save(tmp_path / "tagger")
    damage(tmp_path / "tagger" / name)
    with pytest.raises(ModelError, match=rf"tagger: is damaged: {name} is "):
        load_tagger(tmp_path / "tagger")


def test_labels_of_one_tagger_and_weights_of_another_are_refused(
    old: EncoderTagger, new: EncoderTagger, tmp_path: Path
) -> None:
    old.save(tmp_path / "old")
    new.save(tmp_path / "new")
    shutil.copy(tmp_path / "new" / "tagger.json", tmp_path / "old" / "tagger.json")
    with pytest.raises(ModelError, match=r"tagger\.json is not the one that was written with the other files"):
        load_tagger(tmp_path / "old")


@pytest.mark.parametrize("text", ["", "\n", "tagger.json\n", "0" * 64 + "  tagger.json", "\ufeff", "x" * 5000])
def test_checksums_that_are_damaged_are_refused(old: EncoderTagger, tmp_path: Path, text: str) -> None:
    old.save(tmp_path / "tagger")
    (tmp_path / "tagger" / CHECKSUMS).write_text(text)
    with pytest.raises(ModelError, match=f"is damaged: {CHECKSUMS} is damaged"):
        load_tagger(tmp_path / "tagger")


def test_a_tagger_without_checksums_is_read_and_replaced_as_those_of_earlier_versions(
    old: EncoderTagger, new: EncoderTagger, tmp_path: Path
) -> None:
    old.save(tmp_path / "tagger")
    (tmp_path / "tagger" / CHECKSUMS).unlink()
    assert load_tagger(tmp_path / "tagger").labels == old.labels
    new.save(tmp_path / "tagger")
    assert load_tagger(tmp_path / "tagger").labels == new.labels


def test_the_checksums_are_what_sha256sum_checks(old: EncoderTagger, tmp_path: Path) -> None:
    import hashlib

    old.save(tmp_path / "tagger")
    lines = (tmp_path / "tagger" / CHECKSUMS).read_text().splitlines()
    said = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    assert said == {
        name: hashlib.sha256(content).hexdigest()
        for name, content in bytes_of(tmp_path / "tagger").items()
        if name != CHECKSUMS
    }


@pytest.mark.parametrize("name", ["notes.txt", "train.conllu", "vectors.npy", "runs"])
def test_a_tagger_with_a_users_file_beside_it_is_not_replaced(old: EncoderTagger, tmp_path: Path, name: str) -> None:
    old.save(tmp_path / "tagger")
    (tmp_path / "tagger" / name).write_text("mine")
    before = bytes_of(tmp_path)
    with pytest.raises(UsageError, match=f"holds {name}, which is no part of a tagger"):
        old.save(tmp_path / "tagger")
    assert bytes_of(tmp_path) == before


@pytest.mark.parametrize("held", [{"a.txt": "mine"}, {"config.json": "{}"}, {"config.json": "{}", "tagger.json/x": ""}])
def test_a_folder_that_is_no_tagger_is_not_replaced(old: EncoderTagger, tmp_path: Path, held: dict[str, str]) -> None:
    for name, text in held.items():
        (tmp_path / "mine" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "mine" / name).write_text(text)
    before = bytes_of(tmp_path)
    with pytest.raises(UsageError, match="mine: holds "):
        old.save(tmp_path / "mine")
    assert bytes_of(tmp_path) == before


@pytest.mark.parametrize("umask", [0o077, 0o022, 0o002])
def test_all_files_of_a_tagger_have_the_modes_of_the_umask(old: EncoderTagger, tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        old.save(tmp_path / "tagger")
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "tagger").iterdir()}
    assert set(modes.values()) == {0o666 & ~umask}, modes
    assert stat.S_IMODE((tmp_path / "tagger").stat().st_mode) == 0o777 & ~umask
    assert json.loads((tmp_path / "tagger" / "tagger.json").read_text())["task"] == "pos"
