"""Table 6: taggers trained on two languages apart or on text that mixes them, evaluated on that text in two scripts.

Words of code-switched text are in their languages' own scripts (`corrected`) or as they were written
(`transliterated`); what is trained on and evaluated is named with that form (`hi/en:corrected`). Beside the cells over
all words stand those over the words of one language id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crossglot.corpora.catalogue import parallel_treebanks
from crossglot.corpora.codemix import FORMS, SYNTHETIC
from crossglot.engine.step import Step
from crossglot.paper.published import BALL, BHAT
from crossglot.probes.probe import Evidence
from crossglot.probes.results import MISSING, ResultRow
from crossglot.probes.setting import Setting
from crossglot.probes.tables import TransferTable
from crossglot.probes.tabulate import cited_rows

PAIR = ("hi", "en")
APART, MIXED = "+".join(PAIR), "/".join(PAIR)


def _table(forms: Sequence[str]) -> TransferTable:
    keys = tuple(f"{MIXED}:{form}" for form in forms)
    return TransferTable(
        "table6", "POS accuracy on code-switched Hindi and English, M-BERT", "pos", "m-bert", (keys,),
        sources=(APART, *keys), cited=(BALL, BHAT),
    )  # fmt: skip


REAL = _table(FORMS)
WITH_SYNTHETIC = _table((*FORMS, *(SYNTHETIC + form for form in FORMS)))


@dataclass(frozen=True)
class CodeSwitchProbe:
    """How well taggers do on code-switched text; see `Probe`."""

    key: str = REAL.key
    title: str = REAL.title
    own: bool = True

    def table(self, setting: Setting) -> TransferTable:
        """See `Probe`: with synthetic text beside the real, where the data root has the treebanks to make it of."""
        named = setting.corpora.chosen.get(("pos", MIXED))
        return WITH_SYNTHETIC if parallel_treebanks(setting.corpora.root, PAIR, named) else REAL

    def steps(self, setting: Setting) -> Sequence[Step]:  # noqa: ARG002
        """See `Probe`."""
        return ()

    def rows(self, setting: Setting, evidence: Evidence) -> list[ResultRow]:
        """Cited systems, then cells and their parts, the form of the text as their condition."""
        return [_with_form(row) for row in (*cited_rows(self.table(setting), setting), *evidence.cells)]


def _with_form(row: ResultRow) -> ResultRow:
    """Says in `condition` in which form the target's words are; a cell without a value says there why."""
    if (row.condition or "").startswith(MISSING):
        return row
    form = (row.target or "").partition(":")[2].replace(SYNTHETIC, "synthetic, ")
    part = f", {row.condition}" if row.condition else ""
    return row.model_copy(update={"condition": form + part})
