"""Does transfer come from shared word pieces? Zero-shot NER F1 against the overlap of entities' pieces (figure 1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from crossglot.corpora.catalogue import root_languages
from crossglot.engine.step import Step
from crossglot.experiments.cells import is_papers_corpus
from crossglot.experiments.experiment import Evidence, Layout
from crossglot.experiments.matrix import SPLIT
from crossglot.experiments.overlap.claims import (
    ACROSS_SCRIPTS,
    BY_OVERLAP,
    BY_SEEN_TOKENS,
    ENTITY_OVERLAP,
    NEAR_ZERO_OVERLAP,
    NO_OVERLAP,
    ON_CONLL,
    WITHIN_AGAINST,
)
from crossglot.experiments.relations import (
    Pair,
    Scores,
    corrected,
    kin_of,
    mean_over,
    mean_rows,
    minimum_row,
    relation_rows,
    slope_against,
    slopes_within,
    zero_shot_scores,
)
from crossglot.experiments.setting import Absent, Candidate, Setting
from crossglot.experiments.tables import TransferTable
from crossglot.languages import PAPER_NER
from crossglot.results.rows import MEAN, ResultRow
from crossglot.results.systems import UNTRAINED
from crossglot.steps.arguments import CorpusSplit
from crossglot.steps.count_pieces import Counted, CountPieces, read_counted
from crossglot.tagging.overlap import (
    PieceUse,
    Share,
    joined,
    overlap_of,
    seen_tokens,
    seen_types,
    spelled_overlap_of,
)

KEY = "figure1"
TITLE = "NER F1 against overlap of entities' word pieces"
SPELLED_OVERLAP = "spelled entity overlap"
SEEN_TYPES, SEEN_TOKENS = "seen piece types", "seen piece tokens"
BY_SPELLED_OVERLAP, BY_SEEN_TYPES = "by spelled entity overlap", "by seen pieces (types)"
IN_ENTITIES: Mapping[str, Callable[[PieceUse, PieceUse, Iterable[str] | None], Share]] = {
    ENTITY_OVERLAP: overlap_of,
    SPELLED_OVERLAP: spelled_overlap_of,
}
IN_ALL_WORDS: Mapping[str, Callable[[PieceUse, PieceUse], Share]] = {SEEN_TYPES: seen_types, SEEN_TOKENS: seen_tokens}
"""Metric of a pair → the function that measures it: over words in entities of some types, or over all words."""

MEASURES: Mapping[str, str] = {
    ENTITY_OVERLAP: BY_OVERLAP,
    SPELLED_OVERLAP: BY_SPELLED_OVERLAP,
    SEEN_TYPES: BY_SEEN_TYPES,
    SEEN_TOKENS: BY_SEEN_TOKENS,
}
"""Metric of a pair → the condition of its statistics."""

SPELLING = ("pieces per word", "unknown words", "known letters", "pieces in its script")
"""Metrics of a language: how a tokenizer spells its test set; the last in one row per script."""

SHOWN_SCRIPTS = 3
LEAST_OF_SCRIPT = 1.0
"""At most so many scripts of a test set have a row: the first, and others with at least so many per cent of letters."""

Needed = dict[tuple[str, str], CountPieces | Absent]
"""(language, split) → the step that counts its pieces, or why there is none."""


def lay_out(setting: Setting) -> Layout:
    """The matrix of all ordered pairs of those of the paper's 16 languages that the data root has."""
    absent = {
        language: gap.why
        for language in PAPER_NER
        for split in (SPLIT, "train")
        if (gap := setting.corpora.absent(language, "ner", split))
    }
    present = tuple(language for language in PAPER_NER if language not in absent)
    table = TransferTable(KEY, TITLE, "ner", None, (present or PAPER_NER,))
    needed = {candidate.encoder.name: _needed(setting, candidate, table) for candidate in setting.candidates}
    named = setting.sources or setting.targets
    missing = () if named or not present else tuple(absent.values())
    plan = _Plan(setting, table, needed, missing)
    return Layout(plan.rows, table, plan.steps, missing)


@dataclass(frozen=True)
class _Plan:
    """The languages, splits and tokenizers that a study has for figure 1.

    Attributes:
        setting: the study's.
        table: the matrix of taggers.
        needed: encoder → the steps that count the pieces of every split, in its tokenizer.
        missing: why some of the paper's languages are absent.
    """

    setting: Setting
    table: TransferTable
    needed: Mapping[str, Needed]
    missing: tuple[str, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps that count the pieces of the splits that are there."""
        counts = (step for needed in self.needed.values() for step in needed.values())
        return tuple(step for step in counts if not isinstance(step, Absent))

    def rows(self, evidence: Evidence) -> list[ResultRow]:
        """Cells, overlap of each pair, spelling of each language, and their statistics."""
        setting = self.setting
        pairs = self.table.cells(setting.sources, setting.targets)
        scores = zero_shot_scores(evidence.cells, kin_of(root_languages(setting.corpora.root)))
        rows, statistics = list(evidence.cells), []
        x: dict[str, dict[str, dict[Pair, float]]] = {}
        for candidate in setting.candidates:
            name = candidate.encoder.name
            tokenizer = _Tokenizer(candidate, self.table.key, self.needed[name], evidence)
            measured = {metric: [tokenizer.pair(metric, *pair) for pair in pairs] for metric in MEASURES}
            rows += [row for members in measured.values() for row in members]
            rows += [
                row for target in dict.fromkeys(target for _, target in pairs) for row in tokenizer.spelling(target)
            ]
            x[name] = {
                metric: {(row.source or "", row.target or ""): row.value for row in members if row.value is not None}
                for metric, members in measured.items()
            }
            rows += _overlap_across_scripts(measured[ENTITY_OVERLAP], setting)
            for system in (candidate.system, candidate.system.make_twin(UNTRAINED)):
                if system.name in scores:
                    statistics += _statistics(scores[system.name], x[name], setting)
        absences = [self._absence(candidate, why) for candidate in setting.candidates for why in self.missing]
        return [*rows, *statistics, *corrected(statistics), *_compared(setting, scores, x), *absences]

    def _absence(self, candidate: Candidate, why: str) -> ResultRow:
        """The row of one of the paper's languages that is absent."""
        return ResultRow(
            experiment=self.table.key, system=candidate.encoder.name, role=candidate.role, task="ner", aggregate=MEAN,
            metric=ENTITY_OVERLAP, missing=why,
        )  # fmt: skip


def _needed(setting: Setting, candidate: Candidate, table: TransferTable) -> Needed:
    cells = table.cells(setting.sources, setting.targets)
    wanted = [(part, "train") for source, _ in cells for part in source.split("+")]
    wanted += [(target, SPLIT) for _, target in cells]
    found: Needed = {}
    for language, split in dict.fromkeys(wanted):
        data = setting.corpora.split(language, "ner", split)
        at_most = setting.max_train if split == "train" else None
        found[language, split] = (
            CountPieces(encoder=candidate.encoder, split=data, at_most=at_most)
            if isinstance(data, CorpusSplit)
            else data
        )
    return found


@dataclass(frozen=True)
class _Tokenizer:
    """One encoder's tokenizer, with the pieces it cuts the splits into."""

    candidate: Candidate
    experiment: str
    needed: Needed
    evidence: Evidence

    def pair(self, metric: str, source: str, target: str) -> ResultRow:
        """The row of what source and target share, or of why that is unknown."""
        places = [*((part, "train") for part in source.split("+")), (target, SPLIT)]
        found = [self._counted(place) for place in places]
        why = next((counted for counted in found if isinstance(counted, str)), "")
        share, types = Share(None, 0), None
        if not why:
            uses = [counted.use for counted in found if isinstance(counted, Counted)]
            types = self._types(places) if metric in IN_ENTITIES else None
            if types is None:
                share = IN_ALL_WORDS[metric](joined(uses[:-1]), uses[-1])
                why = "" if share.value is not None else f"no word in {self._corpus(places[-1])}"
            else:
                why = self._why_no_entity(places, uses, types)
                share = share if why else IN_ENTITIES[metric](joined(uses[:-1]), uses[-1], types)
        return self._row(
            metric, share.value, share.n, types=None if why else " ".join(types or ()) or None, missing=why or None,
            source=source, target=target,
            source_corpus="+".join(self._corpus(place) for place in places[:-1]) or None,
            target_corpus=self._corpus(places[-1]) or None,
        )  # fmt: skip

    def _types(self, places: Sequence[tuple[str, str]]) -> tuple[str, ...]:
        """The entity types that all of these annotate, sorted: only these are scored."""
        steps = [self.needed[place] for place in places]
        annotated = [set(step.split.types) for step in steps if isinstance(step, CountPieces)]
        return tuple(sorted(set.intersection(*annotated)))

    def _why_no_entity(
        self, places: Sequence[tuple[str, str]], uses: Sequence[PieceUse], types: tuple[str, ...]
    ) -> str:
        """Why one of the sets has no entity that is scored; empty if each has one."""
        bare = [place for place, use in zip(places, uses, strict=True) if not use.of(types)]
        empty = [place for place, use in zip(places, uses, strict=True) if not use.types]
        if empty:
            return f"no entity in {self._corpus(empty[0])} {empty[0][1]}"
        if not types:
            source = "+".join(language for language, _ in places[:-1])
            return f"the entity types of {source} and {places[-1][0]} have none in common"
        return f"no entity of the scored types in {self._corpus(bare[0])} {bare[0][1]}" if bare else ""

    def spelling(self, target: str) -> list[ResultRow]:
        """Rows of how the tokenizer spells a target's test set; scripts by their number of letters, which is `n`."""
        counted = self._counted((target, SPLIT))
        where = {"target": target, "target_corpus": self._corpus((target, SPLIT)) or None}
        if isinstance(counted, str):
            return [self._row(metric, None, 0, missing=counted, **where) for metric in SPELLING]
        spelling = counted.spelling
        numbers = (
            (spelling.pieces_per_word, spelling.words),
            (spelling.unknown_words, spelling.words),
            (spelling.known_letters, spelling.letters),
        )
        *of_all, of_script = SPELLING
        rows = [self._row(metric, value, n, **where) for metric, (value, n) in zip(of_all, numbers, strict=True)]
        for script, share in _shown(spelling.scripts):
            letters = round(spelling.letters * share / 100)
            rows.append(self._row(of_script, float(spelling.script_pieces[script]), letters, part=script, **where))
        if not spelling.scripts:
            why = f"no letter in {self._corpus((target, SPLIT))} {SPLIT}"
            rows.append(self._row(of_script, None, 0, missing=why, **where))
        return rows

    def _counted(self, place: tuple[str, str]) -> Counted | str:
        step = self.needed[place]
        if isinstance(step, Absent):
            return step.why
        folder = self.evidence.result(step)
        return self.evidence.failure(step) if folder is None else read_counted(folder)

    def _corpus(self, place: tuple[str, str]) -> str:
        step = self.needed[place]
        return "" if isinstance(step, Absent) else step.split.corpus

    def _row(self, metric: str, value: float | None, n: int, **others: str | None) -> ResultRow:
        fields = {
            "experiment": self.experiment, "system": self.candidate.encoder.name, "role": self.candidate.role,
            "task": "ner", "split": SPLIT, "aggregate": MEAN, "metric": metric, "value": value, "n": n,
        }  # fmt: skip
        return ResultRow.model_validate(fields | others)


def _shown(scripts: Mapping[str, float]) -> list[tuple[str, float]]:
    """The scripts that have a row, each with its per cent of the letters, largest first."""
    first = list(scripts.items())[:SHOWN_SCRIPTS]
    return [(name, share) for name, share in first if (name, share) == first[0] or share >= LEAST_OF_SCRIPT]


def _statistics(scores: Scores, x: Mapping[str, Mapping[Pair, float]], setting: Setting) -> list[ResultRow]:
    """Relations to each measure of overlap, and averages over the pairs that the paper speaks of."""
    rows = [row for metric, condition in MEASURES.items() for row in relation_rows(scores, x[metric], condition)]
    across = _across(scores.cells, setting)
    apart = [
        pair for pair, overlap in x[ENTITY_OVERLAP].items() if overlap < NEAR_ZERO_OVERLAP and pair in scores.cells
    ]
    none = f"no pair with less than {NEAR_ZERO_OVERLAP:g} % overlap"
    return [
        *rows,
        *mean_rows(scores, "mean over pairs", ACROSS_SCRIPTS, across, "no pair across scripts"),
        *mean_rows(scores, "mean over pairs", NO_OVERLAP, apart, none),
        minimum_row(scores, "minimum over pairs", NO_OVERLAP, apart, none),
    ]


def _overlap_across_scripts(measured: Sequence[ResultRow], setting: Setting) -> list[ResultRow]:
    """Mean overlap of pairs in different scripts."""
    overlaps = {(row.source or "", row.target or ""): row.value for row in measured if row.value is not None}
    across = _across(overlaps, setting)
    return Scores(measured[0], {}, kin_of(root_languages(setting.corpora.root))).rows(
        "mean over pairs", ACROSS_SCRIPTS, lambda kin: mean_over(overlaps, across, "no pair across scripts", kin)
    )


def _across(pairs: Iterable[Pair], setting: Setting) -> list[Pair]:
    """The pairs whose target is in a script that none of its sources is written in."""
    languages = root_languages(setting.corpora.root)
    return [
        (source, target)
        for source, target in pairs
        if languages[target].script not in {languages[part].script for part in source.split("+")}
    ]


def _compared(
    setting: Setting, scores: Mapping[str, Scores], x: Mapping[str, Mapping[str, Mapping[Pair, float]]]
) -> list[ResultRow]:
    """The slope of M-BERT's encoder minus that of EN-BERT's, if the study has both."""
    players = {candidate.role: candidate.encoder.name for candidate in setting.candidates}
    ours, theirs = players.get("m-bert", ""), players.get("en-bert", "")
    if ours not in scores or theirs not in scores:
        return []
    rows = [
        row
        for metric, condition in MEASURES.items()
        for row in slope_against(
            scores[ours], scores[theirs], x[ours][metric], x[theirs][metric], condition, "en-bert's"
        )
    ]
    overlaps = (x[ours][ENTITY_OVERLAP], x[theirs][ENTITY_OVERLAP])
    shared = [pair for pair in scores[ours].cells if pair in scores[theirs].cells and all(pair in x for x in overlaps)]
    within = (
        scores[ours]
        .among(shared, scores[theirs])
        .rows(WITHIN_AGAINST, BY_OVERLAP, lambda kin: slopes_within(scores[ours], scores[theirs], *overlaps, kin))
    )
    on_conll = replace(scores[ours], cells={pair: row for pair, row in scores[ours].cells.items() if _is_conll(row)})
    return [*rows, *within, *slope_against(on_conll, scores[theirs], *overlaps, ON_CONLL, "en-bert's")]


def _is_conll(row: ResultRow) -> bool:
    return is_papers_corpus("ner", row.source_corpus) and is_papers_corpus("ner", row.target_corpus)
