"""Corpora fetched into a data root, with a bar while that takes, and a line for each when it is done."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from crossglot.commands.faults import keeping
from crossglot.corpora.releases import UD_RELEASE

if TYPE_CHECKING:
    from crossglot.corpora.download import Fetched
    from crossglot.corpora.sources import Source
    from crossglot.errors import DataError


def get_corpora(
    names: Sequence[str],
    root: Path,
    *,
    release: str = UD_RELEASE,
    force: bool = False,
    on_stderr: bool = False,
    failed: dict[str, DataError] | None = None,
) -> None:
    """Fetches corpora and says of each where it is, its licence and whom to cite.

    Args:
        names: see `download.get`.
        root: likewise.
        release: likewise.
        force: likewise.
        on_stderr: says so on standard error, where standard output has other results.
        failed: where it is given, what cannot be had is put there, by name, with why, and is no error.

    Raises:
        CrossglotError: see `download.get`.
    """
    from crossglot.commands.progress import bytes_bar, stderr_console, stdout_console
    from crossglot.corpora import download

    say = (stderr_console() if on_stderr else stdout_console()).print
    held: list[Fetched] = []  # while there is a bar, which lines would run across

    def tell(one: Fetched) -> None:
        how = "was there" if one.already else "written"
        say(f"{one.source.name}: {how}, {len(one.files)} files in {root}", soft_wrap=True)
        say(f"  licence: {one.source.licence}\n  cite: {one.source.citation}", soft_wrap=True)

    kept = f"what has come in is kept: the same command goes on from there, into {root}"
    try:
        with keeping(kept), bytes_bar() as (moved, says):
            there = 0
            says(f"downloading, {there} of {len(names)} there")

            def count(one: Fetched) -> None:
                nonlocal there
                there += 1
                says(f"downloading, {there} of {len(names)} there")
                held.append(one) if stderr_console().is_terminal else tell(one)

            def miss(source: Source, error: DataError) -> None:
                if failed is not None:
                    failed[source.name] = error

            going_on = None if failed is None else miss
            download.get(names, root, release=release, force=force, progress=moved, on_done=count, on_failed=going_on)
    finally:
        for one in held:
            tell(one)
