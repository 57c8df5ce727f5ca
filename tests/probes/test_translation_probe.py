"""Figure 3 as a probe: equal pools, both directions, floors beside, reasons where a bitext is missing or faulty."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from crossglot.encoders.sources import find_source
from crossglot.engine.local import run_locally
from crossglot.engine.plan import Plan
from crossglot.engine.step import Step
from crossglot.engine.store import Store
from crossglot.errors import DataError
from crossglot.paper.claim_form import Reading
from crossglot.paper.claims_translation import PAPERS_CONDITION, TRANSLATION_CLAIMS
from crossglot.probes.probe import Evidence
from crossglot.probes.results import ResultRow, results_frame, validate_results
from crossglot.probes.setting import Candidate, Corpora, Setting
from crossglot.probes.translation import CHANCE, TranslationProbe, language_pairs
from crossglot.probes.verdicts import judge
from crossglot.runtime import Runtime
from crossglot.steps.arguments import EncoderReference
from crossglot.steps.translate import CONDITIONS
from crossglot.tagging.recipe import Recipe
from toy_world import write_encoder

PROBE = TranslationProbe()
LAYERS = 3


def write_side(root: Path, name: str, lines: list[str]) -> None:
    (root / "parallel").mkdir(parents=True, exist_ok=True)
    (root / "parallel" / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def spelled(number: int, digits: str) -> str:
    return "".join(digits[int(figure)] for figure in f"{number:03d}")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Numbers in letters of the toy encoder; German says its letters as English, Russian swaps them for others."""
    folder = tmp_path_factory.mktemp("data")
    write_side(folder, "toy.en", [spelled(n, "thecasldpi") for n in range(40)])
    write_side(folder, "toy.de", ["AA" + spelled(n, "thecasldpi") for n in range(40)])
    write_side(folder, "toy.ru", [spelled(n, "pidlsaceht") for n in range(38)] + ["", spelled(1, "pidlsaceht")])
    return folder


def setting(root: Path, location: Path, **changes: object) -> Setting:
    revision = find_source(location).revision
    assert revision is not None
    encoder = EncoderReference(revision=revision, location=str(location), name="toy")
    candidate = Candidate(encoder=encoder, role="m-bert", recipe=Recipe(), search_rate=False, papers=False)
    fields = {"candidates": (candidate,), "corpora": Corpora(root, {}), "seeds": (1, 2), "runtime": Runtime()}
    return Setting(**(fields | changes))  # type: ignore[arg-type]


def rows_of(setting: Setting, store: Store) -> list[ResultRow]:
    outcome = run_locally(Plan.of(PROBE.steps(setting)), store)

    def result(step: Step) -> Path | None:
        return None if step.id in outcome.unfinished else store.result(step)

    return PROBE.rows(setting, Evidence((), result, lambda step: str(outcome.unfinished[step.id])))


@pytest.fixture(scope="module")
def location(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="module")
def rows(root: Path, location: Path, tmp_path_factory: pytest.TempPathFactory) -> list[ResultRow]:
    return rows_of(setting(root, location), Store(tmp_path_factory.mktemp("run") / "steps"))


def curve(rows: list[ResultRow], system: str, source: str, target: str, condition: str) -> list[float]:
    wanted = (system, source, target, condition, "mean")
    members = [row for row in rows if (row.system, row.source, row.target, row.condition, row.aggregate) == wanted]
    assert [row.layer for row in members] == list(range(LAYERS))
    return [row.value or 0.0 for row in members]


def test_rows_fit_the_schema_and_every_curve_is_there(rows: list[ResultRow]) -> None:
    validate_results(results_frame(rows))
    for system in ("toy", "toy untrained"):
        for shift, metric in CONDITIONS:
            for source, target in (("en", "de"), ("de", "en"), ("en", "ru"), ("ru", "en")):
                assert all(0 <= value <= 100 for value in curve(rows, system, source, target, f"{shift}, {metric}"))


def test_pools_are_equal_and_smaller_than_the_lines_by_what_cannot_be_told_apart(rows: list[ResultRow]) -> None:
    """Russian has 40 lines, one of them empty and one said before."""
    cells = [row for row in rows if row.aggregate == "mean" and row.value is not None]
    assert {row.n for row in cells} == {38}
    assert {row.value for row in rows if row.system == CHANCE} == {100 / 38}


def test_sentences_that_differ_by_a_constant_are_mostly_found(rows: list[ResultRow]) -> None:
    """German is English with two letters more: at the embeddings, nearly a constant shift."""
    assert curve(rows, "toy", "en", "de", PAPERS_CONDITION)[0] > 60
    pieces = [row for row in rows if row.system == "toy shared pieces"]
    assert {(row.source, row.target) for row in pieces} == {("en", "de"), ("de", "en"), ("en", "ru"), ("ru", "en")}
    assert (
        next(row.value or 0.0 for row in pieces if (row.source, row.target) == ("en", "de")) > 50
    )  # anagrams share all


def test_a_pair_without_bitext_says_why(rows: list[ResultRow]) -> None:
    gaps = [row for row in rows if row.value is None]
    assert {(row.source, row.target, row.condition) for row in gaps} == {
        (source, target, "missing: no bitext of hi and ur in parallel/")
        for source, target in (("hi", "ur"), ("ur", "hi"))
    }


def test_every_claim_finds_its_row(rows: list[ResultRow]) -> None:
    verdicts = judge(results_frame(rows), claims=TRANSLATION_CLAIMS)
    assert len(verdicts) == len(TRANSLATION_CLAIMS)
    for claim, verdict in zip(TRANSLATION_CLAIMS, verdicts.iter_rows(named=True), strict=True):
        assert isinstance(claim.statistic, Reading)
        absent = claim.statistic.source == "ur"
        assert not absent or "no bitext of hi and ur" in verdict["why"]
        assert (verdict["value"] is None) == absent, verdict


def test_statistics_follow_from_the_curves(rows: list[ResultRow]) -> None:
    values = curve(rows, "toy", "en", "de", PAPERS_CONDITION)  # two layers: two thirds of the way up is the first
    found = {
        row.aggregate: row.value
        for row in rows
        if (row.system, row.source, row.target, row.condition) == ("toy", "en", "de", PAPERS_CONDITION)
    }
    assert found["minimum of upper layers"] == pytest.approx(min(values[1:]))
    assert found["two thirds minus last layer"] == pytest.approx(values[1] - values[2])
    assert found["two thirds minus embeddings"] == pytest.approx(values[1] - values[0])
    plain = curve(rows, "toy", "en", "de", "no shift, l2")
    assert found["gain by shift"] == pytest.approx(values[1] - plain[1])
    overall = [row for row in rows if row.aggregate == "gain by shift" and row.source is None]
    each = [row.value or 0.0 for row in rows if row.aggregate == "gain by shift" and row.source is not None]
    assert len(overall) == 1
    assert overall[0].value == pytest.approx(np.mean(each))


def test_a_bitext_of_unequal_sides_is_refused_before_anything_runs(tmp_path: Path, location: Path) -> None:
    write_side(tmp_path, "bad.en", ["one", "two"])
    write_side(tmp_path, "bad.de", ["eins"])
    with pytest.raises(DataError, match=r"bad\.en: 2 lines, but bad\.de has 1"):
        PROBE.steps(setting(tmp_path, location))


def test_a_bitext_of_few_different_lines_is_a_gap_that_says_so(tmp_path: Path, location: Path) -> None:
    write_side(tmp_path, "same.en", ["one", "one", ""])
    write_side(tmp_path, "same.de", ["eins", "zwei", "drei"])
    study = setting(tmp_path, location)
    assert PROBE.steps(study) == []
    rows = PROBE.rows(study, Evidence((), lambda _: None, lambda _: ""))
    reasons = {(row.source, row.target): row.condition for row in rows}
    assert reasons["de", "en"] == "missing: same has fewer than 30 pairs of lines that can be told apart"


def test_pairs_are_the_papers_or_those_of_the_languages_named() -> None:
    assert language_pairs((), ()) == [("en", "de"), ("en", "ru"), ("hi", "ur")]
    assert language_pairs(("en", "de"), ("de", "en", "ja")) == [("en", "de"), ("en", "ja"), ("de", "ja")]
    assert language_pairs(("ru",), ()) == [("en", "ru")]
    assert language_pairs((), ("ja",)) == []
