"""Checks of a model's files before any library reads them: that they are files, not empty, and JSON where wanted."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crossglot import json_files
from crossglot.errors import CrossglotError, ModelError

LFS_POINTER = b"version https://git-lfs.github.com/spec/"
LONGEST_SAID = 300


def check_plain(paths: Iterable[Path]) -> None:
    """Makes sure that these are files, not empty, and can be read.

    Raises:
        ModelError: for a folder, a pipe or a loop of links in a file's place, an empty file, a Git LFS pointer.
    """
    for path in paths:
        try:
            mode = path.stat().st_mode
            if not stat.S_ISREG(mode):
                raise ModelError(f"{path}: not a file, but a {'folder' if stat.S_ISDIR(mode) else 'device or pipe'}")
            with path.open("rb") as file:
                start = file.read(len(LFS_POINTER))
        except FileNotFoundError as error:
            what = f"a link to {path.readlink()}, which is not there" if path.is_symlink() else "no such file"
            raise ModelError(f"{path}: {what}") from error
        except OSError as error:
            raise ModelError(f"{path}: cannot be read: {error.strerror}") from error
        except RuntimeError as error:  # how a loop of links is told before Python 3.13
            raise ModelError(f"{path}: cannot be read: {error}") from error
        if not start:
            raise ModelError(f"{path}: empty\n  copy or download it again")
        if start == LFS_POINTER:
            raise ModelError(
                f"{path}: a Git LFS pointer, not the file itself\n  in its repository, `git lfs pull` brings the file"
            )


def read_object(path: Path) -> dict[str, Any]:
    """A JSON object from a model's folder.

    Raises:
        ModelError: if it is not UTF-8, not JSON, nested too deep, or no object.
    """
    check_plain([path])
    return json_files.read_object(path, ModelError, finite=False)


@contextmanager
def refusing(what: str) -> Iterator[None]:
    """Turns whatever a library raises at files that are not as it wants them into a ModelError: `what`, and why.

    Libraries raise all kinds at what they did not foresee; a panic of those written in Rust is not even an `Exception`.
    """
    try:
        yield
    except CrossglotError:
        raise
    except Exception as error:
        raise ModelError(f"{what}: {in_brief(error)}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise ModelError(f"{what}: {in_brief(error)}") from error


def in_brief(error: BaseException) -> str:
    """An error's message in one line of moderate length, with its class where the message alone says little."""
    said = " ".join(str(error).split()).replace("error: ", "error, ")  # a message has one `error: `, at its beginning
    if isinstance(error, KeyError | IndexError | AttributeError | TypeError | ZeroDivisionError) or not said:
        said = f"{type(error).__name__}: {said}" if said else type(error).__name__
    return said if len(said) <= LONGEST_SAID else said[:LONGEST_SAID] + " …"
