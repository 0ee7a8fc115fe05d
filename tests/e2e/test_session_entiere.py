"""A whole session of 122 lycées: a code nobody knows, declared, opened, convoked, closed, archived, purged."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import asyncpg
import httpx2
import pytest
from rich.progress import Progress

from event_schemas.catalogue import HABILITATION
from imagin_dev.cyclades import sample
from imagin_dev.demo import scenario
from imagin_dev.demo.accounts import ADMINISTRATEUR, People, chef
from imagin_dev.demo.rights import RightsReader
from imagin_dev.santorin.simulator import Santorin
from imagin_ops.services import CONVOCATION, MISSION_IMPORT, NOTIFIER, SANTORIN_BRIDGE
from testkit.eventually import eventually
from testkit.topics import read_all

CLOSINGS = sample.closings()
SESSION = CLOSINGS[0].state.session
# Years go by: the days of the convocations, and when each service last heard of them.
YEARS_LATER = {
    MISSION_IMPORT: ["UPDATE mission SET date_debut = '2020-01-13'"],
    CONVOCATION: ["UPDATE convocation SET dates = ARRAY[date '2020-01-29']"],
    SANTORIN_BRIDGE: [
        "UPDATE habilitation SET changed_at = changed_at - interval '1200 days'",
        "UPDATE accuse SET recu_le = recu_le - interval '1200 days'",
    ],
    NOTIFIER: ["UPDATE notification SET changee_le = changee_le - interval '1200 days'"],
}
LEFT = {
    MISSION_IMPORT: ["convocation_active"],
    CONVOCATION: ["convocation", "convocation_version", "acces", "notification", "document"],
    SANTORIN_BRIDGE: ["habilitation", "accuse", "habilitation_effacee"],
    NOTIFIER: ["notification"],
}


async def fetchvals(stack, service, *queries):
    connection = await asyncpg.connect(stack.databases[service.name])
    try:
        return [await connection.fetchval(query) for query in queries]
    finally:
        await connection.close()


async def left(stack):
    """Rows by table, where there are any."""
    found = {}
    for service, tables in LEFT.items():
        counts = await fetchvals(stack, service, *(f"SELECT count(*) FROM {table}" for table in tables))
        found |= {f"{service.name}: {table}": n for table, n in zip(tables, counts, strict=True) if n}
    return found


def purge(stack, *arguments):
    command = [str(Path(sys.executable).with_name("imagin")), "purge", "--json", *arguments]
    environment = os.environ | stack.operator_environment()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["lignes"]


@pytest.fixture
async def http(stack):
    async with scenario.client(stack) as client:
        yield client


async def etat(admin):
    [one] = (await admin.get("/api/sessions"))["sessions"]
    return one["etat"]


async def test_a_whole_session_from_an_unknown_code_to_nothing_left(stack, books, http):
    people = People.of(CLOSINGS)
    admin = scenario.Api(http, await stack.headers(ADMINISTRATEUR))
    uai, academie = next(iter(people.etablissements.items()))
    someone = scenario.Api(http, await stack.headers(chef(uai, academie)))

    await scenario.close_registration(stack, CLOSINGS)
    told = await admin.get("/api/sessions")
    assert told["sessions"] == []
    assert [(one["session"], one["lycees"]) for one in told["non_declarees"]] == [(SESSION, 122)]
    assert (await someone.get("/api/missions"))["missions"] == [], "nobody declared it"

    await admin.declare(SESSION)
    assert await etat(admin) == "PREPAREE"
    assert (await admin.get("/api/missions", taille=1))["total"] > 500

    await scenario.prepare(stack, people, [SESSION])
    assert await etat(admin) == "OUVERTE"
    mission = (await someone.get("/api/missions"))["missions"][0]["mission_id"]
    with Progress(disable=True) as bars:
        await scenario.play(stack, people, bars)
    convocations = await books.convocations()
    assert convocations > 3_000
    santorin = asyncio.create_task(Santorin(stack.kafka_connection).run(lambda _: None))
    async with RightsReader(stack.kafka_connection) as rights:

        async def all_is_told():
            accepted = await fetchvals(stack, CONVOCATION, "SELECT count(*) FROM acces WHERE etat = 'ACCEPTEE'")
            assert (rights.granted, await books.notifications(), accepted) == (
                convocations,
                convocations,
                [convocations],
            )
            return True

        await eventually(all_is_told, timeout=300, because="every right is accepted and everybody is told")
    santorin.cancel()
    await asyncio.wait([santorin])

    with pytest.raises(httpx2.HTTPStatusError, match="409"):
        await admin.post(f"/api/sessions/{SESSION}/archivage", {"motif": "trop tôt"}, key="1")
    closed = {
        "session": SESSION,
        "portee": "NATIONALE",
        "code": "*",
        "ouverte": False,
        "motif": "La session est finie.",
    }
    await admin.put("/api/ouvertures", closed)
    assert await etat(admin) == "CLOSE"

    for service, statements in YEARS_LATER.items():
        connection = await asyncpg.connect(stack.databases[service.name])
        for statement in statements:
            await connection.execute(statement)
        await connection.close()
    await admin.post(f"/api/sessions/{SESSION}/archivage", {"motif": "Session finie"}, key="2")
    assert await etat(admin) == "ARCHIVEE"
    with pytest.raises(httpx2.HTTPStatusError, match="409"):
        await someone.post(
            f"/api/missions/{mission}/convocations", {"intervenants": ["1"], "dates": ["2030-03-05"]}, key="3"
        )

    counted = await asyncio.to_thread(purge, stack)
    assert counted["convocation"]["convocations"] == convocations
    assert len(await left(stack)) > 5, "a dry run takes nothing"
    await asyncio.to_thread(purge, stack, "--confirm")

    async def nothing():
        assert await left(stack) == {}
        return True

    await eventually(nothing, timeout=60, because="the last tombstone is on the topic")
    last = {record.key: record.value for record in await read_all(stack.kafka_connection, HABILITATION)}
    assert len(last) == convocations
    assert set(last.values()) == {None}
