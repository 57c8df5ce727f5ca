"""Which candidates of a sentence's words go best together: Viterbi over the lattice, exactly."""

from __future__ import annotations

from collections.abc import Sequence

from crossglot.transliteration.language_model import EDGE, LanguageModel
from crossglot.transliteration.settings import Candidates


def best_path(lattice: Sequence[Candidates], model: LanguageModel, weight: float) -> tuple[str, ...]:
    """The candidates, one for each word, of the highest score; of equal ones those that come first.

    A score is the log probabilities of candidates plus `weight` times that of the sentence that they make.

    Args:
        lattice: candidates of each word, one at least.
        model: of the language.
        weight: of the language model; with 0 each word's best candidate is taken.
    """
    if not lattice:
        return ()
    reached: list[tuple[str, float]] = [(EDGE, 0.0)]
    came_from: list[list[int]] = []
    for candidates in (*lattice, ((EDGE, 0.0),)):
        here, back = [], []
        for word, score in candidates:
            ways = [sofar + weight * model.log_probability(before, word) for before, sofar in reached]
            place = max(range(len(ways)), key=ways.__getitem__)
            here.append((word, ways[place] + score))
            back.append(place)
        reached = here
        came_from.append(back)
    place, words = 0, []
    for candidates, back in zip(reversed(lattice), reversed(came_from), strict=False):
        place = back[place]
        words.append(candidates[place][0])
    return tuple(reversed(words))
