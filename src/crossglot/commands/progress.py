"""The consoles that commands print to, and a bar on stderr while something long runs, where that is a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def stderr_console() -> Console:
    """The console for progress and remarks."""
    from crossglot.terminal import PlainConsole

    return PlainConsole(stderr=True)


def stdout_console() -> Console:
    """The console for results."""
    from crossglot.terminal import PlainConsole

    return PlainConsole()


def _unseen(done: int, total: int) -> None:
    """The bar outside a terminal: none."""
    del done, total


@contextmanager
def bar(description: str) -> Iterator[Callable[[int, int], None]]:
    """Yields a function of (done, total) that moves the bar and updates the time to go."""
    from rich.progress import TextColumn, TimeRemainingColumn

    from crossglot.terminal import bars

    console = stderr_console()
    if not console.is_terminal:
        yield _unseen
        return
    with bars(console, TextColumn("{task.percentage:>3.0f} %"), TimeRemainingColumn()) as progress:
        task = progress.add_task(description, total=None)

        def moved(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield moved
