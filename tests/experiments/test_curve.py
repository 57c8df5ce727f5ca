"""The learning curve's plan and statistics, on cells whose answers are known."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from crossglot.experiments.cells import SENTENCES, STEPS, until_end
from crossglot.experiments.curve.amounts import curves_of
from crossglot.experiments.curve.claims import (
    CLAIMS,
    FALL,
    OVER_EN_BERT,
    OVER_HALF,
    OVER_PROBE,
    RISE,
    SAME_ORDER,
    SOURCE_GAINS_MORE,
)
from crossglot.experiments.curve.drawing import curves
from crossglot.experiments.curve.plan import SIZES, TARGETS, lay_out, sizes_up_to
from crossglot.experiments.matrix import table_rows
from crossglot.results.claims import RowStatistic, in_sentences
from crossglot.results.rows import MEAN, ZERO_SHOT_MEAN, ResultRow, Role
from made_up_cells import candidate, evidence, setting, statistic
from toy_world import write_root

ZERO_SHOT = TARGETS[1:]
ENDS = [in_sentences(size) for size in (50, 200, 2000)]


def cell(
    system: str, target: str | None, condition: str, value: float, metric: str = "accuracy", **fields: object
) -> ResultRow:
    role: Role = "floor" if system.endswith("probe") else {"bert": "en-bert"}.get(system, "m-bert")  # type: ignore[assignment]
    described = {
        "experiment": "curve", "system": system, "role": role, "task": "pos", "source": "en", "target": target,
        "condition": condition, "metric": metric, "value": value, "aggregate": MEAN, "n": 100,
    }  # fmt: skip
    return ResultRow.model_validate(described | fields)


def ended(
    system: str, own: tuple[float, float, float], others: Mapping[str, tuple[float, float, float]]
) -> list[ResultRow]:
    """Cells with 50, 200 and 2,000 sentences, and how many those are."""
    found = []
    for place, (condition, size) in enumerate(zip(ENDS, (50, 200, 2000), strict=True)):
        found.append(cell(system, None, condition, size, SENTENCES))
        found.append(cell(system, "en", condition, own[place]))
        found += [cell(system, target, condition, values[place]) for target, values in others.items()]
        found += [cell(system, "en", condition, own[place], aggregate=None, seed=seed) for seed in (1, 2, 3)]
    return found


def on_the_way(
    system: str, steps: tuple[int, ...], others: Mapping[str, tuple[float, ...]], gains: tuple[float, ...]
) -> list[ResultRow]:
    """Cells at points of the longest training, whose end has its cells already, and the source's gains from there."""
    found = [cell(system, None, ENDS[2], steps[-1], STEPS)]
    for place, step in enumerate(steps[:-1]):
        condition = f"{ENDS[2]}, point {place + 1} of {len(steps)}"
        found += [cell(system, None, condition, 2000, SENTENCES), cell(system, None, condition, step, STEPS)]
        found.append(cell(system, "en", condition, 95 - gains[place]))
        bounds = {"ci_low": gains[place] - 0.5, "ci_high": gains[place] + 0.5, "interval": "95 % bootstrap"}
        found.append(cell(system, "en", condition, gains[place], until_end("accuracy"), **bounds))
        found += [cell(system, target, condition, values[place]) for target, values in others.items()]
    return found


def rows_of(cells: list[ResultRow], tmp_path: Path) -> list[ResultRow]:
    root = write_root(tmp_path / "data")
    layout = lay_out(setting(root, candidate("mbert", "m-bert"), candidate("bert", "en-bert")))
    return layout.rows(evidence(cells, tmp_path))


LEVELS = {target: 50.0 + 4 * place for place, target in enumerate(ZERO_SHOT)}


def test_what_is_gained_early_is_held_against_half_of_the_whole_gain(tmp_path: Path) -> None:
    cells = ended("mbert", (80, 90, 95), {key: (low, low + 8, low + 10) for key, low in LEVELS.items()})
    found = rows_of(cells, tmp_path)
    assert statistic(found, "mbert", OVER_HALF).value == pytest.approx(8 - 5)
    assert statistic(found, "mbert", SOURCE_GAINS_MORE).value == pytest.approx(5 - 2)
    assert statistic(found, "mbert", SAME_ORDER).value == pytest.approx(1.0)
    means = [statistic(found, "mbert", ZERO_SHOT_MEAN, condition).value for condition in ENDS]
    low = sum(LEVELS.values()) / len(LEVELS)
    assert means == pytest.approx([low, low + 8, low + 10])


def test_systems_are_held_against_each_other_with_the_same_amount(tmp_path: Path) -> None:
    cells = ended("mbert", (80, 90, 95), {key: (low, low + 8, low + 10) for key, low in LEVELS.items()})
    cells += ended("bert", (80, 90, 95), {key: (low - 20, low - 20, low - 30) for key, low in LEVELS.items()})
    cells += ended("mbert linear probe", (60, 60, 60), {key: (low - 3, low, low + 11) for key, low in LEVELS.items()})
    found = rows_of(cells, tmp_path)
    for aggregate, few, many in ((OVER_EN_BERT, 20, 40), (OVER_PROBE, 3, -1)):
        assert statistic(found, "mbert", aggregate, ENDS[0]).value == pytest.approx(few)
        assert statistic(found, "mbert", aggregate, ENDS[2]).value == pytest.approx(many)
    assert not [row for row in found if row.system == "bert" and row.aggregate == OVER_EN_BERT]


def asked(tmp_path: Path, falls: float) -> list[ResultRow]:
    """Targets that are best at the second of three points and end lower by so much."""
    ends = {key: (low, low, low + 10 - falls) for key, low in LEVELS.items()}
    way = {key: (low + 2, low + 10) for key, low in LEVELS.items()}
    cells = ended("mbert", (80, 90, 95), ends) + on_the_way("mbert", (3, 40, 189), way, (9.0, 2.5))
    return rows_of(cells, tmp_path)


def test_a_fall_is_from_the_peak_and_the_source_gains_since_then(tmp_path: Path) -> None:
    found = asked(tmp_path, 3.0)
    assert statistic(found, "mbert", FALL).value == pytest.approx(3.0)
    rise = statistic(found, "mbert", RISE)
    assert (rise.value, rise.ci_low, rise.ci_high) == (2.5, 2.0, 3.0)


def test_where_the_end_is_highest_there_is_no_fall_and_no_rise_to_tell_of(tmp_path: Path) -> None:
    found = asked(tmp_path, -1.0)
    assert statistic(found, "mbert", FALL).value == 0.0
    assert statistic(found, "mbert", RISE).missing == "zero-shot accuracy is highest at the end of the training"


def test_a_target_that_peaks_alone_makes_no_fall_of_its_own(tmp_path: Path) -> None:
    """The highest of its own points is high by chance: its peak is where the others are best."""
    ends = {key: (low, low, low + 10) for key, low in LEVELS.items()}
    way = {key: (low, low + 5) for key, low in LEVELS.items()} | {"ja": (LEVELS["ja"] + 30, LEVELS["ja"])}
    cells = ended("mbert", (80, 90, 95), ends) + on_the_way("mbert", (3, 40, 189), way, (9.0, 2.5))
    assert statistic(rows_of(cells, tmp_path), "mbert", FALL).value == 0.0


def test_every_claim_rests_on_a_row_of_the_plan(tmp_path: Path) -> None:
    ends = {key: (low, low, low + 7) for key, low in LEVELS.items()}
    way = {key: (low + 2, low + 10) for key, low in LEVELS.items()}
    cells = ended("mbert", (80, 90, 95), ends) + on_the_way("mbert", (3, 40, 189), way, (9.0, 2.5))
    cells += [*ended("bert", (80, 90, 95), ends), *ended("mbert linear probe", (60, 60, 60), ends)]
    made = {(row.aggregate, row.condition) for row in rows_of(cells, tmp_path) if row.system == "mbert"}
    for claim in CLAIMS:
        assert isinstance(claim.statistic, RowStatistic)
        assert (claim.statistic.aggregate, claim.statistic.condition) in made, claim.id


def test_a_study_ends_the_curve_where_it_allows_no_more() -> None:
    assert sizes_up_to(None) == SIZES
    assert sizes_up_to(200) == (50, 100, 200)
    assert sizes_up_to(300) == (50, 100, 200, 300)
    assert sizes_up_to(5000) == (*SIZES, 5000)
    assert sizes_up_to(7) == (7,)


def test_the_source_is_evaluated_whatever_targets_are_chosen(tmp_path: Path) -> None:
    table = lay_out(setting(tmp_path, candidate("mbert", "m-bert"))).table
    assert table is not None
    assert table.cells() == [("en", target) for target in TARGETS]
    assert table.cells(targets=["de", "ja"]) == [("en", "en"), ("en", "de"), ("en", "ja")]
    assert table.cells(["hi+ur"], ["de"]) == [("hi+ur", "hi"), ("hi+ur", "ur"), ("hi+ur", "de")]


def test_a_source_with_fewer_sentences_ends_with_all_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crossglot.experiments.curve.plan.SIZES", (1, 2, 20))
    given = setting(write_root(tmp_path / "data"), candidate("mbert", "m-bert"), sources=("en", "es"))
    table = lay_out(given).table
    assert table is not None
    lines = [row for row in table_rows(table, given) if row.system.name == "mbert" and row.checkpoint is None]
    assert [(row.source, row.condition) for row in lines] == [
        ("en", "1 sentence"), ("en", "2 sentences"), ("en", "4 sentences"),
        ("es", "1 sentence"), ("es", "2 sentences"),
    ]  # fmt: skip
    assert [row.optimiser_steps for row in lines] == [3, 3, 3, 3, 3]
    assert [row.steps[0].points for row in lines] == [(3,), (3,), (1, 2, 3), (3,), (1, 2, 3)]
    on_way = [row for row in table_rows(table, given) if row.checkpoint is not None]
    assert {(row.system.name, row.source, row.condition, row.optimiser_steps) for row in on_way} == {
        ("mbert", "en", "4 sentences, point 1 of 3", 1), ("mbert", "en", "4 sentences, point 2 of 3", 2),
        ("mbert", "es", "2 sentences, point 1 of 3", 1), ("mbert", "es", "2 sentences, point 2 of 3", 2),
    }  # fmt: skip


def test_amounts_come_from_rows_of_their_own_and_no_text_is_taken_apart() -> None:
    rows = [
        cell("mbert", None, "some", 200, SENTENCES), cell("mbert", None, "some", 21, STEPS),
        cell("mbert", None, "on its way", 200, SENTENCES), cell("mbert", None, "on its way", 3, STEPS),
        cell("mbert", None, "few", 50, SENTENCES), cell("mbert", None, "few", 6, STEPS),
    ]  # fmt: skip
    (curve,) = curves_of(rows).values()
    assert [(each.condition, each.sentences) for each in curve.sizes] == [("few", 50), ("some", 200)]
    assert [(each.condition, each.steps) for each in curve.points] == [("on its way", 3), ("some", 21)]


def test_lines_of_the_table_go_through_the_cells(tmp_path: Path) -> None:
    drawn = curves(asked(tmp_path, 3.0))
    assert drawn.columns == ("system", "from", "to", "50", "200", "2,000")
    lines = {line[2]: line[3:] for line in drawn.lines}
    assert lines["en"] == (80, 90, 95)
    assert lines["de"] == (LEVELS["de"], LEVELS["de"], LEVELS["de"] + 7)
    (steps,) = drawn.more
    assert steps.columns == ("system", "from", "to", "3", "40", "189")
    assert {line[2]: line[3:] for line in steps.lines}["de"] == (LEVELS["de"] + 2, LEVELS["de"] + 10, LEVELS["de"] + 7)
    assert drawn.chart is not None
