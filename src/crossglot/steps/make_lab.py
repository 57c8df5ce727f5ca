"""Making a lab as a step: its result holds a data root of constructed languages."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from crossglot.engine.step import Advance, Inputs, Step, Work
from crossglot.lab.making import NAME, make_lab
from crossglot.lab.spec import LabSpec

if TYPE_CHECKING:
    from crossglot.engine.store import Store

ROOT = "data"


class MakeLab(Step):
    """Writes the data root of a spec; see `lab.making.make_lab`.

    Raise VERSION when the generator comes to write other sentences for the same spec.
    """

    # In 1 the first language had anchors of its own, too, where none were shared; in 2 entity sets had the names of the
    # plain text, whose types their places hardly told.
    VERSION: ClassVar[str] = "3"

    spec: LabSpec

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:  # noqa: ARG002
        """Writes the root."""
        make_lab(self.spec, folder / ROOT, progress=lambda done, total, _: advance(done / total))

    @property
    def title(self) -> str:
        """What the progress shows."""
        return f"lab of {len(self.spec.languages)} languages, seed {self.spec.seed}"

    @property
    def work(self) -> Work:
        """Sentences to be written, about."""
        sizes = self.spec.sizes
        each = 2 * (sizes.train + sizes.dev + sizes.test) + sizes.mono + 2 * sizes.parallel
        return Work(float(len(self.spec.languages) * each), "making a lab")


def lab_root(step: MakeLab, store: Store) -> Path:
    """The finished step's data root.

    Raises:
        StorageError: if the step is not finished.
    """
    return store.result(step) / ROOT


def lab_texts(root: Path, languages: Iterable[str]) -> dict[str, Path]:
    """A lab's plain text of these languages, to be pretrained on."""
    return {language: root / "mono" / f"{NAME}.{language}.txt" for language in languages}


def lab_bitext(root: Path, source: str, target: str) -> tuple[Path, Path]:
    """A lab's line-aligned text of two languages, to be pretrained on."""
    return root / "parallel" / f"{NAME}-train.{source}", root / "parallel" / f"{NAME}-train.{target}"


def unseen_bitext(root: Path, source: str, target: str) -> tuple[Path, Path]:
    """The other one, that nothing is trained on: what alignment is evaluated on."""
    return root / "parallel" / f"{NAME}.{source}", root / "parallel" / f"{NAME}.{target}"
