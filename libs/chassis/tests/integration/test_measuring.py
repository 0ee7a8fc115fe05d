"""What the pool of connections and the Kafka client measure."""

import asyncio
import socket

import pytest
from aiokafka.errors import KafkaConnectionError
from prometheus_client import REGISTRY

from chassis.connecting import connect
from chassis.database import create_pool
from chassis.measuring import measure_connections, measure_pool
from testkit.eventually import eventually
from testkit.ports import free_ports

POOL = "imagin_database_pool"


def seen():
    """Connections used and idle, and who waits for one."""
    used, idle = (REGISTRY.get_sample_value(f"{POOL}_connections", {"state": state}) for state in ("used", "idle"))
    return used, idle, REGISTRY.get_sample_value(f"{POOL}_waiting")


def connects(result):
    return REGISTRY.get_sample_value("imagin_kafka_connects_total", {"result": result}) or 0


async def test_the_pool_tells_what_is_used_what_is_free_and_who_waits(create_database):
    pool = create_pool(await create_database("pool"), size=2)
    measure_pool(pool)
    assert seen() == (0, 0, 0)
    assert REGISTRY.get_sample_value(f"{POOL}_max_connections") == 2
    await pool
    try:
        async with pool.acquire(), pool.acquire():
            waiting = [asyncio.create_task(pool.fetchval("SELECT 1")) for _ in range(3)]
            await eventually(lambda: seen() == (2, 0, 3), because="three wait for one of two connections")
        assert await asyncio.gather(*waiting) == [1, 1, 1]
        assert seen() == (0, 2, 0)
    finally:
        await pool.close()


async def test_connections_to_brokers_are_counted_by_what_came_of_them(kafka):
    host, _, port = kafka.bootstrap.rpartition(":")
    [nobody] = free_ports(1)
    measure_connections()
    before = {result: connects(result) for result in ("open", "refused", "silent")}
    connection = await connect(host, int(port))
    connection.close()
    with pytest.raises((OSError, KafkaConnectionError)):
        await connect(host, nobody)
    with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(TimeoutError):
        await connect(*mute.getsockname())
    assert {result: connects(result) - before[result] for result in before} == {"open": 1, "refused": 1, "silent": 1}
