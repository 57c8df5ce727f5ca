"""Whatever becomes of the files of a model's folder, loading it ends with an encoder or with an error of ours.

`pytest --hypothesis-profile=long` tries far more.
"""

from __future__ import annotations

import json
import shutil
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_models import save_tiny

from crossglot.encoders.loading import load_encoder
from crossglot.errors import CrossglotError
from mutations import changed_bytes

JSON_FILES = ("config.json", "tokenizer.json", "tokenizer_config.json")
FILES = (*JSON_FILES, "model.safetensors")
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 3, 7.5, 10**6, 10**9, 10**12, 1e-300, float("inf"), "", "x", "bert", "gelu", "0", [],
    [0], ["a", 1], {}, {"a": 1}, {"1": "a"},
)  # fmt: skip


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("encoders") / "sound")


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch")


def loads_or_is_refused(folder: Path) -> None:
    try:
        encoder = load_encoder(folder)
    except CrossglotError as refused:
        assert len(str(refused)) < 2000
        return
    assert encoder.model.config.hidden_size


@settings(max_examples=settings().max_examples // 2)
@given(data=st.data())
def test_bytes_changed_cut_off_or_put_in(sound: Path, scratch: Path, data: st.DataObject) -> None:
    folder = Path(shutil.copytree(sound, scratch / "bytes", dirs_exist_ok=True))
    path = folder / data.draw(st.sampled_from(FILES))
    path.write_bytes(changed_bytes(path.read_bytes(), data))
    loads_or_is_refused(folder)


@settings(max_examples=settings().max_examples // 2)
@given(data=st.data())
def test_values_of_json_replaced_added_or_taken_away(sound: Path, scratch: Path, data: st.DataObject) -> None:
    folder = Path(shutil.copytree(sound, scratch / "values", dirs_exist_ok=True))
    path = folder / data.draw(st.sampled_from(JSON_FILES))
    known = json.loads(path.read_text(encoding="utf-8"))
    for _ in range(data.draw(st.integers(1, 3))):
        inner = known
        while True:
            key = data.draw(st.sampled_from(sorted(inner))) if isinstance(inner, dict) else len(inner) - 1
            if isinstance(inner[key], dict | list) and inner[key] and data.draw(st.booleans()):
                inner = inner[key]
                continue
            break
        if isinstance(inner, dict) and len(inner) > 1 and data.draw(st.booleans()):
            del inner[key]
        else:
            inner[key] = deepcopy(data.draw(st.sampled_from(ODD)))
    path.write_text(json.dumps(known), encoding="utf-8")
    loads_or_is_refused(folder)
