"""The check that a Row declares what its statements give, in every test that runs one."""

from collections.abc import Awaitable, Callable
from types import UnionType
from typing import Literal, Union, get_args, get_origin, get_type_hints

import asyncpg
import pytest

from chassis.database import Row


class WrongRow(AssertionError):
    """A Row's annotations are not the columns of the statement."""


def check_rows(patch: pytest.MonkeyPatch) -> None:
    """From here on `fetch` and `fetchrow` raise WrongRow for a row that is not what its class declares."""
    patch.setattr(asyncpg.Connection, "fetch", _checked(asyncpg.Connection.fetch))
    patch.setattr(asyncpg.Connection, "fetchrow", _checked(asyncpg.Connection.fetchrow))


def _checked(fetch: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
    async def checked(*args: object, **options: object) -> object:
        found = await fetch(*args, **options)
        _check([one for one in (found if isinstance(found, list) else [found]) if isinstance(one, Row)])
        return found

    return checked


def _check(rows: list[Row]) -> None:
    """All of one statement, so of one class and with the same columns."""
    if not rows:
        return
    name, declared, given = type(rows[0]).__name__, get_type_hints(type(rows[0])), set(rows[0].keys())
    if declared.keys() != given:
        raise WrongRow(f"{name} declares {sorted(declared)}, and the statement gives {sorted(given)}")
    for row in rows:
        for column, value in row.items():
            if not _fits(value, declared[column]):
                raise WrongRow(
                    f"{name}.{column}: {declared[column]} is declared, and the statement gives {type(value)}"
                )


def _fits(value: object, declared: object) -> bool:
    """Exact types: a bool is no int here, and a datetime no date."""
    origin, arguments = get_origin(declared), get_args(declared)
    if origin in {Union, UnionType}:
        return any(_fits(value, one) for one in arguments)
    if origin is Literal:
        return value in arguments
    if origin is list:
        return type(value) is list and all(_fits(one, arguments[0]) for one in value)
    return type(value) is declared
