"""Connections of the commands: each wait has a limit, and who does not answer is named in a sentence."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from chassis.database import connect, is_transient
from imagin_ops.output import fail

logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what it logs, the commands say
_CLOSE_SECONDS = 2

T = TypeVar("T")


class NoAnswer(Exception):
    """A database or Kafka does not answer, or not as it should; the message is a sentence for people."""


def run(work: Coroutine[Any, Any, T]) -> T:
    """asyncio.run for a command; where somebody does not answer it ends with a sentence and exit code 4."""
    try:
        return asyncio.run(work)
    except NoAnswer as error:
        fail(str(error), code=4)


def place(url: str) -> str:
    """Server and database of a URL, without user and password."""
    parts = urlsplit(url)
    return f"base {parts.path.removeprefix('/')} sur {parts.netloc.rpartition('@')[2]}"


def masked(url: str) -> str:
    """The URL with *** for its password."""
    parts = urlsplit(url)
    user, at, hosts = parts.netloc.rpartition("@")
    name, colon, _ = user.partition(":")
    return parts._replace(netloc=f"{name}{colon}{'***' if colon else ''}{at}{hosts}", query="").geturl()


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to a database. Raises NoAnswer where it cannot be had, or breaks."""
    try:
        connection = await connect(url)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise NoAnswer(f"{place(url)} : pas de réponse ({type(error).__name__})") from None
    try:
        yield connection
        await connection.close(timeout=_CLOSE_SECONDS)
    except Exception as error:
        if not is_transient(error):
            raise
        raise NoAnswer(f"{place(url)} : ne répond plus ({type(error).__name__})") from None
    finally:
        connection.terminate()  # nothing where it is closed already


@asynccontextmanager
async def kafka_admin(kafka: dict[str, Any]) -> AsyncIterator[Any]:
    """aiokafka's admin client. Raises NoAnswer where Kafka does not answer, or stops to."""
    admin = AIOKafkaAdminClient(**kafka)
    where = ",".join(kafka["bootstrap_servers"])
    try:
        await admin.start()
        yield admin
    except (KafkaError, OSError, TimeoutError) as error:
        hint = " ; un mot de passe SASL faux se lit de même" if "sasl_mechanism" in kafka else ""
        raise NoAnswer(f"Kafka ne répond pas à {where} ({type(error).__name__}){hint}") from None
    finally:
        await admin.close()
