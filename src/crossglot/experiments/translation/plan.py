"""Figure 3: translations found as nearest neighbours, layer by layer (section 5)."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import product
from pathlib import Path
from typing import Any

from crossglot.corpora.catalogue import root_languages
from crossglot.corpora.in_step import out_of_step
from crossglot.corpora.parallel import Pair, ParallelFiles, aligned, named_parallel_files, parallel_files
from crossglot.engine.step import Step
from crossglot.errors import DataError
from crossglot.experiments.experiment import Evidence, Layout
from crossglot.experiments.relations import GAIN, Scores, kin_of, mean_of
from crossglot.experiments.setting import TRANSLATION, Setting
from crossglot.experiments.translation import claims as told
from crossglot.experiments.translation.embedders import Bitext, Embedder, embedders
from crossglot.known_files import known
from crossglot.remedies import way
from crossglot.results.rows import MEAN, ResultRow
from crossglot.results.systems import System
from crossglot.statistics.resampling import Kin
from crossglot.steps.bitext_sides import Side, describe_sides, usable_pairs
from crossglot.steps.score_translations import read_translation_scores

_log = logging.getLogger(__name__)

FEWEST = 30
"""Pairs of sentences that a bitext needs: among fewer, many translations are found by chance."""
PAIRS: tuple[Pair, ...] = (("en", "de"), ("en", "ru"), ("hi", "ur"))
TASK = TRANSLATION
CHANCE = "chance"
"""The system that takes any sentence of the pool: one over their number."""

AGGREGATES = {
    "accuracy": MEAN,
    "minimum": told.MINIMUM,
    "fall": told.FALL,
    "rise": told.RISE,
    "by shift": told.BY_SHIFT,
    "by own pairs": told.BY_OWN_PAIRS,
    "by csls": told.BY_CSLS,
    "over pieces": told.OVER_PIECES,
    "over untrained": told.OVER_UNTRAINED,
}
GAINS = (told.BY_SHIFT, told.BY_OWN_PAIRS, told.BY_CSLS, told.OVER_PIECES, told.OVER_UNTRAINED)
"""Statistics of a curve that are also averaged over all curves."""


TITLE = "Translation by nearest neighbours, by layer"


def lay_out(setting: Setting) -> Layout:
    """The paper's pairs of languages, or those of the study, each with a bitext that is there; it needs no taggers.

    Raises:
        DataError: if a bitext is faulty: sides of different length, a damaged file.
    """
    plan = _Plan(
        setting, tuple(_find_bitext(setting, pair) for pair in language_pairs(setting.sources, setting.targets))
    )
    whys = (each.why_missing(bitext) for each, bitext in product(plan.embedders, plan.bitexts))
    return Layout(plan.rows, steps=plan.steps, missing=tuple(dict.fromkeys(filter(None, whys))))


@dataclass(frozen=True)
class _Plan:
    """What a study has of it.

    Attributes:
        setting: the study's.
        bitexts: of each pair of languages, or why there is none.
    """

    setting: Setting
    bitexts: tuple[Bitext, ...]

    @property
    def present(self) -> list[Bitext]:
        """The bitexts that are there."""
        return [bitext for bitext in self.bitexts if bitext.sides]

    @property
    def steps(self) -> tuple[Step, ...]:
        """One step per encoder and pair, which scores what further steps embed and find."""
        pairs = product(self.embedders, self.present)
        return tuple(each.step(bitext) for each, bitext in pairs if not each.why_missing(bitext))

    @property
    def embedders(self) -> tuple[Embedder, ...]:
        """What has vectors: the encoders, then those whose vectors are given."""
        return embedders(self.setting)

    def rows(self, evidence: Evidence) -> list[ResultRow]:
        """Every encoder's curves, their statistics and floors; then chance."""
        rows: list[ResultRow] = []
        for embedder in self.embedders:
            found: list[ResultRow] = []
            for bitext in self.bitexts:
                why = embedder.why_missing(bitext)
                step = None if why else embedder.step(bitext)
                folder = evidence.result(step) if step else None
                if folder is None:
                    why = evidence.failure(step) if step else why
                    found += _missing_rows(embedder.system, bitext, why)
                else:
                    found += _score_rows(embedder.system, bitext, folder)
            rows += [*found, *_means_over_curves(found, kin_of(root_languages(self.setting.corpora.root)))]
        return [*rows, *(row for bitext in self.present for row in _chance_rows(bitext))]


def _find_bitext(setting: Setting, pair: Pair) -> Bitext:
    """The bitext that the user named; else the first with the paper's number of pairs, or else the longest."""
    root, name = setting.corpora.root, setting.corpora.bitext(pair)
    found = parallel_files(root, pair) if name is None else [named_parallel_files(root, pair, name)]
    described = [_describe(root, pair, files) for files in found]
    usable = [pairs for _, pairs in described]
    if not usable:
        return Bitext(pair, why_missing=f"no bitext of {pair[0]} and {pair[1]} in parallel/ or of PUD treebanks")
    best = usable.index(max(usable))
    if usable[best] < FEWEST:
        why = f"{found[best].name} has fewer than {FEWEST} pairs of lines that can be told apart"
        return Bitext(pair, why_missing=why)
    sides, pairs = described[best]
    _warn_of_strayed_lines(*sides)
    return Bitext(pair, sides, pairs)


def _describe(root: Path, pair: Pair, files: ParallelFiles) -> tuple[tuple[Side, Side], int]:
    """Both sides of a set, made sure to be aligned, and how many of their pairs are used, at most the paper's number.

    A faulty set is not silently replaced by another.

    Raises:
        DataError: if they are not aligned; says which other sets may be chosen.
    """

    def read() -> dict[str, Any]:
        sides = describe_sides(pair, files, told.POOL)
        return {
            "checksums": [side.checksum for side in sides],
            "most": sides[0].most,
            "pairs": min(len(usable_pairs(*sides)), told.POOL),
        }

    try:
        found = known("bitext", [path for paths in files.paths for path in paths], read, *map(len, files.paths))
    except DataError as error:
        others = [other.name for other in parallel_files(root, pair) if other.name != files.name]
        if not others:
            raise
        named = way("choose another set", "corpora", f"{'-'.join(pair)}=NAME")
        choose = f"Or {named}: {', '.join(others)}." if named else ""
        what = f"{error.what} (a side of the set {files.name})"
        raise DataError(what, path=error.path, line=error.line, remedy=f"{error.remedy} {choose}".strip()) from error
    source, target = (
        Side(language=key, name=name, checksum=checksum, most=found["most"], paths=paths)
        for key, name, checksum, paths in zip(pair, files.names, found["checksums"], files.paths, strict=True)
    )
    return (source, target), found["pairs"]


@lru_cache(maxsize=64)
def _warn_of_strayed_lines(source: Side, target: Side) -> None:
    """Warns, once, of pairs that do not look like translations: lines out of step, treebanks that are not parallel."""

    def read() -> list[list[list[int]]]:
        texts = source.read(), target.read()
        pairs = aligned(*texts)
        lines = {str(place): [text.lines[pair[place]] for pair in pairs] for place, text in enumerate(texts)}
        return [[list(run) for run in runs] for runs in list(out_of_step(lines).values())[:1]]

    paths = (*source.paths, *target.paths)
    for runs in known("strayed lines", paths, read, len(source.paths)):
        _log.warning(
            "%s, %s and %s: of the pairs, numbers %s do not look like translations of each other, and what is found "
            "there says little; `crossglot data check` compares all languages",
            "+".join(dict.fromkeys((source.name, target.name))), source.language, target.language,
            ", ".join(f"{first}–{last}" for first, last in runs),
        )  # fmt: skip


def language_pairs(sources: Sequence[str], targets: Sequence[str]) -> list[Pair]:
    """The pairs of a study, each once whatever the direction: the paper's, or those of its sources and targets.

    With sources or targets alone, the paper's pairs that have one of them.
    """
    if sources and targets:
        asked: dict[frozenset[str], Pair] = {}
        for pair in product(sources, targets):
            asked.setdefault(frozenset(pair), pair)
        return [pair for pair in asked.values() if pair[0] != pair[1]]
    named = {*sources, *targets}
    return [pair for pair in PAIRS if not named or named & set(pair)]


def _score_rows(of: System, bitext: Bitext, folder: Path) -> Iterator[ResultRow]:
    for score in read_translation_scores(folder):
        system = of if score.system == "encoder" else of.make_twin(score.system)
        yield _row(
            bitext, score.forward, system=system.name, role=system.role, layer=score.layer,
            condition=score.condition or None, aggregate=AGGREGATES[score.statistic],
            value=score.value, ci_low=score.low, ci_high=score.high, interval=score.interval, n=bitext.pool,
        )  # fmt: skip


def _missing_rows(system: System, bitext: Bitext, why: str) -> Iterator[ResultRow]:
    for forward in (True, False):
        named = {"system": system.name, "role": system.role, "aggregate": MEAN}
        yield _row(bitext, forward, missing=why, **named)


def _chance_rows(bitext: Bitext) -> Iterator[ResultRow]:
    for forward in (True, False):
        yield _row(bitext, forward, system=CHANCE, role="floor", aggregate=MEAN, value=100 / bitext.pool, n=bitext.pool)


def _means_over_curves(rows: Sequence[ResultRow], kin: Kin) -> Iterator[ResultRow]:
    """Each gain averaged over all curves of an encoder, with languages or genera as clusters."""
    for aggregate in GAINS:
        members = [row for row in rows if row.aggregate == aggregate]
        if members:
            values = [row.value or 0.0 for row in members]
            pairs = [(row.source or "", row.target or "") for row in members]
            yield from Scores(members[0], {}, kin).rows(aggregate, None, partial(mean_of, values, pairs, bounds=GAIN))


def _row(bitext: Bitext, forward: bool, **fields: object) -> ResultRow:
    way = slice(None, None, 1 if forward else -1)
    names: tuple[str | None, ...] = tuple(side.name for side in bitext.sides) or (None, None)
    pair, corpora = bitext.pair[way], names[way]
    described: dict[str, object] = {
        "experiment": told.FIGURE, "task": TASK, "source": pair[0], "target": pair[1], "metric": told.MEASURE,
        "source_corpus": corpora[0], "target_corpus": corpora[1],
    }  # fmt: skip
    return ResultRow.model_validate(described | fields)
