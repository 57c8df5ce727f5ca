"""A run on a terminal while it goes: time to go, what is done, what runs, drawn anew a few times a second."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from crossglot.amounts import spell_seconds
from crossglot.engine.under_way import Running, UnderWay

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live
    from rich.text import Text

SHOWN = 8  # running steps that have a line


class LiveView:
    """Lines at the bottom of a terminal, which vanish when it stops; what is printed meanwhile stands above them."""

    def __init__(self, console: Console, run: UnderWay) -> None:
        self._console = console
        self._run = run
        self._live: Live | None = None
        self._waiting: tuple[str, float] | None = None  # what for, since when

    def show(self) -> None:
        """Shows the run from now on."""
        self._start(None)

    def wait(self, what: str) -> None:
        """Shows what is done instead, before or after the steps, and for how long already."""
        self._start((what, self._run.now()))

    def stop(self) -> None:
        """Shows nothing any more."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _start(self, waiting: tuple[str, float] | None) -> None:
        from crossglot.terminal import live

        self._waiting = waiting
        if self._live is None:
            self._live = live(self._console, self._draw)
            self._live.start()

    def _draw(self) -> RenderableType:
        from rich.console import Group

        if self._waiting is not None:
            what, since = self._waiting
            return _line(f"{what} · {spell_seconds(self._run.now() - since)}")
        return Group(self._head(), *self._lines())

    def _head(self) -> RenderableType:
        """The whole run: done, running and left are counted in steps."""
        from crossglot.terminal import beside_bar

        run, seconds = self._run, self._run.seconds_to_go()
        counted = f"{run.finished:,} done · {len(run.running)} running · {run.waiting:,} left"
        to_go = "time to go not known yet" if seconds is None else f"{spell_seconds(seconds)} to go"
        return beside_bar(run.share, _line(f"{counted} · {to_go}"))

    def _lines(self) -> Iterator[RenderableType]:
        steps = self._run.running
        for running in steps[:SHOWN]:
            yield self._of_step(running)
        if len(steps) > SHOWN:
            yield _line(f"and {len(steps) - SHOWN} more")

    def _of_step(self, running: Running) -> RenderableType:
        """How much of it is done, its title, cut where the line ends, and how long it has run."""
        from crossglot.terminal import beside_bar, room_beside_bar

        behind = _line(f" · {spell_seconds(self._run.now() - running.began)}")
        title = _line(f"{100 * running.fraction:3.0f} %  {running.step.title}")
        title.truncate(max(room_beside_bar(self._console) - behind.cell_len, 1), overflow="ellipsis")
        return beside_bar(running.fraction, title + behind)


def _line(text: str) -> Text:
    """Text that takes one line, whatever the terminal's width."""
    from crossglot.terminal import plain

    line = plain(text)
    line.no_wrap, line.overflow = True, "ellipsis"
    return line
