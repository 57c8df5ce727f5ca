"""The store under any sequence of work, failure, damage and restarts."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from crossglot.engine.step import Advance, Inputs, Step
from crossglot.engine.store import Store

numbers = st.integers(0, 2)


class Square(Step):
    """Squares a number in two files."""

    number: int

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:  # noqa: ARG002
        (folder / "square").write_text(str(self.number**2))
        (folder / "deep").mkdir()
        (folder / "deep" / "root").write_text(str(self.number))


class BrokenOffError(Exception):
    """Something that went wrong in the middle."""


class StoreMachine(RuleBasedStateMachine):
    """What a finished state promises: whole and right files, whatever happened before."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="crossglot-store-"))
        self.store = Store(self.folder)

    @rule(number=numbers)
    def work(self, number: int) -> None:
        step = Square(number=number)
        self.store.put(step, lambda folder: step.run(folder, self.store.result, lambda _: None))
        assert self.store.state(step) == "finished"

    @rule(number=numbers)
    def fail_in_the_middle(self, number: int) -> None:
        step = Square(number=number)
        before = self.store.state(step)

        def do(folder: Path) -> None:
            (folder / "square").write_text("wrong")
            raise BrokenOffError

        try:
            self.store.put(step, do)
        except BrokenOffError:
            assert before != "finished"
            assert self.store.state(step) == before

    @rule(number=numbers)
    def die_in_the_middle(self, number: int) -> None:
        name = Square(number=number).id
        for half in (self.folder / f".half-{name}", self.folder / f".crossglot-0000000{number}.half" / name):
            half.mkdir(exist_ok=True, parents=True)
            (half.parent / "lock" if half.name == name else self.folder / f".lock-{name}").touch()
            (half / "square").write_text("wrong")

    @rule(
        number=numbers,
        name=st.sampled_from(["square", "deep/root", "step.json"]),
        text=st.sampled_from(["", "7", None]),
    )
    def damage_and_restart(self, number: int, name: str, text: str | None) -> None:
        path = self.folder / Square(number=number).id / name
        if path.exists():
            path.unlink() if text is None else path.write_text(text)
        self.store = Store(self.folder)

    @rule()
    def restart(self) -> None:
        self.store = Store(self.folder)
        self.store.sweep()
        assert not list(self.folder.glob(".*"))

    @invariant()
    def finished_results_are_right(self) -> None:
        for number in range(3):
            step = Square(number=number)
            if self.store.state(step) == "finished":
                folder = self.store.result(step)
                assert (folder / "square").read_text() == str(number**2)
                assert (folder / "deep" / "root").read_text() == str(number)

    def teardown(self) -> None:
        shutil.rmtree(self.folder)


TestStoreStates = StoreMachine.TestCase
TestStoreStates.settings = settings(max_examples=20, stateful_step_count=15, deadline=None)
