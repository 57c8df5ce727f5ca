"""The consoles that commands print to, and what stands on a terminal's stderr while something long runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

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


def remark(line: str) -> None:
    """Prints a line about results to stderr, such as where they are."""
    stderr_console().print(line, style="dim", soft_wrap=True)


def print_json(said: Mapping[str, Any]) -> None:
    """Prints results for scripts to stdout."""
    import json

    stdout_console().out(json.dumps(said, indent=1), highlight=False)


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


@contextmanager
def bytes_bar() -> Iterator[tuple[Callable[[str, int, int | None], None], Callable[[str], None]]]:
    """A bar of what several downloads have brought in, of how much, how fast, and for how long still.

    Yields:
        a function of (address, bytes so far, bytes in all if known), and one of what the bar is to say.
    """
    from rich.progress import DownloadColumn, TimeRemainingColumn, TransferSpeedColumn

    from crossglot.terminal import bars

    console = stderr_console()
    if not console.is_terminal:
        yield lambda *_: None, lambda _: None
        return
    with bars(console, DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn()) as progress:
        task = progress.add_task("downloading", total=None)
        known: dict[str, tuple[int, int | None]] = {}

        def moved(url: str, done: int, total: int | None) -> None:
            known[url] = (done, total)
            totals = [each for _, each in known.values() if each is not None]
            whole = sum(totals) if len(totals) == len(known) else None
            progress.update(task, completed=sum(each for each, _ in known.values()), total=whole)

        yield moved, lambda what: progress.update(task, description=what)
