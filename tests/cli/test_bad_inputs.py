"""Every bad input of the table ends with one clear message, status 2, nothing written and no work begun."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bad_inputs import BAD_INPUTS, STUDIES, TAGGERS, USAGE, BadInput
from tiny_world import run

Snapshot = dict[str, tuple[int, int]]


@pytest.fixture
def given(world: Path, no_work: pytest.MonkeyPatch, row: BadInput) -> Iterator[Path]:
    """The world with the row's own files, as the current folder."""
    if row.works_first:
        no_work.undo()
    no_work.chdir(world)
    before = set(world.rglob("*"))
    for name, content in row.files.items():
        (world / name).parent.mkdir(parents=True, exist_ok=True)
        (world / name).write_bytes(content.encode() if isinstance(content, str) else content)
    yield world
    for path in sorted(set(world.rglob("*")) - before, reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


def snapshot(folder: Path) -> Snapshot:
    """Every path with its size and the time of its last change."""
    return {
        str(path.relative_to(folder)): (found.st_size, found.st_mtime_ns)
        for path in folder.rglob("*")
        for found in [path.lstat()]
    }


def in_one_line(message: str) -> str:
    """What a message says, without the frame that usage errors have and without its line ends."""
    return " ".join(message.translate(str.maketrans("│╭╮╰╯─", "      ")).split())


@pytest.mark.parametrize("row", BAD_INPUTS, ids=lambda row: row.command[:100])
def test_a_bad_input_ends_with_one_message_before_any_work(row: BadInput, given: Path) -> None:
    before = snapshot(given)
    result = run(*shlex.split(row.command), stdin=row.stdin, **row.environment)
    assert result.exit_code == row.status, result.output
    assert "Traceback" not in result.stderr
    message = in_one_line(result.stderr)
    assert message.count("error: ") + result.stderr.count("Usage: ") == 1, message
    for words in row.said:
        assert words in message
    left = {name: seen for name, seen in snapshot(given).items() if not (row.writes and name.startswith(row.writes))}
    assert left == before, "nothing is written"


@pytest.mark.parametrize("row", [USAGE[0], STUDIES[0], TAGGERS[0]], ids=lambda row: row.command)
def test_a_process_ends_as_the_runner_in_this_one_does(row: BadInput, given: Path) -> None:
    command = [sys.executable, "-m", "crossglot", *shlex.split(row.command)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)  # noqa: S603
    assert ended.returncode == row.status
    assert "Traceback" not in ended.stderr
    assert all(words in in_one_line(ended.stderr) for words in row.said)


def test_the_table_has_every_command() -> None:
    import typer

    from crossglot.cli import app

    group = typer.main.get_command(app)
    leaves = {
        f"{name} {inner}".strip()
        for name, command in group.commands.items()  # type: ignore[attr-defined]
        for inner in getattr(command, "commands", {"": None})
    }
    tried = {
        " ".join(row.command.split()[: 1 + (row.command.split()[0] in ("data", "encoders", "lab"))])
        for row in BAD_INPUTS
    }
    assert leaves <= tried, leaves - tried
