"""Code-switched sentences: one language's grammar with phrases and clauses of another, as written in chats.

The words of both are written in the second language's script; `Norm` holds them in the script of their own language, and `Lang` says
which that is (`univ`: marks and figures, `ne`: names), as in the Hindi-English treebank of Bhat et al. (2018).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crossglot.corpora.conllu import ConlluSentence
from crossglot.lab.inventory import NAMES, Inventory
from crossglot.lab.sentences import Said, treebank
from crossglot.lab.slots import SLOTS

SWITCHED_PHRASES, SWITCHED_CLAUSES = 0.4, 0.5

_UNITS = np.array([at.clause * 4 + ("", "subject", "object", "oblique").index(at.phrase) for at in SLOTS])
_ADPOSITION = np.array([at.name == "case" for at in SLOTS])


def draw_switches(said: Said, rng: np.random.Generator) -> NDArray[np.bool_]:
    """(words,) which words are the other language's: whole noun phrases, but for adpositions, or all of a second clause."""
    size = len(said.ends)
    switched = rng.random((size, 8)) < SWITCHED_PHRASES
    switched[:, [0, 4]] = False
    switched[:, 4:] |= rng.random((size, 1)) < SWITCHED_CLAUSES
    units = _UNITS[said.slots]
    found: NDArray[np.bool_] = switched[said.sentences, units]
    return np.where(_ADPOSITION[said.slots] & (units < 4), False, found)


def code_switched(
    said: Said,
    switches: NDArray[np.bool_],
    inventory: Inventory,
    forms: tuple[NDArray[np.object_], NDArray[np.object_]],
    written: tuple[NDArray[np.object_], NDArray[np.object_]],
    keys: tuple[str, str],
    name: str,
) -> list[ConlluSentence]:
    """Sentences as they are written, with the native form and the language of every word.

    Args:
        said: the sentences, in the order of the first language.
        switches: (words,) which words are the second language's.
        inventory: the items.
        forms: of both languages, each in its own script.
        written: of both languages, as written in the mixed text.
        keys: of both languages.
        name: what sentence ids begin with.
    """
    native, used = (np.where(switches, said.forms(two[1]), said.forms(two[0])) for two in (forms, written))
    languages = np.where(switches, keys[1], keys[0]).astype(object)
    universal = np.isin(
        said.items, [*inventory.blocks["mark"], *inventory.blocks["figure"], *inventory.blocks["address"]]
    )
    languages[universal] = "univ"
    languages[np.isin(said.items, [item for block in NAMES for item in inventory.blocks[block]])] = "ne"
    misc = [f"Norm={form}|Lang={language}" for form, language in zip(native, languages, strict=True)]
    return treebank(said, written[0], name, misc=misc, forms=used)
