"""What the taggers of one source got wrong on each target, beside what they saw in training."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SerializeAsAny

from crossglot.corpora.sampling import sample
from crossglot.engine.step import Advance, Inputs, Step
from crossglot.steps.arguments import MOST_TARGETS, CorpusSplit, EncoderReference
from crossglot.steps.rows import MatrixRow, forms_of, read_predictions, tags_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from crossglot.encoders.pieces import Pieces
    from crossglot.tagging.cell_errors import CellErrors
    from crossglot.tagging.metrics import Tags

ERRORS = "errors.json"


class AnalyseErrors(Step):
    """Counts the errors of the rows of one system and source, all seeds together; loads no weights.

    Attributes:
        rows: all seeds of one tagger, each possibly in several rows with different targets.
        targets: which of the rows' targets are looked at.
        types: for `ner`, the entity types that are scored for each target.
        encoder: whose tokenizer tells which pieces were seen in training; None of taggers without one.
    """

    rows: tuple[SerializeAsAny[MatrixRow], ...]
    targets: tuple[CorpusSplit, ...]
    types: Mapping[str, tuple[str, ...]] = {}
    encoder: EncoderReference | None = None

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:
        """Writes errors.json: a `tagging.cell_errors.CellErrors` for each target."""
        from crossglot.tagging.cell_errors import write_cells
        from crossglot.tagging.error_analysis import analyse_errors
        from crossglot.tagging.error_groups import Evaluated, seen_in

        found = self._predicted(inputs)
        first, cells = self.rows[0], []
        seen = seen_in(first.training_sentences(), first.task)
        for done, (split, (words, gold, predictions)) in enumerate(found.items(), start=1):
            cell = Evaluated(words, gold, predictions, seen, self._pieces_seen(split))
            types = self.types.get(split.language, ())
            cells.append(analyse_errors(cell, first.task, target=split.language, corpus=split.corpus, types=types))
            advance(done / len(found))
        write_cells(folder / ERRORS, cells)

    def _predicted(self, inputs: Inputs) -> dict[CorpusSplit, tuple[Tags, Tags, list[Tags]]]:
        """For each target its words and gold tags, and what was predicted with each seed."""
        found: dict[CorpusSplit, tuple[Tags, Tags, list[Tags]]] = {}
        wanted = {split.content: split for split in self.targets}
        for row in self.rows:
            predictions = read_predictions(inputs(row))
            for target in row.targets:
                if (split := wanted.get(target.content)) is not None:
                    gold, predicted = tags_of(predictions, target.language)
                    words = found[split][0] if split in found else forms_of(predictions, target.language)
                    found.setdefault(split, (words, gold, []))[2].append(predicted)
        return found

    def _pieces_seen(self, split: CorpusSplit) -> NDArray[np.int8] | None:
        """How many pieces of each word the training sentences have."""
        if self.encoder is None:
            return None
        from crossglot.tagging.error_groups import pieces_seen

        trained = [_pieces(source, self.encoder, self.rows[0].max_train) for source in self.rows[0].sources]
        return pieces_seen(_pieces(split, self.encoder, None), trained, self.encoder.load_tokenizer())

    @property
    def title(self) -> str:
        """What the progress shows."""
        first = self.rows[0]
        return f"errors of {first.system}, {first.task}: {first.source_in_words}"


@lru_cache(maxsize=MOST_TARGETS)
def _pieces(split: CorpusSplit, encoder: EncoderReference, at_most: int | None) -> Pieces:
    """The pieces of a split's words, once per process: every source is evaluated on the same targets."""
    from crossglot.encoders.pieces import piece_words

    sentences = sample(split.read(), at_most)
    return piece_words(encoder.load_tokenizer(), [sentence.words for sentence in sentences])


def read_cell_errors(folder: Path) -> tuple[CellErrors, ...]:
    """What `AnalyseErrors` wrote."""
    from crossglot.tagging.cell_errors import read_cells

    return read_cells(folder / ERRORS)
