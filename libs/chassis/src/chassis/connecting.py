"""Limits of their own on connecting: a broker that is frozen takes a connection and never says a word.

aiokafka 0.14 has one time limit for connections and requests. A client connects to one node at a time, all others wait
behind a frozen one, and it asks any node for metadata and coordinators, the frozen one too. Importing this module gives
its clients CONNECT_SECONDS for TCP, TLS, versions and password together, and lets the whole process leave alone for
SILENT_SECONDS a broker that said nothing (docs/decisions/0029). A connection that was lost is told as one.
"""

import asyncio
import time
from typing import Any

import aiokafka.client
from aiokafka.conn import AIOKafkaConnection, CloseReason, create_conn
from aiokafka.errors import KafkaConnectionError

from chassis.metrics import KAFKA_CONNECTS

CONNECT_SECONDS = 2.0
SILENT_SECONDS = 3.0
_silent_until: dict[tuple[str, int], float] = {}


async def connect(host: str, port: int, **options: Any) -> AIOKafkaConnection:
    """Raises TimeoutError, which aiokafka takes for a node that cannot be reached."""
    if time.monotonic() < _silent_until.get((host, port), 0.0):
        raise TimeoutError("it said nothing a moment ago")
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            connection = await create_conn(host, port, **options)
    except TimeoutError:
        KAFKA_CONNECTS.labels("silent").inc()
        _silent_until[host, port] = time.monotonic() + SILENT_SECONDS
        raise TimeoutError(f"it says nothing for {CONNECT_SECONDS:g} s") from None
    except Exception:
        KAFKA_CONNECTS.labels("refused").inc()
        raise
    KAFKA_CONNECTS.labels("open").inc()
    return connection


def send(connection: AIOKafkaConnection, request: Any, expect_response: bool = True) -> Any:
    """As aiokafka's. uvloop raises RuntimeError where asyncio raises OSError or nothing (aio-libs/aiokafka#1038).

    For any other error than a lost connection aiokafka's fetcher or coordination ends, and the reader stands still.
    """
    try:
        return _send(connection, request, expect_response)
    except RuntimeError as error:
        connection.close(reason=CloseReason.CONNECTION_BROKEN)
        raise KafkaConnectionError(f"Connection at {connection.host}:{connection.port} is closed") from error


_send = AIOKafkaConnection.send
AIOKafkaConnection.send = send
aiokafka.client.create_conn = connect
