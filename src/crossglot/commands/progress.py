"""A bar on stderr while something long runs; nothing where stderr is no terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def stderr_console() -> Console:
    """The console for progress and remarks."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def stdout_console() -> Console:
    """The console for results."""
    from rich.console import Console

    return Console(highlight=False)


def _unseen(done: int, total: int) -> None:
    """Where nobody looks, nothing moves."""
    del done, total


@contextmanager
def bar(description: str) -> Iterator[Callable[[int, int], None]]:
    """Yields a function of (done, in all) that moves the bar and its time to go."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = stderr_console()
    if not console.is_terminal:
        yield _unseen
        return
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=30), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as progress:
        task = progress.add_task(description, total=None)

        def moved(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield moved
