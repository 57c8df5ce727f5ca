"""Files of the user's own in place of a data root: each serves as one split of one language, known or not."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crossglot.corpora.sentences import TaggedSentence
from crossglot.corpora.tagged_files import TaggedFile
from crossglot.corpora.tasks import UPOS, TaggerTask
from crossglot.errors import DataError
from crossglot.experiments.setting import Absent, Corpora
from crossglot.remedies import way, ways
from crossglot.steps.arguments import CorpusSplit, Part, describe_file
from crossglot.steps.tested_on_training import sentence_marks
from crossglot.tagging.held_out import held_out
from crossglot.tagging.scorable import names_in_short

NOTHING = Path(os.devnull)
"""A data root that holds nothing, and that nobody can put anything into."""

ROLES = {"train": "train", "dev": "dev", "test": "eval"}
"""Split → the setting that names its file."""


@dataclass
class GivenCorpora(Corpora):
    """See `Corpora`; there is no data root.

    Attributes:
        files: (language, split) → file.
    """

    files: Mapping[tuple[str, str], TaggedFile] = field(default_factory=dict)

    def absent(self, language: str, task: TaggerTask, split: str) -> Absent | None:
        """See `Corpora`."""
        if (language, split) in self.files:
            return None
        return Absent(language, f"no {ROLES[split]} file of {language} ({task})")

    def to_choose_by(self, language: str, task: TaggerTask) -> tuple[CorpusSplit | Absent, CorpusSplit | Absent]:
        """See `Corpora`: without a dev file a tenth of the training file is held out for it."""
        train, dev = super().to_choose_by(language, task)
        if isinstance(dev, CorpusSplit) or isinstance(train, Absent):
            return train, dev
        kept, aside, _ = held_out(train.read(), task)
        return _part(train, "kept", kept), _part(train, "held out", aside)

    def _describe(self, language: str, task: TaggerTask, split: str) -> CorpusSplit | Absent:
        absent = self.absent(language, task, split)
        if absent is not None:
            return absent
        found = describe_file(
            self.files[language, split],
            language,
            task,
            split,
            lenient=self.lenient,
            at_most=self.max_test if split == "test" else None,
            together=[file for (key, _), file in self.files.items() if key == language],
        )
        strange = set(found.types) - set(UPOS) if (task, split) == ("pos", "train") else set()
        if strange:
            what = f"has tags that are none of UPOS ({names_in_short(strange)})"
            ways_out = ways("mend them", way("say that these are other labels", "task", "labels"))
            raise DataError(what, path=self.files[language, split].path, remedy=f"{ways_out}.".capitalize())
        sentence_marks(found)  # while its sentences are in memory, see `Corpora`
        return found


def _part(train: CorpusSplit, part: Part, sentences: Sequence[TaggedSentence]) -> CorpusSplit:
    sizes = {"sentences": len(sentences), "words": sum(map(len, sentences))}
    return train.model_copy(update={"part": part, **sizes})
