"""Several addresses fetched at once, each once, through the user's cache; what broke off there is gone on with."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

from crossglot.corpora.fetching import OnBytes, UnreachableError, download
from crossglot.corpora.partial import Partial, downloads_folder, kept_place, sweep_downloads
from crossglot.corpora.redirects import host_of

AT_ONCE = 4
"""Connections at the same time: enough for a line, few enough for a host."""

PATIENCE = 1.0
"""Seconds that connections have to end in."""


class Downloads:
    """Addresses that are fetched in the background from when they are wanted on.

    As a context it ends them all; what has come in stays in the cache until it is forgotten.

    Args:
        progress: told (address, bytes so far, bytes in all if known), one call at a time.
        at_once: connections at the same time.
    """

    def __init__(self, progress: OnBytes | None = None, at_once: int = AT_ONCE) -> None:
        self._progress, self._at_once = progress, at_once
        self._folder = downloads_folder()
        self._queue: SimpleQueue[_Wanted | None] = SimpleQueue()
        self._wanted: dict[str, _Wanted] = {}
        self._out_of_reach: set[str] = set()
        self._telling = Lock()
        self._stop = Event()
        self._threads: list[Thread] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop.set()
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join(PATIENCE / len(self._threads))
        for wanted in self._wanted.values():
            if not wanted.begun or wanted.done.is_set():
                wanted.release()

    def want(self, url: str, sha256: str = "") -> None:
        """Begins to fetch an address, if nothing has begun to yet.

        Raises:
            StorageError: if the cache cannot be written.
        """
        if url in self._wanted:
            return
        if not self._wanted:
            sweep_downloads(self._folder)
        self._wanted[url] = wanted = _Wanted(url, sha256, self._folder)
        self._queue.put(wanted)
        if len(self._threads) < self._at_once:
            self._threads.append(Thread(target=self._work, daemon=True))
            self._threads[-1].start()

    def take(self, url: str) -> Path:
        """The file with what a wanted address has, as soon as it is there.

        Raises:
            CrossglotError: what fetching it ended in, see `download`.
        """
        wanted = self._wanted[url]
        wanted.done.wait()
        if wanted.error is not None:
            raise wanted.error
        return wanted.place

    def forget(self, urls: Iterable[str]) -> None:
        """What came from there is not needed any more; what has not come in whole stays, to be gone on with."""
        for wanted in (self._wanted[url] for url in urls if url in self._wanted):
            if wanted.done.is_set() and wanted.error is None:
                Partial(wanted.place, wanted.url).discard()

    def _work(self) -> None:
        while (wanted := self._queue.get()) is not None and not self._stop.is_set():
            wanted.begun = True
            try:
                self._fetch(wanted)
            except BaseException as error:
                wanted.error = error
            wanted.done.set()
            if self._stop.is_set():
                wanted.release()

    def _fetch(self, wanted: _Wanted) -> None:
        host = host_of(wanted.url)
        if host in self._out_of_reach:  # asked a moment ago, for as long as one waits
            raise UnreachableError(f"{host} cannot be reached", path=wanted.url, remedy="Check the network.")
        try:
            download(wanted.url, wanted.place, sha256=wanted.sha256, progress=self._tell, stop=self._stop)
        except UnreachableError:
            self._out_of_reach.add(host)
            raise

    def _tell(self, url: str, done: int, total: int | None) -> None:
        if self._progress is not None:
            with self._telling:
                self._progress(url, done, total)


class _Wanted:
    """An address on its way: where it goes, held against other processes, and how it ended."""

    def __init__(self, url: str, sha256: str, folder: Path) -> None:
        self.url, self.sha256 = url, sha256
        self._held = ExitStack()
        self.place = self._held.enter_context(kept_place(folder, url))
        self.begun = False
        self.done = Event()
        self.error: BaseException | None = None
        self._releasing = Lock()

    def release(self) -> None:
        """Lets others have the place."""
        with self._releasing:
            self._held.close()
