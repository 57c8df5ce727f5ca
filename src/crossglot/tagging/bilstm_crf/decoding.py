"""The best tags of sentences: characters read once for each form, sentences of about one length side by side."""

from __future__ import annotations

import torch

from crossglot.batching import length_groups
from crossglot.tagging.bilstm import Places, spellings
from crossglot.tagging.bilstm_crf.batches import Encoded
from crossglot.tagging.bilstm_crf.crf import best_paths
from crossglot.tagging.bilstm_crf.network import CHARACTER_STATES, Weights

MOST_WORDS, MOST_CHARACTERS = 2048, 8192
"""Places of a group of sentences and of a group of forms, padding counted."""


@torch.no_grad()
def best_tags(weights: Weights, sentences: Encoded) -> list[list[int]]:
    """Numbers of the tags of every sentence, in order."""
    network, lengths = weights.network, sentences.lengths.tolist()
    spelled = _spell(weights, sentences)
    rows, forms = torch.from_numpy(sentences.rows), torch.from_numpy(sentences.forms)
    found: list[list[int]] = [[] for _ in lengths]
    with_words = [i for i, length in enumerate(lengths) if length]
    for group in length_groups([lengths[i] for i in with_words], MOST_WORDS):
        chosen = [with_words[i] for i in group]
        places = Places.of([lengths[i] for i in chosen])
        words = torch.cat([torch.arange(*sentences.starts[i : i + 2].tolist()) for i in chosen])
        read = torch.cat([weights.vectors[rows[words]], spelled[forms[words]]], dim=1)
        paths = best_paths(network.from_words(read, places), places.lengths, network.chain)
        for sentence, path in zip(chosen, paths.T.tolist(), strict=True):
            found[sentence] = path[: lengths[sentence]]
    return found


def _spell(weights: Weights, sentences: Encoded) -> torch.Tensor:
    """What the characters of every form come to: (forms, 2 · CHARACTER_STATES)."""
    spelled = torch.empty(len(sentences.spelled), 2 * CHARACTER_STATES)
    for group in length_groups([len(numbers) for numbers in sentences.spelled], MOST_CHARACTERS):
        spelled[group] = weights.network.spellings(*spellings([sentences.spelled[form] for form in group]))
    return spelled
