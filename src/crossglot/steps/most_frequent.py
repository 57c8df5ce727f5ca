"""A row of the floor without a network: each word gets the tag it had most often in the source."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from crossglot.engine.step import Advance, Inputs
from crossglot.steps.rows import Row, write_row
from crossglot.tagging.floors import MostFrequentTag

SYSTEM = "most frequent tag"


class CountAndPredict(Row):
    """Counts the tags of each word in the source and predicts every target; there is no seed."""

    VERSION: ClassVar[str] = "2"  # 1 kept no language ids of code-switched words

    def run(self, folder: Path, inputs: Inputs, advance: Advance) -> None:  # noqa: ARG002
        """Writes predictions.parquet and row.json."""
        floor = MostFrequentTag.fit(self.training_sentences())
        predicted = {split.language: floor.predict(split.read()) for split in self.targets}
        write_row(
            folder, self, predicted, {"system": SYSTEM, "words_known": len(floor.tag_of), "fallback": floor.fallback}
        )

    @property
    def system(self) -> str:
        """Name of the system whose row this is."""
        return SYSTEM

    @property
    def title(self) -> str:
        """What the progress shows."""
        return f"{SYSTEM}, {self.task}: {self.source} → {self.targets_in_words}"
