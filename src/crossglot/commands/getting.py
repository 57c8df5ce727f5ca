"""Corpora fetched into a data root, with a bar while that takes, and a line for each when it is done."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from crossglot.commands.faults import keeping
from crossglot.corpora.releases import UD_RELEASE


def get_corpora(
    names: Sequence[str], root: Path, *, release: str = UD_RELEASE, force: bool = False, on_stderr: bool = False
) -> None:
    """Fetches corpora and says of each where it is, its licence and whom to cite.

    Args:
        names: see `download.get`.
        root: likewise.
        release: likewise.
        force: likewise.
        on_stderr: says so on standard error, where standard output has other results.

    Raises:
        CrossglotError: see `download.get`.
    """
    from crossglot.commands.progress import bar, stderr_console, stdout_console
    from crossglot.corpora import download

    with keeping(f"corpora that were complete are kept in {root}"), bar("downloading") as moved:
        fetched = download.get(
            names, root, release=release, force=force, progress=lambda _, done, total: moved(done, total or done)
        )
    say = (stderr_console() if on_stderr else stdout_console()).print
    for one in fetched:
        how = "was there" if one.already else "written"
        say(f"{one.source.name}: {how}, {len(one.files)} files in {root}", soft_wrap=True)
        say(f"  licence: {one.source.licence}\n  cite: {one.source.citation}", soft_wrap=True)
