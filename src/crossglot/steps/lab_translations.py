"""Words that are no anchors: sentences with the anchors cut out, and translations found between such sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from crossglot.corpora.plain import read_lines, split_words
from crossglot.corpora.sentences import TaggedSentence
from crossglot.steps.score_translations import two_thirds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from crossglot.encoders.encoder import Encoder

    Words = Sequence[Sequence[str]]

TRANSLATIONS = "translations.npy"
POOL = 1000
"""Pairs of sentences that are compared."""


def cut_out(sentences: Sequence[TaggedSentence], anchors: frozenset[str]) -> list[TaggedSentence]:
    """The same sentences without these words; the others keep their tags and their order."""
    kept = []
    for sentence in sentences:
        pairs = [pair for pair in zip(sentence.words, sentence.tags, strict=True) if pair[0] not in anchors]
        kept.append(TaggedSentence(tuple(word for word, _ in pairs), tuple(tag for _, tag in pairs), sentence.id))
    return kept


def find_translations(
    encoder: Encoder,
    bitext: Mapping[str, Path],
    anchors: Mapping[str, frozenset[str]],
    *,
    device: str,
    precision: str,
) -> NDArray[np.bool_]:
    """Whether the nearest neighbour of each source sentence is its translation, as figure 3 looks for it.

    By mean shift and l2, two thirds of the way up. The pool is the first `POOL` lines whose source without anchors has
    not been seen before: it depends on the meanings and on the source alone, so it is the same for whatever target.

    Args:
        encoder: the encoder.
        bitext: language → its lines, the source first.
        anchors: language → its anchors.
        device: see `embed`.
        precision: see `embed`.

    Returns:
        (2, pairs): between sentences as they are, and with the anchors of both sides cut out.
    """
    import numpy as np

    from crossglot.alignment.neighbours import nearest
    from crossglot.alignment.shifts import shifted
    from crossglot.alignment.vectors import embed

    texts = {language: [split_words(line) for line in read_lines(path)] for language, path in bitext.items()}
    bare = {key: [[word for word in line if word not in anchors[key]] for line in texts[key]] for key in texts}
    source = next(iter(bitext))
    first: dict[tuple[str, ...], int] = {}
    for at, words in enumerate(bare[source]):
        first.setdefault(tuple(words), at)
    pool = list(first.values())[:POOL]
    layer = two_thirds(int(encoder.model.config.num_hidden_layers))

    def vectors(language: str, lines: Words) -> NDArray[np.float32]:
        chosen = [lines[at] for at in pool]
        one = encoder.for_language(language)
        found: NDArray[np.float32] = embed(one, chosen, layers=[layer], device=device, precision=precision)[0]
        return found

    right = []
    for lines in (texts, bare):
        here, there = (vectors(language, lines[language]) for language in bitext)
        here, there = shifted(here, there, "mean shift")
        right.append(nearest(here, there, "l2", device=device) == np.arange(len(pool)))
    return np.stack(right)


def read_translations(folder: Path) -> NDArray[np.bool_]:
    """(2, pairs), see `find_translations`."""
    import numpy as np

    right: NDArray[np.bool_] = np.load(folder / TRANSLATIONS)
    return right
