"""Checkpoints come back bit for bit, and a damaged one says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
import safetensors.torch
import torch
from safetensors import SafetensorError

from crossglot.checkpoints import load_checkpoint, save_checkpoint
from crossglot.errors import StorageError


def test_tensors_and_counters_come_back(tmp_path: Path) -> None:
    tensors = {"a": torch.randn(3, 4), "b.step": torch.tensor(7.0)}
    save_checkpoint(tmp_path / "c.safetensors", tensors, {"steps": 5, "history": [[1, 2.5]]})
    found, counters = load_checkpoint(tmp_path / "c.safetensors")
    assert counters == {"steps": 5, "history": [[1, 2.5]]}
    assert found.keys() == tensors.keys()
    assert all(torch.equal(found[name], tensors[name]) for name in tensors)
    assert [path.name for path in tmp_path.iterdir()] == ["c.safetensors"]


def test_a_checkpoint_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "c.safetensors"
    save_checkpoint(path, {"a": torch.ones(1)}, {"steps": 1})

    def full(tensors: object, file: Path, **_: object) -> None:
        file.write_bytes(b"half")
        raise SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")

    monkeypatch.setattr(safetensors.torch, "save_file", full)
    with pytest.raises(StorageError, match=r"c\.safetensors: cannot be written: the disk is full\n  make room"):
        save_checkpoint(path, {"a": torch.zeros(1)}, {"steps": 2})
    assert load_checkpoint(path)[1] == {"steps": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["c.safetensors"]


def test_a_damaged_checkpoint_is_named(tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    save_checkpoint(path, {"a": torch.ones(100)}, {"steps": 1})
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(StorageError, match="damaged checkpoint"):
        load_checkpoint(path)
