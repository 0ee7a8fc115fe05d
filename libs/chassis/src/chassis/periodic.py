"""Work that comes round for ever: what time can mend is waited out, anything else ends the process (D10)."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from chassis.database import is_transient

log = structlog.get_logger()


async def periodically(seconds: float, action: str, work: Callable[[], Awaitable[object]]) -> None:
    """Do `work` every `seconds`; `action` names it in the log."""
    while True:
        try:
            await work()
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("service.postponed", action=action, error=error)
        await asyncio.sleep(seconds)
