"""A process that stops closes what it opened, whatever else fails on the way."""

import asyncio
from types import SimpleNamespace

import pytest

from chassis import service


@pytest.mark.parametrize("fails", [False, True])
async def test_the_application_is_closed_and_the_pool_even_where_that_fails(fails):
    closed = []

    async def close(name):
        closed.append(name)
        if fails:
            raise OSError(name)

    process = SimpleNamespace(
        _relay=SimpleNamespace(stop=lambda: None),
        _subscriptions=SimpleNamespace(stop=lambda: close("readers")),
        _started=True,
        _service=SimpleNamespace(
            app=SimpleNamespace(state=SimpleNamespace(application=SimpleNamespace(close=lambda: close("application"))))
        ),
        _pool=SimpleNamespace(close=lambda: close("pool")),
    )
    await service._Process._stop(process, asyncio.create_task(asyncio.sleep(0)))
    assert closed == ["readers", "application", "pool"]
