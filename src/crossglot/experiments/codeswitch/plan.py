"""Table 6: taggers trained on two languages apart or on text that mixes them, evaluated on that text in two scripts.

Words of code-switched text are in their languages' own scripts (`corrected`) or as they were written
(`transliterated`); sources and targets are named with that form (`hi/en:corrected`). Cells are scored over all words,
and over the words of each language id. A study may name targets in a third form, `back-transliterated`: what a program
that knows text of each language apart makes of the transliterated ones, and so how much of what is lost comes back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from crossglot.corpora.catalogue import parallel_treebanks
from crossglot.corpora.codemix import BACK_TRANSLITERATED, FORMS, SYNTHETIC
from crossglot.experiments.cells import cited_rows
from crossglot.experiments.experiment import Evidence, Layout
from crossglot.experiments.setting import Setting
from crossglot.experiments.tables import TransferTable
from crossglot.paper.published import BALL, BHAT
from crossglot.results.rows import ResultRow

PAIR = ("hi", "en")
APART, MIXED = "+".join(PAIR), "/".join(PAIR)


def _table(forms: Sequence[str], restored: Sequence[str] = ()) -> TransferTable:
    keys = tuple(f"{MIXED}:{form}" for form in forms)
    return TransferTable(
        "table6", "POS accuracy on code-switched Hindi and English, M-BERT", "pos", "m-bert", ((*keys, *restored),),
        sources=(APART, *keys), cited=(BALL, BHAT),
    )  # fmt: skip


WITH_SYNTHETIC_FORMS = (*FORMS, *(SYNTHETIC + form for form in FORMS))
REAL, WITH_SYNTHETIC = _table(FORMS), _table(WITH_SYNTHETIC_FORMS)
KEY, TITLE = REAL.key, REAL.title

_EVERY_FORM = (*FORMS, BACK_TRANSLITERATED)
FORM_OF: Mapping[str, str] = MappingProxyType(
    {f"{MIXED}:{form}": form for form in _EVERY_FORM}
    | {f"{MIXED}:{SYNTHETIC}{form}": f"synthetic, {form}" for form in _EVERY_FORM}
)
"""Key of the text → its form in words, which is the `condition` of its rows."""


def lay_out(setting: Setting) -> Layout:
    """The table, with synthetic text beside the real if there are treebanks to make it of.

    Text taken back to its languages' scripts is a target where the study names it. Its rows are those of cited systems,
    then cells and their parts; their condition is the form of the text.
    """
    named = setting.corpora.chosen.get(("pos", MIXED))
    synthetic = parallel_treebanks(setting.corpora.root, PAIR, named) is not None
    restored = [key for key in FORM_OF if key.endswith(BACK_TRANSLITERATED) and key in setting.targets]
    table = _table(WITH_SYNTHETIC_FORMS if synthetic else FORMS, restored)

    def rows(evidence: Evidence) -> list[ResultRow]:
        every = (*cited_rows(table, setting), *evidence.cells)
        return [row.model_copy(update={"condition": FORM_OF.get(row.target or "")}) for row in every]

    return Layout(rows, table)
