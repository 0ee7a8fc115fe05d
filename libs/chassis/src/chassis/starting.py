"""What a process waits for before it works: PostgreSQL at the head of its migrations, then Kafka (D10)."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import structlog
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from chassis.pooler import NoSession, check_session
from chassis.settings import ServiceSettings
from chassis.subscribing import Subscriptions

log = structlog.get_logger()
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.5, 4.0


def _pauses() -> Iterator[float]:
    """Seconds, twice as many each time, for ever."""
    pause = _FIRST_PAUSE_SECONDS
    while True:
        yield pause
        pause = min(_LONGEST_PAUSE_SECONDS, pause * 2)


async def wait_for_database(url: str, not_ready: Callable[[], Awaitable[str | None]]) -> None:
    """Returns when `not_ready` gives no reason any more. Raises NoSession."""
    for pause in _pauses():
        try:
            await check_session(url)
            reason = await not_ready()
            if reason is None:
                return
        except NoSession as error:
            log.error("service.refuses_to_start", cause=str(error))
            raise
        except Exception as error:  # noqa: BLE001  # a wrong password now may be right after a rotation
            reason = type(error).__name__
        log.warning("service.waits_for_postgresql", cause=reason)
        await asyncio.sleep(pause)


async def start_consumers(settings: ServiceSettings, subscriptions: Subscriptions) -> None:
    """Returns when all have joined their groups."""
    subscriptions.awaited = True
    cause = "is Kafka up?"
    if settings.kafka_security_protocol.startswith("SASL"):
        cause = "is Kafka up, and are SASL user and password right? (X15)"
    for pause in _pauses():
        client = AIOKafkaClient(**settings.kafka_connection | {"request_timeout_ms": 5_000})
        try:
            await client.bootstrap()  # FastStream gives up at the first failure (X8): wait before it
            await subscriptions.start()
        except KafkaError as error:
            log.warning("service.waits_for_kafka", error=error, cause=cause)
            await asyncio.sleep(pause)
        else:
            return
        finally:
            await client.close()
