"""The transfer tables: a matrix of taggers, its averages, and nothing else."""

from __future__ import annotations

from crossglot.corpora.catalogue import root_languages
from crossglot.experiments.cells import average_rows, cited_rows
from crossglot.experiments.experiment import Evidence, Layout
from crossglot.experiments.relations import kin_of
from crossglot.experiments.setting import Setting
from crossglot.experiments.tables import TransferTable
from crossglot.results.rows import ResultRow


def lay_out(table: TransferTable, setting: Setting) -> Layout:
    """Cited systems, cells and averages; table 6 alone divides code-switched text by language."""

    def rows(evidence: Evidence) -> list[ResultRow]:
        cells = [row for row in evidence.cells if row.part is None]
        averages = average_rows(cells, kin_of(root_languages(setting.corpora.root)))
        return [*cited_rows(table, setting), *cells, *averages]

    return Layout(rows, table)
