"""Waiting on a condition instead of sleeping: the one way tests wait."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")


@overload
async def eventually(condition: Callable[[], Awaitable[T]], timeout: float = ..., because: str = ...) -> T: ...  # noqa: ASYNC109
@overload
async def eventually(condition: Callable[[], T], timeout: float = ..., because: str = ...) -> T: ...  # noqa: ASYNC109
async def eventually(
    condition: Callable[[], Any],
    timeout: float = 30,  # noqa: ASYNC109  # the message must name it
    because: str = "",
) -> Any:
    """The first truthy result of `condition`; an AssertionError in it counts as "not yet"."""
    deadline = time.monotonic() + timeout
    pause = 0.02
    while True:
        try:
            result = condition()
            value = await result if inspect.isawaitable(result) else result
            if value:
                return value
            seen = f"last result: {value!r}"
        except AssertionError as failure:
            seen = f"last failed assertion: {failure}"
        if time.monotonic() >= deadline:
            raise AssertionError(f"not within {timeout:g} s: {because or _name(condition)}; {seen}")
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 0.25)


def _name(condition: Callable[[], object]) -> str:
    return getattr(condition, "__qualname__", repr(condition))
