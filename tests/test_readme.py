"""README's commands and Python, and the Python of other pages, run as they stand, on a small data root."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from toy_world import write_root

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKE_TARGETS = re.findall(r"^ {4}make ([\w-]+)", README, flags=re.MULTILINE)


AS_A_NOTEBOOK = """
import ast, sys
for statement in ast.parse(sys.stdin.read()).body:
    if isinstance(statement, ast.Expr):
        shown = eval(compile(ast.Expression(statement.value), "page", "eval"))
        getattr(shown, "_repr_mimebundle_", shown.__repr__)()
    else:
        exec(compile(ast.Module([statement], []), "page", "exec"))
"""
"""Runs what it is given, and displays each line's value as a notebook does the last one's."""


def blocks(language: str, page: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as README assumes it: the kept encoders in models/, corpora in data/."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "models").symlink_to(ROOT / "models", target_is_directory=True)
    write_root(folder / "data")
    return folder


def test_readme_has_commands_and_python_to_run() -> None:
    assert len(blocks("sh")) >= 2
    assert blocks("python")


@pytest.mark.parametrize("target", MAKE_TARGETS)
def test_every_make_target_it_names_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_its_commands_run_in_the_order_given(home: Path) -> None:
    """One test, since later commands read what earlier ones wrote."""
    for command in "".join(blocks("sh")).replace("\\\n", " ").splitlines():
        program, *arguments = shlex.split(command, comments=True)
        assert program == "crossglot"
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "crossglot", *arguments], cwd=home, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stderr}"


def test_its_python_runs(home: Path) -> None:
    for block in blocks("python"):
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-W", "ignore", "-c", block], cwd=home, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("name", ["notebook.md", "studies.md"])
def test_the_python_of_a_page_runs_from_block_to_block(name: str, home: Path) -> None:
    found = blocks("python", (ROOT / "docs" / name).read_text(encoding="utf-8"))
    assert found
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-W", "ignore", "-c", AS_A_NOTEBOOK], input="\n".join(found), cwd=home, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
