"""SIGKILL on real processes at the named points, and of the broker: afterwards everything is exact, nothing doubled."""

import asyncio

import pytest

from event_schemas import catalogue
from imagin_dev.cyclades import producer
from imagin_ops.services import CONVOCATION, MISSION_IMPORT, NOTIFIER, SANTORIN_BRIDGE
from testkit.eventually import eventually

KILLS = [
    (MISSION_IMPORT, "consumer.before_database_commit:1"),
    (MISSION_IMPORT, "consumer.after_database_commit:1"),
    (MISSION_IMPORT, "consumer.after_offset_commit:1"),
    (MISSION_IMPORT, "relay.before_commit:1"),
    (MISSION_IMPORT, "relay.after_send:1"),
    (CONVOCATION, "consumer.after_database_commit:1"),
    (CONVOCATION, "relay.after_send:3"),
    (SANTORIN_BRIDGE, "consumer.after_database_commit:2"),
    (SANTORIN_BRIDGE, "relay.after_send:2"),
    (SANTORIN_BRIDGE, "relay.after_clear:2"),
    (NOTIFIER, "notifier.after_claim:1"),
    (NOTIFIER, "notifier.before_commit:2"),
]


@pytest.mark.parametrize(("service", "point"), KILLS, ids=[f"{service.name}-{point}" for service, point in KILLS])
async def test_a_service_killed_at_a_named_point_and_started_again_leaves_everything_exact(
    stack, story, service, point
):
    await asyncio.to_thread(stack.services[service.name].terminate)
    await stack.start_services(service, KILL_AT=point)
    victim = stack.services[service.name]

    async def start_again():
        assert await victim.wait_ended(120) == -9
        await stack.start_services(service)

    await asyncio.gather(story.live(), start_again())
    await story.is_exact()


async def test_the_broker_killed_in_mid_flow_and_started_again_leaves_everything_exact(stack, story, books):
    before = await books.convocations()

    async def kill_the_broker():
        async def in_mid_flow():
            return await books.convocations() > before

        await eventually(in_mid_flow, timeout=60, because="the first are convoked")
        stack.kafka.kill()
        await stack.kafka.restart()

    await asyncio.gather(story.live(), kill_the_broker())
    await story.is_exact()


async def test_a_replay_of_all_closings_changes_nothing(stack, story, books):
    before = await books.missions(), await story.versions_by_key(catalogue.MISSION)
    await producer.send(stack.kafka_connection, story.told * 3, lambda _: None)
    await story.live()
    await story.is_exact()
    missions, versions = await books.missions(), await story.versions_by_key(catalogue.MISSION)
    assert missions["correction"] > before[0]["correction"]
    assert {key: versions[key] for key in before[1]} == before[1]
