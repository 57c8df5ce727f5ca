"""crossglot: how multilingual is a language model?

The experiments of Pires, Schlinger and Garrette, "How multilingual is Multilingual BERT?" (ACL 2019), for any
pretrained encoder. Names below are loaded when first used, so that `import crossglot` is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crossglot.alignment.vectors import embed
    from crossglot.comparison.comparing import compare
    from crossglot.corpora.bitext import read_bitext
    from crossglot.corpora.catalogue import load_corpus
    from crossglot.corpora.columns import read_columns
    from crossglot.corpora.conllu import read_conllu
    from crossglot.corpora.plain import read_plain
    from crossglot.corpora.sentences import Bitext, Sentence, TaggedSentence
    from crossglot.encoders.encoder import Encoder
    from crossglot.encoders.loading import load_encoder, load_tokenizer
    from crossglot.engine.on_ray import Ray
    from crossglot.errors import CrossglotError
    from crossglot.experiments.overlap.shared_pieces import shared_pieces
    from crossglot.languages import LANGUAGES, language
    from crossglot.pretraining.pretrain import pretrain
    from crossglot.report.writing import write_report
    from crossglot.runs import Run, analyse, read_run, reproduce, run_study, transfer_matrix
    from crossglot.studies.study import Study, load_study
    from crossglot.tagging.finetuning import finetune
    from crossglot.tagging.linear_probe import linear_probe
    from crossglot.tagging.loading import load_tagger
    from crossglot.tagging.overlap import entity_overlap
    from crossglot.tagging.recipe import Recipe
    from crossglot.tagging.tagger import Tagger

__version__ = "0.1.0"

_HOMES = {
    "analyse": "crossglot.runs",
    "Bitext": "crossglot.corpora.sentences",
    "compare": "crossglot.comparison.comparing",
    "CrossglotError": "crossglot.errors",
    "Encoder": "crossglot.encoders.encoder",
    "embed": "crossglot.alignment.vectors",
    "entity_overlap": "crossglot.tagging.overlap",
    "finetune": "crossglot.tagging.finetuning",
    "language": "crossglot.languages",
    "LANGUAGES": "crossglot.languages",
    "linear_probe": "crossglot.tagging.linear_probe",
    "load_corpus": "crossglot.corpora.catalogue",
    "load_encoder": "crossglot.encoders.loading",
    "load_study": "crossglot.studies.study",
    "load_tagger": "crossglot.tagging.loading",
    "load_tokenizer": "crossglot.encoders.loading",
    "pretrain": "crossglot.pretraining.pretrain",
    "read_bitext": "crossglot.corpora.bitext",
    "read_columns": "crossglot.corpora.columns",
    "read_conllu": "crossglot.corpora.conllu",
    "read_plain": "crossglot.corpora.plain",
    "read_run": "crossglot.runs",
    "Ray": "crossglot.engine.on_ray",
    "Recipe": "crossglot.tagging.recipe",
    "reproduce": "crossglot.runs",
    "Run": "crossglot.runs",
    "run_study": "crossglot.runs",
    "Sentence": "crossglot.corpora.sentences",
    "shared_pieces": "crossglot.experiments.overlap.shared_pieces",
    "Study": "crossglot.studies.study",
    "TaggedSentence": "crossglot.corpora.sentences",
    "Tagger": "crossglot.tagging.tagger",
    "transfer_matrix": "crossglot.runs",
    "write_report": "crossglot.report.writing",
}

__all__ = [
    "LANGUAGES",
    "Bitext",
    "CrossglotError",
    "Encoder",
    "Ray",
    "Recipe",
    "Run",
    "Sentence",
    "Study",
    "TaggedSentence",
    "Tagger",
    "analyse",
    "compare",
    "embed",
    "entity_overlap",
    "finetune",
    "language",
    "linear_probe",
    "load_corpus",
    "load_encoder",
    "load_study",
    "load_tagger",
    "load_tokenizer",
    "pretrain",
    "read_bitext",
    "read_columns",
    "read_conllu",
    "read_plain",
    "read_run",
    "reproduce",
    "run_study",
    "shared_pieces",
    "transfer_matrix",
    "write_report",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'crossglot' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
