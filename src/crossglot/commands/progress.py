"""The consoles that commands print to, and what stands on a terminal's stderr while something long runs."""

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
def waiting(what: str) -> Iterator[None]:
    """On a terminal, says on stderr what is done until the block ends, and for how long already."""
    from crossglot.engine.live_view import LiveView
    from crossglot.engine.under_way import UnderWay

    console = stderr_console()
    if not console.is_terminal:
        yield
        return
    view = LiveView(console, UnderWay())
    view.wait(what)
    try:
        yield
    finally:
        view.stop()


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
