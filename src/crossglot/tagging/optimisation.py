"""The optimiser of fine-tuning: AdamW on only the embedding rows in use, with the weights of the last steps averaged.

The new layer may have a rate of its own; averaging is Schmidt et al.'s (2023).

A treebank touches a tenth of the rows of a multilingual vocabulary, yet a dense step reads and writes them all and both
their moments. Rows without a piece in the training set get no gradient, so all that AdamW does to them is its decoupled
decay, w ← w · (1 - rate · decay). `ChosenRows` trains the rows in use as a matrix of their own and gives the others
their decay as they are looked up: the same weights, without the traffic and without a second copy of all rows.

Under bf16 the model computes on bfloat16 copies of its weights, which are renewed after each step from the fp32 weights
that AdamW keeps: rates of 3e-5 would be lost in bfloat16's 8 bits. Autocast would cast every activation as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn import functional

from crossglot.adamw import adamw, set_rate
from crossglot.encoders.mapped import MappedRows, RowsAtRest
from crossglot.runtime import Precision
from crossglot.tagging.recipe import Recipe

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class Optimisation:
    """Trains the weights of a model and its head in place; until `finish` the model knows the pieces of `ids` only.

    Args:
        model: its piece embedding is replaced by `ChosenRows`, under bf16 its weights by bfloat16 ones.
        head: trained beside it.
        ids: every piece that occurs in training, the one that pads batches among them.
        recipe: rate, warm-up, decay and clipping.
        steps: in all.
        precision: of the model's computations; weights and moments are kept in fp32.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        head: nn.Linear,
        ids: torch.Tensor,
        recipe: Recipe,
        steps: int,
        precision: Precision,
    ) -> None:
        self.model, self.recipe, self.steps, self.done, self.shrunk = model, recipe, steps, 0, 1.0
        self.rows = choose_rows(model, ids)
        self.working = [*model.parameters(), *head.parameters()]
        self.kept = self.working
        if precision == "bf16":
            self.kept = [nn.Parameter(weight.detach().clone()) for weight in self.working]
            for weight in self.working:
                weight.data = weight.data.bfloat16()
        of_head = len(list(head.parameters()))
        head_times = (recipe.head_learning_rate or recipe.learning_rate) / recipe.learning_rate
        self.optimizer = adamw(
            [(self.kept[:-of_head], 1.0), (self.kept[-of_head:], head_times)],
            rate=recipe.learning_rate,
            weight_decay=recipe.weight_decay,
        )
        self.mean: list[torch.Tensor] = []

    @torch.no_grad()
    def step(self) -> None:
        """One AdamW step from the gradients of the working weights, which are then cleared."""
        rate = self.recipe.rate(self.done, self.steps)
        set_rate(self.optimizer, rate)
        if self.kept is not self.working:
            for kept, weight in zip(self.kept, self.working, strict=True):
                _copy_gradient(weight, kept)
        gradients = [weight.grad for weight in self.kept if weight.grad is not None]
        norm = nn.utils.get_total_norm(gradients)
        # AdamW divides by it as it reads the gradients: to clip them beforehand would be one more pass over memory.
        self.optimizer.grad_scale = (norm / self.recipe.clip).clamp(min=1.0)  # type: ignore[attr-defined]
        self.optimizer.step()
        if self.kept is not self.working:
            torch._foreach_copy_(self.working, self.kept)
        for weight in self.working:
            weight.grad = None
        self.shrunk *= 1.0 - rate * self.recipe.weight_decay
        self.done += 1
        self._average(self.done - self.steps + int(self.recipe.averaged * self.steps))

    def _average(self, count: int) -> None:
        """Adds the weights to the running mean as its `count`th; below 1 averaging has not begun."""
        if count == 1:
            self.mean = [weight.detach().clone() for weight in self.kept]
        elif count > 1:
            torch._foreach_lerp_(self.mean, self.kept, 1 / count)

    @torch.no_grad()
    def write_into(self, model: PreTrainedModel, head: nn.Linear) -> None:
        """Gives a copy of the model as it was before training, and a head in fp32, what `finish` would give now."""
        if self.rows is not None:
            model.set_input_embeddings(self.rows.copy(self.shrunk))
        for kept, weight in zip(self.mean or self.kept, [*model.parameters(), *head.parameters()], strict=True):
            weight.copy_(kept)

    def state(self) -> dict[str, torch.Tensor]:
        """All that the steps done so far have changed, but for `done` and `shrunk`; not copied."""
        tensors = {f"weight.{number}": weight.detach() for number, weight in enumerate(self.kept)}
        tensors |= {f"mean.{number}": weight for number, weight in enumerate(self.mean)}
        for number, weight in enumerate(self.kept):
            moments = self.optimizer.state.get(weight, {})
            tensors |= {f"moment.{number}.{name}": value for name, value in moments.items()}
        return tensors

    @torch.no_grad()
    def go_on_from(self, tensors: Mapping[str, torch.Tensor], done: int, shrunk: float) -> None:
        """Puts everything as it was after so many steps, when `state` gave these tensors."""
        self.done, self.shrunk = done, shrunk
        for number, weight in enumerate(self.kept):
            weight.copy_(tensors[f"weight.{number}"])
            prefix = f"moment.{number}."
            moments = {name: value for name, value in tensors.items() if name.startswith(prefix)}
            if moments:
                self.optimizer.state[weight] = {
                    name.removeprefix(prefix): value.to(weight.device) for name, value in moments.items()
                }
        if self.kept is not self.working:
            torch._foreach_copy_(self.working, self.kept)
        if "mean.0" in tensors:
            self.mean = [tensors[f"mean.{number}"].to(weight.device) for number, weight in enumerate(self.kept)]

    def finish(self) -> None:
        """Gives the model all its pieces again, in fp32."""
        for weight, kept in zip(self.working, self.mean or self.kept, strict=True):
            weight.data = kept.data
            weight.grad = None
        if self.rows is not None:
            self.rows.shrunk = self.shrunk


class ChosenRows(RowsAtRest):
    """An embedding matrix of which some rows are trained; the others stay where they are, and are not changed.

    In training these rows alone can be looked up; afterwards the others as well, times `shrunk`, the product of
    (1 - rate · decay). What is saved is the whole matrix.
    """

    AT_REST = "whole"
    row_of: torch.Tensor
    whole: torch.Tensor

    def __init__(self, whole: torch.Tensor, rows: torch.Tensor, padding_idx: int | None) -> None:
        super().__init__()
        self.shrunk = 1.0
        self.register_buffer("whole", whole, persistent=False)
        self.weight = nn.Parameter(whole[rows].float())
        row_of = torch.full((len(whole),), -1, dtype=torch.int64, device=whole.device)
        row_of[rows] = torch.arange(len(rows), device=row_of.device)
        self.register_buffer("row_of", row_of, persistent=False)
        self.whole_padding_idx = padding_idx
        self.padding_idx = None if padding_idx is None else int(row_of[padding_idx])

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Looks up rows by original piece ids; the padding row gets no gradient, as in the whole matrix."""
        rows = self.row_of[ids]
        if self.training:
            return functional.embedding(rows, self.weight, self.padding_idx)
        chosen = functional.embedding(rows.clamp(min=0), self.weight)
        others = functional.embedding(ids, self.whole).to(chosen.dtype) * self.shrunk
        return torch.where(rows[..., None] < 0, others, chosen)

    def copy(self, shrunk: float) -> ChosenRows:
        """The same with trained rows of its own, in fp32; the others are the same memory, times `shrunk`."""
        copied = deepcopy(self, {id(self.whole): self.whole, id(self.row_of): self.row_of})
        copied.weight, copied.shrunk = nn.Parameter(self.weight.detach().float().clone()), shrunk
        return copied

    @torch.no_grad()
    def restored(self) -> nn.Embedding:
        """The whole matrix as a layer of its own."""
        weight = self.whole.float() * self.shrunk
        weight[self.row_of >= 0] = self.weight
        return nn.Embedding(len(weight), weight.shape[1], padding_idx=self.whole_padding_idx, _weight=weight)

    def _save_to_state_dict(self, destination: dict[str, Any], prefix: str, keep_vars: bool) -> None:  # noqa: ARG002
        destination[f"{prefix}weight"] = self.restored().weight.detach()


def plain_embedding(model: PreTrainedModel) -> nn.Embedding | MappedRows | None:
    """The model's piece embedding, if it is a matrix that nothing else of the model uses."""
    embedding = model.get_input_embeddings()
    if type(embedding) is MappedRows:
        return embedding
    if type(embedding) is not nn.Embedding:
        return None
    users = [weight for _, weight in model.named_parameters(remove_duplicate=False) if weight is embedding.weight]
    return embedding if len(users) == 1 else None


def rows_of(embedding: nn.Embedding | MappedRows) -> torch.Tensor:
    """The matrix of an embedding, (pieces, hidden)."""
    return embedding.rows if isinstance(embedding, MappedRows) else embedding.weight


def choose_rows(model: PreTrainedModel, ids: torch.Tensor) -> ChosenRows | None:
    """Replaces the model's plain embedding by one of which the rows of `ids` are trained; None if it has none."""
    embedding = plain_embedding(model)
    if embedding is None:
        return None
    whole, padding_idx = rows_of(embedding).detach(), embedding.padding_idx
    if padding_idx is not None:
        ids = torch.cat([ids, ids.new_tensor([padding_idx])])
    chosen = ChosenRows(whole, torch.unique(ids).to(whole.device), padding_idx)
    model.set_input_embeddings(chosen)
    return chosen


def make_whole(model: PreTrainedModel) -> None:
    """Gives a model whose rows were chosen an embedding like other models', with all rows in memory of its own."""
    embedding = model.get_input_embeddings()
    if isinstance(embedding, ChosenRows):
        model.set_input_embeddings(embedding.restored())


def _copy_gradient(weight: nn.Parameter, kept: nn.Parameter) -> None:
    """Copies a gradient in fp32; a weight that the loss does not reach (a pooler's) has none, and AdamW skips it."""
    if weight.grad is None:
        kept.grad = None
    elif kept.grad is None:
        kept.grad = weight.grad.float()
    else:
        kept.grad.copy_(weight.grad)
