"""Presets of pretraining: how large an encoder is and the schedule that suits it, from two cores to a GPU node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType

from crossglot.adamw import linear_rate
from crossglot.errors import UsageError
from crossglot.limits import (
    BATCH_PIECES,
    LAYERS,
    LENGTH,
    RATE,
    STEPS,
    VOCABULARY,
    WIDTH,
    check_all,
)
from crossglot.runtime import machine_memory


@dataclass(frozen=True, slots=True)
class Shape:
    """Size and schedule of one pretraining.

    Attributes:
        name: how the preset is called; a changed preset keeps its name and its settings are recorded in full.
        layers: Transformer layers.
        hidden: width of a layer.
        heads: attention heads; they divide `hidden`.
        vocab_size: word pieces, special tokens included.
        positions: longest input in pieces.
        length: row length in pieces of most steps.
        full_share: share of the steps whose rows are as long as the longest input, at most half: every second step of
            the last 2 · full_share. From the start they keep a small multilingual model on its plateau; at the very
            end, where BERT had its 10 %, the rate is too low for positions that were never seen.
        batch_pieces: pieces in a batch; rows = batch_pieces // row length.
        steps: optimizer steps.
        learning_rate: peak rate, reached after the warm-up and then decayed linearly to 0.
        warmup: share of the steps in which the rate rises linearly.
        dropout: on hidden states and attention weights while pretraining.
        weight_decay: decoupled decay, on all but norms and biases.
        beta2: decay of Adam's second moment.
        clip: largest norm of the gradient.
        initializer_range: standard deviation of the initial weights. BERT's 0.02 is meant for 768 units; narrower
            layers need more, or attention starts uniform and the model stays on the unigram plateau.
        finetuning_rate: a rate for taggers on encoders of this shape where a search would take too long; None leaves
            it to a search for each task (`tagging.search`).
    """

    name: str
    layers: int
    hidden: int
    heads: int
    vocab_size: int
    positions: int
    length: int
    full_share: float
    batch_pieces: int
    steps: int
    learning_rate: float
    warmup: float
    dropout: float
    weight_decay: float = 0.01
    beta2: float = 0.98
    clip: float = 1.0
    initializer_range: float = 0.02
    finetuning_rate: float | None = None

    def __post_init__(self) -> None:
        """Refuses sizes that cannot be built.

        Raises:
            UsageError: naming the field.
        """
        limits = {
            "layers": LAYERS, "hidden": WIDTH, "heads": WIDTH, "vocab_size": VOCABULARY, "positions": LENGTH,
            "length": LENGTH, "batch_pieces": BATCH_PIECES, "steps": STEPS, "learning_rate": RATE,
            "finetuning_rate": RATE,
        }  # fmt: skip
        check_all([(field, getattr(self, field), allowed) for field, allowed in limits.items()])
        if self.hidden % self.heads:
            raise UsageError(f"hidden ({self.hidden}) must be a multiple of heads ({self.heads})")
        if not 8 <= self.length <= self.positions:
            raise UsageError(f"length ({self.length}) must lie between 8 and positions ({self.positions})")
        if self.batch_pieces < self.positions:
            raise UsageError(f"batch_pieces ({self.batch_pieces}) must hold one row of {self.positions} pieces")
        if not 0 <= self.full_share <= 0.5:
            raise UsageError(f"full_share must lie between 0 and 0.5, not {self.full_share}")

    def row_length(self, step: int) -> int:
        """Row length in pieces of the 0-based step."""
        mixed = step - round(self.steps * (1 - 2 * self.full_share))
        return self.positions if mixed >= 0 and mixed % 2 == 1 else self.length

    def rate(self, step: int) -> float:
        """Learning rate of the 0-based step: linear warm-up to the peak, then linear decay that would end in 0."""
        warmup = max(1, round(self.steps * self.warmup))
        return linear_rate(step, self.steps, peak=self.learning_rate, warmup=warmup, from_zero=False)

    def require_memory(self, vocabulary: int, *, on_cpu: bool = True) -> None:
        """Refuses an encoder that this machine has not the memory for, before the system kills the process.

        The estimate is a lower bound: weights alone, and where they are trained on the CPU their gradients, Adam's two
        moments, and the hidden states of a batch that the backward pass needs.

        Args:
            vocabulary: word pieces that there are.
            on_cpu: whether it is trained there, and not on a GPU.

        Raises:
            UsageError: saying how much is wanted and what there is.
        """
        weights = self.layers * 12 * self.hidden**2 + (vocabulary + self.positions) * self.hidden
        states = self.batch_pieces * self.layers * self.hidden * 8
        wanted, there = (16 * weights + 2 * states if on_cpu else 4 * weights), machine_memory()
        if wanted > there:
            raise UsageError(
                f"an encoder of {self.layers} layers, {self.hidden} wide, {vocabulary:,} word pieces and "
                f"{self.batch_pieces:,} pieces per batch needs at least {wanted / 2**30:,.0f} GB of memory, and there "
                f"are {there / 2**30:,.0f}: choose a smaller shape, or fewer layers, width or pieces per batch"
            )

    def changed(self, **fields: object) -> Shape:
        """This shape with the fields that are not None replaced."""
        return replace(self, **{name: value for name, value in fields.items() if value is not None})  # type: ignore[arg-type]

    def settings(self) -> dict[str, object]:
        """The fields that a pretraining's result depends on, as recorded beside the encoder."""
        return {name: value for name, value in asdict(self).items() if name != "finetuning_rate"}


_PRESETS = (
    # One core, ten minutes, a dozen constructed languages of some 90 words: the encoders that `crossglot demo` uses.
    Shape(
        name="demo", layers=3, hidden=64, heads=2, vocab_size=4_000, positions=64, length=32, full_share=0.0,
        batch_pieces=1_024, steps=12_000, learning_rate=4e-3, warmup=0.1, dropout=0.0, initializer_range=0.07,
        finetuning_rate=3e-3,
    ),
    # Two cores, minutes: enough to see a run through.
    Shape(
        name="tiny", layers=2, hidden=64, heads=2, vocab_size=4_000, positions=128, length=32, full_share=0.25,
        batch_pieces=4_096, steps=1_000, learning_rate=4e-3, warmup=0.1, dropout=0.0, initializer_range=0.07,
    ),
    # One core, half an hour: the encoders kept under models/.
    Shape(
        name="small", layers=4, hidden=128, heads=2, vocab_size=12_000, positions=128, length=32, full_share=0.25,
        batch_pieces=4_096, steps=12_000, learning_rate=3e-3, warmup=0.1, dropout=0.0, initializer_range=0.05,
    ),
    # A workstation or one GPU, hours; Dufter & Schütze (2020) trained theirs 13,500 steps of 256 × 128 pieces.
    Shape(
        name="medium", layers=8, hidden=256, heads=4, vocab_size=32_000, positions=256, length=128, full_share=0.1,
        batch_pieces=32_768, steps=30_000, learning_rate=1e-3, warmup=0.05, dropout=0.1, initializer_range=0.035,
    ),
    # BERT-base with M-BERT's vocabulary size and BERT's schedule: a GPU node, days.
    Shape(
        name="base", layers=12, hidden=768, heads=12, vocab_size=119_547, positions=512, length=128, full_share=0.1,
        batch_pieces=131_072, steps=1_000_000, learning_rate=1e-4, warmup=0.01, dropout=0.1, beta2=0.999,
    ),
)  # fmt: skip

SHAPES: Mapping[str, Shape] = MappingProxyType({shape.name: shape for shape in _PRESETS})


def find_shape(shape: str | Shape) -> Shape:
    """The preset of that name, or the shape itself.

    Raises:
        UsageError: for a name that is no preset.
    """
    if isinstance(shape, Shape):
        return shape
    if shape not in SHAPES:
        raise UsageError(f"unknown shape '{shape}': use one of {', '.join(SHAPES)}")
    return SHAPES[shape]
