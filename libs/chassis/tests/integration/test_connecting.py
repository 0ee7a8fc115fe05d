"""A broker that takes a connection and says nothing holds nobody up for long (0029)."""

import asyncio
import concurrent.futures
import time

import pytest
import uvloop
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaConnectionError, KafkaError
from aiokafka.protocol.metadata import MetadataRequest

from chassis.connecting import CONNECT_SECONDS, REQUEST_TIMEOUT_MS, SILENT_SECONDS, kafka_connection
from testkit.eventually import eventually
from testkit.parts.kafka import EmbeddedKafka


@pytest.fixture
async def frozen(kafka):
    """Another broker, frozen; the session's one runs."""
    async with EmbeddedKafka() as broker:
        broker.pause()
        yield broker


async def seconds_to_bootstrap(*brokers):
    client = AIOKafkaClient(**kafka_connection(bootstrap=",".join(one.bootstrap for one in brokers)))
    began = time.monotonic()
    try:
        await client.bootstrap()
    except KafkaConnectionError:
        return None
    finally:
        await client.close()
    return time.monotonic() - began


async def test_a_frozen_broker_is_passed_over_sooner_than_a_request_to_it_would_end(kafka, frozen):
    assert await seconds_to_bootstrap(frozen, kafka) < REQUEST_TIMEOUT_MS / 1000


async def test_the_whole_process_leaves_it_alone_for_a_while_and_then_asks_it_again(kafka, frozen):
    assert await seconds_to_bootstrap(frozen) is None
    assert await seconds_to_bootstrap(frozen, kafka) < CONNECT_SECONDS / 2
    frozen.resume()

    async def answers():
        return await seconds_to_bootstrap(frozen) is not None

    await eventually(answers, timeout=SILENT_SECONDS + 5)


def test_a_connection_that_was_lost_is_told_as_one_whatever_the_event_loop_says(kafka):
    """uvloop, which the services use, raises RuntimeError."""

    async def lose():
        async with asyncio.timeout(30):
            client = AIOKafkaClient(**kafka_connection(bootstrap=kafka.bootstrap))
            await client.bootstrap()
            node = client.get_random_node()
            assert await client.ready(node)
            connection = await client._get_conn(node)
            told = asyncio.get_running_loop().create_future()

            def ask():
                try:
                    told.set_result(connection.send(MetadataRequest([])))
                except (RuntimeError, KafkaError) as error:
                    told.set_result(error)

            connection._writer.transport.abort()
            asyncio.get_running_loop().call_soon(ask)  # the handle is closed, and the client has not been told yet
            error = await told
            assert not connection.connected()
            assert await client.ready(node), "it connects again"
            await client.close()
            return error

    with concurrent.futures.ThreadPoolExecutor() as pool:
        error = pool.submit(uvloop.run, lose()).result()
    assert type(error) is KafkaConnectionError
    assert type(error.__cause__) is RuntimeError
