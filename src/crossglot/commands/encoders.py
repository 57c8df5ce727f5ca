"""`crossglot encoders`: which encoders people ask about, and whether they can be used."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from crossglot.commands.given import Command

app = typer.Typer(help="What encoders there are.", no_args_is_help=True)


@app.command("list", cls=Command)
def list_encoders(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts, and nothing else.")] = False,
) -> None:
    """List encoders of the hub, with size, languages, tokenizer and licence.

    Any masked language model of the hub can be named, listed or not. Whether
    one of these can be used is told by its architecture; nothing is downloaded.

    [bold]Example:[/bold]
    crossglot encoders list
    """
    from rich.table import Table

    from crossglot.commands.progress import stdout_console
    from crossglot.commands.streams import write_out
    from crossglot.encoders.known import KnownEncoder, known_encoders

    def described(encoder: KnownEncoder) -> dict[str, Any]:
        plain = {name: getattr(encoder, name) for name in KnownEncoder.__dataclass_fields__}
        return plain | {"usable": not encoder.cannot, "cannot": encoder.cannot, "run": encoder.run}

    found = known_encoders()
    if as_json:
        write_out([json.dumps([described(encoder) for encoder in found], indent=1, ensure_ascii=False) + "\n"])
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("encoder", no_wrap=True)
    for name in ("M", "layers", "wide", "pieces", "languages"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in ("tokenizer", "licence", "remarks"):
        table.add_column(name, overflow="fold")
    for encoder in found:
        remarks = [f"cannot be used: {encoder.cannot}" if encoder.cannot else "", encoder.note]
        remarks.append(f"run here: {encoder.run}" if encoder.run else "")
        table.add_row(
            encoder.id, f"{encoder.parameters:,}", str(encoder.layers), str(encoder.hidden), f"{encoder.pieces:,}",
            encoder.languages, encoder.tokenizer, encoder.licence, "; ".join(filter(None, remarks)),
            style="dim" if encoder.cannot else "",
        )  # fmt: skip
    stdout_console().print(table)
