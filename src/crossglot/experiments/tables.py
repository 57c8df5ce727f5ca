"""The paper's transfer tables (1, 2, 3, 4, 7 and 8) as data, and matrices of one's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from crossglot.corpora.tasks import TaggerTask
from crossglot.paper.published import LAMPLE


@dataclass(frozen=True)
class TransferTable:
    """One of the paper's transfer tables, or a matrix of one's own.

    Attributes:
        key: name of the experiment.
        title: what the table shows.
        task: `pos` or `ner`; `labels` in a matrix of files.
        role: the encoder that fills it in the paper; None: every encoder.
        blocks: languages of each square matrix in it.
        sources: what is trained on, if that differs from what is evaluated; then only these, several of them joined,
            and the languages of `blocks` can be chosen.
        diagonal: whether it has only the diagonal.
        cited: systems whose published numbers stand beside it.
        sizes: numbers of training sentences of each source, rising, with a row of cells for each; a source that has
            fewer ends with all of its own. Empty: as many as the study allows.
        checkpoints: at so many points of an encoder's longest training its targets are predicted; 0: at its end alone.
    """

    key: str
    title: str
    task: TaggerTask
    role: Literal["m-bert", "en-bert"] | None
    blocks: tuple[tuple[str, ...], ...]
    sources: tuple[str, ...] = ()
    diagonal: bool = False
    cited: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()
    checkpoints: int = 0

    def cells(self, sources: Sequence[str] = (), targets: Sequence[str] = ()) -> list[tuple[str, str]]:
        """(source, target) of each cell, row by row; with languages given, those instead of the table's own.

        A source may join several languages with `+`.
        """
        own = [language for block in self.blocks for language in block]
        if self.sources:
            named = [source for source in self.sources if source in sources]
            joined = [source for source in sources if source not in named and self._joins(source)]
            rows = [*named, *joined] or self.sources
            columns = [target for target in own if target in targets] or own
            return [(source, target) for source in rows for target in columns]
        if self.diagonal:
            kept = [language for language in (sources or own) if not targets or language in targets]
            return [(language, language) for language in kept]
        if sources or targets:
            return [(source, target) for source in sources or own for target in targets or own]
        return [(source, target) for block in self.blocks for source in block for target in block]

    def _joins(self, source: str) -> bool:
        """Whether a source is several of the table's, joined: `hi+en` and `hi/en:corrected`, say."""
        parts = set(source.split("+"))
        of_table = (set(own.split("+")) for own in self.sources)
        return set[str]().union(*(own for own in of_table if own <= parts)) == parts


CONLL, EUROPEAN = ("en", "de", "nl", "es"), ("en", "de", "es", "it")
SCRIPTS = (("hi", "ur"), ("en", "bg", "ja"))

TABLES: Mapping[str, TransferTable] = {
    table.key: table
    for table in (
        TransferTable("table1", "NER F1 on the CoNLL languages, M-BERT", "ner", "m-bert", (CONLL,)),
        TransferTable("table2", "POS accuracy on four European languages, M-BERT", "pos", "m-bert", (EUROPEAN,)),
        TransferTable(
            "table3", "NER F1, trained and evaluated on one language, EN-BERT", "ner", "en-bert", (CONLL,),
            diagonal=True, cited=(LAMPLE,),
        ),
        TransferTable("table4", "POS accuracy across scripts, M-BERT", "pos", "m-bert", SCRIPTS),
        TransferTable("table7", "NER F1 on the CoNLL languages, EN-BERT", "ner", "en-bert", (CONLL,)),
        TransferTable("table8", "POS accuracy on four European languages, EN-BERT", "pos", "en-bert", (EUROPEAN,)),
        TransferTable("transfer-pos", "POS accuracy", "pos", None, ()),
        TransferTable("transfer-ner", "NER F1", "ner", None, ()),
        TransferTable("transfer-labels", "Label accuracy", "labels", None, ()),
    )
}  # fmt: skip

MATRICES = tuple(key for key, table in TABLES.items() if not table.blocks)
"""The matrices of one's own, one for each task: those that can be made of files."""
