"""`crossglot embed`: sentence vectors of chosen layers as files for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from crossglot.commands.faults import keeping
from crossglot.commands.options import Device, Precision, Threads, encoder_and_revision, limited, listed
from crossglot.errors import DataError, UsageError
from crossglot.files import check_only, whole_folder
from crossglot.limits import LENGTH

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


VECTORS, INDEX, ABOUT = "vectors.npy", "index.tsv", "about.json"


class _Text(NamedTuple):
    """What is embedded: its name, SHA-256 of its bytes (decompressed), numbers and text of lines that are not empty."""

    name: str
    sha256: str
    numbered: list[tuple[int, str]]


def embed(
    encoder: Annotated[str, typer.Argument(metavar="ENCODER", help="Hub id (id@revision) or folder.")],
    text: Annotated[str, typer.Argument(metavar="FILE", help="Plain text, one sentence per line; - reads stdin.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where vectors and index are written.")],
    layers: Annotated[
        str | None, typer.Option(metavar="N,N", help="Hidden layers, 0 being the embeddings; all unless given.")
    ] = None,
    max_length: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            callback=limited(LENGTH),
            help="Pieces per window; longer sentences are cut into several, none is lost.",
        ),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(metavar="LANG", help="Of the text: needed by encoders with separate position ids per language."),
    ] = None,
    device: Device = "auto",
    precision: Precision = "fp32",
    threads: Threads = None,
) -> None:
    r"""Write sentence vectors: the mean over word pieces at each layer.

    vectors.npy is a float32 array (layers, sentences, hidden), index.tsv has
    the line number and the text of each sentence, quoted as csv readers expect
    it, about.json how it was made.

    [bold]Example:[/bold]
    crossglot embed models/m-bert-small ntrex128.de --out runs/de-vectors \
      --layers 2,3
    """
    from crossglot.alignment import vectors
    from crossglot.commands.outputs import check_out_folder
    from crossglot.commands.progress import bar, stderr_console
    from crossglot.commands.streams import STREAM
    from crossglot.encoders.loading import load_encoder
    from crossglot.encoders.origin import path_named
    from crossglot.runtime import resolve_runtime

    wanted = None if layers is None else _layers(layers)
    name, revision = encoder_and_revision(encoder)
    read = [path_named(name), *([] if text == STREAM else [Path(text)])]
    check_out_folder(out, *read, may_replace=check_replaceable)
    runtime = resolve_runtime(device, precision, threads=threads)
    source = _read_text(text)
    loaded = load_encoder(name, revision=revision, device=runtime.device)
    chosen = vectors.check_layers(loaded, wanted)
    reader = loaded.for_language(language) if language else loaded
    with whole_folder(out, may_replace=check_replaceable) as half:
        with keeping("no vectors were written"), bar("embedding") as moved:
            written = vectors.embed(
                reader, [line for _, line in source.numbered], layers=chosen, max_length=max_length,
                device=runtime.device, precision=runtime.precision, out=half / VECTORS, progress=moved,
            )  # fmt: skip
            written.flush()  # type: ignore[attr-defined]
        _write_index(half, source)
        _write_about(
            half, source, written, encoder=loaded.name, revision=loaded.revision, language=language, layers=chosen,
            max_length=vectors.longest_window(reader, max_length), precision=runtime.precision,
        )  # fmt: skip
    shape = f"{len(chosen)} layers of {len(source.numbered)} sentences, {written.shape[2]} wide"
    stderr_console().print(f"wrote {out / VECTORS}: {shape}", style="dim", soft_wrap=True)


def check_replaceable(folder: Path) -> None:
    """Makes sure that a folder holds what an earlier `crossglot embed` wrote and nothing else.

    Raises:
        UsageError: if it holds anything else.
    """
    check_only(folder, (VECTORS, INDEX, ABOUT), "vectors", is_whole=_is_about_vectors(folder / ABOUT))


def _is_about_vectors(path: Path) -> bool:
    import json

    try:
        about = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(about, dict) and {"crossglot", "vectors", "shape"} <= about.keys()


def _read_text(text: str) -> _Text:
    """The text of a file, or of standard input, decoded alike."""
    import hashlib

    from crossglot.commands.streams import STREAM, standard_input
    from crossglot.corpora.opening import Held, named, read_bytes
    from crossglot.corpora.plain import read_lines

    given = standard_input("the text") if text == STREAM else text
    path, data = named(given), read_bytes(given)  # once: a pipe cannot be read again
    lines = read_lines(Held(str(path), data))
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not numbered:
        raise DataError("has no sentence", path=path, remedy="It is empty: write one sentence per line.")
    return _Text(path.name if text == STREAM else Path(text).name, hashlib.sha256(data).hexdigest(), numbered)


def _layers(value: str) -> list[int]:
    try:
        return [int(part) for part in listed(value, "--layers") or []]
    except ValueError:
        raise UsageError(f"--layers {value}: write whole numbers with commas, for example --layers 4,8") from None


def _write_index(out: Path, source: _Text) -> None:
    from crossglot.corpora.opening import write_text
    from crossglot.csv_cells import csv_text

    # tabs and whatever may end a line become blanks: the text is there to be recognised
    lines = ((row, number, " ".join(line.split())) for row, (number, line) in enumerate(source.numbered))
    write_text(out / INDEX, [csv_text([("row", "line", "text"), *lines], delimiter="\t")])


def _write_about(out: Path, source: _Text, vectors: NDArray[np.float32], **made: object) -> None:
    import json

    from crossglot import __version__

    about = {
        **made,
        "vectors": "mean over word pieces, special pieces left out",
        "axes": ["layers", "sentences", "hidden"],
        "shape": vectors.shape,
        "dtype": str(vectors.dtype),
        "text": source.name,
        "sha256": source.sha256,
        "crossglot": __version__,
    }
    (out / ABOUT).write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
