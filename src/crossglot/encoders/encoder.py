"""An encoder as it was loaded: model, tokenizer, name, and what was found out about it."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from crossglot.encoders.origin import Role
from crossglot.encoders.quiet import quietly
from crossglot.errors import ModelError

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

    from crossglot.batching import Apart


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Encoder:
    """A pretrained masked language model without its head, in evaluation mode, with its tokenizer.

    Attributes:
        model: the transformers model; weights in fp32.
        tokenizer: its tokenizer.
        name: hub id or folder, as given.
        revision: commit hash of a hub id, checksum of a folder.
        role: which of the paper's two encoders it stands for, if any.
        packs: whether packed rows give the hidden states of padded ones (checked at loading).
        why_padded: if not, why.
        learning_rate: fine-tuning rate kept beside a local encoder, None for the paper's.
        trained: False for random weights.
        first_position: position id of a sequence's first piece.
        position_blocks: where it was pretrained with position ids of its own for every language, the first of each.
        language_ids: where it adds an embedding of its language to every piece (XLM), the number of each.
        language: whose block, or embedding, is in use (see `for_language`).
        packs_up_to: longest sequence, in pieces, for which `packs` was checked.
        apart: which padded rows must not go through the model together (checked at loading).
        checked_up_to: longest sequence for which that was checked; longer ones go alone. None: of any length.
        max_positions: longest sequence the model takes, special pieces included; None without a limit.
        notes: what `crossglot.json` beside a local encoder says: how it was made, held-out perplexities.
    """

    model: PreTrainedModel = field(repr=False)
    tokenizer: PreTrainedTokenizerBase = field(repr=False)
    name: str
    revision: str
    role: Role | None
    packs: bool
    why_padded: str
    learning_rate: float | None = None
    trained: bool = True
    first_position: int = 0
    packs_up_to: int = 0
    apart: Apart = "no"
    checked_up_to: int | None = None
    max_positions: int | None = None
    position_blocks: Mapping[str, int] = field(default_factory=dict)
    language_ids: Mapping[str, int] = field(default_factory=dict)
    language: str | None = None
    notes: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def pad_id(self) -> int:
        """Id of the padding piece."""
        pad_id = self.tokenizer.pad_token_id
        return int(pad_id) if pad_id is not None else 0

    @property
    def hidden_size(self) -> int:
        """Width of a hidden state."""
        return int(self.model.config.hidden_size)

    @property
    def device(self) -> str:
        """Where its weights are: `cpu`, `cuda:0`."""
        return str(self.model.device)

    def require_length(self, length: int) -> None:
        """Checks that a sequence of `length` pieces, special pieces included, has positions.

        Raises:
            ModelError: if the encoder has fewer.
        """
        if self.max_positions is not None and length > self.max_positions:
            raise ModelError(
                f"{self.name} has positions for {self.max_positions} pieces, not for {length}\n"
                f"  use a maximum length of at most {self.max_positions}"
            )

    def for_language(self, language: str) -> Encoder:
        """The same encoder, weights shared, reading sentences of this language with what it has for that one alone.

        That is position ids of the language's own, or an embedding of the language (XLM). Encoders that have neither,
        as nearly all, are given back as they are. Without this, language embeddings are left out.

        Raises:
            ModelError: if the encoder has them for other languages only.
        """
        known = self.position_blocks or self.language_ids
        if not known:
            return self
        if language not in known:
            what = "separate position ids" if self.position_blocks else "an embedding"
            raise ModelError(
                f"{self.name} has {what} for each of its languages ({', '.join(known)}), and none for '{language}'"
            )
        return replace(self, language=language)

    def start(self) -> int:
        """Position id of a sequence's first piece, in the language in use.

        Raises:
            ModelError: if the languages have position ids of their own and none was chosen.
        """
        if not self.position_blocks:
            return self.first_position
        if self.language is None:
            known = ", ".join(self.position_blocks)
            raise ModelError(
                f"{self.name} has separate position ids for each of its languages ({known}): choose that of the "
                "sentences with for_language(…)"
            )
        return self.first_position + self.position_blocks[self.language]

    def copy(self, *, sharing: Iterable[torch.Tensor] = ()) -> Encoder:
        """The same encoder with its own weights, to be fine-tuned without changing this one.

        Args:
            sharing: weights that are not copied: in both encoders they are the same memory, which nobody may change.
        """
        from torch import nn

        # Parameters of its own around the same memory: moving one of two models may not move the other.
        memory = {
            id(weight): nn.Parameter(weight.detach()) if isinstance(weight, nn.Parameter) else weight
            for weight in sharing
        }
        return replace(self, model=copy.deepcopy(self.model, memory))

    def untrained(self, seed: int) -> Encoder:
        """An encoder of the same shape and tokenizer with random weights; global random state stays as it was."""
        import torch
        from transformers import AutoModel

        config = copy.deepcopy(self.model.config)
        attention = config._attn_implementation
        with torch.random.fork_rng(devices=[]), quietly():
            torch.default_generator.manual_seed(seed)
            model = AutoModel.from_config(
                config, dtype=torch.float32, attn_implementation=attention, **without_pooler(config)
            )
        revision = f"{self.revision}+untrained-{seed}"
        model = model.to(self.model.device).eval()
        return replace(self, model=model, revision=revision, trained=False)


def without_pooler(config: PreTrainedConfig) -> dict[str, Any]:
    """The argument that leaves the pooler out, for models that have one."""
    from transformers.models.auto.modeling_auto import MODEL_MAPPING

    model_class = MODEL_MAPPING[type(config)]
    takes = "add_pooling_layer" in inspect.signature(model_class.__init__).parameters
    return {"add_pooling_layer": False} if takes else {}
