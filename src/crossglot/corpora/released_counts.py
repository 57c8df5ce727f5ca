"""How many sentences and words the releases of corpora have, and what is said where those of a root differ.

Counted in the releases that `sources` names: the same commit, or for GermEval 2014 the shared task's files. Of
treebanks nothing is expected, since a root may hold any release of them; nor of corpora that nobody counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from crossglot.errors import DataError

_COUNTED = """
conll2002/es: train 8323 264715, dev 1915 52923, test 1517 51533
conll2002/nl: train 15806 202644, dev 2895 37687, test 5195 68875
germeval2014/de: dev 2200 41653, test 5100 96499
uner/da_ddt: train 4383 80378, dev 564 10332, test 565 10023
uner/de_pud: test 1000 21331
uner/en_ewt: dev 2001 25149, test 2077 25097
uner/en_pud: test 1000 21176
uner/hr_set: train 6914 152857, dev 960 22292, test 1136 24260
uner/nno_norne: dev 1890 31250, test 1511 24773
uner/nob_norne: dev 2409 36369, test 1939 29966
uner/pt_bosque: train 7018 171776, dev 1172 28447, test 1167 27604
uner/ru_pud: test 1000 19355
uner/sk_snk: train 8483 80628, dev 1060 12733, test 1061 12736
uner/sv_pud: test 1000 19076
uner/sv_talbanken: train 4303 66646, dev 504 9797, test 1219 20377
uner/zh_gsd: train 3997 98616, dev 500 12663, test 500 12012
uner/zh_pud: test 1000 21415
wikineural/de: dev 12330 214562, test 12372 214648
wikineural/en: dev 11590 267839, test 11597 267155
wikineural/es: dev 9540 222988, test 9618 228367
wikineural/fr: dev 12600 317324, test 12678 305500
wikineural/it: dev 11050 305094, test 11069 313066
wikineural/nl: dev 10460 191788, test 10547 192528
wikineural/pl: dev 13520 214757, test 13585 210648
wikineural/pt: dev 10070 259349, test 10160 259877
wikineural/ru: dev 11540 216818, test 11580 217392
"""

RELEASED: Mapping[tuple[str, str], tuple[int, int]] = {
    (name, split): (int(sentences), int(words))
    for name, of_name in (line.split(": ") for line in _COUNTED.split("\n") if line)
    for split, sentences, words in (of_split.split() for of_split in of_name.split(", "))
}
"""(corpus, split) → sentences and words of the release."""

LINES: Mapping[str, int] = {"ntrex128": 1997}
"""Parallel set → lines that each language has in the release."""

_REMEDY = "It is another version or a part, say so beside its numbers; or it is cut off, `crossglot data get` it again."


def count_remarks(corpus: str, split: str, counts: tuple[int, int], path: Path) -> Iterator[DataError]:
    """What to say where a split's sentences and words are not as many as its release has; nothing if nobody knows."""
    released = RELEASED.get((corpus, split))
    if released is not None and counts != released:
        what = "{:,} sentences and {:,} words, where the release has {:,} and {:,}".format(*counts, *released)
        yield DataError(what, path=path, remedy=_REMEDY)


def line_remarks(name: str, lines: int, path: Path) -> Iterator[DataError]:
    """The same of the lines of a parallel set."""
    if lines != LINES.get(name, lines):
        yield DataError(f"{lines:,} lines, where the release has {LINES[name]:,}", path=path, remedy=_REMEDY)
