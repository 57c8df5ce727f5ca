"""Fetch named corpora into a data root."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from crossglot.amounts import spell_size
from crossglot.corpora.downloads import Downloads
from crossglot.corpora.fetching import GoneError, OnBytes, is_offline
from crossglot.corpora.laying_out import lay_out, present
from crossglot.corpora.partial import downloads_folder
from crossglot.corpora.redirects import host_of
from crossglot.corpora.releases import ARCHIVE_SIZES, UD_RELEASE
from crossglot.corpora.sizes import UNPACKED, check_room
from crossglot.corpora.sources import Source, find_source, is_listed
from crossglot.errors import DataError, UsageError
from crossglot.files import check_working_folder, user_cache

_log = logging.getLogger(__name__)


def data_cache() -> Path:
    """The data root that is used where none is named: `crossglot/data` in the user's cache folder (XDG_CACHE_HOME)."""
    return user_cache() / "data"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What `get` did for one name.

    Attributes:
        source: the corpus.
        files: its files in the data root.
        already: they were there before, and were left alone.
    """

    source: Source
    files: tuple[Path, ...]
    already: bool


def get(
    names: Iterable[str],
    root: Path | str,
    *,
    release: str = UD_RELEASE,
    force: bool = False,
    progress: OnBytes | None = None,
    on_done: Callable[[Fetched], None] | None = None,
    on_failed: Callable[[Source, DataError], None] | None = None,
) -> list[Fetched]:
    """Download corpora by name into a data root, a few at a time; what several of them share is fetched once.

    One that cannot be had does not keep the others from being fetched; its error comes when these are there.

    Args:
        names: as `list_sources` has them; any UD treebank (`UD_Czech-CAC`) or WikiANN language (`wikiann/sw`) too.
        root: the data root; made if it is not there.
        release: of Universal Dependencies.
        force: fetch again what is there already, and replace it; else a file that is there and differs stays.
        progress: told (address, bytes so far, bytes in all if known).
        on_done: told of each as soon as it is there.
        on_failed: told of each that cannot be had, which is then no error.

    Raises:
        UsageError: an unknown name, a corpus that cannot be downloaded (the message says how to get it), or a file that
            would have to be replaced.
        DataError: no network, an address that is gone, a damaged, oversized or unsafe archive.
        StorageError: a full disk or a folder that cannot be written.
    """
    root = Path(root)
    sources = [find_source(name, release) for name in names]
    for source in sources:
        if not source.urls:
            raise UsageError(f"{source.name} cannot be downloaded freely. {source.instructions}")
    lacking = [source for source in sources if force or not present(source, root)]
    if lacking:
        check_working_folder(root)
    if lacking and is_offline():
        named = ", ".join(dict.fromkeys(source.name for source in lacking))
        remedy = "Unset it, or fetch them elsewhere and lay them out as docs/data.md says."
        raise DataError(f"HF_HUB_OFFLINE is set, so nothing is fetched: {named}", path=root, remedy=remedy)
    _check_room(lacking, root)
    done: list[Fetched] = []
    failed: list[tuple[Source, DataError]] = []
    users = Counter(url for source in lacking for url in dict.fromkeys(source.urls))
    with Downloads(progress) as downloads:
        for source in lacking:
            for url in source.urls:
                downloads.want(url, source.sha256)
        for source in sources:
            there = () if force else present(source, root)
            try:
                files = there or _laid_out(source, downloads, root, force=force)
                done.append(Fetched(source, files, bool(there)))
                if on_done is not None:
                    on_done(done[-1])
            except DataError as error:
                failed.append((source, error))
            if source in lacking:
                users.subtract(dict.fromkeys(source.urls, 1))
                downloads.forget(url for url in source.urls if not users[url])
        downloads.forget(url for source in lacking for url, _ in source.mirrors)
    if on_failed is not None:
        for source, fault in failed:
            on_failed(source, fault)
    elif failed:
        raise _not_all(failed)
    return done


def _check_room(sources: Sequence[Source], root: Path) -> None:
    """Makes sure, as far as sizes are known, that the disks have room: for downloads, and for treebanks unpacked."""
    sizes = {source.urls: source.size for source in sources if source.size is not None}
    check_room(sum(sizes.values()), downloads_folder())
    check_room(UNPACKED * sum(source.size or 0 for source in sources if source.roughly), root)


def _laid_out(source: Source, downloads: Downloads, root: Path, *, force: bool) -> tuple[Path, ...]:
    """The files of a corpus from its own addresses; from a mirror where these do not give it."""
    try:
        return lay_out(source, {url: downloads.take(url) for url in source.urls}, root, force=force)
    except GoneError as error:
        if not is_listed(source.name):  # there may be no such treebank, and mirrors are large
            raise
        first: DataError = error
    except DataError as error:
        first = error
    tried = []
    for url, checksum in source.mirrors:
        size = ARCHIVE_SIZES.get(url, 0)
        how_large = f", {spell_size(size)} for all treebanks of the release" if size else ""
        _log.warning("%s: %s; it is looked for at %s%s", source.name, first.what, host_of(url), how_large)
        check_room(size, downloads_folder())
        downloads.want(url, checksum)
        try:
            return lay_out(source, {url: downloads.take(url)}, root, force=force)
        except DataError as error:
            tried.append(f"{host_of(url)} does not help: {error.what}")
    raise _with(first, *tried)


def _not_all(failed: Sequence[tuple[Source, DataError]]) -> DataError:
    """The first error, and what else could not be had."""
    (_, first), *others = failed
    if not others:
        return first
    named = ", ".join(source.name for source, _ in others)
    return _with(first, f"Nor could {named} be had: {others[0][1].what}{'' if len(others) == 1 else ', …'}")


def _with(error: DataError, *said: str) -> DataError:
    """The same error with more to its remedy."""
    return DataError(error.what, path=error.path, line=error.line, remedy="\n  ".join((error.remedy, *said)))
