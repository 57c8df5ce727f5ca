"""The tags of sentences: characters read once for each form, sentences of about one length side by side."""

from __future__ import annotations

import torch

from crossglot.batching import length_groups
from crossglot.tagging.bilstm import Places, spellings
from crossglot.tagging.language_sides.batches import Encoded, Read
from crossglot.tagging.language_sides.network import CHARACTER_STATES, Network, Reader, weighed

MOST_WORDS, MOST_CHARACTERS = 2048, 8192
"""Places of a group of sentences and of a group of forms, padding counted."""


@torch.no_grad()
def best_tags(network: Network, sentences: Encoded) -> list[list[int]]:
    """Numbers of the tags of every sentence, in order."""
    lengths = sentences.lengths.tolist()
    spelled = [_spell(reader, side) for reader, side in zip(network.readers, sentences.sides, strict=True)]  # type: ignore[arg-type]
    found: list[list[int]] = [[] for _ in lengths]
    with_words = [i for i, length in enumerate(lengths) if length]
    for group in length_groups([lengths[i] for i in with_words], MOST_WORDS):
        chosen = [with_words[i] for i in group]
        words = sentences.words_of(chosen)
        read = [
            torch.cat([reader.words(torch.from_numpy(side.rows[words])), of_forms[side.forms[words]]], dim=1)  # type: ignore[operator]
            for reader, side, of_forms in zip(network.readers, sentences.sides, spelled, strict=True)
        ]
        states = network.states(
            weighed(read, torch.from_numpy(sentences.weights[words])), Places.of([lengths[i] for i in chosen])
        )
        best = iter(network.tag_scores(states).argmax(dim=1).tolist())
        for sentence in chosen:
            found[sentence] = [next(best) for _ in range(lengths[sentence])]
    return found


def _spell(reader: Reader, side: Read) -> torch.Tensor:
    """What the characters of every form come to: (forms, 2 · CHARACTER_STATES)."""
    spelled = torch.empty(len(side.spelled), 2 * CHARACTER_STATES)
    for group in length_groups([len(numbers) for numbers in side.spelled], MOST_CHARACTERS):
        spelled[group] = reader.spellings(*spellings([side.spelled[form] for form in group]))
    return spelled
