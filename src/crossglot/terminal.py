"""Where rich's consoles, texts and bars are made: nothing that is shown is read as markup, and nothing steers it.

rich reads `[bold]` and `:pizza:` in plain strings as orders, cuts cells with `…`, and lets escape characters through.
Names of encoders, languages, labels and files hold all of these, so nothing else here makes a console or a text.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.live import Live
from rich.progress import BarColumn, Progress, ProgressColumn, Task
from rich.progress_bar import ProgressBar
from rich.segment import Segment
from rich.table import Column, Table
from rich.text import Text

from crossglot.characters import visible

UNCUT = 100_000
"""Columns of a pipe or file: more than any table has, so that none is folded there."""

BAR = 24  # columns of a bar
SHORT_BAR = 12  # of one in a line that has much to say
REFRESHED = 4  # times a second


class PlainConsole(Console):
    """A console that shows strings as they are; in a pipe, lines are as long as what they hold."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, markup=False, emoji=False, highlight=False)
        if not self.file.isatty():
            self.width = UNCUT

    def on_broken_pipe(self) -> None:
        """Whoever read the output has gone away; rich itself ends the program here, as if by a fault."""
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))

    def render_str(self, text: str, **how: Any) -> Text:
        """Plain strings, in tables, too; see rich."""
        return super().render_str(visible(text), **how)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Whatever else is shown, texts and bars of rich's own among it; see rich."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)


def plain(text: str, style: str = "") -> Text:
    """A styled text that says what it is given, for cells and titles of tables."""
    return Text(visible(text), style=style)


def bars(console: Console, *columns: ProgressColumn) -> Progress:
    """Bars that vanish when they are done; the description of what goes on follows them, then `columns`."""
    return Progress(BarColumn(bar_width=BAR), _Description(), *columns, console=console, transient=True)


def live(console: Console, draw: Callable[[], RenderableType]) -> Live:
    """What `draw` gives, drawn anew a few times a second, until it stops and vanishes."""
    return Live(console=console, get_renderable=draw, refresh_per_second=REFRESHED, transient=True)


def beside_bar(share: float, text: Text) -> RenderableType:
    """A bar that is so full, between 0 and 1, and a text behind it."""
    line = Table.grid(padding=(0, 1))
    line.add_column(width=SHORT_BAR)
    line.add_column(no_wrap=True, overflow="ellipsis")
    line.add_row(ProgressBar(total=1.0, completed=share, width=SHORT_BAR), text)
    return line


def room_beside_bar(console: Console) -> int:
    """How many columns the text behind a bar has."""
    return console.width - SHORT_BAR - 1


class _Description(ProgressColumn):
    """What a bar is about, in one line; rich's own column reads it as markup."""

    def __init__(self) -> None:
        super().__init__(Column(no_wrap=True, overflow="ellipsis"))

    def render(self, task: Task) -> Text:
        return plain(task.description)
