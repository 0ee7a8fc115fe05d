"""Commands that are imported when one is asked for: all of them take a second, `status` half of it.

As Click's documentation has it, « Lazily Loading Subcommands ».
"""

from collections.abc import Collection, Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

_PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


class _QuickHelp:
    """Typer gives `--help` no default, and asks pydantic whether that is a bool: a tenth of a second."""

    def get_help_option(self, ctx: Any) -> Any:  # Click's types are private to Typer
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.default = False
        return option


class _Command(_QuickHelp, TyperCommand):
    pass


def lazy_app(places: Mapping[str, str], help_: str, passing: Collection[str] = ()) -> typer.Typer:
    """`places`: where each command stands, as `module:object`, a function or a Typer; in the help's order.

    `passing`: those that pass on what they do not know.
    """

    class Lazy(_QuickHelp, TyperGroup):
        def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  # Click's types are private to Typer
            return list(places)

        def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
            if cmd_name not in places:
                return None
            module, _, name = places[cmd_name].partition(":")
            found = getattr(import_module(module), name)
            if isinstance(found, typer.Typer):
                group = get_group(found)
                group.name = cmd_name
                return group
            alone = typer.Typer(add_completion=False)
            alone.command(cmd_name, cls=_Command, context_settings=_PASSED_ON if cmd_name in passing else None)(found)
            return get_command(alone)

    app = typer.Typer(cls=Lazy, help=help_, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

    @app.callback()
    def many() -> None:  # without one Typer takes an app of no registered command for a mistake
        pass

    return app
