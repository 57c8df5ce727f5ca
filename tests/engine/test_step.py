from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict
from toy_steps import Add

from crossglot.engine.plan import Plan
from crossglot.engine.step import Advance, Inputs, Step

numbers = st.integers(-5, 5)


@given(numbers, numbers, numbers, numbers)
def test_ids_are_equal_exactly_if_the_arguments_are(a: int, b: int, c: int, d: int) -> None:
    one, other = Add(left=a, right=b, log=Path("x")), Add(left=c, right=d, log=Path("x"))
    assert (one.id == other.id) == ((a, b) == (c, d))


def test_what_cannot_change_the_result_is_no_part_of_the_id() -> None:
    assert Add(left=1, right=2, log=Path("x")).id == Add(left=1, right=2, log=Path("y"), pause=3.0).id


def test_an_argument_added_later_leaves_old_ids_alone_at_its_default() -> None:
    class Older(Step):
        left: int

    class Newer(Step):
        SKIP_DEFAULT_ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"added"})
        left: int
        added: tuple[int, ...] = ()

    Newer.__name__ = "Older"
    assert Newer(left=1).id == Older(left=1).id != Newer(left=1, added=(1,)).id


def test_a_new_version_is_a_new_id() -> None:
    class Versioned(Step):
        number: int = 1

    before = Versioned().id
    Versioned.VERSION = "2"
    assert Versioned().id != before


def test_knobs_of_nested_models_count_too() -> None:
    class Data(BaseModel):
        SKIP_ID_ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"path"})
        path: Path
        checksum: str

    class Train(Step):
        data: tuple[Data, ...]

    def trained(path: str, checksum: str) -> str:
        return Train(data=(Data(path=Path(path), checksum=checksum),)).id

    assert trained("/a", "1") == trained("/b", "1") != trained("/a", "2")


def test_a_path_that_is_not_left_out_is_a_mistake() -> None:
    class Careless(Step):
        path: Path

    with pytest.raises(TypeError, match="SKIP_ID_ARGUMENTS"):
        _ = Careless(path=Path("x")).id


def test_dependencies_are_found_wherever_a_step_is_an_argument() -> None:
    class Gather(Step):
        parts: dict[str, tuple[Add, ...]]

        def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None: ...

    one, two = (Add(left=n, right=n, log=Path("x")) for n in (1, 2))
    assert Gather(parts={"a": (one,), "b": (two, one)}).dependencies == (one, two)


def test_ids_are_those_of_stores_that_are_there() -> None:
    class Data(BaseModel):
        model_config = ConfigDict(frozen=True)
        name: str
        at_most: int | None = None

    class Stored(Step):
        data: tuple[Data, ...]
        shares: dict[str, float]
        words: frozenset[str]
        kept: bool = False

    step = Stored(data=(Data(name="größe"), Data(name='a"b')), shares={"b": 0.1, "a": 1e-5}, words=frozenset("ba"))
    arguments = {
        "data": [{"name": "größe", "at_most": None}, {"name": 'a"b', "at_most": None}],
        "shares": {"b": 0.1, "a": 1e-5}, "words": ["a", "b"], "kept": False,
    }  # fmt: skip
    text = json.dumps(["Stored", "1", arguments], sort_keys=True, ensure_ascii=False)
    assert step.id == f"Stored-{hashlib.sha256(text.encode()).hexdigest()[:20]}"


def test_a_copy_with_another_argument_is_another_step() -> None:
    step = Add(left=Add(left=1, right=1, log=Path("x")), right=2, log=Path("x"))
    before = step.id, step.dependencies
    copied = step.model_copy(update={"left": 5})
    assert copied.id != before[0]
    assert (before[1], copied.dependencies) == ((step.left,), ())


def test_a_plan_looks_at_each_step_once_however_many_ways_lead_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []
    hash_anew = Step.digest

    def counted(step: Step, without: frozenset[str] = frozenset()) -> str:
        looked.append(step)
        return hash_anew(step, without)

    monkeypatch.setattr(Step, "digest", counted)
    step = Add(left=0, right=0, log=Path("x"))
    for _ in range(60):  # 2^60 ways
        step = Add.model_construct(left=step, right=step, log=Path("x"))
    plan = Plan.of([step, step])
    assert len(plan) == len(looked) == 61
    assert plan.steps[0].dependencies == () and plan.steps[-1] is step
