"""The loop of pretraining: draw rows, mask, step. A step's data and dropout depend on the seed and its number alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from crossglot import breaking_off
from crossglot.adamw import adamw, set_rate
from crossglot.checkpoints import MOST_OF_TIME, load_checkpoint, save_checkpoint
from crossglot.pretraining.masking import MaskedRows, mask_pieces
from crossglot.pretraining.rows import PieceStream, Rows, Wanted, draw_pairs, draw_rows
from crossglot.pretraining.shapes import Shape
from crossglot.pretraining.tlm import ParallelStreams, draw_tlm_rows
from crossglot.pretraining.wordpiece import SPECIAL_TOKENS
from crossglot.runtime import Runtime, keep_freed_memory

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray
    from transformers import BertForMaskedLM, BertTokenizerFast


@dataclass(frozen=True, slots=True)
class TrainingStatus:
    """Where a pretraining stands.

    Attributes:
        step: optimizer steps done.
        steps: optimizer steps in all.
        loss: masked-LM loss in nats, averaged since the last report.
        pieces_per_second: since the last report.
        seconds_left: at that speed.
        learning_rate: of the last step.
    """

    step: int
    steps: int
    loss: float
    pieces_per_second: float
    seconds_left: float
    learning_rate: float


@dataclass(frozen=True)
class Run:
    """Everything that the loop needs; the model is trained in place.

    Attributes:
        shape: size and schedule.
        model: the encoder with its masked-LM head.
        tokenizer: its tokenizer.
        streams: training pieces of every language.
        shares: the probability with which a row is of each language.
        seed: of rows, masks and dropout.
        runtime: device and precision.
        next_sentence: whether the model has that head, and rows are pairs.
        blocks: where every language has position ids of its own, the first of them.
        bitexts: what TLM draws from; empty without it.
        bitext_shares: the probability with which a row of TLM is of each bitext.
        tlm_share: the probability with which a step is TLM.
    """

    shape: Shape
    model: BertForMaskedLM
    tokenizer: BertTokenizerFast
    streams: Mapping[str, PieceStream]
    shares: Mapping[str, float]
    seed: int
    runtime: Runtime
    next_sentence: bool = False
    blocks: Mapping[str, int] = field(default_factory=dict)
    bitexts: Sequence[ParallelStreams] = ()
    bitext_shares: Sequence[float] = ()
    tlm_share: float = 0.0


def train(
    run: Run,
    checkpoint: Path,
    *,
    checkpoint_seconds: float,
    report_every: int,
    progress: Callable[[TrainingStatus], None] | None,
    checkpointed: Callable[[float], None] | None = None,
) -> list[tuple[int, float]]:
    """Trains the model from the checkpoint, where there is one, to the last step.

    It is broken off when `breaking_off.ask` asks for it, with a checkpoint.

    Args:
        run: what is trained, and on what.
        checkpoint: the file; its folder is there.
        checkpoint_seconds: time between two; longer where writing one would take more than a fiftieth of it.
        report_every: steps between two reports.
        progress: told how it goes.
        checkpointed: told after each checkpoint what share of the steps is done.

    Returns:
        The mean masked-LM loss in nats of every `report_every` steps: (steps done, loss).
    """
    import torch

    keep_freed_memory()
    run.model.to(run.runtime.device).train()
    optimizer = adamw_for(run.model, run.shape)
    first, history, losses = _restore(run, optimizer, checkpoint)
    saved = reported = time.monotonic()
    wait, since_report = checkpoint_seconds, 0
    with breaking_off.heeding():
        for step in range(first, run.shape.steps):
            losses.append(train_step(run, optimizer, step))
            since_report += 1
            done, now = step + 1, time.monotonic()
            if done % report_every == 0 or done == run.shape.steps:
                history.append((done, round(float(torch.stack(losses).mean()), 4)))
                if progress is not None:
                    pieces, left = since_report * run.shape.batch_pieces, run.shape.steps - done
                    seconds = now - reported
                    told = (pieces / seconds, left * seconds / since_report, run.shape.rate(step))
                    progress(TrainingStatus(done, run.shape.steps, history[-1][1], *told))
                reported, losses, since_report = now, [], 0
            if now - saved > wait or done == run.shape.steps or breaking_off.asked():
                _save(run, optimizer, checkpoint, done, history, losses)
                if checkpointed is not None:
                    checkpointed(done / run.shape.steps)
                saved = time.monotonic()
                wait = max(checkpoint_seconds, (saved - now) / MOST_OF_TIME if checkpoint_seconds else 0.0)
            breaking_off.leave_if_asked()
    return history


def adamw_for(model: BertForMaskedLM, shape: Shape) -> torch.optim.AdamW:
    """AdamW with the shape's settings on all weights of the model."""
    settings = {"rate": shape.learning_rate, "weight_decay": shape.weight_decay, "beta2": shape.beta2}
    return adamw([(model.parameters(), 1.0)], **settings)


def train_step(run: Run, optimizer: torch.optim.Optimizer, step: int) -> torch.Tensor:
    """One optimizer step on the batch of that number; its masked-LM loss in nats, detached."""
    import torch

    from crossglot.pretraining.objectives import last_hidden, masked_lm_loss, next_sentence_loss

    torch.manual_seed(_torch_seed(run.seed, step))  # so that dropout, too, is a function of seed and step
    rows, masked = masked_batch(run, step)

    def tensor(array: NDArray[np.int64]) -> torch.Tensor:
        return torch.from_numpy(array).to(run.runtime.device)

    dtype = torch.bfloat16 if run.runtime.precision == "bf16" else torch.float32
    parts, positions = (None if array is None else tensor(array) for array in (rows.parts, rows.positions))
    hidden = last_hidden(run.model, tensor(masked.input_ids), parts, positions, dtype=dtype)
    masked_lm = masked_lm_loss(run.model, hidden, tensor(masked.positions), tensor(masked.labels))
    pairs = rows.random
    loss = masked_lm if pairs is None else masked_lm + next_sentence_loss(run.model, hidden, tensor(pairs))
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(run.model.parameters(), run.shape.clip, foreach=True)
    set_rate(optimizer, run.shape.rate(step))
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return masked_lm.detach()


def masked_batch(run: Run, step: int) -> tuple[Rows, MaskedRows]:
    """The rows of a step, as drawn and masked: for TLM, of sentence pairs or of plain text."""
    rng = np.random.default_rng([run.seed, step])
    length, tokenizer = run.shape.row_length(step), run.tokenizer
    size = run.shape.batch_pieces // length
    wanted = Wanted(size, length, tokenizer.cls_token_id, tokenizer.sep_token_id, run.blocks)
    if run.bitexts and rng.random() < run.tlm_share:
        rows = draw_tlm_rows(run.bitexts, run.bitext_shares, wanted, rng)
    else:
        rows = (draw_pairs if run.next_sentence else draw_rows)(run.streams, run.shares, wanted, rng)
    masked = mask_pieces(
        rows.ids, specials=len(SPECIAL_TOKENS), mask_id=tokenizer.mask_token_id, vocab_size=len(tokenizer), rng=rng
    )
    return rows, masked


def _torch_seed(seed: int, step: int) -> int:
    return int(np.random.SeedSequence([seed, step]).generate_state(1, np.uint64)[0] >> 1)


def _save(
    run: Run,
    optimizer: torch.optim.Optimizer,
    path: Path,
    done: int,
    history: list[tuple[int, float]],
    losses: list[torch.Tensor],
) -> None:
    import torch

    tensors = {f"model.{name}": parameter for name, parameter in run.model.named_parameters()}
    for name, parameter in run.model.named_parameters():
        for key, value in optimizer.state[parameter].items():
            tensors[f"optimizer.{name}.{key}"] = value
    if losses:
        tensors["losses"] = torch.stack(losses)
    save_checkpoint(path, tensors, {"steps": done, "history": history})


def _restore(
    run: Run, optimizer: torch.optim.Optimizer, path: Path
) -> tuple[int, list[tuple[int, float]], list[torch.Tensor]]:
    """Puts a checkpoint back into model and optimizer; the steps done, the losses reported and those since."""
    import torch

    if not path.exists():
        return 0, [], []
    tensors, counters = load_checkpoint(path)
    with torch.no_grad():
        for name, parameter in run.model.named_parameters():
            parameter.copy_(tensors[f"model.{name}"])
            prefix = f"optimizer.{name}."
            optimizer.state[parameter] = {
                key.removeprefix(prefix): tensor.to(parameter.device)
                for key, tensor in tensors.items()
                if key.startswith(prefix)
            }
    losses = tensors["losses"].to(run.runtime.device).unbind() if "losses" in tensors else ()
    return int(counters["steps"]), [(step, loss) for step, loss in counters["history"]], list(losses)
