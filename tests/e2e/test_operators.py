"""What an operator sees of the running product: its processes' metrics, and status while a part is frozen."""

import asyncio
import json
import os
import sys
import time
from pathlib import Path

import asyncpg
import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from event_schemas.catalogue import ACCES, MISSION
from imagin_ops.services import CONVOCATION, SANTORIN_BRIDGE, SERVICES
from testkit.eventually import eventually

IMAGIN = Path(sys.executable).with_name("imagin")
DIRTY = """
INSERT INTO habilitation (convocation_id, version, convocation_version, convocation_hash, status, numero, mission_id,
                          role, etat, sale_depuis)
VALUES (gen_random_uuid(), 1, 0, '', 'REVOKED', '1', gen_random_uuid(), 'CORRECTEUR', '{}', now() - interval '1 hour')
"""


async def samples(stack, service, name):
    """The values of a metric of a service, by its labels' values."""
    async with httpx2.AsyncClient(trust_env=False) as client:
        text = (await client.get(f"{stack.ops_url(service)}/metrics")).text
    families = text_string_to_metric_families(text)
    found = [sample for family in families for sample in family.samples if sample.name == name]
    return {tuple(sample.labels.values()): sample.value for sample in found}


async def execute(stack, service, statement):
    connection = await asyncpg.connect(stack.databases[service.name])
    await connection.execute(statement)
    await connection.close()


async def tells_what_stands_still(stack):
    """The processes say ready all the while: they can do nothing about it."""

    async def stands():
        return max((await samples(stack, CONVOCATION, "imagin_consumer_standing_seconds")).values()) > 31

    await eventually(stands, timeout=90, because="the readers of convocation know that nobody answers")
    code, seen, seconds = await status(stack)
    assert (code, seconds < 15) == (1, True)
    assert "ne répond pas" in seen["kafka"]["health"]
    mine = seen[CONVOCATION.name]
    assert mine["health"] == "ok"
    assert {one["topic"] for one in mine["standing"]} >= {MISSION, ACCES}
    assert all(one["seconds"] > 30 for one in mine["standing"])
    assert seen[SANTORIN_BRIDGE.name]["outbox_pending"] == 1


async def status(stack):
    """Exit code, the document, the seconds it took."""
    given = {"IMAGIN_KAFKA_BOOTSTRAP": stack.kafka.bootstrap}
    for service in SERVICES:
        given |= {f"{service.prefix}URL": stack.url(service), f"{service.prefix}OPS_URL": stack.ops_url(service)}
        given |= {f"{service.prefix}DATABASE_URL": stack.databases[service.name]}
    before = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        IMAGIN, "status", "--json", env=os.environ | given, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    return process.returncode, json.loads(out), time.monotonic() - before


async def test_a_frozen_kafka_is_told_and_what_waits_meanwhile_is_counted_source_by_source(stack):
    code, seen, _ = await status(stack)
    assert code == 0, seen
    assert [seen[service.name]["standing"] for service in SERVICES] == [[]] * 4
    pending, age = "imagin_outbox_pending", "imagin_outbox_oldest_age_seconds"
    stack.kafka.pause()
    try:
        await execute(stack, SANTORIN_BRIDGE, DIRTY)

        async def counted():
            waiting = await samples(stack, SANTORIN_BRIDGE, pending)
            return waiting == {("outbox",): 0, ("habilitations",): 1, ("effacements",): 0}

        await eventually(counted, because="the right to publish is counted")
        assert (await samples(stack, SANTORIN_BRIDGE, age))["habilitations",] == pytest.approx(3_600, abs=120)
        assert await samples(stack, CONVOCATION, pending) == {("outbox",): 0}
        await tells_what_stands_still(stack)
    finally:
        stack.kafka.resume()

    async def sent():
        return set((await samples(stack, SANTORIN_BRIDGE, age)).values()) == {0}

    await eventually(sent, timeout=60, because="the right is published")
