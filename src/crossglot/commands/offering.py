"""What a run would read and has not got: listed once before it begins, and fetched where that is wanted.

At a terminal it is asked; in a pipe nothing is, and nothing is fetched without `--get`.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crossglot.corpora.sources import Source
    from crossglot.studies.missing import Gap
    from crossglot.studies.study import Study

NAMED = 8
"""Corpora that are named one by one in a command to type; more are named by what they are for."""


def offer_corpora(study: Study, *, get: bool, dry_run: bool = False) -> None:
    """Lists what the study's data root lacks; fetches it with `get`, or if a terminal's user says so.

    A data root that the user named and that is not there is left to the plan, which refuses it, unless it is to be
    filled.

    Raises:
        DataError: if nothing that the study reads is there, and nothing is fetched; the list is in the message.
        CrossglotError: if nothing that is needed can be fetched, or the disk is full, see `download.get`.
    """
    from crossglot.commands.progress import stderr_console
    from crossglot.corpora.download import data_cache
    from crossglot.corpora.fetching import is_offline
    from crossglot.errors import DataError
    from crossglot.experiments.registry import SELF_SUFFICIENT
    from crossglot.studies.missing import missing_corpora, missing_encoders, sources_of
    from crossglot.studies.wanted import wanted_by_study

    root, offline = data_cache() if study.data is None else study.data, is_offline()
    may_be_made = study.data is None or (get and not offline and not root.exists())
    if study.self_sufficient or study.train or not (root.is_dir() or may_be_made):
        return
    wanted = wanted_by_study(study)
    gaps = missing_corpora(wanted, root)
    lines = describe(gaps, root, missing_encoders(study) if offline else {})
    if not lines:
        return
    sources = sources_of(gaps)
    fetching = get and not dry_run and not offline
    asked = bool(sources) and not get and not dry_run and not offline and _at_terminal()
    nothing = len(gaps) == len(wanted) and not any(gap.there for gap in gaps)
    empty = nothing and SELF_SUFFICIENT.isdisjoint(study.experiments)
    how = _how(study, sources, root, offline=offline)
    if empty and not fetching and not asked:
        what = f"no cell of the study can be filled: nothing that it reads is there:\n{chr(10).join(lines)}"
        raise DataError(what, path=root, remedy=how)
    say = stderr_console().print
    for line in (f"missing from {root}:", *lines):
        say(line, soft_wrap=True)
    if asked:
        fetching = _agreed(sources, root)
    if fetching and sources:
        _fetch(gaps, root, needed=empty)
    elif how:
        say(how, soft_wrap=True)


def _fetch(gaps: Sequence[Gap], root: Path, *, needed: bool) -> None:
    """Fetches what the gaps lack; what cannot be had is said, and the run goes on with the cells that it has.

    Args:
        gaps: what the data root lacks.
        root: the data root.
        needed: whether there is nothing else that the study reads.

    Raises:
        DataError: if a corpus that the user named cannot be had, or nothing can be that is needed.
        StorageError: if what comes cannot be written.
    """
    from crossglot.commands.getting import get_corpora
    from crossglot.commands.progress import stderr_console
    from crossglot.errors import DataError
    from crossglot.studies.missing import sources_of

    names = [source.name for source in sources_of(gaps)]
    failed: dict[str, DataError] = {}
    get_corpora(names, root, on_stderr=True, failed=failed)
    if not failed:
        return
    named = {source.name for gap in gaps if gap.wanted.named is not None for source in gap.sources}
    blamed = next((error for name, error in failed.items() if name in named), None)
    if blamed is not None:
        raise blamed
    lines = ["\n  ".join(f"  {name}: {error}".splitlines()) for name, error in failed.items()]
    if needed and len(failed) == len(names):
        what = f"no cell of the study can be filled: nothing that it reads can be had:\n{chr(10).join(lines)}"
        raise DataError(
            what, path=root, remedy="Give the same command again when that is mended: what came in is kept."
        )
    for line in ("could not be had; their cells stay empty:", *lines):
        stderr_console().print(line, style="yellow", soft_wrap=True)


def describe(
    gaps: Sequence[Gap], root: Path, encoders: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> list[str]:
    """A line for each gap: what is fetched for it, how large that is, under which licence, and in place of what.

    Args:
        gaps: what the data root lacks.
        root: the data root.
        encoders: hub id → what the hub's cache lacks of it; a line for each.
    """
    from crossglot.studies.missing import sources_of

    archives = [source.urls for source in sources_of(gaps)]
    shared = {urls for urls in archives if archives.count(urls) > 1}
    rows: dict[tuple[str, str], tuple[str, list[str]]] = {}
    for gap in gaps:
        names = ", ".join(source.name for source in gap.sources) or gap.wanted.named or ", ".join(gap.barred[:1])
        _, whose = rows.setdefault((names or "none known", _kind(gap)), (_terms(gap, shared), []))
        whose.append(_languages(gap, root))
    cells = [(names, f"{kind}, {', '.join(whose)}", terms) for (names, kind), (terms, whose) in rows.items()]
    cells += [(name, "encoder", f"the hub's cache lacks {', '.join(what)}") for name, what in encoders.items()]
    widths = [max((len(row[column]) for row in cells), default=0) for column in (0, 1)]
    return [f"  {name:<{widths[0]}}  {what:<{widths[1]}}  {terms}" for name, what, terms in cells]


def _languages(gap: Gap, root: Path) -> str:
    from crossglot.corpora.catalogue import root_languages

    known, keys = root_languages(root), gap.wanted.languages
    if len(keys) > 1:
        return "–".join(keys)
    return known[keys[0]].name if keys[0] in known else keys[0]


def _kind(gap: Gap) -> str:
    if gap.wanted.switched:
        return "code-switched"
    return {"pos": "treebank", "ner": "entities", "translation": "bitext"}[gap.wanted.task]


def _terms(gap: Gap, shared: Collection[tuple[str, ...]]) -> str:
    """Sizes and licences of what can be fetched, and what that stands in for; or that nothing can be."""
    barred = ", ".join(gap.barred)
    if not gap.sources:
        instead = "its cells stay empty"
        if gap.there:
            instead = "synthetic text, made of treebanks that are there, stands beside it"
        return f"cannot be fetched; {instead}{_advice(gap)}"
    from crossglot.amounts import spell_size

    parts = [
        ("about " if source.roughly else "")
        + spell_size(source.size)
        + (", one download for all of them" if source.urls in shared else "")
        for source in gap.sources
        if source.size is not None
    ]
    parts += dict.fromkeys(source.licence for source in gap.sources)
    if gap.beside:
        parts.append(f"for synthetic text beside {barred or 'the real'}, which cannot be fetched{_advice(gap)}")
    elif gap.barred:
        parts.append(f"in place of {barred}, which cannot be fetched")
    return "; ".join(parts)


def _advice(gap: Gap) -> str:
    return f" (`crossglot data get {gap.barred[0]}` says how to come by it)" if gap.barred else ""


def _how(study: Study, sources: Sequence[Source], root: Path, *, offline: bool) -> str:
    """How to come by it: the command that fetches it; nothing where nothing can be."""
    if offline:
        return "HF_HUB_OFFLINE is set: nothing is fetched"
    if not sources:
        return ""
    own = study.sources or study.targets or study.corpora
    if len(sources) <= NAMED or own:
        what = [source.name for source in sources]
    else:
        what = [part for name in study.experiments for part in ("--for", name)]
    where = [] if study.data is None else ["--data", str(root)]
    return f"to fetch: {shlex.join(['crossglot', 'data', 'get', *what, *where])} (or this command with --get)"


def _at_terminal() -> bool:
    """Whether somebody sits there who can be asked."""
    return all(stream is not None and not stream.closed and stream.isatty() for stream in (sys.stdin, sys.stderr))


def _agreed(sources: Sequence[Source], root: Path) -> bool:
    from crossglot.amounts import spell_size
    from crossglot.commands.progress import stderr_console
    from crossglot.studies.missing import download_size

    known, unknown = download_size(sources)
    about = "about " if any(source.roughly for source in sources) else ""
    sizes = [about + spell_size(known)] if known else []
    sizes += [f"{unknown} of unknown size"] if unknown else []
    question = f"fetch {len(sources)} corpora into {root} ({', '.join(sizes)})? [y/N] "
    stderr_console().print(question, end="", soft_wrap=True)
    return sys.stdin.readline().strip().casefold() in ("y", "yes")
