"""Limits of their own on connecting: a broker that is frozen takes a connection and never says a word.

aiokafka 0.14 has one time limit for connections and requests. A client connects to one node at a time, all others wait
behind a frozen one, and it asks any node for metadata and coordinators, the frozen one too. Importing this module gives
its clients CONNECT_SECONDS for TCP, TLS, versions and password together, and lets the whole process leave alone for
SILENT_SECONDS a broker that said nothing (docs/decisions/0029). A connection that was lost is told as one.
"""

import asyncio
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiokafka.client
from aiokafka.conn import AIOKafkaConnection, CloseReason, create_conn
from aiokafka.errors import KafkaConnectionError

CONNECT_SECONDS = 2.0
SILENT_SECONDS = 3.0
METADATA_MAX_AGE_MS = 5_000
"""After a broker's death aiokafka 0.14 may wait for metadata that nobody asks for, until they are this old: by default
five minutes without a coordinator, so without heartbeat, commit and partitions (seen in tests/e2e/storm)."""

REQUEST_TIMEOUT_MS = 4_000
"""How long a broker that does not answer is waited for; by default 40 s, in which no right would pass (0029)."""

_silent_until: dict[tuple[str, int], float] = {}


def _to_nobody(_: str) -> None:
    """A command does not measure."""


tell: Callable[[str], None] = _to_nobody
"""Takes what came of each connection: open, refused, silent."""


async def connect(host: str, port: int, **options: Any) -> AIOKafkaConnection:
    """Raises TimeoutError, which aiokafka takes for a node that cannot be reached."""
    if time.monotonic() < _silent_until.get((host, port), 0.0):
        raise TimeoutError("it said nothing a moment ago")
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            connection = await create_conn(host, port, **options)
    except TimeoutError:
        tell("silent")
        _silent_until[host, port] = time.monotonic() + SILENT_SECONDS
        raise TimeoutError(f"it says nothing for {CONNECT_SECONDS:g} s") from None
    except Exception:
        tell("refused")
        raise
    tell("open")
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


def kafka_connection(
    *,
    bootstrap: str,
    security_protocol: str = "PLAINTEXT",
    sasl_mechanism: str = "SCRAM-SHA-512",
    username: str | None = None,
    password: str | None = None,
    ca_file: Path | None = None,
) -> dict[str, Any]:
    """aiokafka's names for how a cluster is reached; TLS always checks the host name (D38)."""
    connection: dict[str, Any] = {
        "bootstrap_servers": [one.strip() for one in bootstrap.split(",")],
        "security_protocol": security_protocol,
        "metadata_max_age_ms": METADATA_MAX_AGE_MS,
        "request_timeout_ms": REQUEST_TIMEOUT_MS,
    }
    if security_protocol.endswith("SSL"):
        connection["ssl_context"] = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    if security_protocol.startswith("SASL"):
        connection["sasl_mechanism"] = sasl_mechanism
        connection["sasl_plain_username"] = username
        connection["sasl_plain_password"] = password
    return connection
