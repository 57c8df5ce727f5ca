"""The two changes that CONTRIBUTING shows, applied to a copy of the package and run as its user would."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import crossglot
from toy_world import write_encoder, write_root

ROOT = Path(__file__).parent.parent


@pytest.mark.slow
def test_an_experiment_and_a_tagger_are_added_as_shown(tmp_path: Path) -> None:
    diffs = re.findall(r"```diff\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(diffs) == 2
    shutil.copytree(Path(crossglot.__file__).parent, tmp_path / "src" / "crossglot")
    for diff in diffs:
        subprocess.run(["git", "apply", "-"], input=diff, text=True, cwd=tmp_path, check=True)  # noqa: S607
    encoder, root = write_encoder(tmp_path / "tiny"), write_root(tmp_path / "data")
    command = [
        sys.executable, "-m", "crossglot", "reproduce", "symmetry", "--encoder", f"m-bert={encoder}", "--data",
        str(root), "--sources", "en,de", "--targets", "en,de", "--seeds", "1", "--lr", "1e-2", "--epochs", "1",
        "--floors", "word-endings", "--out", str(tmp_path / "run"),
    ]  # fmt: skip
    subprocess.run(  # noqa: S603 - this very interpreter
        command, env=os.environ | {"PYTHONPATH": str(tmp_path / "src")}, check=True
    )
    results = pl.read_csv(tmp_path / "run" / "results.csv").filter(pl.col("aggregate") == "mean gap")
    assert results["system"].to_list() == ["tiny", "word endings"]
    claims = pl.read_csv(tmp_path / "run" / "claims.csv")
    assert claims["id"].to_list() == ["nearly-symmetric"]
    assert "How far the two directions" in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
