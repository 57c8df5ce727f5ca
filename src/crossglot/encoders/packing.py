"""Whether sentences may share rows or batches: found out at loading, by comparison with each sentence run alone.

A list of model names would be wrong sooner or later: what decides is how an architecture treats padding, a ready-made
4-D mask and explicit position ids under the attention implementation in use. The comparison uses the loaded weights,
sequences of very unequal length up to the longest that may be batched later (a lost sliding window shows only beyond
its width), next to longer and to shorter ones (Fourier mixing and convolutions read padding), several in one row (a
leak shows only there), on the first layers of a copy of the model (each kind of layer at least once), so that it costs
a fraction of a forward pass and leaves the model as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from crossglot.batching import Apart, Ids, length_groups, packed_batch, padded_batch
from crossglot.encoders.forward import last_hidden
from crossglot.encoders.trial import on_trial
from crossglot.errors import ModelError

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

LONGEST_CHECKED = 512
"""Pieces. Longer sequences are never packed or padded: checking them would cost more than it gains."""

WAYS: tuple[Apart, ...] = ("no", "lengths", "rows")
_COMPANY = {"no": "padding", "lengths": "another sequence of its length", "rows": "a position id of its own"}

TOLERANCE = 1e-4
"""Largest difference taken for rounding, in units of the hidden states' root mean square (fp32 gives about 1e-6)."""


@dataclass(frozen=True, slots=True)
class PackingCheck:
    """How sequences of up to LONGEST_CHECKED pieces may be batched.

    Attributes:
        packs: whether several sequences may share a row.
        up_to: longest sequence for which they may; 0 where they may not.
        first_position: position id of a sequence's first piece.
        why_padded: where they may not, why.
        apart: which padded rows have to be run apart.
    """

    packs: bool
    up_to: int
    first_position: int
    why_padded: str = ""
    apart: Apart = "no"


def check_packing(model: PreTrainedModel, *, pad_id: int, max_positions: int | None, hint: int = 0) -> PackingCheck:
    """Compares hidden states of packed and of padded sequences with those of each sequence alone, in fp32.

    Args:
        model: encoder without a head; stays as it is, to the state of its attention and of its buffers.
        pad_id: padding piece.
        max_positions: longest sequence the model takes, or None where it has no limit.
        hint: the position id that sequences probably start with; 0 and `pad_id + 1` are tried as well.

    Raises:
        ModelError: if a sequence alone does not go through the model, comes out otherwise the second time, or has
            hidden states that do not depend on its other pieces.
    """
    up_to = min(LONGEST_CHECKED, max_positions or LONGEST_CHECKED)
    padding = {pad_id, getattr(model.config, "pad_token_id", None)}
    sequences = _unequal_sequences(up_to, int(model.config.vocab_size), padding)
    with on_trial(model) as trial:
        alone = _Alone(trial, pad_id, sequences)
        alone.check_context()
        found = _found_out(alone, tuple(dict.fromkeys((hint, 0, pad_id + 1))), up_to)
        alone.check_repeats()
    return found


def _found_out(alone: _Alone, starts: Sequence[int], up_to: int) -> PackingCheck:
    """The cheapest way of batching that gives each sequence the hidden states it has alone."""
    why = ""
    for start in starts:
        fault = alone.fault_of_packing(start)
        if not fault:
            return PackingCheck(True, up_to, start)
        why = why or fault
    for apart in WAYS:
        first = ""
        for start in starts:
            fault = alone.fault_of_padding(start, apart)
            if not fault:
                return PackingCheck(False, 0, start, why, apart)
            first = first or fault
        why = f"{why}; {first}"
    return PackingCheck(False, 0, 0, why, "rows")  # the model counts positions itself, as it does alone


class _Alone:
    """The hidden states of sequences that go through a model one by one, for other ways to be compared with.

    Raises:
        ModelError: if they do not go through it.
    """

    def __init__(self, model: PreTrainedModel, pad_id: int, sequences: Sequence[Ids]) -> None:
        self.model, self.pad_id, self.sequences = model, pad_id, sequences
        self.hidden: list[torch.Tensor] = []
        for sequence in sequences:
            try:
                self.hidden.append(self._hidden([sequence]))
            except Exception as error:  # whatever an architecture raises that wants more than piece ids
                raise ModelError(
                    f"a {self.kind} model does not run on piece ids alone, on {len(sequence)} of them: "
                    f"{_one_line(error)}"
                ) from error

    @property
    def kind(self) -> str:
        return str(self.model.config.model_type)

    def fault_of_packing(self, start: int) -> str:
        """Why packed hidden states cannot be had or differ; empty if they agree."""
        longest = max(map(len, self.sequences))
        batch = packed_batch(self.sequences, capacity=longest, pad_id=self.pad_id, first_position=start)
        try:
            difference = self._difference(last_hidden(self.model, batch.to(self.model.device)), self.hidden)
        except Exception as error:  # whatever an architecture raises when it does not take these arguments
            return f"its forward pass takes no block-diagonal mask with position ids ({_one_line(error)})"
        if difference <= TOLERANCE:
            return ""
        attention = self.model.config._attn_implementation
        return f"packed hidden states differ from padded ones by {difference:.0e} under {attention} attention"

    def fault_of_padding(self, start: int, apart: Apart) -> str:
        """Why padded hidden states differ, next to longer, shorter and equally long sequences; empty if they agree."""
        groups = length_groups([len(sequence) for sequence in self.sequences], 2 * max(map(len, self.sequences)))
        for group in groups:
            chosen = [self.sequences[index] for index in group]
            company = [sequence[::-1] for sequence in chosen] if apart == "lengths" else []
            try:
                hidden = self._hidden([*chosen, *company], start, apart)
            except Exception as error:
                return f"it cannot be padded ({_one_line(error)})"
            difference = self._difference(hidden, [self.hidden[index] for index in group])
            if not difference <= TOLERANCE:
                return f"{_COMPANY[apart]} changes hidden states by {difference:.0e}"
        return ""

    def check_context(self) -> None:
        """Refuses a model whose pieces do not see one another, as where an attention's kernels are missing."""
        sequence = self.sequences[0].copy()
        sequence[0] = next(piece for piece in chain(*self.sequences) if piece != sequence[0])
        if len(sequence) > 1 and bool((self._hidden([sequence])[-1] == self.hidden[0][-1]).all()):
            raise ModelError(
                f"a {self.kind} model computes every piece without a look at the others here: its attention is zero, "
                "or needs kernels that this machine does not have\n  use another encoder"
            )

    def check_repeats(self) -> None:
        """Refuses a model that gives the same sequence other hidden states after it has read others."""
        for sequence, hidden in zip(self.sequences, self.hidden, strict=True):
            difference = self._difference(self._hidden([sequence]), [hidden])
            if not difference <= TOLERANCE:
                raise ModelError(
                    f"a {self.kind} model gives other hidden states when it reads the same sentence again (by "
                    f"{difference:.0e}): it draws random numbers, or keeps what it has read\n"
                    "  its vectors and tags would change from run to run: use another encoder"
                )

    def _hidden(self, sequences: Sequence[Ids], start: int = 0, apart: Apart = "no") -> torch.Tensor:
        batch = padded_batch(sequences, pad_id=self.pad_id, first_position=start or None, apart=apart)
        return last_hidden(self.model, batch.to(self.model.device))

    @staticmethod
    def _difference(hidden: torch.Tensor, alone: Sequence[torch.Tensor]) -> float:
        """The largest difference in units of the root mean square; `hidden` may go on with further sequences."""
        import torch

        expected = torch.cat(list(alone))
        scale = float(expected.pow(2).mean().sqrt())
        return float((hidden[: len(expected)] - expected).abs().max()) / max(scale, 1e-12)


def _unequal_sequences(longest: int, vocabulary: int, left_out: Iterable[int | None]) -> list[Ids]:
    """Sequences of any pieces but padding: one as long as can be, and several that share a row of that width."""
    lengths = [3, longest, max(1, longest // 2), max(1, longest // 4 - 3), 1, max(1, longest // 5)]
    draw = np.random.default_rng(0)
    pieces = np.setdiff1d(np.arange(vocabulary), [piece for piece in left_out if piece is not None])
    return [draw.choice(pieces, size=length) for length in lengths]


def _one_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:100]
