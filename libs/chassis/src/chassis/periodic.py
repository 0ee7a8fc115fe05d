"""Work that comes round for ever: what can wait is tried again, anything else ends the process (D10)."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from chassis.database import can_wait

log = structlog.get_logger()


async def periodically(seconds: float, action: str, work: Callable[[], Awaitable[object]]) -> None:
    """Do `work` every `seconds`; `action` names it in the log."""
    while True:
        try:
            await work()
        except Exception as error:
            if not can_wait(error):
                raise
            log.warning("service.postponed", action=action, error=error)
        await asyncio.sleep(seconds)
