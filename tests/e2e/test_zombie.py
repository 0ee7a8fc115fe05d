"""A relay that was stopped in the middle of a transaction and wakes up after its successor took over writes nothing
(X10, X11, D14): on the topic of the missions, and on that of the rights, which only one may write (D19)."""

import asyncio
import os
import shutil
import tempfile
from collections import defaultdict
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid5

import asyncpg
import psutil
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer

from chassis.cloudevents import Cause, encode
from chassis.snapshot import snapshot
from event_schemas import catalogue
from event_schemas.convocations import Convocation, IntervenantRef, MissionRef
from event_schemas.habilitations import Habilitation
from event_schemas.missions import Mission
from imagin_dev.cyclades import closings, inscriptions_file, producer
from imagin_dev.stack import Stack
from imagin_ops.services import MISSION_IMPORT, SANTORIN_BRIDGE
from testkit.eventually import eventually

SERVICES = (MISSION_IMPORT, SANTORIN_BRIDGE)
QUICK = {
    f"{service.prefix}{name}": value
    for service in SERVICES
    for name, value in {
        "KAFKA_SESSION_TIMEOUT_MILLISECONDS": "6000",
        "RELAY_SEND_DEADLINE_SECONDS": "2",  # a silent leader loses its lock after twice that
    }.items()
}
CYCLES = int(os.environ.get("IMAGIN_TEST_CYCLES", "2"))
EACH = 20


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stack():
    folder = Path(tempfile.mkdtemp(prefix="imagin-zombie-"))
    async with Stack(folder, given=False, services=SERVICES, settings=QUICK) as running:
        yield running
    shutil.rmtree(folder, ignore_errors=True)


class Missions:
    """Twenty lycées whose every mission changes with each revision."""

    service, topic, model, keys = MISSION_IMPORT, catalogue.MISSION, Mission, EACH * 4
    sent = "SELECT NOT EXISTS (SELECT FROM outbox) AND min(revision) = $1 FROM cloture"

    @staticmethod
    async def feed(stack, version):
        events = list(closings.synthetic(EACH, 3, revision=version))
        for event in events:
            for epreuve in event["data"]["epreuves"]:
                epreuve["candidats_inscrits"] = 30 + version
        await producer.send(stack.kafka_connection, inscriptions_file.of_events(events), lambda _: None)


class Rights:
    """Twenty convocations, each cancelled and made again with each version."""

    service, topic, model, keys = SANTORIN_BRIDGE, catalogue.HABILITATION, Habilitation, EACH
    sent = """
    SELECT NOT EXISTS (SELECT FROM outbox) AND min(convocation_version) = $1
           AND NOT EXISTS (SELECT FROM envoi WHERE publie_le IS NULL)
    FROM habilitation
    """

    @staticmethod
    async def feed(stack, version):
        sender = AIOKafkaProducer(**stack.kafka_connection, acks="all")
        await sender.start()
        for number in range(EACH):
            state = convocation(number, version)
            key = str(state.convocation_id)
            type_ = catalogue.INTERVENANT_CONVOQUE if version % 2 else catalogue.CONVOCATION_CANCELLED
            headers = encode(type_, "/test", key, f"{key}-{version}", datetime.now(UTC), Cause())
            await sender.send(catalogue.CONVOCATION, state.to_bytes(), key=key.encode(), headers=headers)
        await sender.stop()


def convocation(number, version):
    return Convocation.create(
        convocation_id=uuid5(UUID(int=0), str(number)),
        version=version,
        status="ACTIVE" if version % 2 else "CANCELLED",
        intervenant=IntervenantRef(numero=f"{number}", nom="NOM", prenom="Prénom", uai="0699001J"),
        mission=MissionRef(
            mission_id=UUID(int=1),
            session="2020-E3C1",
            type="CORRECTION",
            voie="GENERALE",
            code="HG",
            libelle="Histoire-géographie",
            uai="0699001J",
            academie="10",
        ),
        qualite="CORRECTEUR",
        qualite_par_defaut=True,
        profil=None,
        dates=[date(2020, 3, 5)],
    )


async def versions(stack, kind):
    """Those of each key on the topic, in their order."""
    found = defaultdict(list)
    async for records in snapshot(stack.kafka_connection, kind.topic):
        for record in records:
            found[record.key].append(kind.model.model_validate_json(record.value).version)
    return found


async def everything_sent(stack, kind, version):
    async def sent():
        connection = await asyncpg.connect(stack.databases[kind.service.name])
        try:
            return await connection.fetchval(kind.sent, version)
        finally:
            await connection.close()

    await eventually(sent, timeout=60, because=f"version {version} is applied and relayed")


@pytest.mark.parametrize("kind", [Missions, Rights])
async def test_a_leader_stopped_within_a_transaction_wakes_up_fenced_and_each_version_stands_once_in_order(stack, kind):
    service = kind.service
    for cycle in range(CYCLES):
        version = 2 * cycle + 1
        await asyncio.to_thread(stack.services[service.name].terminate)
        await stack.start_services(service, KILL_AT="relay.before_commit:1:stop")
        zombie = stack.services[service.name]
        await kind.feed(stack, version)
        await eventually(lambda zombie=zombie: is_stopped(zombie), timeout=30, because="the leader stopped itself")
        stack.move(service)
        await stack.start_services(service)
        await everything_sent(stack, kind, version)
        await kind.feed(stack, version + 1)
        await everything_sent(stack, kind, version + 1)
        before = stepped_down(stack, service)
        zombie.resume()
        await eventually(lambda before=before: stepped_down(stack, service) > before, because="the zombie was fenced")
        await asyncio.to_thread(zombie.terminate)
    found = await versions(stack, kind)
    assert len(found) == kind.keys
    assert set(map(tuple, found.values())) == {tuple(range(1, 2 * CYCLES + 1))}


def stepped_down(stack, service):
    """How often a relay lost its lead: both processes write into one log."""
    return stack.services[service.name].log.read_text(encoding="utf-8").count("relay.stepped_down")


def is_stopped(process):
    return psutil.Process(process.pid).status() == psutil.STATUS_STOPPED
