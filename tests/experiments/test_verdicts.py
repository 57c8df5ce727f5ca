"""Verdicts on planted results, and on the paper's own published numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

from crossglot.experiments.claims import CLAIMS
from crossglot.experiments.claims_page import claims_page
from crossglot.experiments.judging import judge
from crossglot.experiments.overlap.claims import BY_OVERLAP
from crossglot.paper.not_printed import FIGURE, FLOOR, NOT_PRINTED
from crossglot.paper.published import CITED, PUBLISHED, lookup
from crossglot.results.claims import (
    AFTER_RUNS,
    BEFORE_RUNS,
    M_BERT_UNTRAINED,
    MOST_FREQUENT_TAG,
    CellStatistic,
    Claim,
    RowStatistic,
    Term,
    over_cells,
    over_languages,
)
from crossglot.results.rows import MEAN, ResultRow, Role, results_frame
from crossglot.results.systems import UNTRAINED, System
from crossglot.results.verdicts import JudgedClaim
from made_up_cells import papers_corpus

if TYPE_CHECKING:
    import polars as pl

BY_ID = {claim.id: claim for claim in CLAIMS}
OF_CELLS = {claim.id: claim.statistic for claim in CLAIMS if isinstance(claim.statistic, CellStatistic)}
COMES_OUT = {
    "en-bert-own-ner": "cannot tell",  # 0.4, -8.7, -5.6, -5.3 points: four languages cannot rule out a mean below -10
    "english-gives-more-ner": "cannot tell",  # -4.1, 11.9, 8.2 points: German turns it around
    "column-sov": "does not hold",  # SVO → SOV 66.52 is above SOV → SOV 64.22
    "column-an": "does not hold",  # NA → AN 75.10 is above AN → AN 73.29
}
"""What the paper's own numbers say of claims of ours; every claim of the paper's holds on them."""


def cell(
    experiment: str,
    system: str,
    role: Role,
    source: str,
    target: str,
    value: float,
    *,
    half_width: float | None = 0.01,
    seeds: Iterable[int] = (1, 2, 3),
    corpus: str = "",
) -> list[ResultRow]:
    """A cell's mean row and its seeds, on the paper's corpora unless told otherwise."""
    known = half_width is not None
    task = "ner" if experiment in ("table1", "table3", "table7") else "pos"
    mean = ResultRow(
        experiment=experiment,
        system=system,
        role=role,
        task=task,
        source=source,
        target=target,
        source_corpus=corpus or papers_corpus(task, source),
        target_corpus=corpus or papers_corpus(task, target),
        split="test",
        aggregate=MEAN,
        metric="f1" if task == "ner" else "accuracy",
        value=value,
        ci_low=value - half_width if half_width is not None else None,
        ci_high=value + half_width if half_width is not None else None,
        interval="95 % bootstrap" if known else None,
        n=1000,
    )
    return [mean, *(mean.model_copy(update={"seed": seed, "aggregate": None}) for seed in seeds)]


def published_frame(half_width: float = 0.01) -> pl.DataFrame:
    """The paper's numbers as though three seeds of the paper's encoders had given them."""

    return results_frame([*_published_cells(half_width), *_published_differences()])


def _published_cells(half_width: float) -> Iterator[ResultRow]:
    def named(key: str, condition: str | None) -> str:
        return f"{key}:{condition}" if key == "hi/en" else key

    return (
        row
        for printed in PUBLISHED
        if printed.role in ("m-bert", "en-bert")
        for row in cell(
            printed.experiment,
            printed.system,
            "m-bert" if printed.role == "m-bert" else "en-bert",
            named(printed.source, printed.condition),
            named(printed.target, printed.condition),
            printed.value,
            half_width=half_width,
        )
    )


def _published_differences() -> Iterator[ResultRow]:
    """Table 5's differences of printed averages, by row and by column, as its probe writes them."""
    for feature, groups in {"81A": ("SVO", "SOV"), "87A": ("AN", "NA")}.items():
        for one, other in (groups, groups[::-1]):
            for source, target, far in (
                (one, f"{one} minus {other}", (one, other)), (f"{one} minus {other}", one, (other, one)),
            ):  # fmt: skip
                same, different = (
                    lookup("table5", one, one, condition=feature),
                    lookup("table5", *far, condition=feature),
                )
                assert same and different
                first = cell("table5", "M-BERT", "m-bert", source, target, same.value - different.value, seeds=())[0]
                yield first.model_copy(update={"aggregate": "difference", "condition": feature})


def matrix(value: float, at: Mapping[tuple[str, str], float] = MappingProxyType({}), **options: Any) -> list[ResultRow]:
    """Table 2 by an M-BERT called `small`: `value` everywhere but where `at` says otherwise."""
    keys = ("en", "de", "es", "it")
    return [
        row
        for pair in product(keys, keys)
        for row in cell("table2", "small", "m-bert", *pair, at.get(pair, value), **options)
    ]


def only(claim_id: str, frame: pl.DataFrame, **options: Any) -> JudgedClaim:
    (found,) = judge(frame, claims=[BY_ID[claim_id]], **options)
    return found


JUDGED = [claim for claim in CLAIMS if claim.id not in NOT_PRINTED and claim.experiments[0] not in ("causes", "curve")]


@pytest.mark.parametrize("half_width", [0.01, 0.5])
def test_every_claim_comes_out_as_it_should_on_the_papers_own_numbers(half_width: float) -> None:
    """Certain, and with the noise of three seeds; averages of groups are taken as printed."""
    decided = {row.id: row for row in judge(published_frame(half_width))}
    for claim in JUDGED:
        row = decided[claim.id]
        assert isinstance(row.value, float), row
        assert row.verdict == ("holds" if claim.origin == "paper" else COMES_OUT.get(claim.id, "holds")), row


def test_what_the_papers_numbers_cannot_be_held_against_is_named_with_the_reason() -> None:
    """Complete: whatever they leave without a value is listed, and nothing else is."""
    decided = judge(published_frame())
    without = {row.id for row in decided if row.value is None}
    figures = {claim.id for claim in CLAIMS if claim.experiments[0].startswith("figure")}
    assert set(NOT_PRINTED) == without | figures, "name the claim in crossglot/paper/not_printed.py, and why"
    assert set(NOT_PRINTED) <= set(BY_ID)
    assert {NOT_PRINTED[name] for name in figures} == {FIGURE}
    assert set(COMES_OUT) <= {claim.id for claim in JUDGED}


def test_the_page_of_claims_says_what_the_papers_numbers_say() -> None:
    page = claims_page()
    listed = page[page.index("On the paper's own numbers") : page.index("The rest cannot be held")]
    of_tables = {c.id for c in CLAIMS if c.origin == "paper" and c.experiments[0].startswith("table")}
    assert set(re.findall(r"`([a-z-]+)`", listed)) == set(COMES_OUT) | (of_tables & set(NOT_PRINTED))


def test_claims_about_floors_are_those_the_paper_prints_no_numbers_for() -> None:
    floors = {
        claim_id
        for claim_id, statistic in OF_CELLS.items()
        if {term.system for term in statistic.terms} & {MOST_FREQUENT_TAG, M_BERT_UNTRAINED}
    }
    assert floors == {name for name, why in NOT_PRINTED.items() if why == FLOOR}
    for claim_id in floors:
        verdict = only(claim_id, published_frame())
        assert verdict.verdict == "cannot tell"
        assert verdict.why.startswith("no value for ")


def test_a_gap_between_printed_cells_is_about_these_cells() -> None:
    """Appendices B and C speak of the tables' own pairs: how other languages would do is another question."""
    for name in ("ner-big-gap", "pos-big-gap"):
        assert OF_CELLS[name].unit == "cells"
        assert only(name, published_frame(0.5)).verdict == "holds"


def test_a_cell_whose_training_collapsed_decides_nothing() -> None:
    """A 0.0 of a tagger that calls every word the same says nothing of its encoder."""
    rows = matrix(85.0, {("es", "it"): 0.0})
    fallen = [row.model_copy(update={"collapsed": 3}) if row.value == 0.0 else row for row in rows]
    assert only("pos-over-80", results_frame(rows)).verdict == "does not hold"
    found = only("pos-over-80", results_frame(fallen))
    assert found.verdict == "cannot tell"
    assert "es → it (its training collapsed)" in found.why


def test_a_statistic_of_cells_whose_trainings_collapsed_decides_nothing() -> None:
    whole = statistic_row(0.2, (0.1, 0.4), "by entity overlap")
    (row,) = judge(results_frame([whole.model_copy(update={"collapsed": 2})]), claims=[FLAT])
    assert row.verdict == "cannot tell"
    assert (row.value, row.why) == (0.2, "with 2 trainings that collapsed among its cells")
    assert row.players == {"m-bert": "small"}


@pytest.mark.parametrize(
    ("value", "half_width", "verdict"),
    [
        (91.1, 0.8, "holds"),  # the paper's own, with the noise of three seeds
        (93.0, 1.0, "holds"),
        (90.4, 0.9, "holds"),  # contains 91.1
        (88.0, 0.5, "does not hold"),
        (90.0, 3.0, "cannot tell"),
    ],
)
def test_urdu_to_hindi_is_reached_within_noise(value: float, half_width: float, verdict: str) -> None:
    rows = cell("table4", "small", "m-bert", "ur", "hi", value, half_width=half_width)
    assert only("urdu-to-hindi-91", results_frame(rows)).verdict == verdict


def test_claims_say_when_their_rules_were_set() -> None:
    rules = {row.id: row.rule for row in judge(published_frame())}
    assert rules["pos-over-80"] == BEFORE_RUNS
    assert rules["urdu-to-hindi-91"] == rules["ner-big-gap"] == AFTER_RUNS
    page = claims_page()
    assert "| `urdu-to-hindi-91` ‡ |" in page and "| `pos-over-80` |" in page
    assert AFTER_RUNS in page


def statistic_row(value: float | None, bounds: tuple[float, float] | None, condition: str, why: str = "") -> ResultRow:
    """A correlation of figure 1, as its probe writes it for an M-BERT called `small`."""
    return ResultRow(
        experiment="figure1", system="small", role="m-bert", task="ner", condition=condition, metric="f1",
        aggregate="correlation", value=value, n=12,
        ci_low=bounds[0] if bounds else None, ci_high=bounds[1] if bounds else None,
        interval="95 % bootstrap over 4 languages" if bounds else None, missing=why or None,
    )  # fmt: skip


FLAT = Claim(
    "flat-at-all", "figure 1", "is flat", "paper", "correlation (figure 1)",
    RowStatistic("figure1", "m-bert", "f1", "correlation", "by entity overlap"), "below", 0.5,
)  # fmt: skip


@pytest.mark.parametrize(
    ("bounds", "verdict"), [((0.1, 0.4), "holds"), ((0.6, 0.9), "does not hold"), ((0.1, 0.9), "cannot tell")]
)
def test_a_claim_that_reads_a_row_is_decided_by_its_interval(bounds: tuple[float, float], verdict: str) -> None:
    rows = [statistic_row(sum(bounds) / 2, bounds, "by entity overlap"), statistic_row(0.99, (0.9, 1.0), "by another")]
    (found,) = judge(results_frame(rows), claims=[FLAT])
    assert found.verdict == verdict
    assert found.value == pytest.approx(sum(bounds) / 2)
    assert found.players == {"m-bert": "small"}


def test_a_claim_that_reads_a_row_without_value_says_why_there_is_none() -> None:
    row = statistic_row(None, None, "by entity overlap", "fewer than 3 cells")
    (found,) = judge(results_frame([row]), claims=[FLAT])
    assert (found.verdict, found.value) == ("cannot tell", None)
    assert found.why == "no correlation for small (figure 1) (fewer than 3 cells)"
    (bare,) = judge(results_frame([statistic_row(0.2, None, "by entity overlap")]), claims=[FLAT])
    assert bare.verdict == "cannot tell"
    assert "no interval: none was made" in bare.why


def test_one_seed_leaves_a_reading_open() -> None:
    seed = ResultRow(
        experiment="figure1", system="small", role="m-bert", task="ner", source="en", target="de", seed=1, metric="f1",
        value=40.0,
    )  # fmt: skip
    (found,) = judge(results_frame([seed, statistic_row(0.2, (0.1, 0.3), "by entity overlap")]), claims=[FLAT])
    assert found.verdict == "cannot tell"
    assert "one seed only" in found.why


def test_two_seeds_leave_a_reading_of_named_cells_open() -> None:
    """Its interval is over sentences alone; the causal study has such statistics."""
    claim = BY_ID["other-script"]
    assert isinstance(claim.statistic, RowStatistic)
    row = ResultRow(
        experiment="causes", system=claim.statistic.system, role="other", task="pos", condition="Cyrillic",
        source=claim.statistic.source, target=claim.statistic.target, metric=claim.statistic.metric, aggregate=MEAN,
        value=-1.0, ci_low=-2.0, ci_high=0.0, interval="95 % bootstrap over 400 sentences (2 seeds), paired by both",
    )  # fmt: skip
    bare = {"aggregate": None, "ci_low": None, "ci_high": None, "interval": None}
    for seeds, verdict in ((2, "cannot tell"), (3, "holds")):
        of_seeds = [row.model_copy(update=bare | {"seed": seed}) for seed in range(seeds)]
        (found,) = judge(results_frame([row, *of_seeds]), claims=[claim])
        assert found.verdict == verdict
        assert ("from two seeds only" in found.why) == (seeds == 2)


def test_an_average_of_scores_is_within_what_scores_can_be() -> None:
    """Gains of 0 to 100 points from four languages: no bound may promise more than 100."""
    claim = BY_ID["pos-above-floor"]
    rows = matrix(95.0, {("en", "es"): 40.0})
    rows += [
        row
        for source, target in product(("de", "en", "es", "it"), repeat=2)
        for row in cell("table2", MOST_FREQUENT_TAG, "floor", source, target, 1.0, seeds=())
    ]
    (found,) = judge(results_frame(rows), claims=[claim])
    assert found.high is not None and found.high <= 100


def test_two_seeds_of_one_source_leave_named_cells_open_and_those_of_several_do_not() -> None:
    """With one source nothing tells what seeds differ by: the cells' intervals are over sentences alone."""
    pair = (("en", "de"),)
    claim = Claim(
        id="one-cell", where="here", sentence="well", origin="ours", says="", direction="above", threshold=50.0,
        statistic=over_cells(Term(1.0, "table2", "m-bert", pair)),
    )  # fmt: skip
    (alone,) = judge(results_frame(cell("table2", "small", "m-bert", "en", "de", 80.0, seeds=(1, 2))), claims=[claim])
    assert (alone.verdict, alone.value) == ("cannot tell", 80)
    assert alone.why == "from two seeds of one source only of small"
    both = [
        row for source in ("en", "es") for row in cell("table2", "small", "m-bert", source, "de", 80.0, seeds=(1, 2))
    ]
    (found,) = judge(results_frame(both), claims=[claim])
    assert found.verdict == "holds"


def test_a_system_without_any_cell_in_a_table_is_named_once() -> None:
    assert only("pos-above-floor", published_frame()).why == "no value for most frequent tag (table 2)"


def test_every_claim_about_what_was_run_is_judged_once() -> None:
    found = [judged.id for judged in judge(published_frame())]
    tables = {printed.experiment for printed in PUBLISHED}
    assert sorted(found) == sorted(claim.id for claim in CLAIMS if set(claim.experiments) <= tables)


def test_a_verdict_says_what_was_claimed() -> None:
    claim, found = BY_ID["pos-above-floor"], only("pos-above-floor", published_frame())
    assert (found.id, found.origin, found.where, found.sentence) == (claim.id, "ours", claim.where, claim.sentence)
    assert (found.statistic, found.claimed, found.rule) == (claim.says, claim.claimed, claim.rule)


def test_all_pairs_over_80_holds_only_if_the_lowest_is_clearly_over() -> None:
    held = only("pos-over-80", results_frame(matrix(85.0, {("es", "it"): 81.0})))
    assert (held.verdict, held.value) == ("holds", 81.0)
    assert held.why == "all of its interval 80.99 to 81.01 is above 80; lowest at es → it"
    assert held.players == {"m-bert": "small"}


def test_all_pairs_over_80_fails_if_one_is_clearly_under() -> None:
    failed = only("pos-over-80", results_frame(matrix(95.0, {("es", "it"): 79.0})))
    assert failed.verdict == "does not hold"


def test_an_interval_over_the_threshold_tells_nothing() -> None:
    rows = matrix(95.0, {("es", "it"): 80.5}, half_width=1.0)
    open_ = only("pos-over-80", results_frame(rows))
    assert open_.verdict == "cannot tell"
    assert open_.why == "its interval 79.50 to 81.96 covers 80; lowest at es → it"
    assert (open_.low, open_.high) == pytest.approx((79.5, 81.96), abs=0.005)
    assert open_.interval == "from the cells' own intervals, the upper bound for the least of 12"


def test_the_lowest_of_many_is_low_by_chance() -> None:
    """One of twelve pairs a little under 80, as chance has it: not enough to say that not all pairs are over."""
    rows = matrix(81.0, {("es", "it"): 79.0}, half_width=0.9)
    assert only("pos-over-80", results_frame(rows)).verdict == "cannot tell"
    rows = matrix(81.0, {("es", "it"): 78.0}, half_width=0.9)
    assert only("pos-over-80", results_frame(rows)).verdict == "does not hold"


def test_flat_is_a_slope_near_zero_on_either_side() -> None:
    def verdict(slope: float, reach: float) -> str:
        row = statistic_row(slope, (slope - reach, slope + reach), BY_OVERLAP)
        return str(only("m-bert-flat", results_frame([row.model_copy(update={"aggregate": "slope"})])).verdict)

    assert [verdict(slope, 0.2) for slope in (0.0, -0.1, 0.1)] == ["holds"] * 3
    assert [verdict(slope, 0.2) for slope in (0.9, -0.9)] == ["does not hold"] * 2
    assert [verdict(slope, 0.2) for slope in (0.3, -0.3)] == ["cannot tell"] * 2
    assert verdict(0.0, 0.5) == "cannot tell", "too little is known"


def test_a_pair_with_a_wide_interval_keeps_all_pairs_open_even_if_another_is_lower() -> None:
    rows = [row for row in matrix(81.0) if (row.source, row.target) != ("it", "es")]
    rows += cell("table2", "small", "m-bert", "it", "es", 82.0, half_width=5.0)
    assert only("pos-over-80", results_frame(rows)).verdict == "cannot tell"


def test_missing_cells_are_named_with_their_reason() -> None:
    rows = [row for row in matrix(90.0) if "it" not in (row.source, row.target)]
    gone = ResultRow(
        experiment="table2",
        system="small",
        role="m-bert",
        task="pos",
        source="en",
        target="it",
        aggregate=MEAN,
        metric="accuracy",
        missing="no treebank",
    )
    verdict = only("pos-over-80", results_frame([*rows, gone]))
    assert verdict.verdict == "cannot tell"
    assert verdict.value is None
    assert verdict.why == (
        "no value for small (table 2), en → it (no treebank); "
        "small (table 2), de → it, es → it, it → en, it → de, and 1 more"
    )


def test_one_seed_tells_nothing() -> None:
    verdict = only("pos-over-80", results_frame(matrix(95.0, seeds=[7])))
    assert verdict.verdict == "cannot tell"
    assert verdict.value == 95
    assert verdict.why.startswith("from one seed only of small")


def test_cells_without_an_interval_tell_nothing() -> None:
    verdict = only("pos-over-80", results_frame(matrix(95.0, half_width=None)))
    assert verdict.verdict == "cannot tell"
    assert "no interval: none for small, en → de" in verdict.why


def test_claims_about_tables_that_were_not_run_are_left_out_or_open() -> None:
    found = {row.id: row for row in judge(results_frame(matrix(95.0)))}
    assert "urdu-to-hindi-91" not in found
    gap = found["pos-big-gap"]
    assert (gap.verdict, gap.why) == ("cannot tell", "table 8 was not run")


def test_two_encoders_in_one_role_are_told_apart_by_naming_the_player() -> None:
    rows = matrix(95.0) + [row.model_copy(update={"system": "large"}) for row in matrix(70.0)]
    frame = results_frame(rows)
    assert only("pos-over-80", frame).why == "several encoders play m-bert: small, large"
    assert only("pos-over-80", frame, players={"m-bert": "large"}).verdict == "does not hold"


def test_another_encoder_can_play_a_role() -> None:
    rows = [row.model_copy(update={"role": "other"}) for row in matrix(95.0)]
    assert only("pos-over-80", results_frame(rows)).why == "no encoder plays m-bert"
    assert only("pos-over-80", results_frame(rows), players={"m-bert": "small"}).verdict == "holds"


def test_floors_without_seeds_are_no_single_seed() -> None:
    floor = [row.model_copy(update={"system": MOST_FREQUENT_TAG, "role": "floor"}) for row in matrix(40.0, seeds=())]
    verdict = only("pos-above-floor", results_frame(matrix(64.0, {("en", "de"): 65.0}) + floor))
    assert verdict.verdict == "holds"
    assert verdict.value == pytest.approx(24 + 1 / 12, abs=1e-4)


def test_the_untrained_encoder_is_that_of_the_role() -> None:
    untrained = [row.model_copy(update={"system": "small untrained", "role": "floor"}) for row in matrix(90.0)]
    frame = results_frame(matrix(61.0, {("en", "de"): 60.0}) + untrained)
    systems = [System("small", "m-bert"), System("small", "m-bert").make_twin(UNTRAINED)]
    verdict = only("pos-above-untrained", frame, systems=systems)
    assert verdict.verdict == "does not hold"
    assert verdict.value == pytest.approx(-29 - 1 / 12, abs=1e-4)


def test_published_numbers_are_not_held_against_other_data() -> None:
    def frame(corpora: Mapping[str, str]) -> pl.DataFrame:
        rows = [
            row
            for key, corpus in corpora.items()
            for row in cell("table3", "small", "en-bert", key, key, 85.0, corpus=corpus)
        ]
        return results_frame(rows)

    papers = {"en": "conll2003/en", "de": "conll2003/de", "nl": "conll2002/nl", "es": "conll2002/es"}
    assert only("en-bert-comparable", frame(papers)).verdict == "holds"
    verdict = only("en-bert-comparable", frame(papers | {"en": "uner/en_ewt"}))
    assert verdict.verdict == "cannot tell"
    assert verdict.why == "the published numbers are for the paper's data, but here en is uner/en_ewt"


def test_published_numbers_on_code_switched_text_ask_for_the_papers_tweets() -> None:
    """Not for its entities: numbers on table 6 could never be judged while they did."""

    def frame(corpus: str) -> pl.DataFrame:
        where = ("hi+en", "hi/en:transliterated")
        return results_frame(cell("table6", "small", "m-bert", *where, 50.41, corpus=corpus))

    assert only("outperformed-monolingual-only", frame("")).verdict == "holds"
    verdict = only("outperformed-monolingual-only", frame("codemix/hiencs_full"))
    assert verdict.verdict == "cannot tell"
    assert "hi/en:transliterated is codemix/hiencs_full" in verdict.why


def test_a_difference_of_named_cells_combines_their_intervals() -> None:
    claim = Claim(
        "x", "nowhere", "ours", "ours", "a minus b",
        over_cells(Term(1, "table2", "m-bert", (("en", "de"),)), Term(-1, "table2", "m-bert", (("de", "en"),))),
        "below", 10.0,
    )  # fmt: skip
    rows = cell("table2", "small", "m-bert", "en", "de", 70.0, half_width=3.0)
    rows += cell("table2", "small", "m-bert", "de", "en", 60.0, half_width=4.0)
    (verdict,) = judge(results_frame(rows), claims=[claim])
    assert (verdict.low, verdict.high, verdict.interval) == (5, 15, "from the cells' own intervals")
    assert verdict.claimed == "< 10"
    assert verdict.verdict == "cannot tell"


def test_a_cell_minus_itself_is_certain() -> None:
    terms = (Term(1, "table2", "m-bert", (("en", "de"),)), Term(-1, "table2", "m-bert", (("en", "de"),)))
    claim = Claim("x", "nowhere", "ours", "ours", "a minus a", over_cells(*terms), "below", 1.0)
    rows = cell("table2", "small", "m-bert", "en", "de", 70.0, half_width=30.0)
    (verdict,) = judge(results_frame(rows), claims=[claim])
    assert (verdict.low, verdict.high, verdict.interval) == (0, 0, "from the cells' own intervals")


def test_averages_over_two_languages_tell_nothing_of_languages() -> None:
    pairs = (("hi", "ur"), ("ur", "hi"))
    claim = Claim(
        "x", "nowhere", "ours", "ours", "mean", over_languages(Term(1, "table2", "m-bert", pairs)), "above", 0.0
    )
    rows = [row for pair in pairs for row in cell("table2", "small", "m-bert", *pair, 70.0)]
    (verdict,) = judge(results_frame(rows), claims=[claim])
    assert verdict.verdict == "cannot tell"
    assert "fewer than 3 languages" in verdict.why


def test_rows_of_cited_systems_add_nothing_but_their_published_number() -> None:
    cited = ResultRow(
        experiment="table3", system="Lample et al. (2016)", role="published", task="ner", source="en", target="en",
        aggregate=MEAN, metric="f1", published=90.94,
    )  # fmt: skip
    assert cited.role == CITED
    rows = [row for key in ("en", "de", "nl", "es") for row in cell("table3", "small", "en-bert", key, key, 85.0)]
    with_row = only("en-bert-comparable", results_frame([*rows, cited]))
    assert with_row == only("en-bert-comparable", results_frame(rows))
