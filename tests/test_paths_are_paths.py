"""A path of a user's is one path: brackets, stars and question marks in it are no pattern of other paths."""

from __future__ import annotations

import ast
from pathlib import Path

import crossglot

READERS = ("read_csv", "read_parquet", "scan_parquet", "scan_csv", "read_parquet_schema", "read_ndjson", "read_ipc")


def test_polars_takes_no_path_for_a_pattern() -> None:
    package = Path(crossglot.__file__).parent
    found = [
        f"{path.relative_to(package)}:{node.lineno}"
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in READERS
        and not any(word.arg == "glob" and ast.unparse(word.value) == "False" for word in node.keywords)
    ]
    assert not found, "give glob=False"
