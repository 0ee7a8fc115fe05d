"""What the commands say: results on stdout, progress on stderr, a bar only on a terminal."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from zoneinfo import ZoneInfo

if TYPE_CHECKING:  # a command that only puts lines need not load it
    from rich.console import Console
    from rich.progress import Progress


@cache
def stderr() -> "Console":
    """Where what is no result goes."""
    from rich.console import Console  # noqa: PLC0415

    return Console(stderr=True, highlight=False)


def say(text: str) -> None:
    """One line of progress."""
    stderr().print(f"• {text}", markup=False, soft_wrap=True)


def fail(text: str, *, code: int = 1) -> NoReturn:
    """Tell what is wrong in one sentence and end."""
    stderr().print(f"Erreur : {text}", style="red", markup=False, soft_wrap=True)
    raise SystemExit(code)


def program() -> str:
    """How this command was called: `imagin`, or `imagin-ops` where that stands alone."""
    return Path(sys.argv[0]).name


def when(moment: datetime) -> str:
    """A moment as people read it: by the clock of Paris, wherever the command runs, with its zone."""
    return f"{moment.astimezone(ZoneInfo('Europe/Paris')):%Y-%m-%d %H:%M:%S %Z}"


def put_json(value: Any) -> None:
    """One line of JSON on stdout, at once."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


def put(text: str) -> None:
    """A line of result on stdout."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@contextmanager
def progress() -> Iterator["Progress"]:
    """Bars on stderr, gone when done; silent where stderr is no terminal."""
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=stderr(), transient=True, disable=not stderr().is_terminal) as bars:
        yield bars
