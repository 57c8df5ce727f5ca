"""`crossglot embed`: sentence vectors of chosen layers, for other people's use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crossglot.commands.faults import keeping
from crossglot.commands.options import Device, Precision, Threads, encoder_and_revision, listed
from crossglot.errors import DataError, StorageError, UsageError

if TYPE_CHECKING:
    from crossglot.encoders.encoder import Encoder
    from crossglot.runtime import Runtime

VECTORS, INDEX, ABOUT = "vectors.npy", "index.tsv", "about.json"


def embed(
    encoder: Annotated[str, typer.Argument(metavar="ENCODER", help="Hub id (id@revision) or folder.")],
    text: Annotated[str, typer.Argument(metavar="FILE", help="Plain text, one sentence a line; - reads stdin.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where vectors and index are written.")],
    layers: Annotated[
        str | None, typer.Option(metavar="N,N", help="Hidden layers, 0 being the embeddings; all unless given.")
    ] = None,
    max_length: Annotated[
        int | None,
        typer.Option(metavar="N", min=3, help="Pieces a window; longer sentences are cut into several, none is lost."),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(metavar="LANG", help="Of the text: needed by encoders with separate position ids a language."),
    ] = None,
    device: Device = "auto",
    precision: Precision = "fp32",
    threads: Threads = None,
) -> None:
    r"""Write sentence vectors: the mean over word pieces at each layer.

    vectors.npy is a float32 array (layers, sentences, hidden), index.tsv has
    the line number and the text of each sentence, about.json how it was made.

    [bold]Example:[/bold]
    crossglot embed models/m-bert-small ntrex128.de --out runs/de-vectors \
      --layers 2,3
    """
    from crossglot.alignment import vectors
    from crossglot.commands.progress import bar, stderr_console
    from crossglot.encoders.loading import load_encoder
    from crossglot.runtime import resolve_runtime

    numbered = _numbered_lines(text)
    wanted = None if layers is None else _layers(layers)
    runtime = resolve_runtime(device, precision, threads=threads)
    name, revision = encoder_and_revision(encoder)
    loaded = load_encoder(name, revision=revision, device=runtime.device)
    chosen = vectors.check_layers(loaded, wanted)
    reader = loaded.for_language(language) if language else loaded
    try:
        out.mkdir(parents=True, exist_ok=True)
        with keeping("no vectors were written"), bar("embedding") as moved:
            half = out / f".{VECTORS}"
            written = vectors.embed(
                reader, [line for _, line in numbered], layers=chosen, max_length=max_length, runtime=runtime,
                out=half, progress=moved,
            )  # fmt: skip
            written.flush()  # type: ignore[attr-defined]
        half.replace(out / VECTORS)
        _write_index(out, numbered)
        _write_about(out, loaded, chosen, runtime, text)
    except OSError as error:
        raise StorageError(f"{out}: the vectors cannot be written: {error}") from error
    shape = f"{len(chosen)} layers of {len(numbered)} sentences, {written.shape[2]} wide"
    stderr_console().print(f"wrote {out / VECTORS}: {shape}", style="dim", soft_wrap=True)


def _numbered_lines(text: str) -> list[tuple[int, str]]:
    """Lines that are not empty, with their numbers from 1."""
    import sys

    from crossglot.corpora.plain import read_lines

    lines = (line.rstrip("\r\n") for line in sys.stdin) if text == "-" else read_lines(text)
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not numbered:
        raise DataError("has no sentence", path=text, remedy="The file is empty: write one sentence a line.")
    return numbered


def _layers(value: str) -> list[int]:
    try:
        return [int(part) for part in listed(value) or []]
    except ValueError:
        raise UsageError(f"--layers {value}: write whole numbers with commas, for example --layers 4,8") from None


def _write_index(out: Path, numbered: list[tuple[int, str]]) -> None:
    from crossglot.corpora.opening import write_text

    # what would start a new field or line is a blank: the text is there to be recognised
    rows = (f"{row}\t{number}\t{' '.join(line.split())}\n" for row, (number, line) in enumerate(numbered))
    write_text(out / INDEX, ["row\tline\ttext\n", *rows])


def _write_about(out: Path, encoder: Encoder, layers: tuple[int, ...], runtime: Runtime, text: str) -> None:
    import json

    from crossglot import __version__

    about = {
        "encoder": encoder.name,
        "revision": encoder.revision,
        "layers": layers,
        "vectors": "mean over word pieces, special pieces left out",
        "axes": ["layers", "sentences", "hidden"],
        "text": Path(text).name,
        "precision": runtime.precision,
        "crossglot": __version__,
    }
    (out / ABOUT).write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
