"""The transfer tables: a matrix of taggers, its averages, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crossglot.corpora.catalogue import root_languages
from crossglot.experiments.cells import average_rows, cited_rows
from crossglot.experiments.experiment import TableLayout
from crossglot.experiments.relations import kin_of
from crossglot.experiments.setting import Setting
from crossglot.experiments.tables import TransferTable
from crossglot.experiments.transfer.claims import CLAIMS
from crossglot.results.claims import Claim
from crossglot.results.rows import ResultRow


@dataclass(frozen=True)
class TransferExperiment:
    """How well taggers trained on one language do on others; see `Experiment`."""

    printed: TransferTable
    self_sufficient: bool = False
    claims: tuple[Claim, ...] = CLAIMS

    @property
    def key(self) -> str:
        """See `Experiment`."""
        return self.printed.key

    @property
    def title(self) -> str:
        """See `Experiment`."""
        return self.printed.title

    @property
    def own(self) -> bool:
        """See `Experiment`."""
        return bool(self.printed.blocks)

    def lay_out(self, setting: Setting) -> TableLayout:
        """Cited systems, cells and averages; table 6 alone divides code-switched text by language."""

        def rows(cells: Sequence[ResultRow]) -> list[ResultRow]:
            whole = [row for row in cells if row.part is None]
            averages = average_rows(whole, kin_of(root_languages(setting.corpora.root)))
            return [*cited_rows(self.printed, setting), *whole, *averages]

        return TableLayout(self.printed, rows)

    def draw(self, rows: Sequence[ResultRow]) -> None:
        """See `Experiment`: a matrix is drawn as one."""
