"""Figure 3 from bitext to rows: equal pools, both directions, floors, reasons where a bitext is missing or faulty."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from crossglot.encoders.origin import find_origin
from crossglot.engine.local import Local
from crossglot.engine.plan import Plan
from crossglot.engine.step import Step
from crossglot.engine.store import Store
from crossglot.errors import DataError, UsageError
from crossglot.experiments.experiment import Evidence
from crossglot.experiments.judging import judge
from crossglot.experiments.setting import Candidate, Corpora, Setting
from crossglot.experiments.translation import EXPERIMENT
from crossglot.experiments.translation import claims as told
from crossglot.experiments.translation.claims import CLAIMS, PAPERS_CONDITION
from crossglot.experiments.translation.plan import CHANCE, language_pairs
from crossglot.results.claims import RowStatistic
from crossglot.results.rows import ResultRow, results_frame, validate_results
from crossglot.runtime import Runtime
from crossglot.steps.arguments import EncoderReference
from crossglot.steps.score_translations import ScoreTranslations
from crossglot.steps.translate import CONDITIONS
from crossglot.tagging.recipe import Recipe
from toy_world import write_encoder

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
    revision = find_origin(location).revision
    assert revision is not None
    encoder = EncoderReference(revision=revision, location=str(location), name="toy")
    candidate = Candidate(encoder=encoder, role="m-bert", recipe=Recipe(), papers=False)
    fields = {"candidates": (candidate,), "corpora": Corpora(root, {}), "seeds": (1, 2), "runtime": Runtime()}
    return Setting(**(fields | changes))  # type: ignore[arg-type]


def rows_of(setting: Setting, store: Store) -> list[ResultRow]:
    outcome = Local().run(Plan.of(EXPERIMENT.lay_out(setting).steps), store)

    def result(step: Step) -> Path | None:
        return None if step.id in outcome.unfinished else store.result(step)

    return EXPERIMENT.lay_out(setting).rows(Evidence((), result, lambda step: str(outcome.unfinished[step.id])))


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


def test_each_pair_is_searched_among_all_that_can_be_told_apart_whatever_another_has(rows: list[ResultRow]) -> None:
    """Russian has 40 lines, one of them empty and one said before; German has 40 that differ."""
    cells = [row for row in rows if row.aggregate == "mean" and row.value is not None]
    pools = {"de": 40, "ru": 38}
    assert {(row.n, row.value if row.system == CHANCE else None) for row in cells} == {
        (pool, value) for pool in pools.values() for value in (None, 100 / pool)
    }
    for row in cells:
        assert row.n == pools[(row.source or "") if row.target == "en" else (row.target or "")]


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
    assert {(row.source, row.target, row.missing) for row in gaps} == {
        (source, target, "no bitext of hi and ur in parallel/ or of PUD treebanks")
        for source, target in (("hi", "ur"), ("ur", "hi"))
    }


def test_every_claim_finds_its_row(rows: list[ResultRow]) -> None:
    verdicts = judge(results_frame(rows), claims=CLAIMS)
    assert len(verdicts) == len(CLAIMS)
    for claim, verdict in zip(CLAIMS, verdicts, strict=True):
        assert isinstance(claim.statistic, RowStatistic)
        absent = claim.statistic.source == "ur"
        assert not absent or "no bitext of hi and ur" in verdict.why
        assert (verdict.value is None) == absent, verdict


def test_a_sentence_about_5000_pairs_is_not_decided_among_fewer(rows: list[ResultRow]) -> None:
    """Whatever the number: among forty, over half are found by many an encoder."""
    good = [
        row.model_copy(update={"value": 90.0, "ci_low": 85.0, "ci_high": 95.0})
        if row.aggregate in ("minimum of upper layers", "gain by shift") and row.value is not None
        else row
        for row in rows
    ]
    pools = {"en": 5000, "de": 5000, "ru": 5000}
    full = [row.model_copy(update={"n": pools.get(row.source or "", row.n)}) for row in good]
    verdicts = {}
    for name, cells in (("fewer", good), ("as many", full)):
        verdicts[name] = {judged.id: judged for judged in judge(results_frame(cells), claims=CLAIMS)}
    over = verdicts["fewer"]["translation-over-50"]
    assert (over.verdict, over.value) == ("cannot tell", 90)
    assert "searches 5,000 pairs of sentences" in over.why
    assert "(en → de: 40 of toy)" in over.why
    russian = verdicts["fewer"]["translation-russian-similar"]
    assert "(en → ru: 38 of toy)" in russian.why
    mean = verdicts["fewer"]["translation-separated-in-space"]
    assert mean.verdict == "cannot tell"
    assert all(part in mean.why for part in ("en → de: 40 of toy", "ru → en: 38 of toy"))
    papers = {claim.id for claim in CLAIMS if claim.origin == "paper"}
    assert {verdicts["fewer"][claim].verdict for claim in papers} == {"cannot tell"}
    for claim in ("translation-over-50", "translation-russian-similar", "translation-separated-in-space"):
        assert verdicts["as many"][claim].verdict == "holds", claim
    assert not any(row.comparable for row in rows)


def test_each_pair_takes_the_set_of_the_papers_size_or_else_the_longest(
    root: Path, location: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(told, "POOL", 50)
    for language, letters in (("en", "thecasldpi"), ("de", "pidlsaceht"), ("ru", "dpithecasl")):
        write_side(tmp_path, f"short.{language}", [spelled(n, letters) for n in range(30)])
        write_side(tmp_path, f"train.{language}", [spelled(n, letters) for n in range(55)])
    for language in ("en", "de"):
        write_side(tmp_path, f"full.{language}", [spelled(n, "thecasldpi") for n in range(60)])
        write_side(tmp_path, f"more-train.{language}", [spelled(n, "thecasldpi") for n in range(90)])
    (tmp_path / "parallel/train.ru").unlink()

    def chosen(**names: str) -> dict[str, tuple[str, int]]:
        corpora = Corpora(tmp_path, {("translation", pair.replace("_", "-")): name for pair, name in names.items()})
        study = setting(tmp_path, location, corpora=corpora)
        steps = [step for step in EXPERIMENT.lay_out(study).steps if isinstance(step, ScoreTranslations)]
        return {
            f"{step.trained.source.side.language}-{step.trained.target.side.language}": (
                step.trained.source.side.name, step.trained.pairs,
            )
            for step in steps
        }  # fmt: skip

    assert chosen() == {"en-de": ("full", 50), "en-ru": ("short", 30)}
    assert chosen(en_de="short") == {"en-de": ("short", 30), "en-ru": ("short", 30)}
    assert chosen(de_en="more-train") == {"en-de": ("more-train", 50), "en-ru": ("short", 30)}
    with pytest.raises(DataError, match="no set 'full' with both en and ru"):
        chosen(en_ru="full")


def test_parallel_treebanks_serve_where_there_is_nothing_longer(tmp_path: Path, location: Path) -> None:
    """Half of the German sentences stand elsewhere; the German words are the English ones, so nothing else is found."""
    for name, code, order in (("English", "en", range(60)), ("German", "de", [*range(30, 60), *range(30)])):
        rows = ("\t".join(["1", spelled(n, "thecasldpi"), "_", "X", *"______"]) for n in order)
        text = "".join(f"# sent_id = n{n}\n{row}\n\n" for n, row in zip(order, rows, strict=True))
        folder = tmp_path / "ud" / f"UD_{name}-PUD"
        folder.mkdir(parents=True)
        (folder / f"{code}_pud-ud-test.conllu").write_text(text)
    found = rows_of(setting(tmp_path, location), Store(tmp_path / "steps"))
    exact = [row for row in found if row.condition == "no shift, l2" and row.layer == 0 and row.role != "floor"]
    assert [(row.source_corpus, row.target_corpus) for row in exact] == [
        ("UD_English-PUD", "UD_German-PUD"), ("UD_German-PUD", "UD_English-PUD"),
    ]  # fmt: skip
    assert {row.value for row in exact} == {100.0}
    assert {row.n for row in exact} == {60}


def test_lines_that_do_not_go_together_are_said_before_anything_runs(
    tmp_path: Path, location: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lines = [f"{number} " + "x" * (7 * number % 97) for number in range(300)]
    write_side(tmp_path, "news.en", lines)
    write_side(tmp_path, "news.de", lines[:100] + lines[200:] + lines[100:200])
    EXPERIMENT.lay_out(setting(tmp_path, location))
    EXPERIMENT.lay_out(setting(tmp_path, location))
    assert [record.getMessage() for record in caplog.records] == [
        "news, en and de: of the pairs, numbers 101–300 do not look like translations of each other, and what is found "
        "there says little; `crossglot data check` compares all languages"
    ]


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
        EXPERIMENT.lay_out(setting(tmp_path, location))


def test_a_faulty_set_is_named_with_those_that_may_be_chosen_instead(tmp_path: Path, location: Path) -> None:
    for number, name in enumerate(("good", "short")):
        write_side(tmp_path, f"{name}.en", [spelled(n, "abcdefghij") for n in range(40)])
        write_side(tmp_path, f"{name}.de", [spelled(n, "klmnopqrst") for n in range(40 - number)])
    with pytest.raises(DataError, match=r"40 lines, but short\.de has 39 \(a side of the set short\)") as raised:
        EXPERIMENT.lay_out(setting(tmp_path, location))
    assert "Or choose another set (corpora en-de=NAME): good." in str(raised.value)
    chosen = Corpora(tmp_path, {("translation", "en-de"): "good"})
    assert EXPERIMENT.lay_out(setting(tmp_path, location, corpora=chosen)).steps


def test_one_treebank_for_two_languages_is_told_to_be_two(tmp_path: Path) -> None:
    corpora = Corpora(tmp_path, {("pos", "en-de"): "UD_German-PUD"})
    with pytest.raises(UsageError, match=r"corpora en-de=UD_German-PUD: en-de is no language; .* joined by \+"):
        corpora.check_chosen()


def test_a_bitext_of_few_different_lines_is_a_gap_that_says_so(tmp_path: Path, location: Path) -> None:
    write_side(tmp_path, "same.en", ["one", "one", ""])
    write_side(tmp_path, "same.de", ["eins", "zwei", "drei"])
    study = setting(tmp_path, location)
    assert EXPERIMENT.lay_out(study).steps == ()
    rows = EXPERIMENT.lay_out(study).rows(Evidence((), lambda _: None, lambda _: ""))
    reasons = {(row.source, row.target): row.missing for row in rows}
    assert reasons["de", "en"] == "same has fewer than 30 pairs of lines that can be told apart"


def test_pairs_are_the_papers_or_those_of_the_languages_named() -> None:
    assert language_pairs((), ()) == [("en", "de"), ("en", "ru"), ("hi", "ur")]
    assert language_pairs(("en", "de"), ("de", "en", "ja")) == [("en", "de"), ("en", "ja"), ("de", "ja")]
    assert language_pairs(("ru",), ()) == [("en", "ru")]
    assert language_pairs((), ("ja",)) == []


def test_nothing_is_planned_that_separate_position_ids_would_refuse(tmp_path: Path) -> None:
    location = write_encoder(tmp_path / "toy")
    write_side(tmp_path, "news.en", [spelled(n, "abcdefghij") for n in range(40)])
    write_side(tmp_path, "news.de", [spelled(n, "klmnopqrst") for n in range(40)])
    study = setting(tmp_path, location)
    without_german = replace(study.candidates[0], own_positions=("en", "ru"))
    layout = EXPERIMENT.lay_out(replace(study, candidates=(without_german,)))
    assert layout.steps == ()
    assert "toy has position ids for en, ru, none for de" in layout.missing
    rows = layout.rows(Evidence((), lambda _: None, lambda _: ""))
    assert {row.missing for row in rows if row.source == "en" and row.target == "de" and row.value is None} == {
        "toy has position ids for en, ru, none for de"
    }
    with_german = replace(study.candidates[0], own_positions=("en", "de"))
    assert len(EXPERIMENT.lay_out(replace(study, candidates=(with_german,))).steps) == 1
