"""crossglot: how multilingual is a language model?

The experiments of Pires, Schlinger and Garrette, "How multilingual is Multilingual BERT?" (ACL 2019), for any
pretrained encoder. Names below are loaded when first used, so that `import crossglot` is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crossglot.corpora.sentences import Bitext, Sentence, TaggedSentence
    from crossglot.errors import CrossglotError

__version__ = "0.1.0"

_HOMES = {
    "Bitext": "crossglot.corpora.sentences",
    "CrossglotError": "crossglot.errors",
    "Sentence": "crossglot.corpora.sentences",
    "TaggedSentence": "crossglot.corpora.sentences",
}

__all__ = ["Bitext", "CrossglotError", "Sentence", "TaggedSentence"]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'crossglot' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
