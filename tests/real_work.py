"""A study of a real encoder, to be killed in the middle of it; what it needs is imported before."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path

for _needed in (
    "polars", "torch", "transformers", "crossglot.encoders.loading", "crossglot.studies.running",
    "crossglot.tagging.finetuning", "transformers.models.bert.modeling_bert",
):  # fmt: skip
    import_module(_needed)


def study(folder: Path) -> None:
    """English and German taggers of all-minilm-l6-v2, from 24 sentences each, without a report."""
    from crossglot.engine.local import Local
    from crossglot.studies.running import run_study
    from crossglot.studies.study import make_study

    fields = {
        "name": "real", "experiments": ["table2"], "floors": [], "sources": ["en", "de"], "targets": ["en", "de"],
        "seeds": [1], "max_train": 24, "max_test": 12, "epochs": 1, "learning_rate": 3e-4, "head_start": "probe",
        "precision": "fp32", "device": "cpu", "data": os.environ["CROSSGLOT_DATA"],
        "encoders": [{"encoder": f"{os.environ['CROSSGLOT_ENCODERS']}/all-minilm-l6-v2", "role": "m-bert"}],
    }  # fmt: skip
    run_study(make_study(fields, "real"), folder, Local())
