"""Forward and backward through a hidden Markov model, in logarithms, many sequences at once.

Sequences of several lengths stand side by side; what lies beyond a sequence's end changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Chain:
    """Probabilities of states, in logarithms.

    Attributes:
        start: (states,), of the first state.
        transitions: (states, states), from the one to the other.
    """

    start: Floats
    transitions: Floats


@dataclass(frozen=True)
class Expected:
    """What sequences say of the states that they went through.

    Attributes:
        likelihood: (sequences,), of what was emitted, in logarithms.
        states: (longest, sequences, states), probability of each state at each place; 0 beyond a sequence's end.
        moves: (states, states), how many transitions of each kind are expected in all sequences together.
    """

    likelihood: Floats
    states: Floats
    moves: Floats


def forward_backward(emissions: Floats, lengths: NDArray[np.int64], chain: Chain) -> Expected:
    """Likelihood and expected states of sequences (Rabiner 1989, A tutorial on hidden Markov models, section III).

    Args:
        emissions: (longest, sequences, states), log-probability of what is seen in each state; finite.
        lengths: (sequences,), at least 1 each.
        chain: see `Chain`.
    """
    longest, _, states = emissions.shape
    inside = np.arange(longest)[:, None] < lengths
    forward = np.empty_like(emissions)
    forward[0] = chain.start + emissions[0]
    for at in range(1, longest):
        reached = np.logaddexp.reduce(forward[at - 1][:, :, None] + chain.transitions, axis=1) + emissions[at]
        forward[at] = np.where(inside[at][:, None], reached, forward[at - 1])
    likelihood = np.logaddexp.reduce(forward[-1], axis=1)
    backward = np.zeros_like(emissions)
    moves = np.zeros((states, states))
    for at in range(longest - 2, -1, -1):
        onwards = chain.transitions + (emissions[at + 1] + backward[at + 1])[:, None, :]
        goes_on = inside[at + 1]
        backward[at] = np.where(goes_on[:, None], np.logaddexp.reduce(onwards, axis=2), 0.0)
        moved = forward[at][:, :, None] + onwards - likelihood[:, None, None]
        moves += np.exp(moved[goes_on]).sum(axis=0)
    found = np.where(inside[:, :, None], np.exp(forward + backward - likelihood[:, None]), 0.0)
    return Expected(likelihood, found, moves)


def reestimated(expected: Expected, chain: Chain) -> Chain:
    """The chain under which the expected states are likeliest: a step of EM, which never lowers the likelihood.

    A state that nothing leaves keeps its transitions.
    """
    first = expected.states[0].sum(axis=0)
    leaving = expected.moves.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore"):
        moves = np.log(expected.moves / np.where(leaving > 0, leaving, 1.0))
        return Chain(np.log(first / first.sum()), np.where(leaving > 0, moves, chain.transitions))
