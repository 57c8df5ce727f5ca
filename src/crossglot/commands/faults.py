"""How a command ends: the exit statuses, and one clear message on stderr for each way of going wrong.

0 done · 2 wrong usage or bad input (one message, no traceback) · 1 a fault of ours (traceback and how to report it) ·
3 what a command compares differs (it says where) · stopped: 130 by Ctrl-C, 143 by SIGTERM, 129 by a terminal that was
closed, 138 by a batch system's warning (see `stopping`) · 141 nobody reads the output any more (no message).
"""

from __future__ import annotations

import errno
import os
import shlex
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from crossglot.characters import log_visibly, visible, write_any_text
from crossglot.commands import stopping
from crossglot.commands.streams import finish_output, give_up_output, is_unread, settle_output, unwritable
from crossglot.errors import CrossglotError, UsageError
from crossglot.files import REASONS, is_disk_full, why_not_written

BAD_INPUT = 2
UNREAD = 141
OUR_FAULT = 1
DIFFERENT = 3
STEPS = "steps"  # of a run's folder: the store

# Errors of the system that the user can mend, wherever they were raised. A missing file is not among them, because
# every reader says itself which file it wanted.
USERS_TO_MEND = REASONS.keys() - {errno.ENOENT, errno.ENOTEMPTY, errno.EBUSY, errno.EXDEV}
KEPT = "everything finished before is kept, so the same command goes on from there"


_typed: list[str] = []  # the arguments of the command


class StoppedError(Exception):
    """A command was stopped, with a message that says what it kept, and whether the same command goes on from there."""

    def __init__(self, message: str, *, goes_on: bool) -> None:
        super().__init__(message)
        self.goes_on = goes_on


@contextmanager
def keeping(what: str | Callable[[], str], *, goes_on: bool = False) -> Iterator[None]:
    """Says, when the block is stopped, what is kept and how to go on.

    Args:
        what: the words, or a function that finds them when they are needed.
        goes_on: whether the same command goes on from what is kept; then it is said once more.
    """
    try:
        yield
    except BaseException as stop:
        if not _is_stop(stop):
            raise
        raise StoppedError(what if isinstance(what, str) else what(), goes_on=goes_on) from stop


def kept_steps(out: Path, running: Iterable[str] = (), *, store: str = "", kept: int = 0) -> str:
    """What a study has kept in this folder so far, and what has become of the steps that were running, by title.

    With a `store` at a URL it is the number of those `kept` there, as far as the run has heard: to ask once more could
    take long, and what other nodes finished need not have a copy here.
    """
    from crossglot.engine.going import halves

    steps = out / STEPS
    where, finished = (store, kept) if store else (steps, sum(1 for _ in steps.glob("[!.]*/step.json")))
    said = f"finished steps are kept in {where} ({finished} so far)"
    lines = [said if finished else f"no step was finished yet; finished steps are kept in {where}"]
    shares = {half.title: half.share for half in halves(steps)}
    for title in running:
        what = f"{100 * shares[title]:.0f} % of it are kept" if title in shares else "it begins anew"
        lines.append(f"  was running: {title}: {what}")
    return "\n".join(lines)


class CommandGroup(TyperGroup):
    """The root of all commands; turns every exception of a command into its message and exit status.

    Before that, it makes standard output and error accept whatever characters names hold.
    """

    def main(self, *arguments: Any, **options: Any) -> Any:  # noqa: D102 - the framework's own hook
        for stream in (sys.stdout, sys.stderr):
            write_any_text(stream)
        log_visibly()
        try:
            return super().main(*arguments, **options)
        except OSError as error:  # of help and usage, which are printed before any command is in charge
            _stop_without_output(error)

    def make_context(  # noqa: D102 - likewise
        self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any
    ) -> Any:
        _typed[:] = args
        try:
            with _visible_complaints():
                return super().make_context(info_name, args, parent, **extra)
        except KeyboardInterrupt as stop:
            _stopped(stop)

    def invoke(self, ctx: Any) -> Any:  # noqa: D102 - the framework's own hook
        try:
            with _visible_complaints():
                _check_names(_typed)
                done = super().invoke(ctx)
                finish_output()
                return done
        except SystemExit:
            raise
        except BaseException as error:  # a library in Rust that panics raises no Exception
            if _is_stop(error):
                _stopped(error)
            if belongs_to_framework(error):
                raise
            if isinstance(error, BrokenPipeError) and is_unread():
                give_up_output()
                raise typer.Exit(UNREAD) from error
            message = what_user_can_mend(error)
            if message is None:
                _our_fault(error)
            if wants_traceback(ctx):
                say("".join(traceback.format_exception(error)).rstrip())
            say(f"error: {message}")
            settle_output()
            raise typer.Exit(BAD_INPUT) from error


def _check_names(typed: Iterable[str]) -> None:
    """Refuses names that are not UTF-8, at which libraries for models and tables fail in the middle of their work.

    Raises:
        UsageError: for an argument, or for the current folder, which may also be gone.
    """
    try:
        here = str(Path.cwd())
    except OSError as error:  # where some libraries end the whole process
        raise UsageError("the folder you are in is gone: it was deleted or moved\n  cd to another first") from error
    for name in (*typed, here):
        try:
            name.encode("utf-8")
        except UnicodeEncodeError:
            raise UsageError(f"{name}: is not UTF-8\n  rename it, or set a locale whose encoding is UTF-8") from None


def _is_stop(error: BaseException) -> bool:
    """Whether a signal caused the error, even if a library turned the interrupt into an error of its own."""
    if isinstance(error, KeyboardInterrupt | StoppedError):
        return True
    return stopping.stopped_by() is not None and not isinstance(error, SystemExit)


def _stopped(stop: BaseException) -> NoReturn:
    kept = f"; {stop}" if isinstance(stop, StoppedError) else ""
    if isinstance(stop, StoppedError) and stop.goes_on:
        kept += f"\n  to go on: {shlex.join(('crossglot', *_typed))}"
    with suppress(OSError):  # a terminal that was closed hears nothing any more
        say(f"\nstopped{kept}")
    raise typer.Exit(stopping.exit_status()) from stop


@contextmanager
def _visible_complaints() -> Iterator[None]:
    """Writes out unseen characters in the command framework's messages on wrong usage, which repeat what was typed."""
    try:
        yield
    except Exception as error:
        if isinstance(message := getattr(error, "message", None), str) and belongs_to_framework(error):
            error.message = visible(message)  # type: ignore[attr-defined]
        raise


def what_user_can_mend(error: BaseException) -> str | None:
    """The message for an error that the user can act on; None for anything else."""
    if isinstance(error, CrossglotError):
        return str(error)
    chain: BaseException | None = error
    while chain is not None:
        if is_disk_full(chain) or (isinstance(chain, OSError) and chain.errno in USERS_TO_MEND):
            return _refused(chain)
        chain = chain.__cause__ or chain.__context__
    return None


def _refused(error: BaseException) -> str:
    why, remedy = why_not_written(error) or (str(error), "")
    if getattr(error, "errno", None) in (errno.EACCES, errno.EPERM):
        remedy = ""  # the remedy is about writing, and reading may have been refused
    elif is_disk_full(error):
        remedy = f"{remedy}; {KEPT}"
    path = getattr(error, "filename", None)
    return (f"{path}: " if path else "") + why + (f"\n  {remedy}" if remedy else "")


def belongs_to_framework(error: BaseException) -> bool:
    """Whether the command framework itself deals with it: exits, usage errors."""
    return type(error).__module__.split(".")[0] in ("typer", "click")


def _our_fault(error: BaseException) -> NoReturn:
    say("".join(traceback.format_exception(error)).rstrip())
    say(
        f"\nerror: this is a fault of crossglot, not of yours ({type(error).__name__})"
        f"\n  please open an issue where you got it, with the lines above, the command and `crossglot --version`"
    )
    raise typer.Exit(OUR_FAULT) from error


def _stop_without_output(error: OSError) -> NoReturn:
    """Ends the program when its own output could not be written."""
    give_up_output()
    say(f"error: {unwritable(error)}")
    raise SystemExit(BAD_INPUT) from error


def wants_traceback(ctx: Any) -> bool:
    """Whether `--debug` or CROSSGLOT_DEBUG asks for tracebacks of usage and data errors too."""
    return bool(ctx.params.get("debug")) or os.environ.get("CROSSGLOT_DEBUG", "") not in ("", "0")


def say(message: str) -> None:
    """One message to stderr: no markup, no wrapping, so that paths can be copied."""
    typer.echo(visible(message), file=sys.stderr)
