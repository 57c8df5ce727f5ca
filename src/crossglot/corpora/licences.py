"""Under which licence a corpus is, as far as that can be told: by what lies beside its files, else by its name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from crossglot.corpora.catalogue import own_languages
from crossglot.corpora.sources import find_source
from crossglot.errors import UsageError

README, LICENSE = "README.md", "LICENSE.txt"
READ = 4000
"""Characters of a licence's file that are looked at: it is named before its terms begin."""

_STATED = re.compile(r"^Licen[cs]e:[ \t]*(\S.*?)[ \t]*$", re.MULTILINE)
"""In the block for machines that ends the README.md of every UD treebank."""
_CREATIVE_COMMONS = re.compile(
    r"(?:\battribution|\bby)\b(?P<nc>[\s-]*(?:non-?commercial|nc)\b)?(?P<nd>[\s-]*(?:no-?deriv\w*|nd)\b)?"
    r"(?P<sa>[\s-]*(?:share-?alike|sa)\b)?[\s/,-]*(?:licen[cs]e\s*)?(?P<version>[1-4]\.0)",
    re.IGNORECASE,
)
_GNU = re.compile(r"GNU (?P<lesser>LESSER )?GENERAL PUBLIC LICENSE\s+Version (?P<version>[23])", re.IGNORECASE)
_LINGUISTIC = re.compile(r"Lesser General Public License For Linguistic Resources", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence in a few words, and what says so: a file's name, or `name` for the corpus's name alone."""

    terms: str
    stated_in: str


def licence_of(name: str, languages: Iterable[str], paths: Iterable[Path], root: Path) -> Licence | None:
    """The licence of a corpus of a data root; None where nothing tells it.

    Args:
        name: `UD_German-GSD`, `uner/en_ewt`, `ntrex128`.
        languages: keys of its languages. Of one that the root defines itself, no corpus is told by its name: it may be
            a constructed one.
        paths: its files; of synthetic text those that it is made of.
        root: the data root.

    Raises:
        DataError: if the root's own table of languages is faulty.
    """
    folders = dict.fromkeys(path.parent for path in paths)
    treebanks = [folder for folder in folders if folder.parent == root / "ud"]
    found = [licence for folder in treebanks if (licence := licence_beside(folder)) is not None]
    if found and len(found) == len(folders):
        terms = dict.fromkeys(licence.terms for licence in found)
        return Licence(", ".join(terms), found[0].stated_in)
    if treebanks or not own_languages(root).keys().isdisjoint(languages):
        return None
    with suppress(UsageError):
        return Licence(find_source(name).licence, "name")
    return None


def licence_beside(folder: Path) -> Licence | None:
    """The licence of a treebank, from its README.md or its LICENSE.txt; None where neither names one."""
    with suppress(OSError):
        if stated := _STATED.findall((folder / README).read_text(encoding="utf-8", errors="replace")):
            return Licence(str(stated[-1]), README)
    with suppress(OSError):
        if named := licences_in((folder / LICENSE).read_text(encoding="utf-8", errors="replace")):
            return Licence(", ".join(named), LICENSE)
    return None


def licences_in(text: str) -> list[str]:
    """The licences that a text names at its beginning: `CC BY-SA 4.0`, `GNU GPL 3`, `LGPL-LR`; often one."""
    text = text[:READ]
    found = []
    for named in _CREATIVE_COMMONS.finditer(text):
        parts = "".join(f"-{part.upper()}" for part in ("nc", "nd", "sa") if named[part])
        found.append(f"CC BY{parts} {named['version']}")
    found += [f"GNU {'L' if named['lesser'] else ''}GPL {named['version']}" for named in _GNU.finditer(text)]
    return list(dict.fromkeys([*found, *(["LGPL-LR"] if _LINGUISTIC.search(text) else [])]))
