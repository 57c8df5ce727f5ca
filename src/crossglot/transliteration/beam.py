"""Beam search: the words of highest probability for spellings, many spellings at once."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from crossglot.transliteration.alphabet import END, Alphabet
from crossglot.transliteration.network import EncoderDecoder
from crossglot.transliteration.settings import Candidates

MOST_ROWS = 2048
"""Beginnings of words that are looked at together."""


def longest_word(spelling: Sequence[int]) -> int:
    """The most characters that are written for a spelling."""
    return 2 * len(spelling) + 3


@torch.no_grad()
def n_best(
    network: EncoderDecoder, alphabet: Alphabet, spellings: Sequence[Sequence[int]], n: int, *, beam: int | None = None
) -> list[Candidates]:
    """The best words for each spelling that a beam finds, at most `n`.

    At every step the `beam` best beginnings of each spelling are continued by every character. Words that end leave
    the beam, and it is done when the `n` best of them are better than every beginning: none can become better.

    Args:
        network: see there.
        alphabet: the network's.
        spellings: each with a character at least.
        n: how many words are wanted.
        beam: how many beginnings are kept; by default twice `n`, at least 8.
    """
    beam = beam or max(8, 2 * n)
    found: list[Candidates] = [()] * len(spellings)
    by_length: dict[int, list[int]] = {}
    for place, spelling in enumerate(spellings):
        by_length.setdefault(len(spelling), []).append(place)
    for places in by_length.values():
        size = max(1, MOST_ROWS // beam)
        for start in range(0, len(places), size):
            group = places[start : start + size]
            words = _search(network, torch.tensor([list(spellings[place]) for place in group]), n, beam)
            for place, best in zip(group, words, strict=True):
                found[place] = tuple((alphabet.text(numbers), score) for numbers, score in best)
    return found


def _search(
    network: EncoderDecoder, spellings: torch.Tensor, n: int, beam: int
) -> list[list[tuple[tuple[int, ...], float]]]:
    """Numbers and log probability of the best words of equally long spellings."""
    read = network.read(spellings)
    words, outputs = len(spellings), network.scores.out_features
    ended: list[list[tuple[tuple[int, ...], float]]] = [[] for _ in range(words)]
    rows, of_row, state = read, torch.arange(words), read.state
    scores, begun = torch.zeros(words), torch.full((words, 1), END)
    for written in range(longest_word(spellings[0].tolist()) + 1):
        following, state = network.next_scores(rows, begun[:, -1:], state)
        total = scores[:, None] + torch.log_softmax(following[:, 0], dim=-1)
        _end(ended, of_row.tolist(), begun[:, 1:].tolist(), total[:, END].tolist(), n)
        bound = torch.tensor([best[n - 1][1] if len(best) >= n else -torch.inf for best in ended])
        total[:, END] = -torch.inf
        if written == longest_word(spellings[0].tolist()) or outputs == 1:
            break
        kept, score = _continued(total, of_row, words, beam)
        alive = score > bound[of_row[kept // outputs]]
        kept, score = kept[alive], score[alive]
        if not len(kept):
            break
        came_from = kept // outputs
        begun = torch.cat([begun[came_from], (kept % outputs)[:, None]], dim=1)
        of_row, scores = of_row[came_from], score
        rows, state = read.of(of_row), (state[0][:, came_from], state[1][:, came_from])
    return ended


def _end(
    ended: list[list[tuple[tuple[int, ...], float]]],
    of_row: list[int],
    begun: list[list[int]],
    scores: list[float],
    n: int,
) -> None:
    """Takes what ends here among the best of its spelling."""
    for word, numbers, score in zip(of_row, begun, scores, strict=True):
        best = ended[word]
        if len(best) < n or score > best[-1][1]:
            best.append((tuple(numbers), score))
            best.sort(key=lambda one: (-one[1], one[0]))
            del best[n:]


def _continued(total: torch.Tensor, of_row: torch.Tensor, words: int, beam: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The `beam` best continuations of each word: places in the flattened totals, and their scores."""
    rows, outputs = total.shape
    counts = torch.bincount(of_row, minlength=words)
    within = torch.arange(rows) - (torch.cumsum(counts, 0) - counts)[of_row]  # rows of a word stand together
    side = total.new_full((words, int(counts.max()), outputs), -torch.inf)
    side[of_row, within] = total
    first = (torch.cumsum(counts, 0) - counts)[:, None]
    score, place = side.flatten(1).topk(min(beam, side[0].numel()), dim=1)
    place = first * outputs + place
    alive = score > -torch.inf
    return place[alive], score[alive]
