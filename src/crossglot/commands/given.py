"""Refuses what no command takes: an option given twice, of which only the last would count, and an empty name.

An empty name comes from a shell variable that was not set. A folder so named would be the current one, a list no list.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from typer import BadParameter
from typer.core import TyperCommand

from crossglot.remedies import settings_called

OPTIONS = {"columns": "column", "corpora": "corpus", "learning_rate": "lr", "head_learning_rate": "head_lr",
           "format": "format_", "eval": "eval_"}  # fmt: skip
"""Settings whose options have other names."""
STUDY_FIELDS = ("column", "corpora", "data", "device", "eval", "format", "head_start", "learning_rate", "lenient",
                "sources", "tag_column", "targets", "train")  # fmt: skip
"""Settings that remedies name and that a study has as fields."""


class Command(TyperCommand):
    """The class of all our commands: one that refuses repeated options and empty names."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: D102 - the framework's own hook
        parameter: Any
        if not ctx.resilient_parsing:
            values, _, order = self.make_parser(ctx).parse_args(args=list(args))
            for parameter in self.get_params(ctx):
                several = parameter.nargs == -1 or getattr(parameter, "multiple", False)
                if not several and sum(one is parameter for one in order) > 1:
                    raise BadParameter("is given twice; give it once", ctx=ctx, param=parameter)
                if any(not value.strip() for value in _texts(values.get(parameter.name))):
                    raise BadParameter("is empty; give it a value, or leave it out", ctx=ctx, param=parameter)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:  # noqa: D102 - the framework's own hook
        with settings_called(partial(name_of, self)):
            return super().invoke(ctx)


def name_of(command: Any, name: str) -> str:
    """What a command calls a setting: its option, a field of its study, or nothing."""
    parameters = {parameter.name: parameter for parameter in command.params}
    given = parameters.get(OPTIONS.get(name, name))
    if given is not None and given.param_type_name == "option":
        return str(given.opts[-1])
    return f"{name} in the study" if "study" in parameters and name in STUDY_FIELDS else ""


def _texts(value: object) -> Iterator[str]:
    """The strings that a parameter was given, one or several."""
    for one in value if isinstance(value, list | tuple) else (value,):
        if isinstance(one, str):
            yield one
