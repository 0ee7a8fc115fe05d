"""The sending loop, one leader a database: rounds while there is something due, and patience with what is down."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from chassis.database import Connection, can_wait
from chassis.leadership import leadership
from notifier.gateways.convocation import ConvocationUnavailable
from notifier.gateways.mail import RelayUnavailable
from notifier.metrics import SMTP_UP

log = structlog.get_logger()
_LOCK = 4_207_101
_SILENCE_SECONDS = 120
_RETRY_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 60.0


class Sender:
    """`run` for ever: `round` does one batch and returns how many rows it looked at; `wake_relay` after each."""

    def __init__(
        self,
        database_url: str,
        round_: Callable[[Connection], Awaitable[int]],
        wake_relay: Callable[[], None],
        *,
        poll_seconds: float = 0.5,
    ) -> None:
        self._database_url = database_url
        self._round = round_
        self._wake_relay = wake_relay
        self._poll_seconds = poll_seconds

    async def run(self) -> None:
        while True:
            try:
                await self._lead()
            except Exception as error:
                if not can_wait(error):
                    raise
                log.info("sender.waits", error=error)
                await asyncio.sleep(_RETRY_SECONDS)

    async def _lead(self) -> None:
        async with leadership(self._database_url, _LOCK, silence_seconds=_SILENCE_SECONDS) as connection:
            assert connection is not None, "nothing stops the sender before it leads"
            failures = 0
            while True:
                try:
                    looked_at = await self._round(connection)
                except (ConvocationUnavailable, RelayUnavailable) as error:
                    failures += 1
                    log.warning("sender.waits", error=error, cause=str(error))
                    SMTP_UP.set(0 if isinstance(error, RelayUnavailable) else 1)
                    await asyncio.sleep(min(_LONGEST_WAIT_SECONDS, _RETRY_SECONDS * 2.0 ** min(failures - 1, 10)))
                    continue
                finally:
                    self._wake_relay()
                failures = 0
                if looked_at:
                    SMTP_UP.set(1)
                else:
                    await asyncio.sleep(self._poll_seconds)
