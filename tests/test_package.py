"""What `import crossglot` offers."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import crossglot


@pytest.mark.parametrize("name", crossglot.__all__)
def test_every_public_name_is_there_and_says_what_it_is(name: str) -> None:
    found = getattr(crossglot, name)
    assert found.__doc__ or not callable(found)


def test_type_checkers_see_the_names_that_are_loaded() -> None:
    tree = ast.parse(Path(crossglot.__file__).read_text(encoding="utf-8"))
    imported = {a.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for a in node.names}
    assert set(crossglot.__all__) <= imported


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = crossglot.nothing_of_the_kind


def test_importing_it_loads_no_heavy_library() -> None:
    code = "import crossglot, sys; print([m for m in ('torch', 'transformers', 'polars', 'numpy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "[]"
