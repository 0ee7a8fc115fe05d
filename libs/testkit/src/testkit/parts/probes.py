"""A part is ready when a real client gets an answer: the one way to ask."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

_POSTGRES_NOT_READY = (OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError, TimeoutError)


async def until(ready: Callable[[], Awaitable[bool]], *, seconds: float, every: float = 0.05) -> bool:
    deadline = time.monotonic() + seconds
    while not await ready():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(every)
    return True


async def kafka_answers(port: int) -> bool:
    """A client gets the list of brokers; the bare connection first, because the client logs each failure."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    try:
        await writer.wait_closed()
    except OSError:
        return False
    admin = AIOKafkaAdminClient(bootstrap_servers=f"127.0.0.1:{port}", request_timeout_ms=10_000)
    try:
        await admin.start()
        cluster = await admin.describe_cluster()
    except (KafkaError, OSError):
        return False
    finally:
        await admin.close()
    return bool(cluster["brokers"])


async def postgres_answers(url: str) -> bool:
    try:
        connection = await asyncpg.connect(url, timeout=5)
    except _POSTGRES_NOT_READY:
        return False
    try:
        return bool(await connection.fetchval("SELECT true"))
    finally:
        await connection.close()
