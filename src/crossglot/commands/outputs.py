"""Checks, before any work, that a command can write where it is told to and replaces nothing that is not its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from crossglot.errors import UsageError
from crossglot.files import check_file_place, check_folder_place


def check_out_file(out: Path, *inputs: Path) -> str:
    """Makes sure that a file can be written and is none of the files that are read.

    Args:
        out: where it is wanted.
        inputs: files, and folders with files, that the command reads.

    Returns:
        What to print afterwards: `wrote FILE`, and whether it replaced one that was there.

    Raises:
        NotWrittenError: if it cannot be written, with the reason.
        UsageError: if it is one of the inputs, or in one.
    """
    check_file_place(out)
    if not out.is_file():
        return f"wrote {out}"
    for path in inputs:
        if path.exists() and (path.samefile(out) or path.resolve() in out.resolve().parents):
            raise UsageError(f"{out}: is read by this very command, and would be replaced\n  give another --out")
    return f"wrote {out} in place of the file that was there"


def check_out_folder(out: Path, *inputs: Path, may_replace: Callable[[Path], object]) -> None:
    """Makes sure that a folder can be written as a whole and is none of the folders that are read.

    Raises:
        NotWrittenError: if it cannot be written, with the reason.
        UsageError: if it is one of the inputs, holds one, or holds what may not be replaced.
    """
    for path in inputs:
        if out.exists() and path.exists() and out.resolve() in (path.resolve(), *path.resolve().parents):
            what = "is" if out.samefile(path) else "holds"
            raise UsageError(
                f"{out}: {what} {path}, which this command reads, and would be replaced\n  give another --out"
            )
    check_folder_place(out, may_replace)
