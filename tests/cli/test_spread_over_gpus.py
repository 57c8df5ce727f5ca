"""Commands as a user gives them on a machine with two GPUs, which torch is made to believe in."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from shutil import copyfile

import polars as pl
import pytest
from tiny_world import write_encoder, write_root

PRETENDED = Path(__file__).parents[1] / "pretended_gpus.py"


def reproduce(folder: Path, out: str, *more: object, visible: str | None = None) -> tuple[str, list[str]]:
    """Runs a small study; what it said, and the GPUs that each of its processes was given."""
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(folder / "site"), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "PRETENDED_GPUS_LOG": str(folder / f"{out}.log"),
    }
    del environment["CUDA_VISIBLE_DEVICES"]
    if visible is not None:
        environment["CUDA_VISIBLE_DEVICES"] = visible
    command = (
        "reproduce", "table2", "--encoder", f"m-bert={folder / 'tiny'}", "--data", folder / "root",
        "--out", folder / out, "--seeds", "1,2", "--lr", "0.01", "--epochs", 1, "--sources", "en,de",
        "--targets", "en,de", "--precision", "fp32", "--floors", "none", *more,
    )  # fmt: skip
    ran = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "crossglot", *map(str, command)],
        capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return ran.stdout + ran.stderr, (folder / f"{out}.log").read_text().split()


@pytest.mark.slow
def test_a_study_is_spread_over_the_gpus_to_the_same_results(tmp_path: Path) -> None:
    write_root(tmp_path / "root")
    write_encoder(tmp_path / "tiny")
    (tmp_path / "site").mkdir()
    copyfile(PRETENDED, tmp_path / "site/sitecustomize.py")
    said, saw = reproduce(tmp_path, "spread", "--jobs", 3, visible="1,0")
    assert said.count("3 steps at a time, spread over 2 GPUs") == 1
    assert sorted(saw) == ["0", "1", "1", "1,0"], "three processes, and the command"
    said, saw = reproduce(tmp_path, "one", "--jobs", 1)
    assert (saw, "GPUs" in said) == (["all"], False)
    folders = [tmp_path / name for name in ("spread", "one")]
    assert len({(folder / "results.csv").read_bytes() for folder in folders}) == 1
    assert len({tuple(sorted(path.name for path in (folder / "steps").iterdir())) for folder in folders}) == 1
    assert not pl.read_csv(tmp_path / "spread/results.csv")["value"].is_null().all()
    planned, _ = reproduce(tmp_path, "spread", "--device", "cuda:1", "--dry-run")
    assert ", 0 to do" in planned, "whichever GPU it was, what is finished is found"
    fresh, _ = reproduce(tmp_path, "other", "--dry-run")
    assert "2 steps at a time, spread over 2 GPUs" in fresh
