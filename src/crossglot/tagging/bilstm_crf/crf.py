"""A linear-chain conditional random field: likelihood of tag sequences and the best one, many sentences at once.

A sequence scores what its tags have as emissions, what each pair of neighbours has as a transition, and what its first
and last tag have as start and end (Lample et al. 2016, section 2.2, with states before and after the sentence).
Sentences of several lengths stand side by side; what lies beyond a sentence's end changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True, slots=True)
class Chain:
    """Scores that do not depend on the words.

    Attributes:
        transitions: (tags, tags), from the one to the other.
        start: (tags,), of the first tag.
        end: (tags,), of the last one.
    """

    transitions: torch.Tensor
    start: torch.Tensor
    end: torch.Tensor


def log_likelihood(emissions: torch.Tensor, tags: torch.Tensor, lengths: torch.Tensor, chain: Chain) -> torch.Tensor:
    """The log-likelihood of each sentence's tags: (sentences,).

    Args:
        emissions: (longest, sentences, tags).
        tags: (longest, sentences), numbers of tags; any number beyond a sentence's end.
        lengths: (sentences,), words of each, at least one.
        chain: see `Chain`.
    """
    return path_scores(emissions, tags, lengths, chain) - log_partition(emissions, lengths, chain)


def path_scores(emissions: torch.Tensor, tags: torch.Tensor, lengths: torch.Tensor, chain: Chain) -> torch.Tensor:
    """The score of each sentence's tags: (sentences,); see `log_likelihood`."""
    inside = _inside(emissions, lengths)
    own = torch.gather(emissions, 2, tags[..., None])[..., 0]
    between = chain.transitions[tags[:-1], tags[1:]]
    last = torch.gather(tags, 0, (lengths - 1)[None])[0]
    total = torch.where(inside, own, 0.0).sum(dim=0) + torch.where(inside[1:], between, 0.0).sum(dim=0)
    return total + chain.start[tags[0]] + chain.end[last]


def log_partition(emissions: torch.Tensor, lengths: torch.Tensor, chain: Chain) -> torch.Tensor:
    """The logarithm of the summed exponentials of all sequences' scores, by the forward algorithm: (sentences,)."""
    inside = _inside(emissions, lengths)
    forward = chain.start + emissions[0]
    for at in range(1, len(emissions)):
        reached = torch.logsumexp(forward[:, :, None] + chain.transitions, dim=1) + emissions[at]
        forward = torch.where(inside[at][:, None], reached, forward)
    return torch.logsumexp(forward + chain.end, dim=1)


@torch.no_grad()
def best_paths(emissions: torch.Tensor, lengths: torch.Tensor, chain: Chain) -> torch.Tensor:
    """The sequence of highest score of each sentence, by Viterbi: (longest, sentences), 0 beyond a sentence's end."""
    longest, sentences, tags = emissions.shape
    inside = _inside(emissions, lengths)
    stay = torch.arange(tags).expand(sentences, tags)
    forward, came_from = chain.start + emissions[0], []
    for at in range(1, longest):
        best, place = (forward[:, :, None] + chain.transitions).max(dim=1)
        here = inside[at][:, None]
        came_from.append(torch.where(here, place, stay))
        forward = torch.where(here, best + emissions[at], forward)
    tag = (forward + chain.end).argmax(dim=1)
    paths = torch.empty(longest, sentences, dtype=torch.int64)
    paths[-1] = tag
    for at in range(longest - 1, 0, -1):
        tag = torch.gather(came_from[at - 1], 1, tag[:, None])[:, 0]
        paths[at - 1] = tag
    return torch.where(inside, paths, 0)


def _inside(emissions: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    """Where there are words: bool, (longest, sentences)."""
    return torch.arange(len(emissions))[:, None] < lengths
