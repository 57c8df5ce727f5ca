"""What all executors share: requirements are looked at once, and where a step runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

from crossglot.engine.executor import check, perform, requirements_of
from crossglot.engine.local import Local
from crossglot.engine.plan import Plan
from crossglot.engine.step import Advance, Inputs, Step
from crossglot.engine.store import Store
from crossglot.errors import UsageError


@dataclass(frozen=True)
class There:
    """A file has to be there."""

    path: Path

    def check(self) -> None:
        if not self.path.exists():
            raise UsageError(f"{self.path}: is not there")


class Look(Step):
    """Needs a file."""

    SKIP_ID_ARGUMENTS: ClassVar[frozenset[str]] = frozenset({"path"})

    number: int
    path: Path

    @property
    def requirements(self) -> tuple[There, ...]:
        return (There(self.path),)

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:  # noqa: ARG002
        (folder / "seen").write_text(self.path.read_text())


def test_equal_requirements_are_one(tmp_path: Path) -> None:
    steps = [Look(number=1, path=tmp_path), Look(number=2, path=tmp_path), Look(number=1, path=tmp_path / "a")]
    assert requirements_of(steps) == (There(tmp_path), There(tmp_path / "a"))
    with pytest.raises(UsageError, match="a: is not there"):
        check(requirements_of(steps))


def test_a_step_fails_where_what_it_requires_is_not(tmp_path: Path) -> None:
    step, store = Look(number=1, path=tmp_path / "a"), Store(tmp_path / "steps")
    assert "a: is not there" in str(Local().run(Plan.of([step]), store).failed[step.id])
    (tmp_path / "a").write_text("it")
    assert perform(step, store, lambda _: None) >= 0
    assert (store.result(step) / "seen").read_text() == "it"


@pytest.mark.parametrize("wrong", [{"jobs": 0}, {"threads": 0}])
def test_a_number_that_cannot_be_is_refused(wrong: dict[str, int]) -> None:
    (name,) = wrong
    with pytest.raises(UsageError, match=f"{name}: has to be a whole number"):
        Local(**wrong)
