"""`crossglot pretrain`: a small encoder from plain text."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crossglot.commands.faults import keeping
from crossglot.commands.options import Device, Precision, Threads, limited, repeated_pairs
from crossglot.errors import UsageError
from crossglot.limits import BATCH_PIECES, BYTES, LAYERS, RATE, SEED, SMOOTHING, SOME_SHARE, STEPS, VOCABULARY, WIDTH

if TYPE_CHECKING:
    from crossglot.pretraining.loop import TrainingStatus


def pretrain(
    text: Annotated[
        list[str], typer.Option(metavar="LANG=FILE", help="Plain text of a language (.gz, .xz); repeat for more.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the encoder is written; a second call goes on.")],
    shape: Annotated[
        str, typer.Option(metavar="NAME", help="Size and schedule: tiny, small, medium or base.")
    ] = "tiny",
    steps: Annotated[
        int | None, typer.Option(metavar="N", callback=limited(STEPS), help="Steps, instead of the shape's.")
    ] = None,
    vocab_size: Annotated[
        int | None, typer.Option(metavar="N", callback=limited(VOCABULARY), help="Word pieces, likewise.")
    ] = None,
    lr: Annotated[
        float | None, typer.Option(metavar="X", callback=limited(RATE), help="Highest learning rate, likewise.")
    ] = None,
    batch_pieces: Annotated[
        int | None, typer.Option(metavar="N", callback=limited(BATCH_PIECES), help="Pieces per batch, likewise.")
    ] = None,
    layers: Annotated[
        int | None, typer.Option(metavar="N", callback=limited(LAYERS), help="Transformer layers, likewise.")
    ] = None,
    hidden: Annotated[
        int | None, typer.Option(metavar="N", callback=limited(WIDTH), help="Width of a layer, likewise.")
    ] = None,
    heads: Annotated[
        int | None, typer.Option(metavar="N", callback=limited(WIDTH), help="Attention heads, likewise.")
    ] = None,
    exponent: Annotated[
        float,
        typer.Option(
            metavar="X",
            callback=limited(SMOOTHING),
            help="Smoothing of the languages' shares: 1 as the text is, 0 all alike.",
        ),
    ] = 0.7,
    next_sentence: Annotated[
        bool, typer.Option("--next-sentence", help="Learn next-sentence prediction too, as M-BERT did.")
    ] = False,
    bitext: Annotated[
        list[str] | None,
        typer.Option(metavar="LANG-LANG=FILE,FILE", help="Line-aligned text of two languages; repeat for more pairs."),
    ] = None,
    tlm_share: Annotated[
        float,
        typer.Option(
            metavar="X",
            callback=limited(SOME_SHARE),
            help="Share of the steps that are on bitexts, where there are any.",
        ),
    ] = 0.5,
    separate_positions: Annotated[
        bool, typer.Option("--separate-positions", help="Position ids of its own for every language.")
    ] = False,
    max_bytes: Annotated[
        int | None, typer.Option(metavar="N", callback=limited(BYTES), help="At most so much text per language.")
    ] = None,
    max_total_bytes: Annotated[
        int | None,
        typer.Option(
            metavar="N", callback=limited(BYTES), help="At most so much text in all; languages keep their shares."
        ),
    ] = None,
    role: Annotated[
        str | None, typer.Option(metavar="ROLE", help="m-bert or en-bert; else told by the languages of the text.")
    ] = None,
    finetuning_rate: Annotated[
        float | None,
        typer.Option(metavar="X", callback=limited(RATE), help="Rate for taggers on this encoder, kept beside it."),
    ] = None,
    dtype: Annotated[str, typer.Option(metavar="T", help="How the weights are stored: fp32 or bf16.")] = "fp32",
    seed: Annotated[
        int, typer.Option(metavar="N", callback=limited(SEED), help="Of vocabulary, weights, batches and masks.")
    ] = 1,
    device: Device = "auto",
    precision: Precision = "auto",
    threads: Threads = None,
    track: Annotated[
        str,
        typer.Option(
            metavar="T",
            help="tensorboard: write curves to files in DIR/tensorboard (pip install 'crossglot\\[tensorboard]').",
        ),
    ] = "",
    restart: Annotated[bool, typer.Option("--restart", help="Start over, even if a checkpoint is there.")] = False,
) -> None:
    r"""Pretrain a BERT on plain text of one or many languages.

    Masked language modelling, no language marker, WordPiece from smoothed
    sampling, as M-BERT; with --bitext translation language modelling, too.
    Writes an ordinary Hugging Face folder. Interrupted anywhere, the same
    command goes on from its last checkpoint.

    [bold]Example:[/bold]
    crossglot pretrain --text en=en.txt.gz --text de=de.txt.gz \
      --shape small --out models/my-m-bert
    """
    from crossglot.commands.progress import stderr_console
    from crossglot.pretraining.pretrain import pretrain as pretrain_encoder
    from crossglot.runtime import use_threads

    texts = {language: [Path(path) for path in paths] for language, paths in repeated_pairs(text, "--text").items()}
    bitexts = _bitexts(bitext or [], texts)
    use_threads(threads)
    with keeping(lambda: _kept(out), goes_on=True), _shown() as progress:
        pretrain_encoder(
            texts, out, shape=shape, steps=steps, vocab_size=vocab_size, learning_rate=lr, batch_pieces=batch_pieces,
            layers=layers, hidden=hidden, heads=heads, exponent=exponent, next_sentence=next_sentence, bitexts=bitexts,
            tlm_share=tlm_share, separate_positions=separate_positions, max_bytes=max_bytes,
            max_total_bytes=max_total_bytes, role=role, finetuning_rate=finetuning_rate, dtype=dtype, seed=seed,
            device=device, precision=precision, progress=progress, resume=not restart, track=track,
        )  # fmt: skip
    stderr_console().print(f"wrote {out}", style="dim", soft_wrap=True)
    _print_perplexities(out)


def _kept(out: Path) -> str:
    from crossglot.encoders.whole import RECORD
    from crossglot.pretraining.folder import CHECKPOINT

    if (out / RECORD).exists():
        return f"the encoder in {out} is finished"
    if (out / CHECKPOINT).exists():
        return f"the last checkpoint is kept in {out}"
    return "there is no checkpoint yet: the same command begins anew"


def _bitexts(values: Iterable[str], languages: Collection[str]) -> dict[tuple[str, str], tuple[Path, Path]]:
    """`["en-de=a,b"]` → `{("en", "de"): (a, b)}`; in `pt-BR-en` the languages that have text tell where the first ends.

    Raises:
        UsageError: for any other form, a pair that comes twice, or a language without text.
    """
    found: dict[tuple[str, str], tuple[Path, Path]] = {}
    for name, files in ((name, file) for name, given in repeated_pairs(values, "--bitext").items() for file in given):
        parts = name.split("-")
        cuts = [("-".join(parts[:at]), "-".join(parts[at:])) for at in range(1, len(parts))]
        pair = next((cut for cut in cuts if set(cut) <= set(languages)), None)
        paths = [Path(path.strip()) for path in files.split(",") if path.strip()]
        if not cuts or len(paths) != 2:
            raise UsageError(
                f"--bitext {name}={files}: write two languages and two files, as in --bitext en-de=FILE,FILE"
            )
        if pair is None:
            raise UsageError(
                f"--bitext {name}={files}: both languages need a --text, and it is of {', '.join(languages)}"
            )
        if pair in found or pair[::-1] in found:
            raise UsageError(f"--bitext {name}: comes twice; join the files of a pair into one for each language")
        found[pair] = (paths[0], paths[1])
    return found


@contextmanager
def _shown() -> Iterator[Callable[[TrainingStatus], None]]:
    """A bar with loss, speed and time to go on a terminal; elsewhere a line every tenth of the way."""
    from crossglot.amounts import spell_seconds
    from crossglot.commands.progress import stderr_console
    from crossglot.terminal import bars

    console = stderr_console()
    shown = bars(console)
    task = shown.add_task("reading text, training the vocabulary", total=None)
    told = 0

    def moved(now: TrainingStatus) -> None:
        nonlocal told
        speed = f"{now.pieces_per_second:,.0f} pieces/s"
        line = f"step {now.step}/{now.steps} · loss {now.loss:.3f} · {speed} · {spell_seconds(now.seconds_left)} to go"
        shown.update(task, completed=now.step, total=now.steps, description=line)
        if not console.is_terminal and 10 * now.step // now.steps > told:
            told = 10 * now.step // now.steps
            console.print(line, soft_wrap=True)

    if not console.is_terminal:
        yield moved
        return
    with shown:
        yield moved


def _print_perplexities(out: Path) -> None:
    import json

    from crossglot.commands.progress import stdout_console

    notes = json.loads((out / "crossglot.json").read_text(encoding="utf-8"))
    perplexities = notes.get("perplexity", {})
    shown = ", ".join(f"{language} {value:.1f}" for language, value in perplexities.items())
    stdout_console().print(f"held-out perplexity of masked pieces: {shown}", soft_wrap=True)
