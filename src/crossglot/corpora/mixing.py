"""Synthetic code-switched text: sentences of one language with phrases of their translations, from parallel trees.

Nobody wrote it: it is a controlled stand-in where real code-switched text is scarce, and is called synthetic wherever
it is shown. Both trees of a translated sentence are gone through together from their roots; words with the same
relation to words that go together, which no sister has, go together too. A phrase or clause whose heads so correspond
may be said in the other language: without adpositions and conjunctions of its own, in the place of what it translates,
as in Hinglish. Words of the first language are written in Latin letters beside their own script.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from crossglot.corpora.codemix import CodeSwitchedSentence
from crossglot.corpora.conllu import ConlluSentence, Row, parse_conllu
from crossglot.corpora.sentence_ids import aligned_by_ids, sentence_ids
from crossglot.corpora.transliteration import romanise

VERSION = 1
"""Of how text is made; part of its checksum."""

SWITCHED_PHRASES, SWITCHED_CLAUSES = 0.5, 0.3
_PHRASES, _CLAUSES = frozenset({"NOUN", "PROPN", "ADJ", "ADV", "NUM"}), frozenset({"VERB"})
_STAYING = frozenset({"case", "mark", "cc", "punct"})  # relations of words that stay when a phrase is switched
_TENTHS = {"train": range(6), "dev": range(6, 7), "test": range(7, 10)}

Tree = tuple[Sequence[Row], Mapping[int, Sequence[int]]]
"""A sentence's words, and for each head (0 for none) the indices of the words below it."""


def mix_treebanks(
    matrix: Sequence[Path],
    embedded: Sequence[Path],
    split: str,
    languages: tuple[str, str],
    spell: Callable[[str], str] = romanise,
) -> list[CodeSwitchedSentence]:
    """The mixed sentences of one split: documents go to train, dev and test as 6 to 1 to 3.

    Args:
        matrix: files of the treebank of the language whose sentences they are.
        embedded: those of the other's; what has the same id is a translation (see `sentence_ids`).
        split: `train`, `dev` or `test`.
        languages: keys of both.
        spell: how a word of the first is written in the other's script.

    Returns:
        Sentences in which both languages are. The same ones every time.

    Raises:
        DataError: if a file is faulty.
    """
    here, there = ([one for path in paths for one in parse_conllu(path)] for paths in (matrix, embedded))
    found = []
    for first, second in aligned_by_ids(sentence_ids(here), sentence_ids(there)):
        sentence, other = here[first], there[second]
        if zlib.crc32((sentence.id or "")[:-3].encode()) % 10 not in _TENTHS[split]:
            continue
        mixed = _mix(sentence, other, languages, spell)
        if mixed is not None:
            found.append(mixed)
    return found


def _mix(
    sentence: ConlluSentence, other: ConlluSentence, languages: tuple[str, str], spell: Callable[[str], str]
) -> CodeSwitchedSentence | None:
    """One mixed sentence; None if it is of one language still, because nothing was switched or nothing left."""
    here, there = _tree(sentence), _tree(other)
    draws = random.Random(sentence.id)  # noqa: S311
    put: dict[int, Sequence[int]] = {}  # first index of a switched span → indices of the words that take its place
    gone: set[int] = set()
    for first, second in _corresponding(here, there):
        rate = SWITCHED_CLAUSES if here[0][first].upos in _CLAUSES else SWITCHED_PHRASES
        span, place = _span(here, first), _span(there, second)
        if span and place and draws.random() < rate and not gone.intersection(span):
            put[span[0]] = place
            gone.update(span)
    words: list[tuple[str, str, str, str]] = []  # written, native, tag, language
    for at, row in enumerate(here[0]):
        words.extend(_word(there[0][index], languages[1], str) for index in put.get(at, ()))
        if at not in gone:
            words.append(_word(row, languages[0], spell))
    written, native, tags, ids = zip(*words, strict=True)
    if not set(languages) <= set(ids):
        return None
    return CodeSwitchedSentence(written, native, tags, ids, sentence.id)


def _word(row: Row, language: str, spell: Callable[[str], str]) -> tuple[str, str, str, str]:
    universal = not any(character.isalpha() for character in row.form)
    language_id = "univ" if universal else "ne" if row.upos == "PROPN" else language
    return spell(row.form), row.form, row.upos, language_id


def _tree(sentence: ConlluSentence) -> Tree:
    words = sentence.words
    below: dict[int, list[int]] = {}
    for index, row in enumerate(words):
        if row.head.isdigit():
            below.setdefault(int(row.head), []).append(index)
    return words, below


def _corresponding(here: Tree, there: Tree, heads: tuple[int, int] = (0, 0)) -> Iterator[tuple[int, int]]:
    """Pairs of indices of words that go together and may head what is switched, heads before what is below them."""
    first, second = _by_relation(here, heads[0]), _by_relation(there, heads[1])
    for relation, ours in first.items():
        theirs = second.get(relation, [])
        if len(ours) != 1 or len(theirs) != 1:
            continue
        tags = {here[0][ours[0]].upos, there[0][theirs[0]].upos}
        if relation != "root" and (tags <= _PHRASES or tags <= _CLAUSES):
            yield ours[0], theirs[0]
        yield from _corresponding(here, there, (ours[0] + 1, theirs[0] + 1))


def _by_relation(tree: Tree, head: int) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for index in tree[1].get(head, ()):
        relation = tree[0][index].deprel.partition(":")[0]
        if relation not in _STAYING:
            found.setdefault(relation, []).append(index)
    return found


def _span(tree: Tree, head: int) -> Sequence[int]:
    """Indices of a phrase without its head's adpositions, conjunctions and marks; none if they are not in a row."""
    inside = {head}
    waiting = [index for index in tree[1].get(head + 1, ()) if tree[0][index].deprel.partition(":")[0] not in _STAYING]
    while waiting:
        index = waiting.pop()
        inside.add(index)
        waiting.extend(tree[1].get(index + 1, ()))
    low, high = min(inside), max(inside)
    return range(low, high + 1) if len(inside) == high + 1 - low else ()
