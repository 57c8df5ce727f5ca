"""A whole study on the tiny world, to be killed in the middle of it; what it needs is imported before."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path

from tiny_world import run

for _needed in (
    "polars", "torch", "transformers", "crossglot.encoders.loading", "crossglot.report", "crossglot.studies.running",
    "crossglot.tagging.finetuning",
):  # fmt: skip
    import_module(_needed)

WORLD = "CROSSGLOT_TESTS_WORLD"
"""Variable of the environment: the folder with `root` and `encoder`."""

STUDY = """
name = "tiny"
experiments = ["transfer-pos"]
sources = ["en"]
targets = ["en", "de"]
seeds = [1]
epochs = 1
learning_rate = 0.01
precision = "fp32"
device = "cpu"
data = "{world}/root"
encoders = [{{ encoder = "{world}/encoder", role = "m-bert" }}]
"""


def study(folder: Path) -> None:
    """A study of one source and two targets, without its report."""
    from crossglot.engine.local import Local
    from crossglot.studies.running import run_study
    from crossglot.studies.study import load_study

    toml = folder.parent / "tiny.toml"
    if not toml.exists():
        toml.write_text(STUDY.format(world=os.environ[WORLD]), encoding="utf-8")
    run_study(load_study(toml), folder, Local())


def reproduction(folder: Path) -> None:
    """`crossglot reproduce` of two tables that share their rows, with the report."""
    world = Path(os.environ[WORLD])
    result = run(
        "reproduce", "table2", "table4", "--encoder", f"m-bert={world / 'encoder'}", "--data", world / "root",
        "--out", folder, "--sources", "en", "--targets", "en,de", "--seeds", "1", "--lr", "0.01", "--epochs", 1,
        "--precision", "fp32", "--device", "cpu",
    )  # fmt: skip
    if result.exit_code:
        raise RuntimeError(result.output + repr(result.exception))
