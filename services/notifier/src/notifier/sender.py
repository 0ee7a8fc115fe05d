"""The sending loop, one leader a database: rounds while there is something due, and patience with what is down."""

import asyncio
import gc
from collections.abc import Callable

import structlog

from chassis.database import Connection, can_wait
from chassis.leadership import leadership
from notifier.gateways.convocation import ConvocationUnavailable
from notifier.gateways.mail import RelayUnavailable
from notifier.metrics import CONVOCATION_UP, SMTP_UP
from notifier.use_cases.send_mails import Sending

log = structlog.get_logger()
_LOCK = 4_207_101
_SILENCE_SECONDS = 120
_RETRY_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 60.0
_GRACE_SECONDS = 8.0


class Sender:
    """`run` for ever: rounds of `sending`, `wake_relay` after each. When it is cancelled it finishes mails in hand."""

    def __init__(
        self,
        database_url: str,
        sending: Sending,
        wake_relay: Callable[[], None],
        *,
        poll_seconds: float = 0.5,
    ) -> None:
        self._database_url = database_url
        self._sending = sending
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
            grace = 0.0
            try:
                await self._rounds(connection)
            except asyncio.CancelledError:
                grace = _GRACE_SECONDS
                raise
            finally:
                SMTP_UP.set(1)  # who does not lead does not know
                CONVOCATION_UP.set(1)
                await self._sending.end(grace)

    async def _rounds(self, connection: Connection) -> None:
        failures = 0
        while True:
            try:
                looked_at = await self._sending.round(connection)
            except (ConvocationUnavailable, RelayUnavailable) as error:
                failures += 1
                log.warning("sender.waits", error=error, cause=str(error))  # a code or a class: see there
                SMTP_UP.set(0 if isinstance(error, RelayUnavailable) else 1)
                CONVOCATION_UP.set(0 if isinstance(error, ConvocationUnavailable) else 1)
                await asyncio.sleep(min(_LONGEST_WAIT_SECONDS, _RETRY_SECONDS * 2.0 ** min(failures - 1, 10)))
                continue
            finally:
                self._wake_relay()
            failures = 0
            if looked_at:
                gc.collect(1)  # what circles hold: too few of them are made for the threshold of a national import
                SMTP_UP.set(1)
                CONVOCATION_UP.set(1)
            else:
                await asyncio.sleep(self._poll_seconds)
