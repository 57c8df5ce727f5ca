"""docs/commands.md says what `--help` says: every command, every option, its default."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.text import Text

PAGE = Path(__file__).parents[2] / "docs/commands.md"


def commands() -> Iterator[tuple[str, Any]]:
    from crossglot.cli import app

    group: Any = typer.main.get_command(app)
    for name, command in group.commands.items():
        for inner, leaf in getattr(command, "commands", {}).items():
            yield f"{name} {inner}", leaf
        if not hasattr(command, "commands"):
            yield name, command


def shown(text: str) -> str:
    """Of a text with rich's markup what a reader sees."""
    return Text.from_markup(text).plain


def options_table(command: Any) -> str:
    """The command's arguments and options as the page has them: from the same definitions as `--help`."""
    lines = ["| argument or option | default | meaning |", "|---|---|---|"]
    for parameter in command.params:
        if parameter.name == "help":
            continue
        names = f"{parameter.metavar}" if parameter.param_type_name == "argument" else parameter.opts[-1]
        if parameter.param_type_name == "option" and parameter.metavar:
            names += f" {parameter.metavar}"
        given = "" if parameter.default in (None, False) else f"`{parameter.default}`"
        default = "required" if parameter.required else given
        several = " …" if parameter.multiple or parameter.nargs == -1 else ""
        lines.append(f"| `{names}`{several} | {default} | {shown(parameter.help)} |")
    return "\n".join(lines)


def section(name: str) -> str:
    text = PAGE.read_text(encoding="utf-8")
    heading = f"## crossglot {name}\n"
    assert heading in text, f"docs/commands.md has no section 'crossglot {name}'"
    return text.split(heading, 1)[1].split("\n## ", 1)[0]


@pytest.mark.parametrize(
    ("name", "command"), list(commands()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_the_page_has_each_commands_options(name: str, command: Any) -> None:
    assert options_table(command) in section(name)


@pytest.mark.parametrize(
    ("name", "command"), list(commands()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_the_page_has_each_commands_summary_and_example(name: str, command: Any) -> None:
    summary, *_, example = command.help.split("\n\n")
    assert summary in section(name)
    lines = [line.strip() for line in example.splitlines()[1:]]
    assert all(line in section(name) for line in lines if line)


def test_the_page_has_no_command_that_is_gone() -> None:
    headings = [
        line.removeprefix("## crossglot ")
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith("## crossglot ")
    ]
    assert headings == [name for name, _ in commands()]
