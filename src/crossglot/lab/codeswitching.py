"""Code-switched sentences: one language's grammar with phrases and clauses of another, as people write in chats.

The words of both are typed in the second language's script. `Norm` holds them in the script of their own language, and
`Lang` says which that is (`univ`: marks, figures and addresses, `ne`: names), as in the Hindi-English treebank of Bhat
et al. (2018).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crossglot.lab.inventory import NAMES, Inventory
from crossglot.lab.sentences import Said, treebank
from crossglot.lab.slots import PHRASES, SLOTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from crossglot.corpora.conllu import ConlluSentence

SWITCHED_PHRASES, SWITCHED_CLAUSES = 0.4, 0.5

_OUTSIDE = len(PHRASES)
_PHRASES = np.array([_OUTSIDE if not at.phrase or at.name == "case" else PHRASES.index(at.phrase) for at in SLOTS])
_CLAUSES = np.array([at.clause for at in SLOTS])
UNIVERSAL = ("mark", "figure", "address")


@dataclass(frozen=True)
class Speaker:
    """One of the two languages of a mixed text.

    Attributes:
        key: the language.
        native: its words in its own script, see `lexicon.written_forms`.
        typed: its words in the script of the mixed text.
    """

    key: str
    native: NDArray[np.object_]
    typed: NDArray[np.object_]


def draw_switches(said: Said, rng: np.random.Generator) -> NDArray[np.bool_]:
    """(words,) which are the other language's: whole noun phrases without adpositions, or all of a second clause."""
    phrases = rng.random((len(said.ends), 2, len(PHRASES) + 1)) < SWITCHED_PHRASES
    phrases[..., _OUTSIDE] = False
    phrases[:, 1] |= rng.random((len(said.ends), 1)) < SWITCHED_CLAUSES
    switched: NDArray[np.bool_] = phrases[said.sentences, _CLAUSES[said.slots], _PHRASES[said.slots]]
    return switched


def code_switched(
    said: Said, switches: NDArray[np.bool_], inventory: Inventory, speakers: tuple[Speaker, Speaker], name: str
) -> list[ConlluSentence]:
    """Sentences as they are typed, with the native form and the language of every word.

    Args:
        said: the sentences, in the order of the first speaker's language.
        switches: (words,) which words are the second's.
        inventory: the items.
        speakers: the two languages.
        name: what sentence ids begin with.
    """
    first, second = speakers
    native = np.where(switches, said.forms(second.native), said.forms(first.native))
    typed = np.where(switches, said.forms(second.typed), said.forms(first.typed))
    lemmas = np.where(switches, said.lemmas(second.typed), said.lemmas(first.typed))
    languages = np.where(switches, second.key, first.key).astype(object)
    for label, blocks in (("univ", UNIVERSAL), ("ne", NAMES)):
        languages[np.isin(said.items, [item for block in blocks for item in inventory.blocks[block]])] = label
    misc = [f"Norm={form}|Lang={language}" for form, language in zip(native, languages, strict=True)]
    return treebank(said, typed, lemmas, name, misc)
