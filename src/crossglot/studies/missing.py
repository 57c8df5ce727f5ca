"""What a data root lacks of what experiments want, and how to come by it: fetched, or what stands in for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from crossglot.corpora.catalogue import (
    PARALLEL,
    SWITCHED,
    Corpus,
    corpus_candidates,
    find_corpus,
    own_languages,
    parallel_treebanks,
    root_languages,
)
from crossglot.corpora.codemix import CORRECTED
from crossglot.corpora.parallel import FOLDER, named_parallel_files, parallel_files
from crossglot.corpora.releases import UD_RELEASE
from crossglot.corpora.sources import Source, find_source
from crossglot.corpora.transliteration import DEVANAGARI
from crossglot.encoders.hub import missing_from_cache
from crossglot.errors import DataError, UsageError
from crossglot.experiments.setting import TRANSLATION
from crossglot.languages import Language, language
from crossglot.studies.study import Study
from crossglot.studies.wanted import Wanted

BITEXT = "ntrex128"
"""The set that bitexts are fetched from."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A corpus that is wanted and is not in the data root.

    Attributes:
        wanted: what for.
        sources: what to fetch for it; empty where nothing can be.
        barred: corpora that are better and may not be fetched, or have no address.
        beside: whether what is fetched stands beside the missing text, which stays missing, and not in its place.
        there: what the root has already that stands beside it.
    """

    wanted: Wanted
    sources: tuple[Source, ...]
    barred: tuple[str, ...] = ()
    beside: bool = False
    there: bool = False


def missing_corpora(wanted: Iterable[Wanted], root: Path, release: str = UD_RELEASE) -> tuple[Gap, ...]:
    """What of it the root does not have, in the same order; all of it where there is no such root.

    Raises:
        UsageError: for an unknown language or release.
        DataError: if the root's own table of languages is faulty.
    """
    find_source("UD_English-EWT", release)  # a release that is none is refused here
    return tuple(gap for one in wanted if (gap := _gap(one, root, release)) is not None)


def missing_encoders(study: Study) -> dict[str, tuple[str, ...]]:
    """What the hub's cache lacks of a study's encoders: hub id → files; folders are whole or refused when loaded."""
    ids = (entry for entry in study.encoders if not Path(entry.encoder).exists())
    found = {entry.encoder: missing_from_cache(entry.encoder, entry.revision) for entry in ids}
    return {name: files for name, files in found.items() if files}


def sources_of(gaps: Iterable[Gap]) -> tuple[Source, ...]:
    """All that can be fetched for them, each once."""
    return tuple({source.name: source for gap in gaps for source in gap.sources}.values())


def download_size(sources: Sequence[Source]) -> tuple[int, int]:
    """Bytes of the downloads whose size is known, and of how many sources it is not; what several share counts once."""
    known = {source.urls: source.size for source in sources if source.size is not None}
    return sum(known.values()), sum(source.size is None for source in sources)


def _gap(wanted: Wanted, root: Path, release: str) -> Gap | None:
    if wanted.task == TRANSLATION:
        return _bitext_gap(wanted, root, release)
    return _switched_gap(wanted, root, release) if wanted.switched else _corpus_gap(wanted, root, release)


def _corpus_gap(wanted: Wanted, root: Path, release: str) -> Gap | None:
    """Of a treebank or NER set: the best one that can be fetched, if it is better than what is there."""
    entry = language(wanted.languages[0], root_languages(root))
    candidates = corpus_candidates(entry, wanted.task, wanted.named)
    found = _found(root, entry.key, wanted)
    if found is not None:
        if wanted.named is not None or all(found.has(split) for split in wanted.splits):
            return None
        candidates = candidates[: candidates.index(found.name)]
    if wanted.named is None:  # no parallel treebank, which is never trained on, nor the paper's by its name in UD 2.0
        unfit = PARALLEL if "train" in wanted.splits else ()
        known = (*entry.treebanks, *entry.ner)
        candidates = tuple(name for name in candidates if name in known and not name.endswith(unfit))
    if entry.key in own_languages(root):  # whatever its corpora are called, they are nowhere else
        return None if found else Gap(wanted, ())
    chosen = next((source for name in candidates if (source := _source(name, release)) and source.urls), None)
    before = candidates if chosen is None else candidates[: candidates.index(chosen.name)]
    if chosen is None and found is not None:  # a split is lacking that no other corpus would give
        return None
    return Gap(wanted, () if chosen is None else (chosen,), before)


def _found(root: Path, key: str, wanted: Wanted) -> Corpus | None:
    with suppress(DataError):
        return find_corpus(root, key, wanted.task, wanted.named)
    return None


def _switched_gap(wanted: Wanted, root: Path, release: str) -> Gap | None:
    """Of code-switched text, none of which may be passed on: what synthetic text is made of stands beside it."""
    found = _found(root, f"{wanted.key}:{CORRECTED}", wanted)
    if found is not None and (wanted.named is not None or all(found.has(split) for split in wanted.splits)):
        return None
    one, other = wanted.languages
    barred = SWITCHED.get((one, other), ())[:1]
    if parallel_treebanks(root, (one, other)):
        return Gap(wanted, (), barred, beside=True, there=True)
    entries = [root_languages(root).get(key) for key in wanted.languages]
    able = all(entries) and entries[0] is not None and entries[0].script == DEVANAGARI
    named = [_parallel_name(entry) for entry in entries if entry is not None] if able else []
    sources = tuple(source for name in named if (source := _source(name, release)) and source.urls)
    return Gap(wanted, sources if len(sources) == len(wanted.languages) else (), barred, beside=True)


def _parallel_name(entry: Language) -> str:
    names = (*entry.treebanks, f"UD_{entry.name.replace(' ', '_')}{PARALLEL}")
    return next(name for name in names if name.endswith(PARALLEL))


def _bitext_gap(wanted: Wanted, root: Path, release: str) -> Gap | None:
    one, other = wanted.languages
    with suppress(DataError):
        if wanted.named is not None and named_parallel_files(root, (one, other), wanted.named):
            return None
        if wanted.named is None and parallel_files(root, (one, other)):
            return None
    names = (wanted.named or BITEXT).split("+")
    sources = tuple(source for name in names if (source := _source(name, release)) and source.urls)
    templates = {template for source in sources for _, template in source.members}
    sides = {f"{FOLDER}/{BITEXT}.{key}" for key in wanted.languages}
    if names == [BITEXT] and not sides <= templates:
        sources = ()
    return Gap(wanted, sources if len(sources) == len(names) else ())


def _source(name: str, release: str) -> Source | None:
    """The source of that name; None where nothing is known of it."""
    with suppress(UsageError):
        return find_source(name, release)
    return None
